# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Digests of remote files, kept on this machine: what lies behind a slug never changes.

Holds slugs and digests, nothing else. SQLite takes care of several writers at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from pathlib import Path

try:
    import sqlite3
except ImportError:  # a Python that was built without it
    sqlite3 = None  # type: ignore[assignment]

BUSY_TIMEOUT_S = 10.0
_TABLE = "CREATE TABLE IF NOT EXISTS digest (file TEXT PRIMARY KEY, sha256 TEXT NOT NULL) WITHOUT ROWID"


class DigestCache:
    """The cache in one file. What goes wrong with it costs time only: it becomes a warning, never an error."""

    def __init__(self, path: str, api_url: str) -> None:
        self._path = Path(path)
        # Slugs of one service say nothing about the files of another.
        self._service = hashlib.sha256(api_url.encode()).hexdigest()[:16]
        self._lock = threading.Lock()
        self._new: dict[str, str] = {}
        self.warnings: list[str] = []
        self._known = self._read()

    def get(self, slug: str) -> str | None:
        return self._known.get(slug)

    def put(self, slug: str, sha256: str) -> None:
        with self._lock:
            if self._known.get(slug) != sha256:
                self._known[slug] = self._new[slug] = sha256

    def save(self) -> None:
        """Write what is new. Called once at the end, also after a failure."""
        with self._lock:
            rows = [(f"{self._service}/{slug}", sha256) for slug, sha256 in self._new.items()]
            self._new = {}
        if not rows or sqlite3 is None:
            return
        try:
            with contextlib.closing(self._open()) as database, database:
                database.executemany("INSERT OR REPLACE INTO digest VALUES (?, ?)", rows)
        except (OSError, sqlite3.Error) as error:
            self._warn("cannot be written", error)

    def _read(self) -> dict[str, str]:
        if sqlite3 is None:
            self.warnings.append("digest_cache: not used, because this Python has no sqlite3.")
            return {}
        if not self._path.exists():
            return {}
        try:
            return self._rows()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):  # locked, or not readable
                self._warn("cannot be read", error)
                return {}
            self._discard()
        except OSError as error:
            self._warn("cannot be read", error)
        return {}

    def _rows(self) -> dict[str, str]:
        prefix = f"{self._service}/"
        with contextlib.closing(self._open()) as database:
            rows = database.execute(
                "SELECT file, sha256 FROM digest WHERE file >= ? AND file < ?", (prefix, prefix + "~")
            )
            return {str(file)[len(prefix) :]: str(sha256) for file, sha256 in rows}

    def _open(self) -> sqlite3.Connection:
        if not self._path.exists():
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Made here, and not by SQLite, for the sake of its mode.
            with contextlib.suppress(FileExistsError):
                os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        database = sqlite3.connect(str(self._path), timeout=BUSY_TIMEOUT_S)
        try:
            # Fails on a read-only file, which can be read all the same.
            with contextlib.suppress(sqlite3.OperationalError):
                database.execute(_TABLE)
        except BaseException:
            database.close()
            raise
        return database

    def _discard(self) -> None:
        """A damaged cache is made anew: everything in it can be found out again."""
        self.warnings.append(f"digest_cache: {self._path} is damaged and is made anew.")
        try:
            self._path.unlink()
        except OSError as error:
            self._warn("cannot be replaced", error)

    def _warn(self, problem: str, error: Exception) -> None:
        reason = getattr(error, "strerror", None) or error
        self.warnings.append(f"digest_cache: {self._path} {problem} ({reason}); going on without it.")
