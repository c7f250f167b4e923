# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Android keystores: of the type PKCS#12, as keytool writes them today, and JKS, as it did before."""

from __future__ import annotations

import dataclasses
import hashlib
import struct
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import pkcs12

from .identity import Pkcs12Encryption
from .keys import PrivateKey
from .pkcs12 import merged


@dataclasses.dataclass(frozen=True)
class AndroidKey:
    """Made by :meth:`Authority.android_key`."""

    alias: str
    certificate: x509.Certificate
    key: PrivateKey = dataclasses.field(repr=False)

    @property
    def sha256_fingerprint(self) -> str:
        """As keytool and Google Play write it."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()

    def pkcs12(self, password: str, *, encryption: Pkcs12Encryption = Pkcs12Encryption.MODERN) -> bytes:
        return pkcs12.serialize_key_and_certificates(
            self.alias.encode(), self.key, self.certificate, None, encryption.with_password(password)
        )


def pkcs12_keystore(keys: Sequence[AndroidKey], password: str) -> bytes:
    """A keystore with these keys, each under its alias."""
    files = [key.pkcs12(password) for key in keys]
    return files[0] if len(files) == 1 else merged(files, password)


def jks_keystore(entries: Sequence[tuple[str, bytes]], password: str) -> bytes:
    """A keystore with keys under these names, each with its certificate in DER. What it has for keys opens nothing."""
    records = struct.pack(">III", 0xFEEDFEED, 2, len(entries))
    for alias, certificate in entries:
        key = _block(b"no key")
        records += struct.pack(">I", 1) + _java_text(alias) + bytes(8) + key
        records += struct.pack(">I", 1) + _java_text("X.509") + _block(certificate)
    salted = password.encode("utf-16-be") + b"Mighty Aphrodite" + records
    return records + hashlib.sha1(salted, usedforsecurity=False).digest()


def _block(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _java_text(text: str) -> bytes:
    """As DataOutputStream.writeUTF() writes it: halves of a pair of surrogates one by one, and a zero in two bytes."""
    units = struct.unpack(f">{len(text.encode('utf-16-be')) // 2}H", text.encode("utf-16-be"))
    encoded = b"".join(chr(unit).encode("utf-8", "surrogatepass") for unit in units).replace(b"\0", b"\xc0\x80")
    return struct.pack(">H", len(encoded)) + encoded
