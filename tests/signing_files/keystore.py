# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Android keystores: PKCS#12 (current keytool), JKS and JCEKS (older keytool), and BKS (Bouncy Castle)."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import struct
from collections.abc import Callable, Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from . import der
from .identity import Pkcs12Encryption
from .keys import PrivateKey
from .pkcs12 import derive, encrypt_triple_des, merged, private_bytes


@dataclasses.dataclass(frozen=True)
class AndroidKey:
    """A key with its certificate, created by :meth:`Authority.android_key`."""

    alias: str
    certificate: x509.Certificate
    key: PrivateKey = dataclasses.field(repr=False)

    @property
    def sha256_fingerprint(self) -> str:
        """Return the fingerprint in the format of keytool and Google Play."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()

    def pkcs12(self, password: str, *, encryption: Pkcs12Encryption = Pkcs12Encryption.MODERN) -> bytes:
        return pkcs12.serialize_key_and_certificates(
            self.alias.encode(), self.key, self.certificate, None, encryption.with_password(password)
        )


def pkcs12_keystore(keys: Sequence[AndroidKey], password: str) -> bytes:
    """Return a keystore with these keys, each under its alias."""
    files = [key.pkcs12(password) for key in keys]
    return files[0] if len(files) == 1 else merged(files, password)


@dataclasses.dataclass(frozen=True)
class JavaKey:
    """A private key in PKCS#8 with its certificate, for the formats of Java and Bouncy Castle."""

    alias: str
    certificate: bytes
    key: bytes = dataclasses.field(repr=False, default=b"no key")
    password: str | None = None  # None: the password of the keystore

    @classmethod
    def of(cls, key: AndroidKey, password: str | None = None) -> JavaKey:
        return cls(key.alias, key.certificate.public_bytes(Encoding.DER), private_bytes(key.key), password)


def jks_keystore(keys: Sequence[JavaKey], password: str, *, trusted: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """Return a keystore of the type JKS. `trusted` contains certificates without a key, with their aliases."""
    return _java_keystore(0xFEEDFEED, keys, password, trusted, _protected)


def jceks_keystore(keys: Sequence[JavaKey], password: str) -> bytes:
    return _java_keystore(0xCECECECE, keys, password, (), _with_md5_and_triple_des)


def _java_keystore(
    mark: int,
    keys: Sequence[JavaKey],
    password: str,
    trusted: Sequence[tuple[str, bytes]],
    encrypt: Callable[[bytes, str], bytes],
) -> bytes:
    records = struct.pack(">III", mark, 2, len(keys) + len(trusted))
    for one in keys:
        records += struct.pack(">I", 1) + _java_text(one.alias) + bytes(8)
        records += _block(encrypt(one.key, password if one.password is None else one.password))
        records += struct.pack(">I", 1) + _java_text("X.509") + _block(one.certificate)
    for alias, certificate in trusted:
        records += struct.pack(">I", 2) + _java_text(alias) + bytes(8) + _java_text("X.509") + _block(certificate)
    salted = password.encode("utf-16-be") + b"Mighty Aphrodite" + records
    return records + _sha1(salted)


def _protected(key: bytes, password: str) -> bytes:
    """Return a key encrypted in the way of JKS."""
    secret, salt = password.encode("utf-16-be"), bytes(range(20))
    link, cipher = salt, b""
    for start in range(0, len(key), 20):
        link = _sha1(secret + link)
        cipher += bytes(a ^ b for a, b in zip(key[start : start + 20], link, strict=False))
    algorithm = der.sequence(der.identifier("1.3.6.1.4.1.42.2.17.1.1"), der.NULL)
    return der.sequence(algorithm, der.octets(salt + cipher + _sha1(secret + key)))


def _with_md5_and_triple_des(key: bytes, password: str) -> bytes:
    """Return a key encrypted in the way of JCEKS."""
    salt, rounds, derived = bytes(range(8)), 1000, b""
    for half in (salt[:4], salt[4:]):
        digest = half
        for _turn in range(rounds):
            digest = hashlib.md5(digest + password.encode("ascii"), usedforsecurity=False).digest()
        derived += digest
    parameters = der.sequence(der.octets(salt), der.integer(rounds))
    algorithm = der.sequence(der.identifier("1.3.6.1.4.1.42.2.19.1"), parameters)
    return der.sequence(algorithm, der.octets(encrypt_triple_des(derived[:24], derived[24:], key)))


def bks_keystore(keys: Sequence[JavaKey], password: str, *, version: int = 2) -> bytes:
    """Return a keystore of Bouncy Castle. Version 1 is the older format."""
    salt, rounds = bytes(range(20)), 1024
    content = b""
    for one in keys:
        own = password if one.password is None else one.password
        inner = b"\0" + _java_text("PKCS#8") + _java_text("EC") + _block(one.key)
        sealed = _block(salt) + struct.pack(">I", rounds)
        sealed += encrypt_triple_des(
            derive("sha1", own, salt, rounds, 1, 24), derive("sha1", own, salt, rounds, 2, 8), inner
        )
        content += b"\4" + _java_text(one.alias) + bytes(8)
        content += struct.pack(">I", 1) + _java_text("X.509") + _block(one.certificate) + _block(sealed)
    content += b"\0"
    key = derive("sha1", password, salt, rounds, 3, 20 if version == 2 else 2)
    head = struct.pack(">I", version) + _block(salt) + struct.pack(">I", rounds)
    return head + content + hmac.digest(key, content, "sha1")


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()


def _block(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _java_text(text: str) -> bytes:
    """Return a text in the encoding of DataOutputStream.writeUTF(): each surrogate separately, zero as two bytes."""
    units = struct.unpack(f">{len(text.encode('utf-16-be')) // 2}H", text.encode("utf-16-be"))
    encoded = b"".join(chr(unit).encode("utf-8", "surrogatepass") for unit in units).replace(b"\0", b"\xc0\x80")
    return struct.pack(">H", len(encoded)) + encoded
