# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Identifiers like those of the service: 16 hexadecimal digits, or 26-character ULIDs for files."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID = re.compile(f"[{_CROCKFORD}]{{26}}")


def derived_slug(*parts: str) -> str:
    """Return a slug that depends on the parts only, so that a playbook can name an app of a fixture."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def random_slug() -> str:
    """Return a slug for an object created at run time."""
    return secrets.token_hex(8)


def _text(number: int) -> str:
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def _ulid(milliseconds: int, randomness: bytes) -> str:
    return _text((milliseconds << 80) | int.from_bytes(randomness[:10], "big"))


class UlidMaker:
    """Creates the slugs of files. Slugs of the same millisecond sort in the order of their creation."""

    def __init__(self, randomness: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._randomness = randomness
        self._last = 0

    def make(self, now: float) -> str:
        """Return a slug for a file created at this time, in seconds since the epoch."""
        milliseconds = int(now * 1000)
        if self._last >> 80 == milliseconds:
            self._last += 1
        else:
            # The highest bit is left free, so that incrementing does not overflow into the time.
            self._last = (milliseconds << 80) | int.from_bytes(self._randomness(10), "big") >> 1
        return _text(self._last)


def _number(slug: str) -> int | None:
    if not _ULID.fullmatch(slug):
        return None
    return sum(_CROCKFORD.index(char) << shift for char, shift in zip(slug, range(125, -1, -5), strict=True))


def ulid_time(slug: str) -> float | None:
    """Return the time in a slug in seconds since the epoch, or None if it is not a ULID."""
    number = _number(slug)
    return None if number is None else (number >> 80) / 1000


def slug_before(slugs: Iterable[str]) -> str | None:
    """Return the ULID that sorts directly before all of these, or None if there is no ULID."""
    numbers = [number for slug in slugs if (number := _number(slug)) is not None]
    return _text(min(numbers) - 1) if numbers else None


def derived_ulid(moment: float, number: int, *parts: str) -> str:
    """Return a slug for a file of a fixture. Slugs of the same time sort by their number."""
    order = number.to_bytes(3, "big")
    return _ulid(int(moment * 1000), order + hashlib.sha256("\0".join((*parts, str(number))).encode()).digest())
