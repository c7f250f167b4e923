# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the body of a response with limits on time and size, and unpack it piece by piece.

A timeout of a socket starts again with every byte, and a few compressed bytes may unpack to any number.
"""

from __future__ import annotations

import http.client
import socket
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

try:
    from urllib3.exceptions import DecodeError, ProtocolError
except ImportError:  # ModuleSpec.execute() reports the missing library before this code runs
    DecodeError = ProtocolError = Exception  # type: ignore[assignment,misc]

LEAST_BYTES_PER_S = 1024
# The head of each response, and the whole response of an API, must be complete after this multiple of `timeout`.
WHOLE_RESPONSE = 4
CHUNK_BYTES = 64 * 1024
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})


class TooSlowError(socket.timeout):
    """The head or body of a response, or an upload, is slower than its limits. The text completes "Could not ...:"."""


class BodyTooLargeError(Exception):
    """The body is larger than its limit."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__(f"more than {most_bytes} bytes")
        self.most_bytes = most_bytes


@dataclass(frozen=True)
class Limits:
    """Limits of a body. `whole_s`: seconds for all of it. `most_bytes`: of the unpacked body, None for any size."""

    timeout_s: float
    whole_s: float
    most_bytes: int | None = None
    # A transfer must receive LEAST_BYTES_PER_S on average in each timeout.
    is_transfer: bool = False
    # Cut a body that is too large, instead of raising an error.
    may_be_cut: bool = False


class BoundedBody:
    """The raw body of a response, as requests reads it. Raises TooSlowError and BodyTooLargeError."""

    def __init__(self, raw: Any, monotonic: Callable[[], float], limits: Limits) -> None:
        self._raw, self._monotonic, self.limits = raw, monotonic, limits
        self.was_cut = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def stream(self, amount: int, decode_content: bool | None = None) -> Iterator[bytes]:  # noqa: ARG002
        """Yield the unpacked body."""
        received = 0
        encoding = str(self._raw.headers.get("Content-Encoding", "")).strip().lower()
        pieces = self._pieces(min(amount, CHUNK_BYTES))
        for piece in _unpacked(pieces) if encoding in _PACKED else pieces:
            received += len(piece)
            most_bytes = self.limits.most_bytes
            if most_bytes is not None and received > most_bytes:
                # The connection must not read the rest as its next response.
                self._raw.close()
                if not self.limits.may_be_cut:
                    raise BodyTooLargeError(most_bytes)
                self.was_cut = True
                yield piece[: len(piece) - (received - most_bytes)]
                return
            yield piece

    def _pieces(self, amount: int) -> Iterator[bytes]:
        """Yield the body as it is received. Raise TooSlowError if it is too slow."""
        limits = self.limits
        begun = since = self._monotonic()
        received = 0
        while piece := self._read(amount):
            yield piece
            received += len(piece)
            now = self._monotonic()
            if now - begun > limits.whole_s:
                raise TooSlowError("the response takes too long")
            if limits.is_transfer and now - since > limits.timeout_s:
                if received < LEAST_BYTES_PER_S * (now - since):
                    raise TooSlowError("the transfer is too slow")
                since, received = now, 0

    def _read(self, amount: int) -> bytes:
        """Return available bytes. Wait only if there are none."""
        if hasattr(self._raw, "read1"):
            found: bytes = self._raw.read1(amount, decode_content=False)
            return found
        # Reads of urllib3 before 2.1 wait for the whole amount.
        inner = self._raw._fp
        try:
            found = inner.read1(amount)
        except http.client.HTTPException as error:
            raise ProtocolError(f"Connection broken: {error!r}", error) from error
        if not found:
            self._raw.release_conn()
        return found


def _unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack gzip or deflate, in pieces of limited size."""
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
    is_begun = False
    try:
        for piece in pieces:
            rest = piece
            is_begun = True
            while rest:
                if unpack.eof:  # gzip may consist of several members
                    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
                yield unpack.decompress(rest, CHUNK_BYTES)
                rest = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
        if is_begun and not unpack.eof:
            raise DecodeError("The compressed body ends early.")
    except zlib.error as error:
        raise DecodeError(f"The body is not valid for its Content-Encoding: {error}.") from error
