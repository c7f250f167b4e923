# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TCP connections: one segment for each response, and access to the connection for faults."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

CONNECTION = "connection"
_SEGMENT = 64 * 1024


class OneSegmentTransport(asyncio.Transport):
    """Transport that merges the writes of one event loop turn into one segment.

    uvicorn writes headers and body separately. A client with delayed acknowledgements would wait up to 40 ms for the
    second segment.
    """

    def __init__(self, inner: asyncio.Transport) -> None:
        super().__init__()
        self._inner = inner
        self._loop = asyncio.get_running_loop()
        self._parts: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        if not data:
            return
        if not self._parts:
            self._loop.call_soon(self.flush)
        self._parts.append(bytes(data))
        if len(data) >= _SEGMENT:
            # Do not buffer long responses: the writer must notice when the client is slow.
            self.flush()

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview[Any]]) -> None:
        self.write(b"".join(list_of_data))

    def flush(self) -> None:
        """Send the buffered data."""
        if self._parts:
            data = b"".join(self._parts)
            self._parts.clear()
            self._inner.write(data)

    def close(self) -> None:
        self.flush()
        self._inner.close()

    def abort(self) -> None:
        self._parts.clear()
        self._inner.abort()

    def is_closing(self) -> bool:
        return self._inner.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._inner.get_extra_info(name, default)

    def pause_reading(self) -> None:
        self._inner.pause_reading()

    def resume_reading(self) -> None:
        self._inner.resume_reading()

    def is_reading(self) -> bool:
        return self._inner.is_reading()

    def get_write_buffer_size(self) -> int:
        return self._inner.get_write_buffer_size() + sum(map(len, self._parts))

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._inner.set_write_buffer_limits(high, low)

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._inner.set_protocol(protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._inner.get_protocol()


class EmulatorProtocol(HttpToolsProtocol):
    """HTTP protocol of uvicorn that adds the connection to the state of each request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        transport_buffer = OneSegmentTransport(transport)
        self.app_state = {**self.app_state, CONNECTION: transport_buffer}
        self._ignore_input = False
        super().connection_made(transport_buffer)

    def data_received(self, data: bytes) -> None:
        if not self._ignore_input:
            super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        cycle = getattr(self, "cycle", None)  # missing before the first request
        if cycle is None or cycle.response_complete or cycle.more_body:
            super().send_400_response(msg)
            return
        # The client sent more bytes than its Content-Length. Respond to the complete request, then close.
        cycle.keep_alive = False
        self._ignore_input = True
