# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cache of the digests of remote files on this machine. The content of a slug never changes.

It contains only slugs and digests. SQLite coordinates concurrent writers.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import threading
import zlib
from pathlib import Path

from .._core.fields import is_identifier

try:
    import sqlite3
except ImportError:  # Python was built without it
    sqlite3 = None  # type: ignore[assignment]

BUSY_TIMEOUT_S = 10.0
OPTION = "digest_cache"
EFFECT = "The task continues without it."
_NO_CACHE = frozenset({"", "none", os.devnull})
_COLUMNS = "digest (file TEXT PRIMARY KEY, sha256 TEXT, checksum INTEGER) WITHOUT ROWID"


def open_cache(option: str | None, api_url: str) -> DigestCache | None:
    """Return the cache that the option digest_cache names, or None if the option disables it."""
    if option is None or option.lower() in _NO_CACHE:
        return None
    return DigestCache(option, api_url)


class DigestCache:
    """The cache in one file. A problem with it becomes a warning, never an error.

    `label` names the file in warnings, and `effect` says what follows if it cannot be used.
    """

    def __init__(self, path: str, api_url: str, *, label: str = OPTION, effect: str = EFFECT) -> None:
        self._label, self._effect = label, effect
        self._path = Path(path)
        # The same slug may belong to another file on another service.
        self._service = hashlib.sha256(api_url.encode()).hexdigest()[:16]
        self._lock = threading.Lock()
        self._new: dict[str, str] = {}
        self.warnings: list[str] = []
        self._known = self._read()

    def get(self, slug: str) -> str | None:
        return self._known.get(slug)

    def slugs_of(self, sha256: str) -> frozenset[str]:
        """Return the slugs of files that are known to have this digest."""
        with self._lock:
            return frozenset(slug for slug, known in self._known.items() if known == sha256)

    def put(self, slug: str, sha256: str) -> None:
        with self._lock:
            if self._known.get(slug) != sha256:
                self._known[slug] = self._new[slug] = sha256

    def save(self) -> None:
        """Write the new digests. Call this once at the end, also after a failure."""
        with self._lock:
            new, self._new = self._new, {}
        rows = [
            (f"{self._service}/{slug}", *_checked(slug, sha256)) for slug, sha256 in new.items() if is_identifier(slug)
        ]
        if not rows or sqlite3 is None:
            return
        try:
            before = self._file_number()
            try:
                self._write(rows)
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
                # Another process may have renamed the damaged file and created a new one by now.
                if before is not None and self._file_number() == before:
                    # Rename the file instead of deleting it: the option may be the path of another file by mistake.
                    with contextlib.suppress(FileNotFoundError):
                        os.replace(self._path, f"{self._path}.damaged")
                self._write(rows)
        except (OSError, ValueError, sqlite3.Error) as error:
            self._warn("cannot be written", error)

    def _write(self, rows: list[tuple[str, str, int]]) -> None:
        if not self._exists():
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Create the file here instead of in SQLite, to set its mode.
            with contextlib.suppress(FileExistsError):
                os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with contextlib.closing(self._open()) as database:
            _has_table(database)
            database.execute(f"CREATE TABLE IF NOT EXISTS {_COLUMNS}")
            database.executemany("INSERT OR REPLACE INTO digest VALUES (?, ?, ?)", rows)
            database.commit()

    def _file_number(self) -> int | None:
        """Return the inode of the file, or None if it does not exist."""
        try:
            return os.stat(self._path).st_ino
        except FileNotFoundError:
            return None

    def _exists(self) -> bool:
        """Return whether the file exists. Raise OSError if it is not a regular file, such as a device."""
        try:
            found = os.stat(self._path)
        except FileNotFoundError:
            return False
        if not stat.S_ISREG(found.st_mode):
            advice = f", set {OPTION}=none to use no cache" if self._label == OPTION else ""
            raise OSError(f"it is not a regular file{advice}")
        return True

    def _read(self) -> dict[str, str]:
        if sqlite3 is None:
            effect = "" if self._label == OPTION else f" {self._effect}"
            self.warnings.append(f"{self._label} is not used, because this Python has no module sqlite3.{effect}")
            return {}
        try:
            return self._rows() if self._exists() else {}
        except sqlite3.DatabaseError as error:
            if _is_damage(error):
                effect = "It is created again once there are new digests."
                self.warnings.append(f"{self._label}: {self._path} is damaged. {effect}")
            else:
                self._warn("cannot be read", error)
        except (OSError, ValueError) as error:
            self._warn("cannot be read", error)
        return {}

    def _rows(self) -> dict[str, str]:
        prefix = f"{self._service}/"
        with contextlib.closing(self._open()) as database:
            if not _has_table(database):
                return {}  # another process has created the file, but not the table yet
            rows = database.execute("SELECT * FROM digest WHERE file >= ? AND file < ?", (prefix, prefix + "~"))
            found = [(str(file)[len(prefix) :], str(sha256), check) for file, sha256, check in rows]
        # SQLite detects damage to its own structure, but not to values.
        return {slug: sha256 for slug, sha256, check in found if _checked(slug, sha256) == (sha256, check)}

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(str(self._path), timeout=BUSY_TIMEOUT_S)
        # Decode damaged text instead of raising OperationalError.
        database.text_factory = lambda data: data.decode(errors="replace")
        return database

    def _warn(self, problem: str, error: Exception) -> None:
        reason = getattr(error, "strerror", None) or error
        self.warnings.append(f"{self._label}: {self._path} {problem} ({reason}). {self._effect}")


def _has_table(database: sqlite3.Connection) -> bool:
    """Return whether the table exists. Raise DatabaseError if another table has its name, which counts as damage."""
    found = database.execute("SELECT sql FROM sqlite_master WHERE name = 'digest' COLLATE NOCASE").fetchone()
    if found and found[0] != f"CREATE TABLE {_COLUMNS}":
        raise sqlite3.DatabaseError("digest is another table")
    return bool(found)


def _checked(slug: str, sha256: str) -> tuple[str, int]:
    """Return a digest in its stored form, with a checksum of the entry."""
    return sha256, zlib.crc32(f"{slug} {sha256}".encode())


def _is_damage(error: Exception) -> bool:
    """Return whether the file is damaged. An OperationalError means that it is locked or not accessible."""
    return not isinstance(error, sqlite3.OperationalError)
