# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every error that a user, a file or a service can cause. What is not a CiError is a bug of the collection."""

from __future__ import annotations

from typing import Any

from .text import one_line


class CiError(Exception):
    """One message for the user, and what the `error` key of the result says.

    `kind` is part of the public interface: playbooks branch on `result.error.kind`.
    """

    kind = "error"

    def __init__(
        self,
        message: str,
        *,
        kind: str | None = None,
        status: int | None = None,
        method: str | None = None,
        path: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        if kind is not None:
            self.kind = kind
        self.status = status
        self.method = method
        self.path = path
        self.request_id = request_id
        # What the host answered, without the words about the request: for a message about the whole task.
        self.reason = ""
        # What was tidied up, or could not be, after the error: added to the message by whoever tidied.
        self.notes: list[str] = []

    @property
    def message(self) -> str:
        # Names from a service or a playbook may hold anything; a message is one line.
        return one_line(" ".join([str(self), *self.notes]))

    @property
    def ends_task(self) -> bool:
        """Whether the cause is true of the whole task, so that nothing else of it can succeed."""
        return isinstance(self, (TaskStopError, NotDoneError)) or self.kind == "unauthorized"

    def as_dict(self) -> dict[str, Any]:
        """The `error` key of a result: always the same five keys, null where they do not apply."""
        return {
            "kind": self.kind,
            "status": self.status,
            "method": self.method,
            "path": self.path,
            "request_id": self.request_id,
        }


class OptionError(CiError):
    """An option's value cannot be used."""

    kind = "option"


class LocalFileError(CiError):
    """A file on this machine cannot be read or written."""

    kind = "local_file"


class RefusedError(CiError):
    """The declaration asks for something that the collection or the service does not allow.

    Raised by planning, before anything is changed. Kinds: one_way_flag, unchangeable, env_key, duplicates,
    unverifiable, verify, backup, missing_file, max_purge, changed_name.
    """

    kind = "refused"


class ConcurrentChangeError(CiError):
    """Another run or person changes the same file at the same time."""

    kind = "concurrent_change"


class NotDoneError(CiError):
    """An app that was not, or not completely, dealt with because the task was stopped."""

    kind = "not_done"


class TaskStopError(CiError):
    """The cause is true of the whole task: nothing more of it can succeed, so it ends with this one message.

    Kinds: time_limit; and those of the cause, such as rate_limited, server_error, connection, dns, timeout.
    """

    kind = "time_limit"


class ServiceError(CiError):
    """The service answered, and the answer is a refusal or not what its documentation says.

    Kinds: bad_request, unauthorized, forbidden, not_found, rate_limited, server_error, redirect, invalid_response,
    and for the storage behind signed URLs: storage, signed_url_expired.
    """

    kind = "service"


class ConnectionFailedError(CiError):
    """No answer. Kinds: connection, dns, tls, proxy, timeout."""

    kind = "connection"


class UnclearOutcomeError(CiError):
    """A request that must not be repeated got no clear answer: it may or may not have had its effect."""

    def __init__(self, cause: CiError) -> None:
        super().__init__(str(cause), **cause.as_dict())
        self.notes = cause.notes

    @property
    def was_refused(self) -> bool:
        """Whether the service said that it is overloaded, so that a new attempt waits for its pace."""
        return self.status == 503
