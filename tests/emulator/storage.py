# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The object storage behind the signed URLs."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from urllib.parse import quote

from .clock import Clock
from .journal import Journal
from .signed_urls import SigningKey, presign


class ObjectStore(ABC):
    """What the API side needs of a storage."""

    @abstractmethod
    def upload_url(self, key: str, size: int) -> str:
        """A URL that takes exactly `size` bytes by PUT."""

    @abstractmethod
    def download_url(self, key: str) -> str:
        """A URL that gives the bytes by GET."""

    @abstractmethod
    async def size(self, key: str) -> int | None:
        """How many bytes are there, or nothing."""

    @abstractmethod
    async def read(self, key: str) -> bytes | None:
        """The bytes."""

    @abstractmethod
    async def delete(self, key: str) -> None:
        """Take the bytes away, if there are any."""

    @abstractmethod
    async def put(self, key: str, body: bytes) -> None:
        """Store bytes that the service itself makes, such as logs."""

    @abstractmethod
    async def replace_all(self, blobs: dict[str, bytes]) -> None:
        """Forget everything that this emulator has stored, and store this instead."""


class LocalStore(ObjectStore):
    """The emulator's own storage, reached through `/_storage` on the same port."""

    prefix = "/_storage/"

    def __init__(self, key: SigningKey, clock: Clock, journal: Journal, base: str) -> None:
        self.signing_key = key
        self.blobs: dict[str, bytes] = dict(journal.blobs())
        self._base = base
        self._clock = clock
        self._journal = journal

    def _url(self, method: str, key: str, headers: dict[str, str]) -> str:
        host = self._base.removeprefix("http://")
        path = self.prefix + quote(key)
        return presign(self.signing_key, method, self._base, path, {"host": host, **headers}, self._clock.now())

    def upload_url(self, key: str, size: int) -> str:
        return self._url("PUT", key, {"content-length": str(size)})

    def download_url(self, key: str) -> str:
        return self._url("GET", key, {})

    async def size(self, key: str) -> int | None:
        body = self.blobs.get(key)
        return None if body is None else len(body)

    async def read(self, key: str) -> bytes | None:
        return self.blobs.get(key)

    async def delete(self, key: str) -> None:
        if self.blobs.pop(key, None) is not None:
            self._journal.remove_blob(key)

    async def put(self, key: str, body: bytes) -> None:
        self.receive(key, body)

    def receive(self, key: str, body: bytes) -> None:
        """Store bytes that have come in."""
        self.blobs[key] = body
        self._journal.put_blob(key, body)

    async def replace_all(self, blobs: dict[str, bytes]) -> None:
        with self._journal.transaction():
            for key in self.blobs:
                self._journal.remove_blob(key)
            self.blobs.clear()
            for key, body in blobs.items():
                self.receive(key, body)


def sha256_of(body: bytes) -> str:
    """The digest that the service shows for a file."""
    return hashlib.sha256(body).hexdigest()
