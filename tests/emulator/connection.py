# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The TCP side: one segment for each answer, and a way for a fault to reach the connection."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

CONNECTION = "connection"
_SEGMENT = 64 * 1024


class OneSegmentTransport(asyncio.Transport):
    """Gathers what is written in one turn of the event loop.

    uvicorn writes headers and body one after the other. Two segments would make a client with delayed
    acknowledgements wait up to 40 ms for the second one.
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
            # A long answer is not gathered: who writes it has to learn when the client falls behind.
            self.flush()

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview[Any]]) -> None:
        self.write(b"".join(list_of_data))

    def flush(self) -> None:
        """Send what has been gathered."""
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
    """uvicorn's HTTP, with the connection put into the state that comes with every request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        gathering = OneSegmentTransport(transport)
        self.app_state = {**self.app_state, CONNECTION: gathering}
        self._deaf = False
        super().connection_made(gathering)

    def data_received(self, data: bytes) -> None:
        if not self._deaf:
            super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        cycle = getattr(self, "cycle", None)  # none before the first request
        if cycle is None or cycle.response_complete or cycle.more_body:
            super().send_400_response(msg)
            return
        # More bytes than were announced, behind a request that is complete: it is answered, and that is the end of it.
        cycle.keep_alive = False
        self._deaf = True
