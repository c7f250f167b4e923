# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Identities, read back by the cryptography library instead of the code that wrote them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.signing_files import Authority, Identity, IdentityKind, Pkcs12Encryption, Team
from tests.signing_files.__main__ import main, make
from tests.signing_files.certificates import MARK_IPHONE_DEVELOPMENT, MARK_IPHONE_DISTRIBUTION

from .conftest import CLOCK

PASSWORD = "correct horse ä"


def subject_value(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    (attribute,) = certificate.subject.get_attributes_for_oid(oid)
    return str(attribute.value)


@pytest.mark.parametrize("encryption", list(Pkcs12Encryption))
def test_pkcs12_contains_key_certificate_and_chain(
    identity: Identity, authority: Authority, encryption: Pkcs12Encryption
) -> None:
    loaded = pkcs12.load_pkcs12(identity.pkcs12(PASSWORD, encryption=encryption), PASSWORD.encode())

    assert loaded.cert is not None
    assert loaded.cert.certificate == identity.certificate
    assert loaded.cert.friendly_name == identity.common_name.encode()
    assert [entry.certificate for entry in loaded.additional_certs] == list(authority.chain)
    assert isinstance(loaded.key, rsa.RSAPrivateKey)
    assert loaded.key.public_key() == identity.certificate.public_key()


@pytest.mark.parametrize("encryption", list(Pkcs12Encryption))
def test_pkcs12_cannot_be_opened_with_another_password(identity: Identity, encryption: Pkcs12Encryption) -> None:
    content = identity.pkcs12(PASSWORD, encryption=encryption)

    with pytest.raises(ValueError, match="password"):
        pkcs12.load_pkcs12(content, b"wrong")


def test_pkcs12_variants(identity: Identity) -> None:
    bare = pkcs12.load_pkcs12(identity.pkcs12(None, friendly_name="Release", with_chain=False), None)
    assert bare.key is not None
    assert bare.cert is not None
    assert bare.cert.friendly_name == b"Release"
    assert bare.additional_certs == []

    keyless = pkcs12.load_pkcs12(identity.pkcs12_without_key(PASSWORD), PASSWORD.encode())
    assert keyless.key is None


@pytest.mark.parametrize(
    ("kind", "mark"),
    [
        (IdentityKind.DEVELOPMENT, MARK_IPHONE_DEVELOPMENT),
        (IdentityKind.IPHONE_DEVELOPER, MARK_IPHONE_DEVELOPMENT),
        (IdentityKind.DISTRIBUTION, MARK_IPHONE_DISTRIBUTION),
        (IdentityKind.IPHONE_DISTRIBUTION, MARK_IPHONE_DISTRIBUTION),
    ],
)
def test_certificate_contains_team_and_purpose(
    authority: Authority, team: Team, kind: IdentityKind, mark: x509.ObjectIdentifier
) -> None:
    certificate = authority.identity(kind, team).certificate

    assert subject_value(certificate, NameOID.COMMON_NAME) == f"{kind.value}: Acme Ltd (A1B2C3D4E5)"
    assert subject_value(certificate, NameOID.ORGANIZATIONAL_UNIT_NAME) == "A1B2C3D4E5"
    assert subject_value(certificate, NameOID.ORGANIZATION_NAME) == "Acme Ltd"
    assert subject_value(certificate, NameOID.USER_ID).startswith("A1B2C3D4E5")
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CODE_SIGNING]
    assert certificate.extensions.get_extension_for_oid(mark).critical


def test_chain_is_signed_from_the_root_down(identity: Identity, authority: Authority) -> None:
    intermediate, root = authority.chain

    identity.certificate.verify_directly_issued_by(intermediate)
    intermediate.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)


def test_validity_periods(authority: Authority, team: Team) -> None:
    usual = authority.identity(IdentityKind.DISTRIBUTION, team).certificate
    assert usual.not_valid_before_utc < CLOCK < usual.not_valid_after_utc

    begin, end = CLOCK - dt.timedelta(days=400), CLOCK - dt.timedelta(days=35)
    over = authority.identity(IdentityKind.DISTRIBUTION, team, not_before=begin, not_after=end).certificate
    assert (over.not_valid_before_utc, over.not_valid_after_utc) == (begin, end)

    with pytest.raises(ValueError, match="must be later than not_before"):
        authority.identity(IdentityKind.DISTRIBUTION, team, not_before=end, not_after=begin)


def test_each_identity_has_its_own_key_and_serial_number(authority: Authority, team: Team) -> None:
    first, second = (authority.identity(IdentityKind.DISTRIBUTION, team) for _turn in range(2))

    def public(identity: Identity) -> bytes:
        return identity.certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    assert public(first) != public(second)
    assert first.certificate.serial_number != second.certificate.serial_number
    assert first.sha1 != second.sha1


@pytest.mark.parametrize("days", [-400, -3, 0, 0.5, 10])
def test_the_program_writes_files_that_expire_when_requested(days: float) -> None:
    content = make(["Shop"], PASSWORD, days)["distribution.p12"]
    certificate = pkcs12.load_pkcs12(content, PASSWORD.encode()).cert
    assert certificate is not None
    ends = certificate.certificate.not_valid_after_utc
    assert abs(ends - dt.datetime.now(dt.UTC) - dt.timedelta(days=days)) < dt.timedelta(minutes=1)


def test_repr_contains_no_private_key(identity: Identity) -> None:
    assert "key=" not in repr(identity)


def test_the_folder_of_the_files_is_created(tmp_path: Path) -> None:
    assert main([str(tmp_path / "new" / "files"), "Shop"]) == 0
    names = {path.name for path in (tmp_path / "new" / "files").iterdir()}
    assert names == {"distribution.p12", "release.jks", "Shop.mobileprovision"}
