# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""X.509 certificates with the names, extensions and object identifiers of Apple's signing certificates."""

from __future__ import annotations

import dataclasses
import datetime as dt

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from .keys import PrivateKey

ORGANIZATION = "Apple Inc. (emulated)"

# Apple marks the purpose of a certificate with its own extensions, whose value is an ASN.1 NULL.
APPLE_POLICY = ObjectIdentifier("1.2.840.113635.100.5.1")
MARK_IPHONE_DEVELOPMENT = ObjectIdentifier("1.2.840.113635.100.6.1.2")
MARK_IPHONE_DISTRIBUTION = ObjectIdentifier("1.2.840.113635.100.6.1.4")
MARK_MAC_DISTRIBUTION = ObjectIdentifier("1.2.840.113635.100.6.1.7")
MARK_MAC_INSTALLER = ObjectIdentifier("1.2.840.113635.100.6.1.8")
MARK_DEVELOPER_ID = ObjectIdentifier("1.2.840.113635.100.6.1.13")
MARK_DEVELOPER_ID_INSTALLER = ObjectIdentifier("1.2.840.113635.100.6.1.14")
MARK_MAC_DEVELOPMENT = ObjectIdentifier("1.2.840.113635.100.6.1.12")
MARK_WWDR_INTERMEDIATE = ObjectIdentifier("1.2.840.113635.100.6.2.1")
ASN1_NULL = b"\x05\x00"


@dataclasses.dataclass(frozen=True)
class Signer:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: PrivateKey = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class Validity:
    not_before: dt.datetime
    not_after: dt.datetime

    def __post_init__(self) -> None:
        if self.not_before >= self.not_after:
            raise ValueError(f"not_after must be later than not_before, got {self.not_after} and {self.not_before}")


def apple_name(common_name: str, unit: str | None = None) -> x509.Name:
    """Return a subject like that of Apple's own certificates."""
    attributes = [(NameOID.COMMON_NAME, common_name)]
    if unit:
        attributes.append((NameOID.ORGANIZATIONAL_UNIT_NAME, unit))
    attributes += [(NameOID.ORGANIZATION_NAME, ORGANIZATION), (NameOID.COUNTRY_NAME, "US")]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes])


def developer_name(*, user_id: str, common_name: str, team_id: str, team_name: str) -> x509.Name:
    """Return a subject like that of a developer's certificate. The team is the organizational unit."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.USER_ID, user_id),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, team_id),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, team_name),
            x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
        ]
    )


def android_name(common_name: str) -> x509.Name:
    """Return a subject like those that keytool creates."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Mobile"),
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CH"),
        ]
    )


def _usage(*, digital_signature: bool = False, certificate_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificate_sign,
        crl_sign=certificate_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _builder(subject: x509.Name, key: PrivateKey, issuer: Signer | None, validity: Validity) -> x509.CertificateBuilder:
    issuer_name = issuer.certificate.subject if issuer else subject
    issuer_key = issuer.key if issuer else key
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity.not_before)
        .not_valid_after(validity.not_after)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )


def issue_authority(
    subject: x509.Name,
    key: PrivateKey,
    *,
    issuer: Signer | None,
    validity: Validity,
    marks: tuple[ObjectIdentifier, ...] = (),
) -> Signer:
    """Return a certificate that can sign others. Without an issuer it is self-signed."""
    builder = _builder(subject, key, issuer, validity)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0 if issuer else None), critical=True)
    builder = builder.add_extension(_usage(certificate_sign=True), critical=True)
    return Signer(_marked(builder, marks, critical=False).sign(issuer.key if issuer else key, hashes.SHA256()), key)


def issue_signing(
    subject: x509.Name,
    key: PrivateKey,
    *,
    issuer: Signer,
    validity: Validity,
    marks: tuple[ObjectIdentifier, ...] = (),
) -> Signer:
    """Return a certificate that signs code or profiles."""
    policy = x509.PolicyInformation(APPLE_POLICY, None)
    builder = _builder(subject, key, issuer, validity)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(digital_signature=True), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=True)
    builder = builder.add_extension(x509.CertificatePolicies([policy]), critical=False)
    return Signer(_marked(builder, marks, critical=True).sign(issuer.key, hashes.SHA256()), key)


def issue_self_signed(subject: x509.Name, key: PrivateKey, *, validity: Validity) -> Signer:
    """Return a self-signed certificate with few extensions, as for Android keys."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity.not_before)
        .not_valid_after(validity.not_after)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Signer(builder.sign(key, hashes.SHA256()), key)


def _marked(
    builder: x509.CertificateBuilder, marks: tuple[ObjectIdentifier, ...], *, critical: bool
) -> x509.CertificateBuilder:
    for mark in marks:
        builder = builder.add_extension(x509.UnrecognizedExtension(mark, ASN1_NULL), critical=critical)
    return builder
