# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PKCS#12 files with several identities, as keychains export them: made of several files with one each."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from . import der

_DATA = der.identifier("1.2.840.113549.1.7.1")
_SHA256 = der.sequence(der.identifier("2.16.840.1.101.3.4.2.1"), der.NULL)
_SALT = bytes(range(8))
_ROUNDS = 2048
_MAC = 3  # what the derived key is for (RFC 7292, B.3)


def merged(files: Sequence[bytes], password: str) -> bytes:
    """One file with all that is in these, which have the same password."""
    safe = der.sequence(*map(_parts, files))
    key = _derived(password, _MAC)
    mac = der.sequence(
        der.sequence(_SHA256, der.octets(hmac.digest(key, safe, "sha256"))), der.octets(_SALT), der.integer(_ROUNDS)
    )
    return der.sequence(der.integer(3), der.sequence(_DATA, der.tagged(0, der.octets(safe))), mac)


def _parts(file: bytes) -> bytes:
    """The parts of the authenticated safe, one after the other."""
    ((_tag, outer),) = der.elements(file)
    (_tag, _version), (_tag, content_info), *_mac = der.elements(outer)
    (_tag, _type), (_tag, content) = der.elements(content_info)
    ((_tag, octets),) = der.elements(content)
    ((_tag, parts),) = der.elements(octets)
    return parts


def _derived(password: str, purpose: int) -> bytes:
    """The key derivation of RFC 7292, appendix B.2, for SHA-256 and a key of its size."""
    block = 64

    def filled(text: bytes) -> bytes:
        size = -(-len(text) // block) * block
        return (text * (size // len(text) + 1))[:size] if text else b""

    found = bytes([purpose]) * block + filled(_SALT) + filled(password.encode("utf-16-be") + b"\x00\x00")
    for _turn in range(_ROUNDS):
        found = hashlib.sha256(found).digest()
    return found
