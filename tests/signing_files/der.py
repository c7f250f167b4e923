# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Encoding of DER, and of the indefinite lengths of BER, as far as signing files need them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

NULL = b"\x05\x00"
INTEGER_1 = b"\x02\x01\x01"
_END = b"\x00\x00"
_SEQUENCE, _SET, _OCTETS, _INTEGER, _IDENTIFIER, _UTC_TIME = 0x30, 0x31, 0x04, 0x02, 0x06, 0x17
_BITS, _UTF8_STRING, _PRINTABLE_STRING, _BMP_STRING, _GENERALIZED_TIME = 0x03, 0x0C, 0x13, 0x1E, 0x18
_CONSTRUCTED, _CONTEXT = 0x20, 0x80


def _element(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def sequence(*parts: bytes) -> bytes:
    return _element(_SEQUENCE, b"".join(parts))


def set_of(*parts: bytes) -> bytes:
    return _element(_SET, b"".join(sorted(parts)))


def octets(body: bytes) -> bytes:
    return _element(_OCTETS, body)


def integer(value: int) -> bytes:
    return _element(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def bits(body: bytes) -> bytes:
    """Return a BIT STRING of whole bytes."""
    return _element(_BITS, b"\x00" + body)


def bmp_string(text: str) -> bytes:
    return _element(_BMP_STRING, text.encode("utf-16-be"))


def utf8_string(text: str) -> bytes:
    return _element(_UTF8_STRING, text.encode())


def printable_string(text: str) -> bytes:
    return _element(_PRINTABLE_STRING, text.encode("ascii"))


def written_time(text: str, *, generalized: bool = False) -> bytes:
    """Return the encoding of a time text, which may be invalid."""
    return _element(_GENERALIZED_TIME if generalized else _UTC_TIME, text.encode())


def identifier(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    body = bytearray()
    for number in (40 * first + second, *rest):
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(0x80 | number & 0x7F)
        body += bytes(reversed(septets))
    return _element(_IDENTIFIER, bytes(body))


def utc_time(moment: dt.datetime) -> bytes:
    return _element(_UTC_TIME, moment.strftime("%y%m%d%H%M%SZ").encode())


def tagged(number: int, *parts: bytes) -> bytes:
    """Return the parts within a constructed context tag."""
    return _element(_CONTEXT | _CONSTRUCTED | number, b"".join(parts))


def retagged(number: int, element: bytes) -> bytes:
    """Return the element with a context tag in place of its own."""
    return bytes([_CONTEXT | element[0] & _CONSTRUCTED | number]) + element[1:]


def open_sequence(*parts: bytes) -> bytes:
    return bytes([_SEQUENCE, 0x80]) + b"".join(parts) + _END


def open_tagged(number: int, *parts: bytes) -> bytes:
    return bytes([_CONTEXT | _CONSTRUCTED | number, 0x80]) + b"".join(parts) + _END


def open_octets(*parts: bytes) -> bytes:
    return bytes([_OCTETS | _CONSTRUCTED, 0x80]) + b"".join(parts) + _END


def open_lengths(element: bytes) -> bytes:
    """Return the same value with indefinite lengths wherever BER allows them."""
    return b"".join(_with_open_length(tag, body) for tag, body in elements(element))


def _with_open_length(tag: int, body: bytes) -> bytes:
    return bytes([tag, 0x80]) + open_lengths(body) + _END if tag & _CONSTRUCTED else _element(tag, body)


def elements(encoded: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and body of each DER element."""
    position = 0
    while position < len(encoded):
        tag, size, start = encoded[position], encoded[position + 1], position + 2
        if size & 0x80:
            count = size & 0x7F
            size, start = int.from_bytes(encoded[start : start + count], "big"), start + count
        yield tag, encoded[start : start + size]
        position = start + size
