# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read numbers and strings that Java's DataOutputStream wrote. All Java keystores consist of them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from .inspection import Unreadable


@dataclass(frozen=True)
class JavaEntry:
    """One alias. `open_key` returns its private key in PKCS#8 or raises a ReadError. It is None without such a key."""

    alias: str
    certificates: tuple[bytes, ...]
    open_key: Callable[[str], bytes] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class JavaKeystore:
    entries: tuple[JavaEntry, ...]
    has_password: Callable[[str], bool] = field(repr=False)
    is_complete: bool = True  # False if an unreadable entry hides the entries after it


class Records:
    """Read one record after the other. Raise Unreadable at the end of the bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def take(self, size: int) -> bytes:
        taken = self._data[self.position : self.position + size]
        if len(taken) != size:
            raise Unreadable("cut off")
        self.position += size
        return taken

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        return int(struct.unpack(">I", self.take(4))[0])

    def text(self) -> str:
        """Return a string in Java's modified UTF-8.

        It encodes a zero in two bytes, and characters beyond U+FFFF as two surrogates.
        """
        encoded = self.take(int(struct.unpack(">H", self.take(2))[0])).replace(b"\xc0\x80", b"\0")
        try:
            halves = encoded.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return encoded.decode("utf-8", "replace")
        return halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def block(self) -> bytes:
        return self.take(self.number())
