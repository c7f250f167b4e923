# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Unusual files: several identities in a file, elliptic keys, keystores, and old forms of signed profiles."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs7, pkcs12

from tests.signing_files import Authority, Identity, IdentityKind, Team, merged, pkcs12_keystore

PASSWORD = "correct horse ä €"


def test_file_with_several_identities(authority: Authority, team: Team, identity: Identity) -> None:
    other = authority.identity(IdentityKind.DEVELOPMENT, team, elliptic=True)
    loaded = pkcs12.load_pkcs12(
        merged([identity.pkcs12(PASSWORD), other.pkcs12(PASSWORD, with_chain=False)], PASSWORD), PASSWORD.encode()
    )
    assert loaded.cert is not None
    held = {loaded.cert.certificate, *(entry.certificate for entry in loaded.additional_certs)}
    assert held == {identity.certificate, other.certificate, *authority.chain}


def test_one_password_opens_all_identities(identity: Identity) -> None:
    with pytest.raises(ValueError, match="password"):
        pkcs12.load_pkcs12(merged([identity.pkcs12(PASSWORD)] * 2, PASSWORD), b"wrong")


def test_elliptic_keys(authority: Authority, team: Team) -> None:
    identity = authority.identity(IdentityKind.DISTRIBUTION, team, elliptic=True)
    assert isinstance(identity.key, ec.EllipticCurvePrivateKey)
    identity.certificate.verify_directly_issued_by(authority.developer_relations.certificate)


def test_pkcs12_keystore(authority: Authority) -> None:
    keys = [authority.android_key(alias, elliptic=True) for alias in ("upload", "other")]
    for key in keys:
        key.certificate.verify_directly_issued_by(key.certificate)
        public = key.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        assert public == key.certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert "key=" not in repr(keys[0])
    loaded = pkcs12.load_pkcs12(pkcs12_keystore(keys, PASSWORD), PASSWORD.encode())
    assert loaded.cert is not None
    assert [loaded.cert.friendly_name, loaded.additional_certs[0].friendly_name] == [b"upload", b"other"]


@pytest.mark.filterwarnings("ignore:PKCS#7 certificates could not be parsed as DER")
@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_forms_of_signed_data(authority: Authority, digest: str, *, streamed: bool) -> None:
    """Check that cryptography's loader reads each form of signed data."""
    content = authority.sign(b"x" * 5000, digest=digest, streamed=streamed, with_chain=True)
    assert content.startswith(b"\x30\x80" if streamed else b"\x30\x82")
    assert set(pkcs7.load_der_pkcs7_certificates(content)) == {
        authority.profile_signer.certificate,
        *authority.chain,
    }
