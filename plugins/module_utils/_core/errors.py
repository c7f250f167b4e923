# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors that a user, a file or a service can cause. Any other exception is a bug of the collection."""

from __future__ import annotations

from typing import Any

from .text import one_line


class CiError(Exception):
    """One message for the user, and the values of the result's `error` key.

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
        return isinstance(self, (TaskStopError, NotDoneError)) or self.kind == "unauthorized"

    def as_dict(self) -> dict[str, Any]:
        """Return the `error` key of a result: always the same five keys, null where one does not apply."""
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

    Planning raises it, before any change. Kinds: one_way_flag, unchangeable, env_key, duplicates, unverifiable,
    verify, backup, missing_file, max_purge, changed_name.
    """

    kind = "refused"


class ConcurrentChangeError(CiError):
    """Another run or person changes the same file at the same time."""

    kind = "concurrent_change"


class NotDoneError(CiError):
    """The task was stopped before it finished this app."""

    kind = "not_done"


class TaskStopError(CiError):
    """The cause affects the whole task. No other part can succeed, so the task ends with this one message.

    Kinds: time_limit, and the kinds of the cause, such as rate_limited, server_error, connection, dns, timeout.
    """

    kind = "time_limit"


class ServiceError(CiError):
    """The service responded with a refusal, or with something that its documentation does not describe.

    Kinds: bad_request, unauthorized, forbidden, not_found, rate_limited, server_error, redirect, invalid_response,
    and for the storage behind signed URLs: storage, signed_url_expired.
    """

    kind = "service"


class ConnectionFailedError(CiError):
    """The request got no response. Kinds: connection, dns, tls, proxy, timeout."""

    kind = "connection"


class UnclearOutcomeError(CiError):
    """A request that must not be repeated got no clear response. It may or may not have had its effect."""

    def __init__(self, cause: CiError) -> None:
        super().__init__(str(cause), **cause.as_dict())
        self.notes = cause.notes

    @property
    def was_refused(self) -> bool:
        """Return whether the service reported that it is overloaded. Then a new attempt waits for its pace."""
        return self.status == 503
