# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recognize the format of a file by its first bytes, and describe files that are not signing files."""

from __future__ import annotations

import base64
import binascii
import enum
import re

from .asn1 import (
    INTEGER,
    OCTET_STRING,
    SEQUENCE,
    Element,
    context,
    parse,
)
from .inspection import Unreadable, reading

_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_VERSION_3 = bytes.fromhex("020103")
_SEQUENCE = 0x30


class Format(enum.Enum):
    """Formats of signing files. The value is the name in messages."""

    CMS = "signed data such as a provisioning profile"
    PKCS12 = "a PKCS#12 file"
    JKS = "a Java keystore (JKS)"
    JCEKS = "a Java keystore (JCEKS)"
    BKS = "a Bouncy Castle keystore (BKS or UBER)"


_BY_BEGINNING = (
    (b"\xfe\xed\xfe\xed", Format.JKS),
    (b"\xce\xce\xce\xce", Format.JCEKS),
    # The version, and the length of the salt: 20 bytes.
    (b"\x00\x00\x00\x01\x00\x00\x00\x14", Format.BKS),
    (b"\x00\x00\x00\x02\x00\x00\x00\x14", Format.BKS),
)

_MATCH_V1, _MATCH_V2 = b"Salted__", b"match_encrypted_v2__"
_MATCH = (
    "a file that fastlane match encrypted; decrypt it with fastlane match decrypt, then combine the private key and "
    "the certificate with openssl pkcs12 -export -legacy -inkey ID.p12 -in ID.cer -out NEW.p12"
)
_COMBINE = (
    "as fastlane match stores it in a file that ends in .p12; combine it with its certificate: openssl pkcs12 -export "
    "-legacy -inkey KEY -in CERTIFICATE -out NEW.p12"
)
_BARE_KEY = f"a private key without its certificate, {_COMBINE}"
_BARE_CERTIFICATE = (
    "a certificate without its private key, as in a file that ends in .cer; combine it with its key: openssl pkcs12 "
    "-export -legacy -inkey KEY -in CERTIFICATE -out NEW.p12"
)
_PEM_CERTIFICATE = re.compile(rb"\s*-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)

_UNKNOWN = "a file in a format that is not known"

# Files that users upload by mistake, by their first bytes.
_SLIPS = (
    (rb"version https://git-lfs", "a pointer of Git LFS; run git lfs pull"),
    (rb"\$ANSIBLE_VAULT;", "a file that is encrypted with ansible-vault and was read without being decrypted"),
    (rb"-----BEGIN [A-Z ]*PRIVATE KEY", f"a private key in PEM form, {_COMBINE}"),
    (rb"-----BEGIN ", "text in PEM form"),
    (rb"\s*(<\?xml[^>]*>\s*)?<!DOCTYPE plist|\s*(<\?xml[^>]*>\s*)?<plist", "a property list without a signature"),
    (rb"\s*(<!doctype html|<html|<\?xml)", "a page or a message that a server sent instead"),
    (rb"\s*[{\[]", "JSON"),
    (rb"PK\x03\x04", "a zip archive; unpack it"),
)


def detect_format(data: bytes) -> Format | None:
    """Return the format of a signing file, or None for other files. Only the first bytes are checked."""
    for beginning, found in _BY_BEGINNING:
        if data.startswith(beginning):
            return found
    if len(data) < 2 or data[0] != _SEQUENCE:
        return None
    # A length in several bytes, or in one byte, which may also stand for an indefinite length.
    inside = 2 + (data[1] & 0x7F if data[1] > 0x80 else 0)
    if data.startswith(_SIGNED_DATA, inside):
        return Format.CMS
    return Format.PKCS12 if data.startswith(_VERSION_3, inside) else None


def describe(data: bytes) -> str:
    """Describe bytes that are not a signing file, with advice."""
    found = detect_format(data)
    if found:
        return found.value
    text = data.removeprefix(b"\xef\xbb\xbf")
    if data.startswith((_MATCH_V1, _MATCH_V2)):
        return _MATCH
    frame = _PEM_CERTIFICATE.match(text)
    if frame:
        return _framed(frame[1])
    for pattern, words in _SLIPS:
        if re.match(pattern, text[:4096], re.IGNORECASE):
            return words
    try:
        return _describe_der(data) or _describe_base64(text) or _UNKNOWN
    except Unreadable:
        return _describe_base64(text) or _UNKNOWN


def _framed(text: bytes) -> str:
    """Describe the content of a certificate in PEM form. certutil writes any file in that form."""
    inner = _decoded(text)
    found = detect_format(inner) if inner else None
    if found:
        return f"{found.value} as base64 in the frame that certutil writes; decode it, or give the text as content"
    return f"{_BARE_CERTIFICATE} (this one is in PEM form)"


def _describe_base64(text: bytes) -> str | None:
    if not re.fullmatch(rb"[A-Za-z0-9+/=_\-\s]+", text):
        return None
    inner = _decoded(text)
    if inner is None:
        return "text that looks like base64 but is cut off or damaged; copy it again"
    if inner.startswith((_MATCH_V1, _MATCH_V2)):
        return _MATCH
    found = detect_format(inner)
    if found:
        return f"{found.value} as base64 text; decode it once more, or give it as content without encoding it again"
    twice = _decoded(inner) if re.fullmatch(rb"[A-Za-z0-9+/=_\-\s]+", inner) else None
    if twice and detect_format(twice):
        return "base64 text that was encoded twice; encode the file once"
    return "text, perhaps base64 of something else than a signing file"


def _decoded(text: bytes) -> bytes | None:
    compact = b"".join(text.split()).translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(compact, validate=True)
    except (binascii.Error, ValueError):
        return None


@reading
def _describe_der(data: bytes) -> str | None:
    """Describe bare certificates and keys in DER."""
    if not data.startswith(b"\x30"):
        return None
    parts = parse(data).items()
    tags = [part.tag for part in parts[:3]]
    if tags[:2] == [SEQUENCE, SEQUENCE] and len(parts) == 3 and _is_certificate(parts[0]):
        return _BARE_CERTIFICATE
    if tags == [INTEGER, SEQUENCE, OCTET_STRING] or (len(parts) >= 9 and set(tags) == {INTEGER}):
        return _BARE_KEY
    if tags[:2] == [INTEGER, OCTET_STRING]:
        return _BARE_KEY
    if tags == [SEQUENCE, OCTET_STRING]:
        return f"an encrypted private key without its certificate, {_COMBINE}"
    return None


def _is_certificate(signed: Element) -> bool:
    parts = signed.items()
    return len(parts) >= 6 and (parts[0].tag == context(0) or parts[0].tag == INTEGER)
