# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decrypt RC2 (RFC 2268). Keychains and OpenSSL 1 use it for the certificates in a PKCS#12 file.

Not every supported cryptography has RC2, and those that have it need OpenSSL's legacy provider.
"""

from __future__ import annotations

import struct

BLOCK = 8

# The permutation of RFC 2268, section 2.
_PI = bytes.fromhex(
    "d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32"
    "bd8f40eb86b77b0bf09521225c6b4e8254d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626"
    "6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed708e8eade8052eef784aa72ac354d6a2a"
    "961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731"
    "2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2e"
    "c5f3db47e5a59c770aa62068fe7fc1ad"
)


def decrypt_cbc(key: bytes, vector: bytes, data: bytes) -> bytes:
    """Return the plain bytes, including the padding. The effective length of the key is its whole length."""
    words = _expanded(key)
    plain = bytearray()
    for start in range(0, len(data), BLOCK):
        block = data[start : start + BLOCK]
        plain += bytes(a ^ b for a, b in zip(_decrypted(words, block), vector))
        vector = block
    return bytes(plain)


def _expanded(key: bytes) -> tuple[int, ...]:
    size = len(key)
    table = bytearray(key)
    while len(table) < 128:
        table.append(_PI[(table[-1] + table[-size]) & 0xFF])
    table[128 - size] = _PI[table[128 - size]]
    for position in range(127 - size, -1, -1):
        table[position] = _PI[table[position + 1] ^ table[position + size]]
    return struct.unpack("<64H", table)


def _decrypted(words: tuple[int, ...], block: bytes) -> bytes:
    # The loops over the four words are unrolled, which takes a third of the time.
    a, b, c, d = struct.unpack("<4H", block)
    at = 63
    for turn in range(16):
        d = ((d >> 5 | d << 11) - words[at] - (c & b) - (~c & a)) & 0xFFFF
        c = ((c >> 3 | c << 13) - words[at - 1] - (b & a) - (~b & d)) & 0xFFFF
        b = ((b >> 2 | b << 14) - words[at - 2] - (a & d) - (~a & c)) & 0xFFFF
        a = ((a >> 1 | a << 15) - words[at - 3] - (d & c) - (~d & b)) & 0xFFFF
        at -= 4
        if turn in (4, 10):
            d = (d - words[c & 63]) & 0xFFFF
            c = (c - words[b & 63]) & 0xFFFF
            b = (b - words[a & 63]) & 0xFFFF
            a = (a - words[d & 63]) & 0xFFFF
    return struct.pack("<4H", a, b, c, d)
