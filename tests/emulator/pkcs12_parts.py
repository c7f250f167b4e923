# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Removal of the keys from a PKCS#12 file.

Libraries put the certificate of the key first. Without a key they return the certificates in the order of the file, as
the service does.
"""

from __future__ import annotations

_SEQUENCE, _OCTETS, _EXPLICIT = 0x30, 0x04, 0xA0
# OID of unencrypted content: the parts with keys, which are encrypted individually.
_DATA = bytes.fromhex("2a864886f70d010701")


def without_keys(body: bytes) -> bytes:
    """Return the file without its unencrypted parts and without its checksum.

    Raise ValueError, IndexError or KeyError for a file of another structure.
    """
    version, content_info, *_mac = _elements(_value(body))
    oid, wrapped = _elements(_value(content_info))
    parts = _elements(_value(_value(_value(wrapped))))
    kept = [part for part in parts if _value(_elements(_value(part))[0]) != _DATA]
    octets = _element(_OCTETS, _element(_SEQUENCE, b"".join(kept)))
    return _element(_SEQUENCE, version + _element(_SEQUENCE, oid + _element(_EXPLICIT, octets)))


def _elements(data: bytes) -> list[bytes]:
    """Return the encoded elements, each with its tag and length."""
    found = []
    while data:
        start, end = _span(data)
        if end > len(data) or end <= start:
            raise ValueError("the data is truncated")
        found.append(data[:end])
        data = data[end:]
    return found


def _value(element: bytes) -> bytes:
    start, end = _span(element)
    return element[start:end]


def _span(element: bytes) -> tuple[int, int]:
    """Return the start and end of the value of the first element."""
    length = element[1]
    if length < 0x80:
        return 2, 2 + length
    count = length & 0x7F
    if not 1 <= count <= 4:
        raise ValueError("unsupported length encoding")
    return 2 + count, 2 + count + int.from_bytes(element[2 : 2 + count], "big")


def _element(tag: int, value: bytes) -> bytes:
    length = len(value)
    if length < 0x80:
        return bytes([tag, length]) + value
    encoded = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(encoded)]) + encoded + value
