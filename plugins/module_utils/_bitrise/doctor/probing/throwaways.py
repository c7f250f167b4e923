# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Throw-away files of one run. Their names begin with a prefix, so that a later run can remove what a killed one left.

No other file is changed or deleted.
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
    KINDS,
    PROJECT_FILE,
    PROVISIONING_PROFILE,
    FileKind,
)
from .asking import Asker, Reply

# Characters that no service changes in a name.
PREFIX = "mobileops-doctor-"
# A name that merely begins like this may be one of the user's.
_OURS = re.compile(rf"{PREFIX}[0-9a-f]{{8}}-\d")
EXTENSIONS = {
    BUILD_CERTIFICATE: ".p12",
    PROVISIONING_PROFILE: ".mobileprovision",
    ANDROID_KEYSTORE: ".keystore",
    PROJECT_FILE: ".txt",
}
# How long to wait for the service, and how often to look.
LONGEST_WAIT_S, LOOK_EVERY_S = 30.0, 0.5


@dataclass(eq=False)
class Throwaway:
    """A file that this run has created."""

    kind: FileKind
    slug: str
    name: str
    content: bytes = field(repr=False)
    upload_url: str = field(repr=False)


class Throwaways:
    """Creates, changes and removes throw-away files in one app."""

    def __init__(self, asker: Asker, app_slug: str) -> None:
        self._asker = asker
        self._app = f"/apps/{path_part(app_slug)}"
        self.run_id = secrets.token_hex(4)
        self._number = 0
        self._there: list[Throwaway] = []
        # Names of files that may have been created, although no answer told their slugs.
        self._unclear: list[str] = []

    def now(self) -> float:
        return self._asker.client.gates.clock.monotonic()

    def wait_for(self, look: Callable[[], bool], longest: float = LONGEST_WAIT_S) -> float | None:
        """Return the seconds until a look succeeds: 0 for the first one, None if none does."""
        started = self.now()
        if look():
            return 0.0
        for _number in range(math.ceil(longest / LOOK_EVERY_S)):
            self._asker.client.sleep(LOOK_EVERY_S)
            if look():
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
    ) -> tuple[Reply, Throwaway | None]:
        """Create a file without its bytes. Return the answer, and the file unless the service refuses it."""
        name = name or self.new_name(kind)
        body = {"upload_file_name": name, "upload_file_size": len(content), **more}
        if kind == PROJECT_FILE:
            body.setdefault("user_env_key", self.env_key())
        self._unclear.append(name)
        reply = self._asker.ask("POST", self.path(kind), body)
        slug = reply.data.get("slug")
        if not isinstance(slug, str) or not slug or not reply.succeeded:
            if 400 <= reply.status < 500:
                self._unclear.remove(name)
            return reply, None
        self._unclear.remove(name)
        made = Throwaway(kind, slug, name, content, str(reply.data.get("upload_url") or ""))
        self._there.append(made)
        return reply, made

    def read(self, file: Throwaway) -> Reply:
        return self._asker.get(self.path(file.kind, file.slug))

    def upload(self, file: Throwaway, content: bytes | None = None) -> Any:
        return self._asker.put(file.upload_url, file.content if content is None else content)

    def download(self, file: Throwaway) -> bytes | None:
        url = self.read(file).data.get("download_url")
        return self._asker.download(url) if isinstance(url, str) and url else None

    def confirm(self, file: Throwaway) -> Reply:
        return self._asker.ask("POST", self.path(file.kind, file.slug, "uploaded"))

    def change(self, file: Throwaway, **changes: Any) -> Reply:
        return self._asker.ask("PATCH", self.path(file.kind, file.slug), changes)

    def is_processed(self, file: Throwaway) -> bool:
        return self.read(file).data.get("processed") is True

    def make(self, kind: FileKind, content: bytes, **more: Any) -> Throwaway | None:
        """Create, upload and confirm a file. Return None if the service refuses any of it."""
        _reply, made = self.create(kind, content, **more)
        return made if made is not None and self.complete(made) else None

    def complete(self, file: Throwaway) -> bool:
        """Upload and confirm a file that was created. Return whether it is processed then."""
        self.upload(file)
        reply = self.confirm(file)
        if reply.data.get("processed") is True:
            return True
        return reply.succeeded and self.wait_for(lambda: self.is_processed(file)) is not None

    def listed(self, kind: FileKind) -> list[dict[str, Any]]:
        """Return all files of a kind that the service lists."""
        return self._asker.every(self.path(kind))

    def is_listed(self, file: Throwaway, kind: FileKind) -> bool:
        return any(entry.get("slug") == file.slug for entry in self.listed(kind))

    def delete(self, file: Throwaway) -> Reply:
        reply = self._asker.ask("DELETE", self.path(file.kind, file.slug))
        if self.read(file).status == 404:
            self._there.remove(file)
        return reply

    # In the end

    def clean_up(self) -> list[str]:
        """Remove what this run has created. Return the names of files that are still there."""
        kept = [file.name for file in reversed(list(self._there)) if not self._remove(file)]
        if self._unclear:
            try:
                kept += self._remove_listed(re.compile(f"{PREFIX}{self.run_id}-"), besides=kept)[1]
            except CiError:
                kept += self._unclear
        return kept

    def _remove(self, file: Throwaway) -> bool:
        try:
            self.delete(file)
            if file in self._there:
                # Some services may delete a file only after its confirmation.
                self.complete(file)
                self.delete(file)
        except CiError:
            return False
        return file not in self._there

    def remove_leftovers(self) -> tuple[list[str], list[str]]:
        """Remove what earlier runs have left. Return the names of removed files, and of those that are still there."""
        return self._remove_listed(_OURS)

    def _remove_listed(self, names: re.Pattern[str], besides: Sequence[str] = ()) -> tuple[list[str], list[str]]:
        removed, kept = [], []
        for kind in KINDS:
            for data in self.listed(kind):
                name = str(data.get("upload_file_name") or "")
                slug = data.get("slug")
                if not names.match(name) or name in besides or not isinstance(slug, str) or not slug:
                    continue
                left = Throwaway(kind, slug, name, b"", "")
                self._there.append(left)
                self.delete(left)
                if left in self._there:
                    self._there.remove(left)
                    kept.append(name)
                else:
                    removed.append(name)
        return removed, kept
