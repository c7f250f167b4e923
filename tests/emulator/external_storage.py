# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real S3-compatible store in place of the emulator's own storage.

Clients talk to it directly through the signed URLs; requests to it are in nobody's log here, and it has its own clock.
"""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from .generated import Content, GeneratedBytes
from .signed_urls import SigningKey, presign
from .storage import ObjectStore


class StoreError(OSError):
    """The store cannot be used."""


class ExternalStore(ObjectStore):
    """Objects in one bucket, given as `http://HOST/BUCKET`."""

    def __init__(self, url: str, key: SigningKey) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc or not parts.path.strip("/"):
            raise StoreError(f"a storage is given as http://HOST/BUCKET, not as '{url}'")
        self._key = key
        self._secure = parts.scheme == "https"
        self._host = parts.netloc
        self._base = f"{parts.scheme}://{parts.netloc}"
        self._bucket = "/" + parts.path.strip("/")
        self._seen: set[str] = set()

    async def prepare(self) -> None:
        """Make the bucket if it is not there."""
        status, _body = await self._call("HEAD", self._bucket)
        if status == 404:
            status, _body = await self._call("PUT", self._bucket)
        if status != 200:
            raise StoreError(f"the storage refuses the bucket {self._bucket}: {status}")

    def upload_url(self, key: str, size: int) -> str:
        self._seen.add(key)
        return self._url("PUT", self._path(key), {"content-length": str(size)})

    def download_url(self, key: str) -> str:
        return self._url("GET", self._path(key), {})

    async def size(self, key: str) -> int | None:
        status, answer = await self._call("HEAD", self._path(key))
        return int(answer.headers["Content-Length"]) if status == 200 else None

    async def read(self, key: str) -> bytes | None:
        status, answer = await self._call("GET", self._path(key))
        return answer.body if status == 200 else None

    async def delete(self, key: str) -> None:
        await self._call("DELETE", self._path(key))
        self._seen.discard(key)

    async def put(self, key: str, body: Content) -> None:
        status, _body = await self._call("PUT", self._path(key), body)
        if status != 200:
            raise StoreError(f"the storage refuses an object: {status}")
        self._seen.add(key)

    async def replace_all(self, blobs: dict[str, Content]) -> None:
        for key in self._seen - blobs.keys():
            await self.delete(key)
        for key, body in blobs.items():
            await self.put(key, body)

    def _path(self, key: str) -> str:
        return f"{self._bucket}/{quote(key)}"

    def _url(self, method: str, path: str, headers: Mapping[str, str]) -> str:
        return presign(self._key, method, self._base, path, {"host": self._host, **headers})

    async def _call(self, method: str, path: str, body: Content = b"") -> tuple[int, _Answer]:
        return await asyncio.to_thread(self._call_now, method, path, body)

    def _call_now(self, method: str, path: str, body: Content) -> tuple[int, _Answer]:
        length = {"Content-Length": str(len(body))} if method == "PUT" else {}
        url = self._url(method, path, {name.lower(): value for name, value in length.items()})
        data = body.chunks() if isinstance(body, GeneratedBytes) else body
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = kind(self._host, timeout=30)
        try:
            connection.request(method, url.removeprefix(self._base), data if method == "PUT" else None, length)
            answer = connection.getresponse()
            return answer.status, _Answer(answer.headers, answer.read())
        finally:
            connection.close()


class _Answer:
    def __init__(self, headers: http.client.HTTPMessage, body: bytes) -> None:
        self.headers = headers
        self.body = body
