# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An S3-compatible store in place of the emulator's own storage.

Clients use the store directly through signed URLs. The request log does not show these requests, and the store has its
own clock.
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
    """Objects in a bucket of an S3-compatible store at `http://HOST/BUCKET`."""

    def __init__(self, url: str, key: SigningKey) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc or not parts.path.strip("/"):
            raise StoreError(f"storage must be http://HOST/BUCKET, got '{url}'")
        self._key = key
        self._secure = parts.scheme == "https"
        self._host = parts.netloc
        self._base = f"{parts.scheme}://{parts.netloc}"
        self._bucket = "/" + parts.path.strip("/")
        self._stored_keys: set[str] = set()

    async def prepare(self) -> None:
        """Create the bucket if it is missing. Raise StoreError if the store rejects it."""
        status, _body = await self._call("HEAD", self._bucket)
        if status == 404:
            status, _body = await self._call("PUT", self._bucket)
        if status != 200:
            raise StoreError(f"the storage rejected the bucket {self._bucket} with status {status}")

    def upload_url(self, key: str, size: int) -> str:
        self._stored_keys.add(key)
        return self._url("PUT", self._path(key), {"content-length": str(size)})

    def download_url(self, key: str) -> str:
        return self._url("GET", self._path(key), {})

    async def size(self, key: str) -> int | None:
        status, response = await self._call("HEAD", self._path(key))
        return int(response.headers["Content-Length"]) if status == 200 else None

    async def read(self, key: str) -> bytes | None:
        status, response = await self._call("GET", self._path(key))
        return response.body if status == 200 else None

    async def delete(self, key: str) -> None:
        await self._call("DELETE", self._path(key))
        self._stored_keys.discard(key)

    async def put(self, key: str, body: Content) -> None:
        status, _body = await self._call("PUT", self._path(key), body)
        if status != 200:
            raise StoreError(f"the storage rejected an object with status {status}")
        self._stored_keys.add(key)

    async def replace_all(self, blobs: dict[str, Content]) -> None:
        for key in self._stored_keys - blobs.keys():
            await self.delete(key)
        for key, body in blobs.items():
            await self.put(key, body)

    def _path(self, key: str) -> str:
        return f"{self._bucket}/{quote(key)}"

    def _url(self, method: str, path: str, headers: Mapping[str, str]) -> str:
        return presign(self._key, method, self._base, path, {"host": self._host, **headers})

    async def _call(self, method: str, path: str, body: Content = b"") -> tuple[int, _StoreResponse]:
        return await asyncio.to_thread(self._call_blocking, method, path, body)

    def _call_blocking(self, method: str, path: str, body: Content) -> tuple[int, _StoreResponse]:
        length = {"Content-Length": str(len(body))} if method == "PUT" else {}
        url = self._url(method, path, {name.lower(): value for name, value in length.items()})
        data = body.chunks() if isinstance(body, GeneratedBytes) else body
        connection_class = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = connection_class(self._host, timeout=30)
        try:
            connection.request(method, url.removeprefix(self._base), data if method == "PUT" else None, length)
            response = connection.getresponse()
            return response.status, _StoreResponse(response.headers, response.read())
        finally:
            connection.close()


class _StoreResponse:
    def __init__(self, headers: http.client.HTTPMessage, body: bytes) -> None:
        self.headers = headers
        self.body = body
