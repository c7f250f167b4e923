# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read Java keystores of the types JKS, which keytool wrote up to Java 8, and JCEKS.

Their certificates are readable without the password. No maintained library reads them.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from .asn1 import parse
from .inspection import (
    TooMuchWorkError,
    Unreadable,
    UnsupportedError,
    WrongPasswordError,
    reading,
)
from .java_records import (
    JavaEntry,
    JavaKeystore,
    Records,
)
from .password_encryption import (
    decrypt_triple_des,
)

_PRIVATE_KEY, _TRUSTED, _SECRET_KEY = 1, 2, 3
_DIGEST_SIZE = 20
# The salt of the checksum over the whole file.
_WHITENER = b"Mighty Aphrodite"
# Encryption of private keys in JKS and in JCEKS.
_KEY_PROTECTOR, _MD5_AND_TRIPLE_DES = "1.3.6.1.4.1.42.2.17.1.1", "1.3.6.1.4.1.42.2.19.1"
# For each half of the key. Java itself uses 200,000.
_MAX_ROUNDS = 500_000


@reading
def read_jks(data: bytes) -> JavaKeystore:
    """Return the entries. Raise Unreadable."""
    records = Records(data)
    records.take(4)  # the magic number
    version = records.number()
    if version not in (1, 2):
        raise Unreadable(f"version {version}")
    entries: list[JavaEntry] = []
    for _turn in range(records.number()):
        kind, alias = records.number(), records.text()
        records.take(8)  # the time when the entry was created
        if kind == _SECRET_KEY:
            # A serialized Java object of unknown length. The checksum is at the end of the file.
            return JavaKeystore(tuple(entries), _checksum(data, len(data) - _DIGEST_SIZE), is_complete=False)
        entries.append(_entry(records, version, kind, alias))
    # Like Java, ignore bytes after the checksum.
    end = records.position
    records.take(_DIGEST_SIZE)
    return JavaKeystore(tuple(entries), _checksum(data, end))


def _entry(records: Records, version: int, kind: int, alias: str) -> JavaEntry:
    if kind == _PRIVATE_KEY:
        locked = records.block()
        certificates = tuple(_certificate(records, version) for _turn in range(records.number()))
        return JavaEntry(alias, certificates, lambda password: _open_key(locked, password))
    if kind == _TRUSTED:
        return JavaEntry(alias, (_certificate(records, version),))
    raise Unreadable(f"entry of type {kind}")


def _certificate(records: Records, version: int) -> bytes:
    if version == 2:
        records.text()  # always X.509
    return records.block()


def _checksum(data: bytes, end: int) -> Callable[[str], bool]:
    def fits(password: str) -> bool:
        digest = _sha1(_in_java(password) + _WHITENER + data[:end])
        return hmac.compare_digest(digest, data[end : end + _DIGEST_SIZE])

    return fits


@reading
def _open_key(locked: bytes, password: str) -> bytes:
    """Return the private key in PKCS#8. Raise a ReadError."""
    algorithm, encrypted = parse(locked).items()
    oid, *parameters = algorithm.items()
    if oid.oid() == _KEY_PROTECTOR:
        return _unprotected(encrypted.octets(), _in_java(password))
    if oid.oid() == _MD5_AND_TRIPLE_DES:
        salt, rounds = parameters[0].items()
        return _decrypted(encrypted.octets(), password, salt.octets(), rounds.integer())
    raise UnsupportedError(oid.oid())


def _unprotected(locked: bytes, secret: bytes) -> bytes:
    link, cipher = locked[:_DIGEST_SIZE], locked[_DIGEST_SIZE:-_DIGEST_SIZE]
    plain = bytearray()
    for start in range(0, len(cipher), _DIGEST_SIZE):
        link = _sha1(secret + link)
        plain += bytes(a ^ b for a, b in zip(cipher[start : start + _DIGEST_SIZE], link))
    if not hmac.compare_digest(_sha1(secret + bytes(plain)), locked[-_DIGEST_SIZE:]):
        raise WrongPasswordError
    return bytes(plain)


def _decrypted(locked: bytes, password: str, salt: bytes, rounds: int) -> bytes:
    if rounds > _MAX_ROUNDS:
        raise TooMuchWorkError
    secret = bytes(ord(character) & 0x7F for character in password)
    first, second = salt[:4], salt[4:8]
    if first == second:
        # Java intends to reverse the first half, and has always had this bug.
        first = bytes([first[3], first[0], first[1], first[3]])
    derived = b""
    for half in (first, second):
        found = half
        for _turn in range(rounds):
            found = hashlib.md5(found + secret, usedforsecurity=False).digest()
        derived += found
    plain = decrypt_triple_des(derived[:24], derived[24:], locked)
    if not _is_asn1(plain):  # one in 256 wrong passwords results in a valid padding
        raise WrongPasswordError
    return plain


def _is_asn1(plain: bytes) -> bool:
    try:
        return len(reading(parse)(plain).encoded) == len(plain)
    except Unreadable:
        return False


def _in_java(password: str) -> bytes:
    return password.encode("utf-16-be", "surrogatepass")


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()
