# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service of the model as a client for the code of the collection, request by request."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.evidence import MARKER_PREFIX
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    PROVISIONING_PROFILE,
    FileKind,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.verify import InspectionCache, Secrets
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.observed_behavior import ObservedBehavior
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import ServiceError, UnclearOutcomeError
from ansible_collections.mobileops.ci.plugins.module_utils._http.redact import Redactor
from ansible_collections.mobileops.ci.plugins.module_utils._http.session import Sink
from ansible_collections.mobileops.ci.plugins.module_utils._local.read_file import Content
from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspection import Finding, Inspection

from .planning import apply_changes
from .run import find, with_file, without_file
from .service import (
    MADE_AT,
    MARKER,
    NOW,
    OTHER_IDENTITY,
    PASSWORD,
    File,
    Files,
    bytes_of,
    content_of,
    number_of,
    remote_file,
)

LOST = "response lost"


class _NeverLate(ObservedBehavior):
    """Lists of the model are never late, so no run waits for them."""

    def __init__(self) -> None:
        super().__init__()
        self.lists_late = False

    def note_list(self, *, is_late: bool) -> None:
        """Do not treat a false response as evidence of late lists."""


class ModelClient:
    """A client that responds like the service of the model, and records each request as the model names it.

    Reading the bytes of a file belongs to the list before it. `disturb` is called before each other request with its
    number. It may change `now`, the files at this moment, and returns the fault with which the request is answered.
    """

    def __init__(self, kind: FileKind, files: Files, disturb: Callable[[ModelClient, int], str]) -> None:
        self.kind, self.now = kind, files
        self.requests: list[str] = []
        self.redact = Redactor([])
        self.observed: ObservedBehavior = _NeverLate()
        self.top = 9  # the newest slug so far
        self._own: set[int] = set()
        self._disturb = disturb

    def _request(self, words: str) -> str:
        fault = self._disturb(self, len(self.requests))
        self.top = max([self.top, *(file.slug for file in self.now)])
        self.requests.append(f"{words}{fault}")
        return fault

    def service_time(self) -> float:
        return NOW

    def back_off(self, tries: int) -> None:
        """Continue at once, because the model has no time."""

    def until_clear(
        self, attempt: Callable[[], dict[str, Any]], look: Callable[[], dict[str, Any] | None]
    ) -> dict[str, Any]:
        try:
            return attempt()
        except UnclearOutcomeError:
            return look() or attempt()

    # Endpoints

    def data(self, method: str, path: str, what: str, *, json: Any = None, repeatable: bool = True) -> dict[str, Any]:
        last = path.rsplit("/", maxsplit=1)[-1]
        if method == "GET":
            return self._file(last)
        if last == "uploaded":
            return self._confirm_file(path.split("/")[-2])
        return self._create_file(json["upload_file_name"], json["upload_file_size"])

    def call(self, method: str, path: str, what: str, *, json: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        return path.rpartition("/")[2], json

    def request_json(self, call: tuple[str, Mapping[str, Any]]) -> dict[str, Any]:
        return {"data": self._update_file(*call)}

    def delete(self, path: str, what: str) -> dict[str, Any] | None:
        return self._delete_file(path.rpartition("/")[2])

    # Files

    def pages(
        self, path: str, what: str, filters: Mapping[str, Any] | None = None, limit: int | None = None
    ) -> Iterator[dict[str, Any]]:
        self._request("LIST")
        yield from [self._data(file) for file in self.now]

    def _file(self, slug: str) -> dict[str, Any]:
        number = number_of(slug)
        file = find(self.now, number)
        if number not in self._own and (file is None or not file.is_processed):
            self._request(f"GET {number}")
            file = find(self.now, number)
        return self._data(self._existing(file))

    def _create_file(self, name: str, size: int) -> dict[str, Any]:
        is_marker = name.startswith(MARKER_PREFIX)
        fault = self._request("POST marker" if is_marker else "POST")
        slug = self.top = self.top + 1
        # The content is known when the bytes arrive; until then the size stands for it.
        content = "O" if is_marker or size == 1 else "L"
        new = File(slug, MARKER if is_marker else name, content, None, False, False, True, False, False, owner="A")
        self.now = (*self.now, new)
        self._own.add(slug)
        if fault:
            raise UnclearOutcomeError(ServiceError("no response", kind="timeout"))
        return {**self._data(new), "upload_url": f"put:{slug}"}

    def upload(self, url: str, data: bytes, what: str) -> str | None:
        fault = self._request("PUT")
        content = content_of(data)
        # The storage does not know the file of the URL, and accepts the bytes even if it is gone.
        file = find(self.now, int(url.partition(":")[2]))
        if file:
            self.now = with_file(self.now, file._replace(content=content, stored=None if fault else content))
        return None if fault else hashlib.md5(data, usedforsecurity=False).hexdigest()

    def _update_file(self, slug: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        number = number_of(slug)
        file = find(self.now, number)
        is_slot = not file.is_processed if file else number in self._own
        self._request("PATCH slot" if is_slot else f"PATCH {', '.join(sorted(changes))}")
        file = self._existing(find(self.now, number))
        if file.is_protected:
            raise ServiceError("protected", kind="bad_request", status=400)
        changed = apply_changes(file, tuple((name, bool(value)) for name, value in changes.items()))
        self.now = with_file(self.now, changed)
        return self._data(changed)

    def _confirm_file(self, slug: str) -> dict[str, Any]:
        fault = self._request("CONFIRM")
        file = self._existing(find(self.now, number_of(slug)))
        if fault and LOST not in fault:
            return self._data(file)
        confirmed = file._replace(is_processed=True)
        self.now = with_file(self.now, confirmed)
        if fault:
            raise UnclearOutcomeError(ServiceError("no response", kind="timeout"))
        return self._data(confirmed)

    def _delete_file(self, slug: str) -> dict[str, Any] | None:
        number = number_of(slug)
        fault = self._request(f"DELETE {number}")
        file = find(self.now, number)
        if file is None:
            return None
        self.now = self.now if fault else without_file(self.now, number)
        return self._data(file)

    def download(self, url: str, open_sink: Callable[[], Sink], what: str, *, most_bytes: int | None = None) -> None:
        file = self._existing(find(self.now, int(url.partition(":")[2])))
        if file.stored is None:
            raise ServiceError("no such key", kind="storage", status=404)
        open_sink().write(bytes_of(file.stored))

    @staticmethod
    def _existing(file: File | None) -> File:
        if file is None:
            raise ServiceError("not found", kind="not_found", status=404)
        return file

    def _data(self, file: File) -> dict[str, Any]:
        listed = remote_file(self.kind, file)
        is_readable = file.is_processed and not file.is_protected
        return {
            "slug": listed.slug,
            "upload_file_name": listed.name,
            "upload_file_size": listed.size,
            "processed": listed.processed,
            "is_protected": listed.is_protected,
            "is_expose": listed.is_expose,
            "certificate_password": listed.password,
            "file_sha256": listed.sha256,
            "user_env_key": listed.env_key,
            "certificate_sha256_fingerprint": _identity(file.stored) if file.is_processed else None,
            "download_url": f"get:{file.slug}" if is_readable else None,
        }


def _identity(content: str | None) -> str | None:
    return None if content is None else "Q" if content == OTHER_IDENTITY else "OURS"


class ModelInspections(InspectionCache):
    """Inspections of the contents of the model, in place of those of real files."""

    def inspect(self, kind: FileKind, content: Content, secrets: Secrets) -> Inspection:
        text = content_of(content.data)
        made = dt.datetime.fromtimestamp(MADE_AT[text], dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        details: dict[str, Any] = {"created_at": made, "not_before": made, "has_private_key": True}
        if kind == PROVISIONING_PROFILE:
            details |= {"type": "development", "app_id": _identity(text)}
        elif kind == BUILD_CERTIFICATE:
            details |= {"common_name": f"Apple Development: {_identity(text)}", "team_id": _identity(text)}
            if secrets.password != PASSWORD:
                return Inspection(kind.name, details, (Finding("password_needed", "It needs a password."),))
        elif kind == ANDROID_KEYSTORE:
            details |= {"sha256_fingerprint": _identity(text)}
        return Inspection(kind.name, details)
