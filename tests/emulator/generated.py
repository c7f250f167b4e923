# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bytes that nobody stores: any number of them, the same for the same seed, made while they are sent.

Standard library only, so that a test can compute what it has to expect.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

BLOCK = 1 << 20
_NUMBER = 8


@dataclass(frozen=True)
class GeneratedBytes:
    """`size` bytes: one random-looking block over and over, each time with its number at the start.

    The numbers matter to a client that goes on after an interruption: a piece in the wrong place does not fit.
    """

    seed: str
    size: int

    def __len__(self) -> int:
        return self.size

    def chunks(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to `end`, a block or less at a time."""
        end = self.size if end is None else min(end, self.size)
        tail = memoryview(_block(self.seed, min(self.size, BLOCK)))[_NUMBER:]
        while start < end:
            number, offset = divmod(start, BLOCK)
            block = number.to_bytes(_NUMBER, "big") + tail
            length = min(BLOCK - offset, end - start)
            yield block if length == BLOCK else block[offset : offset + length]
            start += length

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        """A part that is small enough to have in one piece."""
        return b"".join(self.chunks(start, end))

    def sha256(self) -> str:
        """The digest of all of it; two or three seconds for a gigabyte the first time."""
        return _sha256(self)

    @property
    def etag(self) -> str:
        """What distinguishes these bytes from others, found without a look at them."""
        return hashlib.md5(f"{self.seed}\0{self.size}".encode(), usedforsecurity=False).hexdigest()


@functools.lru_cache(maxsize=8)
def _block(seed: str, length: int) -> bytes:
    return hashlib.shake_128(seed.encode()).digest(length)


@functools.lru_cache(maxsize=1024)
def _sha256(content: GeneratedBytes) -> str:
    digest = hashlib.sha256()
    for chunk in content.chunks():
        digest.update(chunk)
    return digest.hexdigest()


Content = bytes | GeneratedBytes
