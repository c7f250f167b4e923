# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kind of file some bytes are, told by how they begin."""

from __future__ import annotations

import enum
import re

_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_VERSION_3 = bytes.fromhex("020103")
_SEQUENCE = 0x30


class Format(enum.Enum):
    """The value is how a message calls such a file."""

    CMS = "signed data such as a provisioning profile"
    PKCS12 = "a PKCS#12 file"
    JKS = "a Java keystore (JKS)"
    JCEKS = "a Java keystore (JCEKS)"
    BKS = "a Bouncy Castle keystore (BKS or UBER)"


_BY_BEGINNING = (
    (b"\xfe\xed\xfe\xed", Format.JKS),
    (b"\xce\xce\xce\xce", Format.JCEKS),
    # The version, and that 20 bytes of salt follow.
    (b"\x00\x00\x00\x01\x00\x00\x00\x14", Format.BKS),
    (b"\x00\x00\x00\x02\x00\x00\x00\x14", Format.BKS),
)

# What gets uploaded by mistake.
_SLIPS = (
    (rb"version https://git-lfs", "a pointer of Git LFS; run git lfs pull"),
    (rb"\$ANSIBLE_VAULT;", "encrypted with ansible-vault, and was read without being decrypted"),
    (rb"-----BEGIN [A-Z ]*PRIVATE KEY", "a private key in PEM form"),
    (rb"-----BEGIN ", "text in PEM form"),
    (rb"\s*(<\?xml[^>]*>\s*)?<!DOCTYPE plist|\s*(<\?xml[^>]*>\s*)?<plist", "a property list without a signature"),
    (rb"\s*(<!doctype html|<html|<\?xml)", "a page or a message that a server sent instead"),
    (rb"\s*[{\[]", "JSON"),
    (rb"PK\x03\x04", "a zip archive; unpack it"),
    (rb"[A-Za-z0-9+/=\s]+\Z", "text, perhaps base64; decode it, or give it as content"),
)


def recognise(data: bytes) -> Format | None:
    """The format of a signing file, or None for all others. Says nothing about the rest of the bytes."""
    for beginning, found in _BY_BEGINNING:
        if data.startswith(beginning):
            return found
    if len(data) < 2 or data[0] != _SEQUENCE:
        return None
    # A length of several bytes, or of a single one, which may also stand for "until its end".
    inside = 2 + (data[1] & 0x7F if data[1] > 0x80 else 0)
    if data.startswith(_SIGNED_DATA, inside):
        return Format.CMS
    return Format.PKCS12 if data.startswith(_VERSION_3, inside) else None


def describe(data: bytes) -> str:
    """In words: what these bytes are instead."""
    found = recognise(data)
    if found:
        return found.value
    for pattern, words in _SLIPS:
        if re.match(pattern, data[:4096], re.IGNORECASE):
            return words
    return "something that is not known here"
