# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections that limit the time for the head of a response, and the slowness of an upload.

A timeout of a socket starts again with every byte. response_body has the limits for the body of a response.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any

from .response_body import LEAST_BYTES_PER_S, WHOLE_RESPONSE, TooSlowError

try:
    from requests import Session
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
except ImportError:  # ModuleSpec.execute() reports the missing library before this code runs
    Session = HTTPAdapter = object  # type: ignore[assignment,misc]
    HTTPConnection = HTTPSConnection = HTTPConnectionPool = HTTPSConnectionPool = object  # type: ignore[assignment,misc]

BLOCK_BYTES = 64 * 1024


class _Reader(io.RawIOBase):
    """Bytes that a socket receives. A time limit applies until the head of the response is complete."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__()
        self._raw = sock.makefile("rb", buffering=0)
        timeout_s = sock.gettimeout()
        self.end: float | None = None if timeout_s is None else time.monotonic() + WHOLE_RESPONSE * timeout_s

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self.end is not None and time.monotonic() > self.end:
            raise TooSlowError("the head of the response takes too long")
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Incoming:
    """A socket for http.client, which only calls makefile()."""

    def __init__(self, sock: socket.socket) -> None:
        self.reader = _Reader(sock)

    def makefile(self, *_arguments: Any, **_more: Any) -> io.BufferedReader:
        return io.BufferedReader(self.reader)


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments: Any, **more: Any) -> None:
        incoming = _Incoming(sock)
        self._reader = incoming.reader
        super().__init__(incoming, *arguments, **more)  # type: ignore[arg-type]

    def begin(self) -> None:
        super().begin()
        self._reader.end = None


class _Connection(HTTPConnection):
    response_class = _Response

    def send(self, data: Any) -> None:
        if not isinstance(data, bytes) or len(data) <= BLOCK_BYTES:
            super().send(data)
            return
        begun = since = time.monotonic()
        sent = 0
        for start in range(0, len(data), BLOCK_BYTES):
            super().send(data[start : start + BLOCK_BYTES])
            sent += BLOCK_BYTES
            now = time.monotonic()
            timeout_s = self.sock.gettimeout() if self.sock else None
            if timeout_s is not None and now - since > timeout_s:
                if sent < LEAST_BYTES_PER_S * (now - since):
                    raise TooSlowError(f"the upload is too slow after {now - begun:.0f} s")
                since, sent = now, 0


class _SecureConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


_POOLS = {"http": _Pool, "https": _SecurePool}


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **more: Any) -> None:
        super().init_poolmanager(*arguments, **more)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **more)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class BoundedSession(Session):
    """A session of requests that uses these connections and does not evaluate redirects."""

    def __init__(self) -> None:
        super().__init__()
        for scheme in ("https://", "http://"):
            self.mount(scheme, _Adapter())

    def get_redirect_target(self, resp: Any) -> str | None:  # noqa: ARG002
        """Return None. Otherwise requests reads the whole body of a redirect that is not followed."""
        return None
