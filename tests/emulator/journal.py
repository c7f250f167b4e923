# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Persistent state: a SQLite file, or no persistence."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .generated import Content, GeneratedBytes
from .model import Json

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, slug TEXT NOT NULL, parent TEXT NOT NULL, body TEXT NOT NULL,
    UNIQUE (kind, slug));
CREATE TABLE IF NOT EXISTS blobs (key TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS generated (key TEXT PRIMARY KEY, seed TEXT NOT NULL, size INTEGER NOT NULL);
"""


class Journal:
    """Journal that stores nothing. The state is in memory only."""

    def put(self, kind: str, slug: str, parent: str, body: Json) -> None:
        """Store a new or changed object."""

    def remove(self, kind: str, slug: str) -> None:
        """Remove an object."""

    def put_blob(self, key: str, body: Content) -> None:
        """Store bytes under a key."""

    def remove_blob(self, key: str) -> None:
        """Remove the bytes of a key."""

    def clear(self) -> None:
        """Remove all objects."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Store all changes of a `with` block together."""
        yield

    def objects(self, kind: str) -> Iterator[tuple[str, str, Json]]:
        """Yield slug, parent and body of the stored objects, in the order of their creation."""
        return iter(())

    def blobs(self) -> Iterator[tuple[str, Content]]:
        """Yield stored bytes with their keys."""
        return iter(())

    def close(self) -> None:
        """Close the journal."""


class SqliteJournal(Journal):
    """Journal in a SQLite file. It writes each change at once, so that killing the emulator loses nothing."""

    def __init__(self, path: Path) -> None:
        # The file contains tokens and passwords, so only its owner may read it.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.executescript(_SCHEMA)

    def put(self, kind: str, slug: str, parent: str, body: Json) -> None:
        self._db.execute(
            "INSERT INTO objects (kind, slug, parent, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (kind, slug) DO UPDATE SET parent = excluded.parent, body = excluded.body",
            (kind, slug, parent, json.dumps(body)),
        )

    def remove(self, kind: str, slug: str) -> None:
        self._db.execute("DELETE FROM objects WHERE kind = ? AND slug = ?", (kind, slug))

    def put_blob(self, key: str, body: Content) -> None:
        self.remove_blob(key)
        if isinstance(body, GeneratedBytes):
            self._db.execute("INSERT INTO generated (key, seed, size) VALUES (?, ?, ?)", (key, body.seed, body.size))
        else:
            self._db.execute("INSERT INTO blobs (key, body) VALUES (?, ?)", (key, body))

    def remove_blob(self, key: str) -> None:
        self._db.execute("DELETE FROM blobs WHERE key = ?", (key,))
        self._db.execute("DELETE FROM generated WHERE key = ?", (key,))

    def clear(self) -> None:
        self._db.execute("DELETE FROM objects WHERE kind != 'meta'")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def objects(self, kind: str) -> Iterator[tuple[str, str, Json]]:
        rows = self._db.execute("SELECT slug, parent, body FROM objects WHERE kind = ? ORDER BY id", (kind,))
        return ((slug, parent, json.loads(body)) for slug, parent, body in rows)

    def blobs(self) -> Iterator[tuple[str, Content]]:
        yield from self._db.execute("SELECT key, body FROM blobs")
        for key, seed, size in self._db.execute("SELECT key, seed, size FROM generated"):
            yield key, GeneratedBytes(seed, size)

    def close(self) -> None:
        self._db.close()


def open_journal(path: Path | None) -> Journal:
    """Return the journal for a state file, or one that stores nothing if there is no file."""
    return SqliteJournal(path) if path else Journal()
