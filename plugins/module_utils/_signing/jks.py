# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Java keystores of the type JKS, what keytool wrote up to Java 8: names and certificates in them are not encrypted.

The format is a handful of records. No library that is kept up reads it; JCEKS and BKS, which are rare, are left alone.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from dataclasses import dataclass, field

from ansible_collections.mobileops.ci.plugins.module_utils._signing.asn1 import decode
from ansible_collections.mobileops.ci.plugins.module_utils._signing.model import Unreadable, reading

_PRIVATE_KEY, _TRUSTED = 1, 2
_DIGEST_SIZE = 20
# What the digest of the whole file is salted with.
_WHITENER = b"Mighty Aphrodite"


@dataclass(frozen=True)
class JksEntry:
    alias: str
    certificates: tuple[bytes, ...]
    # None for an entry that is a certificate only.
    locked_key: bytes | None = field(repr=False)


class _Records:
    """Numbers and strings as Java's DataOutputStream writes them."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) != size:
            raise Unreadable("cut off")
        self._at += size
        return taken

    def number(self) -> int:
        return int(struct.unpack(">I", self.take(4))[0])

    def text(self) -> str:
        """What Java calls modified UTF-8: a zero in two bytes, and characters beyond U+FFFF as a pair of surrogates."""
        encoded = self.take(int(struct.unpack(">H", self.take(2))[0])).replace(b"\xc0\x80", b"\0")
        try:
            halves = encoded.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return encoded.decode("utf-8", "replace")
        return halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def block(self) -> bytes:
        return self.take(self.number())

    @property
    def is_at_end(self) -> bool:
        return self._at == len(self._data)


@reading
def read_jks(data: bytes) -> tuple[JksEntry, ...]:
    """The entries. Raises Unreadable."""
    records = _Records(data[:-_DIGEST_SIZE])
    records.take(4)  # by which it was recognised
    version = records.number()
    if version not in (1, 2):
        raise Unreadable(f"version {version}")
    entries = [_entry(records, version) for _turn in range(records.number())]
    if not records.is_at_end:
        raise Unreadable("more than its entries")
    return tuple(entries)


def _entry(records: _Records, version: int) -> JksEntry:
    kind, alias = records.number(), records.text()
    records.take(8)  # when it was made
    if kind == _PRIVATE_KEY:
        key = records.block()
        return JksEntry(alias, tuple(_certificate(records, version) for _turn in range(records.number())), key)
    if kind == _TRUSTED:
        return JksEntry(alias, (_certificate(records, version),), None)
    raise Unreadable(f"entry of type {kind}")


def _certificate(records: _Records, version: int) -> bytes:
    if version == 2:
        records.text()  # always X.509
    return records.block()


def has_password(data: bytes, password: str) -> bool:
    """Whether the file is what was written with this password."""
    digest = _sha1(_in_java(password) + _WHITENER + data[:-_DIGEST_SIZE])
    return hmac.compare_digest(digest, data[-_DIGEST_SIZE:])


@reading
def opens_key(entry: JksEntry, password: str) -> bool:
    """Whether this password opens the private key of the entry. Raises Unreadable."""
    from pyasn1_modules import rfc5958

    if entry.locked_key is None:
        return False
    locked = bytes(decode(entry.locked_key, rfc5958.EncryptedPrivateKeyInfo())["encryptedData"])
    secret, link, cipher = _in_java(password), locked[:_DIGEST_SIZE], locked[_DIGEST_SIZE:-_DIGEST_SIZE]
    plain = bytearray()
    for start in range(0, len(cipher), _DIGEST_SIZE):
        link = _sha1(secret + link)
        plain += bytes(a ^ b for a, b in zip(cipher[start : start + _DIGEST_SIZE], link))
    return hmac.compare_digest(_sha1(secret + bytes(plain)), locked[-_DIGEST_SIZE:])


def _in_java(password: str) -> bytes:
    return password.encode("utf-16-be", "surrogatepass")


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()
