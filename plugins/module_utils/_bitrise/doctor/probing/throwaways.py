# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create, change and delete throw-away files. Other files are never changed or deleted.

The names begin with a prefix, so that a later run can delete the files of an interrupted one.
"""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...._core.errors import CiError
from ...._http.service_client import path_part
from ...files.kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    FILE_KINDS,
    PROJECT_FILE,
    PROVISIONING_PROFILE,
    FileKind,
)
from .prober import Prober, ProbeResponse

# A prefix without characters that a service might change.
PREFIX = "mobileops-doctor-"
# The whole form of a name, because a file of the user may begin with the prefix.
_OURS = re.compile(rf"{PREFIX}[0-9a-f]{{8}}-\d")
EXTENSIONS = {
    BUILD_CERTIFICATE: ".p12",
    PROVISIONING_PROFILE: ".mobileprovision",
    ANDROID_KEYSTORE: ".keystore",
    PROJECT_FILE: ".txt",
}
# Longest wait for a state of the service, and the interval of requests.
LONGEST_WAIT_S, POLL_INTERVAL_S = 30.0, 0.5


@dataclass(eq=False)
class Throwaway:
    """A file that this run has created."""

    kind: FileKind
    slug: str
    name: str
    content: bytes = field(repr=False)
    upload_url: str = field(repr=False)


class Throwaways:
    """Creates, changes and deletes throw-away files in one app."""

    def __init__(self, prober: Prober, app_slug: str) -> None:
        self._prober = prober
        self._app = f"/apps/{path_part(app_slug)}"
        self.run_id = secrets.token_hex(4)
        self._number = 0
        self._existing: list[Throwaway] = []
        # Names of files that may have been created, although no response has returned their slugs.
        self._unclear: list[str] = []

    def now(self) -> float:
        return self._prober.client.gates.clock.monotonic()

    def wait_for(self, has_state: Callable[[], bool], longest: float = LONGEST_WAIT_S) -> float | None:
        """Return the seconds until `has_state` is true: 0 if it is true at once, None if it stays false."""
        started = self.now()
        if has_state():
            return 0.0
        for _number in range(math.ceil(longest / POLL_INTERVAL_S)):
            self._prober.client.sleep(POLL_INTERVAL_S)
            if has_state():
                return self.now() - started
            if self.now() - started >= longest:
                break
        return None

    def new_name(self, kind: FileKind, suffix: str = "") -> str:
        self._number += 1
        return f"{PREFIX}{self.run_id}-{self._number}{suffix or EXTENSIONS[kind]}"

    def env_key(self) -> str:
        """Return a key for builds that no other file has."""
        return f"MOBILEOPS_DOCTOR_{self.run_id.upper()}_{self._number}"

    # Requests

    def path(self, kind: FileKind, *parts: str) -> str:
        return "/".join((self._app, kind.collection, *map(path_part, parts)))

    def create(
        self, kind: FileKind, content: bytes, name: str | None = None, **more: Any
    ) -> tuple[ProbeResponse, Throwaway | None]:
        """Create a file without content. Return the response, and the file unless the service refuses it."""
        name = name or self.new_name(kind)
        body = {"upload_file_name": name, "upload_file_size": len(content), **more}
        if kind == PROJECT_FILE:
            body.setdefault("user_env_key", self.env_key())
        self._unclear.append(name)
        response = self._prober.send("POST", self.path(kind), body)
        slug = response.data.get("slug")
        if not isinstance(slug, str) or not slug or not response.succeeded:
            if 400 <= response.status < 500:
                self._unclear.remove(name)
            return response, None
        self._unclear.remove(name)
        made = Throwaway(kind, slug, name, content, str(response.data.get("upload_url") or ""))
        self._existing.append(made)
        return response, made

    def read(self, file: Throwaway) -> ProbeResponse:
        return self._prober.get(self.path(file.kind, file.slug))

    def upload(self, file: Throwaway, content: bytes | None = None) -> Any:
        return self._prober.put(file.upload_url, file.content if content is None else content)

    def download(self, file: Throwaway) -> bytes | None:
        url = self.read(file).data.get("download_url")
        return self._prober.download(url) if isinstance(url, str) and url else None

    def confirm(self, file: Throwaway) -> ProbeResponse:
        return self._prober.send("POST", self.path(file.kind, file.slug, "uploaded"))

    def change(self, file: Throwaway, **changes: Any) -> ProbeResponse:
        return self._prober.send("PATCH", self.path(file.kind, file.slug), changes)

    def is_processed(self, file: Throwaway) -> bool:
        return self.read(file).data.get("processed") is True

    def make(self, kind: FileKind, content: bytes, **more: Any) -> Throwaway | None:
        """Create, upload and confirm a file. Return None if the service refuses any of it."""
        _response, made = self.create(kind, content, **more)
        return made if made is not None and self.complete(made) else None

    def complete(self, file: Throwaway) -> bool:
        """Upload and confirm a file that was created. Return whether it is processed then."""
        self.upload(file)
        response = self.confirm(file)
        if response.data.get("processed") is True:
            return True
        return response.succeeded and self.wait_for(lambda: self.is_processed(file)) is not None

    def listed(self, kind: FileKind) -> list[dict[str, Any]]:
        """Return all files of a kind that the service lists."""
        return self._prober.every(self.path(kind))

    def is_listed(self, file: Throwaway, kind: FileKind) -> bool:
        return any(entry.get("slug") == file.slug for entry in self.listed(kind))

    def delete(self, file: Throwaway) -> ProbeResponse:
        response = self._prober.send("DELETE", self.path(file.kind, file.slug))
        if self.read(file).status == 404:
            self._existing.remove(file)
        return response

    # Deletion at the end

    def clean_up(self) -> list[str]:
        """Delete the files that this run has created. Return the names of files that still exist."""
        kept = [file.name for file in reversed(list(self._existing)) if not self._remove(file)]
        if self._unclear:
            try:
                kept += self._remove_listed(re.compile(f"{PREFIX}{self.run_id}-"), besides=kept)[1]
            except CiError:
                kept += self._unclear
        return kept

    def _remove(self, file: Throwaway) -> bool:
        try:
            self.delete(file)
            if file in self._existing:
                # The service may delete a file only after its confirmation.
                self.complete(file)
                self.delete(file)
        except CiError:
            return False
        return file not in self._existing

    def remove_leftovers(self) -> tuple[list[str], list[str]]:
        """Delete the files of earlier runs. Return the names of deleted files, and of those that still exist."""
        return self._remove_listed(_OURS)

    def _remove_listed(self, names: re.Pattern[str], besides: Sequence[str] = ()) -> tuple[list[str], list[str]]:
        removed, kept = [], []
        for kind in FILE_KINDS:
            for data in self.listed(kind):
                name = str(data.get("upload_file_name") or "")
                slug = data.get("slug")
                if not names.match(name) or name in besides or not isinstance(slug, str) or not slug:
                    continue
                left = Throwaway(kind, slug, name, b"", "")
                self._existing.append(left)
                self.delete(left)
                if left in self._existing:
                    self._existing.remove(left)
                    kept.append(name)
                else:
                    removed.append(name)
        return removed, kept
