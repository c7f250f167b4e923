# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors that a user, a file or a service can cause. Any other exception is a bug of the collection."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

from .text import one_line

ERRORS_IN_MESSAGE = 10


class ErrorKind(str, Enum):
    """The kinds of errors, each with one sentence of meaning. They are part of the public interface.

    Playbooks branch on `result.error.kind`. The guide "Troubleshooting by error.kind" is generated from the meanings.
    """

    meaning: str

    def __new__(cls, value: str, meaning: str = "") -> ErrorKind:
        """Create a member that equals its value and has a meaning."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    def __str__(self) -> str:
        """Return the value. The default differs between versions of Python."""
        return str.__str__(self)

    # Options and local files
    OPTION = (
        "option",
        "An option does not exist or has a value that cannot be used, or two options contradict each other.",
    )
    LOCAL_FILE = "local_file", "A file or folder on the machine that runs the task cannot be found, read or written."
    MISSING_LIBRARY = "missing_library", "The Python that runs the task lacks ``requests``, ``cryptography`` or PyYAML."
    VERIFY = (
        "verify",
        (
            "A signing file is not usable: expired, wrong password, no private key, another kind of file, or a profile "
            "that does not embed any declared certificate."
        ),
    )
    PASSWORD = (
        "password",
        "The password of a protected certificate is not known, and the declared file does not open without one.",
    )

    # Access
    UNAUTHORIZED = "unauthorized", "The service refuses the token in all requests (HTTP status 401), so the task ends."
    FORBIDDEN = (
        "forbidden",
        "The user of the token has no sufficient role in the app (403, or 401 if the token works in other requests).",
    )
    NOT_FOUND = (
        "not_found",
        "The app, build, file or key does not exist, or the user of the token has no access to it (404).",
    )

    # Network and service
    DNS = "dns", "The host name is unknown."
    CONNECTION = "connection", "No connection is possible, or it ended before the response was complete."
    PROXY = "proxy", "The proxy failed."
    TLS = "tls", "The TLS certificate of the server is not trusted, or the port does not speak TLS."
    TIMEOUT = "timeout", "The server did not respond in time, or the upload of a file took more than 15 minutes."
    RATE_LIMITED = (
        "rate_limited",
        "The service refused requests because there were too many (429), for longer than the task may wait.",
    )
    SERVER_ERROR = "server_error", "The service has a problem (status 500 and above), also after several retries."
    REDIRECT = "redirect", "The server redirects to another address, which the collection does not follow."
    BAD_REQUEST = "bad_request", "The service refused the request (400 and other client errors)."
    INVALID_RESPONSE = (
        "invalid_response",
        "The response is not what the API documents, for example an HTML page of a proxy.",
    )
    STORAGE = "storage", "The storage behind an upload or download URL refused the request."
    SIGNED_URL_EXPIRED = (
        "signed_url_expired",
        "An upload or download URL expired before the transfer ended, also after it was renewed.",
    )
    CHECKSUM = "checksum", "A downloaded file does not have the declared ``checksum``, so ``dest`` was not changed."
    NO_EFFECT = "no_effect", "The service accepted a request, but the change is not there."
    SERVICE = "service", "The service reported an error of no other kind."

    # Rejected before any change
    ONE_WAY_FLAG = (
        "one_way_flag",
        "Protection cannot be removed, and ``is_expose`` of a protected file cannot be changed.",
    )
    UNCHANGEABLE = (
        "unchangeable",
        "The API cannot set this property of a file that exists, such as the alias of a keystore.",
    )
    CHANGED_NAME = (
        "changed_name",
        "The service would store the file under another name, so the next run would not find it.",
    )
    DUPLICATES = (
        "duplicates",
        "Several files, artifacts, apps or keys have the same name, and more than one may be wanted.",
    )
    UNVERIFIABLE = (
        "unverifiable",
        "The content of a protected file cannot be compared, and ``on_unverifiable`` is ``fail``.",
    )
    MISSING_FILE = "missing_file", "The app has no such file, and the task has no content to upload."
    BACKUP = "backup", "``backup_required`` is set, and a file that would be deleted cannot be saved."
    ENV_KEY = (
        "env_key",
        "A keystore would lose the key by which builds refer to it, or an unfinished upload holds it.",
    )
    MAX_PURGE = "max_purge", "The purge would delete more files of an app than ``max_purge``."
    MAX_PURGE_TOTAL = (
        "max_purge_total",
        "The purge would delete more files of all apps together than ``max_purge_total``.",
    )
    MAX_ARTIFACTS = "max_artifacts", "More artifacts would change than ``max_artifacts``."
    NOT_INSTALLABLE = "not_installable", "This type of artifact has no public install page."
    OTHER_ARTIFACT = "other_artifact", "The file at ``dest`` is another artifact of the same build."

    # The course of a run
    CONCURRENT_CHANGE = "concurrent_change", "Another run or person changes the same file at the same time."
    UNCLEAR_OUTCOME = (
        "unclear_outcome",
        "A request that must not be repeated, such as a trigger, got no response and may have had an effect.",
    )
    TIME_LIMIT = "time_limit", "The task reached its ``time_limit``."
    WAIT_TIMEOUT = "wait_timeout", "The task waited for a build or its log, and ``wait_timeout`` was over."
    BUILD_FAILED = "build_failed", "The build that the task waited for failed or was aborted."
    NOT_DONE = "not_done", "The task stopped before it completed this app."
    SEVERAL = "several", "Several apps failed, for different causes."
    BUG = "bug", "The collection has a bug, which stopped the task or one app."
    ERROR = "error", "An error of no other kind."

    # PhoneGap Build
    IMMUTABLE = "immutable", "The service cannot change how an app or key was created."
    LOCKED_KEY = "locked_key", "A locked key cannot be chosen for an app."
    NEEDS_KEY = "needs_key", "A platform needs a signing key, and the app has none."
    NO_PACKAGE = "no_package", "There is no package to download for this platform."
    OWNER = "owner", "The owner of an app cannot be changed or removed."
    PENDING = "pending", "An invitation that was not accepted cannot be changed or removed."


class CiError(Exception):
    """One message for the user, and the values of the key `error` in the result."""

    kind = ErrorKind.ERROR

    def __init__(
        self,
        message: str,
        *,
        kind: ErrorKind | str | None = None,
        status: int | None = None,
        method: str | None = None,
        path: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        if kind is not None:
            self.kind = ErrorKind(kind)
        self.status = status
        self.method = method
        self.path = path
        self.request_id = request_id
        # The host's response without a description of the request, for a message about the whole task.
        self.reason = ""
        # Sentences about the clean-up after the error. The code that cleans up adds them.
        self.notes: list[str] = []

    @property
    def message(self) -> str:
        # Names from a service or a playbook may contain any character, but a message is one line.
        return one_line(" ".join([str(self), *self.notes]))

    @property
    def ends_task(self) -> bool:
        """Return whether the cause affects the whole task, so that no other part of it can succeed."""
        return isinstance(self, (TaskStopError, NotDoneError)) or self.kind is ErrorKind.UNAUTHORIZED

    def as_dict(self) -> dict[str, Any]:
        """Return the `error` key of a result: always the same five keys, null where one does not apply."""
        return {
            "kind": self.kind.value,
            "status": self.status,
            "method": self.method,
            "path": self.path,
            "request_id": self.request_id,
        }


class OptionError(CiError):
    """An option's value cannot be used."""

    kind = ErrorKind.OPTION


class LocalFileError(CiError):
    """A file on this machine cannot be read or written."""

    kind = ErrorKind.LOCAL_FILE


class RejectedError(CiError):
    """The collection rejects what the task declares, often because the service would refuse it.

    It has one of the kinds in `ErrorKind` from "Rejected before any change" on.
    """


class ConcurrentChangeError(CiError):
    """Another run or person changes the same file at the same time."""

    kind = ErrorKind.CONCURRENT_CHANGE


class NotDoneError(CiError):
    """The task was stopped before it finished this app."""

    kind = ErrorKind.NOT_DONE


class TaskStopError(CiError):
    """The cause affects the whole task. No other part can succeed, so the task ends with this one message.

    Kinds: time_limit, and the kinds of the cause, such as rate_limited, server_error, connection, dns, timeout.
    """

    kind = ErrorKind.TIME_LIMIT


class ServiceError(CiError):
    """The service responded with a refusal, or with something that its documentation does not describe.

    Kinds: bad_request, unauthorized, forbidden, not_found, rate_limited, server_error, redirect, invalid_response,
    and for the storage behind signed URLs: storage, signed_url_expired.
    """

    kind = ErrorKind.SERVICE


class ConnectionFailedError(CiError):
    """The request got no response. Kinds: connection, dns, tls, proxy, timeout."""

    kind = ErrorKind.CONNECTION


class UnclearOutcomeError(CiError):
    """A request that must not be repeated got no clear response. It may or may not have had its effect."""

    def __init__(self, cause: CiError) -> None:
        super().__init__(str(cause), **cause.as_dict())
        self.notes = cause.notes

    @property
    def was_refused(self) -> bool:
        """Return whether the service reported that it is overloaded. Then a new attempt waits for its pace."""
        return self.status == 503


def join_errors(errors: Sequence[CiError], failed: int | None = None) -> str:
    """Return the messages of the first errors, and the number of the others. `failed`: the number of all failures."""
    messages = [error.message for error in errors[:ERRORS_IN_MESSAGE]]
    left = (len(errors) if failed is None else failed) - len(messages)
    return " | ".join([*messages, f"{left} more failed."] if left else messages)
