# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encryption and checksums with passwords in PKCS#12 files (RFC 7292, RFC 8018 and RFC 9579).

The file chooses the number of rounds of each key derivation. A Budget limits their sum before they are computed.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import rc2
from .asn1 import INTEGER, Element
from .inspection import (
    TooMuchWorkError,
    Unreadable,
    UnsupportedError,
    WrongPasswordError,
    reading,
)

# Limit for one file, in rounds of SHA-256. Usual tools use 2,000 to 600,000 rounds for each part of a file. The whole
# file of "openssl pkcs12 -export -iter 1200000" has 3,600,000. A million rounds take about half a second.
MAX_WORK = 3_700_000
# The greatest cost of computing the public half of a private key.
WORK_OF_A_KEY = 40_000
# For slow and overloaded machines. It is checked between derivations.
MAX_SECONDS = 20.0
_MAX_SCRYPT_BYTES = 64 * 1024 * 1024

_DIGESTS = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_HMACS = {
    "1.2.840.113549.2.7": "sha1",
    "1.2.840.113549.2.8": "sha224",
    "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.10": "sha384",
    "1.2.840.113549.2.11": "sha512",
}
# The cost of one round in rounds of SHA-256, in PBKDF2 and alone.
_PBKDF2_COST = {"sha1": 3, "sha224": 1, "sha256": 1, "sha384": 2, "sha512": 2}
_COST = {**_PBKDF2_COST, "sha1": 1}
# A block of RC2 costs as much as this number of rounds.
_RC2_COST = 60

_PBES2, _PBMAC1 = "1.2.840.113549.1.5.13", "1.2.840.113549.1.5.14"
_PBKDF2, _SCRYPT = "1.2.840.113549.1.5.12", "1.3.6.1.4.1.11591.4.11"
_PKCS12_PREFIX = "1.2.840.113549.1.12.1."
# By the last number of the identifier: the cipher and the size of its key in bytes.
_PKCS12_CIPHERS = {"3": ("3DES", 24), "4": ("3DES", 16), "5": ("RC2", 16), "6": ("RC2", 5)}
_PBES2_CIPHERS = {
    "2.16.840.1.101.3.4.1.2": ("AES", 16),
    "2.16.840.1.101.3.4.1.22": ("AES", 24),
    "2.16.840.1.101.3.4.1.42": ("AES", 32),
    "1.2.840.113549.3.7": ("3DES", 24),
}
_NAMES = {
    f"{_PKCS12_PREFIX}1": "RC4 with 128 bits",
    f"{_PKCS12_PREFIX}2": "RC4 with 40 bits",
    "1.2.840.113549.1.5.3": "DES with MD5",
    "1.2.840.113549.1.5.10": "DES with SHA-1",
    "1.3.14.3.2.7": "DES",
    "1.2.840.113549.3.2": "RC2 (PBES2)",
}
_KEY, _VECTOR, _MAC = 1, 2, 3


@dataclass(frozen=True)
class Secret:
    """A password in the two forms that key derivations use."""

    utf8: bytes = field(repr=False)
    bmp: bytes = field(repr=False)  # UTF-16 with two zeros at the end, for algorithms before PBES2

    @classmethod
    def of(cls, password: str) -> Secret:
        return cls(password.encode("utf-8", "surrogateescape"), password.encode("utf-16-be", "surrogatepass") + b"\0\0")


# An empty password in the form of OpenSSL and Go, and in the form of Java and Apple's keychains.
EMPTY_WITH_ZEROS = Secret(b"", b"\0\0")
EMPTY = Secret(b"", b"")


class Budget:
    """The rounds that may still be computed for one file."""

    def __init__(self) -> None:
        self._work_left = MAX_WORK
        self._until = time.monotonic() + MAX_SECONDS

    def allows(self, work: int) -> bool:
        return work <= self._work_left

    def spend(self, work: int) -> None:
        """Reduce the remaining rounds. Raise TooMuchWorkError if there are not enough."""
        if not self.allows(work) or time.monotonic() > self._until:
            raise TooMuchWorkError
        self._work_left -= work


@dataclass(frozen=True)
class Scheme:
    """Algorithm and parameters of an encryption."""

    name: str
    work: int
    is_modern: bool  # whether keychains of macOS cannot read it
    _derive: Callable[[Secret], tuple[bytes, bytes]] = field(repr=False)
    _cipher: str = ""

    def decrypt(self, secret: Secret, data: bytes, budget: Budget) -> bytes:
        """Return the plain bytes. Raise WrongPasswordError or TooMuchWorkError."""
        blocks = len(data) // 8 * _RC2_COST if self._cipher == "RC2" else 0
        budget.spend(self.work + blocks)
        key, vector = self._derive(secret)
        size = 16 if self._cipher == "AES" else 8
        if not data or len(data) % size or len(vector) != size:
            raise WrongPasswordError
        return _unpadded(_decrypt(self._cipher, key, vector, data), size)


@reading
def encryption_of(algorithm: Element) -> Scheme:
    """Return the scheme of an AlgorithmIdentifier. Raise Unreadable or UnsupportedError."""
    oid, *parameters = algorithm.items()
    name = oid.oid()
    if name == _PBES2:
        return _pbes2(*parameters[0].items()[:2])
    cipher, size = _PKCS12_CIPHERS.get(name.removeprefix(_PKCS12_PREFIX), ("", 0)) if _is_pkcs12(name) else ("", 0)
    if not cipher:
        raise UnsupportedError(_NAMES.get(name, name))
    salt, rounds = parameters[0].items()[0].octets(), _count(parameters[0].items()[1])
    chains = -(-size // 20) + 1

    def derive(secret: Secret) -> tuple[bytes, bytes]:
        key = derive_pkcs12("sha1", secret, salt, rounds, _KEY, size)
        return key, derive_pkcs12("sha1", secret, salt, rounds, _VECTOR, 8)

    return Scheme(f"{cipher} with SHA-1", chains * rounds, False, derive, cipher)


def _is_pkcs12(name: str) -> bool:
    return name.startswith(_PKCS12_PREFIX)


def _pbes2(derivation: Element, encryption: Element) -> Scheme:
    oid, *parameters = encryption.items()
    cipher, size = _PBES2_CIPHERS.get(oid.oid(), ("", 0))
    if not cipher:
        raise UnsupportedError(_NAMES.get(oid.oid(), oid.oid()))
    vector = parameters[0].octets()
    key_of, work, name = _key_derivation(derivation, size)
    return Scheme(f"{cipher} ({name})", work, True, lambda secret: (key_of(secret), vector), cipher)


def _key_derivation(derivation: Element, size: int) -> tuple[Callable[[Secret], bytes], int, str]:
    """Return the function that derives a key of this size, its rounds and its name."""
    oid, parameters = derivation.items()
    numbers = [part for part in parameters.items()[1:] if part.tag == INTEGER]
    salt = parameters.items()[0].octets()
    if oid.oid() == _SCRYPT:
        n, r, p = (_count(number) for number in numbers[:3])
        if 128 * n * r > _MAX_SCRYPT_BYTES:
            raise TooMuchWorkError
        # Its inner state has 128 * r * n bytes. The library needs a somewhat higher limit.
        memory = 2 * _MAX_SCRYPT_BYTES
        return (
            lambda secret: hashlib.scrypt(secret.utf8, salt=salt, n=n, r=r, p=p, maxmem=memory, dklen=size),
            n * r * p,
            "scrypt",
        )
    if oid.oid() != _PBKDF2:
        raise UnsupportedError(f"key derivation {oid.oid()}")
    pseudorandom = [part for part in parameters.items()[2:] if part.tag != INTEGER]
    digest = _hmac_of(pseudorandom[0]) if pseudorandom else "sha1"
    rounds = _count(numbers[0])
    blocks = -(-size // hashlib.new(digest, usedforsecurity=False).digest_size)
    return (
        lambda secret: hashlib.pbkdf2_hmac(digest, secret.utf8, salt, rounds, size),
        rounds * blocks * _PBKDF2_COST[digest],
        f"PBKDF2 with {digest.upper()}",
    )


def _hmac_of(algorithm: Element) -> str:
    oid = algorithm.items()[0].oid()
    if oid not in _HMACS:
        raise UnsupportedError(f"HMAC {oid}")
    return _HMACS[oid]


def _count(number: Element) -> int:
    count = number.integer()
    if count < 1:
        raise Unreadable("no rounds")
    return count


@dataclass(frozen=True)
class Checksum:
    """The MAC over a whole file."""

    work: int
    is_modern: bool
    _compute: Callable[[Secret, bytes], bytes] = field(repr=False)
    _expected: bytes = field(repr=False)

    def fits(self, secret: Secret, data: bytes, budget: Budget) -> bool:
        """Return whether the checksum matches this password. Raise TooMuchWorkError."""
        budget.spend(self.work)
        return hmac.compare_digest(self._compute(secret, data), self._expected)


@reading
def checksum_of(mac_data: Element) -> Checksum:
    """Return the checksum in a MacData. Raise Unreadable or UnsupportedError."""
    info, salted, *count = mac_data.items()
    algorithm, expected = info.items()
    oid, *parameters = algorithm.items()
    if oid.oid() == _PBMAC1:
        derivation, mac = parameters[0].items()
        digest = _hmac_of(mac)
        key_of, work, _name = _key_derivation(derivation, _length_of_key(derivation))
        return Checksum(work, True, lambda secret, data: hmac.digest(key_of(secret), data, digest), expected.octets())
    digest = _DIGESTS.get(oid.oid(), "")
    if not digest:
        raise UnsupportedError(f"digest {oid.oid()}")
    rounds = _count(count[0]) if count else 1
    salt = salted.octets()

    def compute(secret: Secret, data: bytes) -> bytes:
        size = hashlib.new(digest, usedforsecurity=False).digest_size
        return hmac.digest(derive_pkcs12(digest, secret, salt, rounds, _MAC, size), data, digest)

    return Checksum(rounds * _COST[digest], digest != "sha1", compute, expected.octets())


def _length_of_key(derivation: Element) -> int:
    numbers = [part for part in derivation.items()[1].items()[1:] if part.tag == INTEGER]
    if len(numbers) < 2 or not 20 <= numbers[-1].integer() <= 64:
        raise Unreadable("a checksum without the length of its key")
    return numbers[-1].integer()


def derive_pkcs12(digest: str, secret: Secret, salt: bytes, rounds: int, purpose: int, size: int) -> bytes:
    """Return a key as RFC 7292, appendix B.2, derives it."""
    blank: Any = hashlib.new(digest, usedforsecurity=False)
    block = int(blank.block_size)

    def filled(text: bytes) -> bytes:
        length = -(-len(text) // block) * block
        return (text * (length // len(text) + 1))[:length] if text else b""

    start, state, key = bytes([purpose]) * block, filled(salt) + filled(secret.bmp), b""
    while True:
        found = start + state
        for _turn in range(rounds):
            hasher = blank.copy()
            hasher.update(found)
            found = hasher.digest()
        key += found
        if len(key) >= size:
            return key[:size]
        addend = int.from_bytes(filled(found)[:block], "big") + 1
        state = b"".join(
            ((int.from_bytes(state[at : at + block], "big") + addend) % (1 << 8 * block)).to_bytes(block, "big")
            for at in range(0, len(state), block)
        )


def _decrypt(cipher: str, key: bytes, vector: bytes, data: bytes) -> bytes:
    if cipher == "RC2":
        return rc2.decrypt_cbc(key, vector, data)
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    algorithm = algorithms.AES(key) if cipher == "AES" else _triple_des(key)
    decryptor = Cipher(algorithm, modes.CBC(vector)).decryptor()
    plain: bytes = decryptor.update(data) + decryptor.finalize()
    return plain


def decrypt_triple_des(key: bytes, vector: bytes, data: bytes) -> bytes:
    """Return the plain bytes without their padding. Raise WrongPasswordError."""
    if not data or len(data) % 8:
        raise WrongPasswordError
    return _unpadded(_decrypt("3DES", key, vector, data), 8)


def _triple_des(key: bytes) -> Any:
    """Return the cipher with this key of 16 or 24 bytes."""
    try:
        from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    except ImportError:  # before cryptography 43
        from cryptography.hazmat.primitives.ciphers.algorithms import TripleDES

    return TripleDES(key if len(key) == 24 else key + key[:8])


def _unpadded(plain: bytes, size: int) -> bytes:
    padding = plain[-1]
    if not 1 <= padding <= size or plain[-padding:] != bytes([padding]) * padding:
        raise WrongPasswordError
    return plain[:-padding]
