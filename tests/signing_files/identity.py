# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A signing identity: a developer's certificate with its private key, as exported from a keychain."""

from __future__ import annotations

import dataclasses
import enum

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID, ObjectIdentifier

from . import certificates
from .keys import PrivateKey

# Real exports use 2048 or more rounds. Tests open files thousands of times, and each round takes two microseconds.
KDF_ROUNDS = 100


class IdentityKind(enum.Enum):
    """Purpose of a certificate. The value is the start of its common name."""

    DEVELOPMENT = "Apple Development"
    DISTRIBUTION = "Apple Distribution"
    DEVELOPER_ID = "Developer ID Application"
    DEVELOPER_ID_INSTALLER = "Developer ID Installer"
    MAC_INSTALLER = "3rd Party Mac Developer Installer"
    IPHONE_DEVELOPER = "iPhone Developer"
    IPHONE_DISTRIBUTION = "iPhone Distribution"

    @property
    def marks(self) -> tuple[ObjectIdentifier, ...]:
        return _MARKS[self]

    @property
    def is_distribution(self) -> bool:
        return self in (IdentityKind.DISTRIBUTION, IdentityKind.IPHONE_DISTRIBUTION)


_MARKS = {
    IdentityKind.DEVELOPMENT: (certificates.MARK_IPHONE_DEVELOPMENT, certificates.MARK_MAC_DEVELOPMENT),
    IdentityKind.DISTRIBUTION: (certificates.MARK_IPHONE_DISTRIBUTION, certificates.MARK_MAC_DISTRIBUTION),
    IdentityKind.DEVELOPER_ID: (certificates.MARK_DEVELOPER_ID,),
    IdentityKind.DEVELOPER_ID_INSTALLER: (certificates.MARK_DEVELOPER_ID_INSTALLER,),
    IdentityKind.MAC_INSTALLER: (certificates.MARK_MAC_INSTALLER,),
    IdentityKind.IPHONE_DEVELOPER: (certificates.MARK_IPHONE_DEVELOPMENT,),
    IdentityKind.IPHONE_DISTRIBUTION: (certificates.MARK_IPHONE_DISTRIBUTION,),
}


class Pkcs12Encryption(enum.Enum):
    """Encryption of a file: that of current tools, or that of macOS keychains and OpenSSL 1."""

    MODERN = "AES-256 with SHA-256"
    LEGACY = "triple DES with SHA-1"

    def with_password(self, password: str) -> serialization.KeySerializationEncryption:
        builder = serialization.PrivateFormat.PKCS12.encryption_builder().kdf_rounds(KDF_ROUNDS)
        if self is Pkcs12Encryption.LEGACY:
            return (
                builder.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
                .hmac_hash(hashes.SHA1())  # noqa: S303 -- the legacy algorithm
                .build(password.encode())
            )
        return (
            builder.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
            .hmac_hash(hashes.SHA256())
            .build(password.encode())
        )


@dataclasses.dataclass(frozen=True)
class Identity:
    """A certificate with its private key, created by :meth:`Authority.identity`."""

    kind: IdentityKind
    certificate: x509.Certificate
    key: PrivateKey = dataclasses.field(repr=False)
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def common_name(self) -> str:
        (attribute,) = self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(attribute.value)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def sha1(self) -> str:
        """Return the fingerprint that keychains and profiles use for the certificate."""
        return self.certificate.fingerprint(hashes.SHA1()).hex()  # noqa: S303 -- an identifier

    def pkcs12(
        self,
        password: str | None,
        *,
        encryption: Pkcs12Encryption = Pkcs12Encryption.LEGACY,
        friendly_name: str | None = None,
        with_chain: bool = True,
    ) -> bytes:
        """Return the bytes of a ``.p12`` file. Without a password it is not encrypted."""
        encryption_algorithm: serialization.KeySerializationEncryption = (
            encryption.with_password(password) if password else serialization.NoEncryption()
        )
        return pkcs12.serialize_key_and_certificates(
            (friendly_name or self.common_name).encode(),
            self.key,
            self.certificate,
            list(self.chain) if with_chain and self.chain else None,
            encryption_algorithm,
        )

    def pkcs12_without_key(self, password: str | None) -> bytes:
        """Return a ``.p12`` file without the private key, which is a common export mistake."""
        encryption_algorithm: serialization.KeySerializationEncryption = (
            Pkcs12Encryption.LEGACY.with_password(password) if password else serialization.NoEncryption()
        )
        return pkcs12.serialize_key_and_certificates(
            self.common_name.encode(), None, self.certificate, list(self.chain) or None, encryption_algorithm
        )
