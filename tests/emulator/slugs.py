# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Identifiers as the service makes them: 16 hexadecimal digits, or 26-character ULIDs for files."""

from __future__ import annotations

import hashlib
import secrets

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def derived_slug(*parts: str) -> str:
    """The same slug for the same parts on every start, so that a playbook can name an app of a fixture."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def random_slug() -> str:
    """A slug for an object made at run time."""
    return secrets.token_hex(8)


def _ulid(milliseconds: int, randomness: bytes) -> str:
    number = (milliseconds << 80) | int.from_bytes(randomness[:10], "big")
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def new_ulid(now: float) -> str:
    """A slug for a file made at run time."""
    return _ulid(int(now * 1000), secrets.token_bytes(10))


def derived_ulid(moment: float, *parts: str) -> str:
    """A slug for a file of a fixture."""
    return _ulid(int(moment * 1000), hashlib.sha256("\0".join(parts).encode()).digest())
