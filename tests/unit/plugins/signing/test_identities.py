# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PKCS#12 files with developers' certificates."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import pkcs12

from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspect import inspect_file
from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspection import CERTIFICATE_KEYS, Inspection
from tests.helpers.signing.samples import A_DAY, NOW, PASSWORD, TEAM, android_key, authority, expired_identity, identity
from tests.signing_files import IdentityKind, Pkcs12Encryption, merged
from tests.signing_files.der import open_lengths

CURVE = {"elliptic": True}


def inspected(data: bytes, password: str | None = PASSWORD, expected: str | None = "build_certificate") -> Inspection:
    return inspect_file(data, expected=expected, password=password, now=NOW)


def codes(inspection: Inspection) -> list[str]:
    return [finding.code for finding in inspection.findings]


@pytest.mark.parametrize("encryption", Pkcs12Encryption)
@pytest.mark.parametrize("elliptic", [False, True])
def test_details(encryption: Pkcs12Encryption, *, elliptic: bool) -> None:
    own = identity(elliptic=elliptic)
    found = inspected(own.pkcs12(PASSWORD, encryption=encryption), expected=None)
    assert found.kind == "build_certificate"
    assert codes(found) == ["not_importable_on_macos"] * (encryption is Pkcs12Encryption.MODERN)
    assert not found.errors
    assert found.sha1s == (own.sha1,)
    assert tuple(found.details) == CERTIFICATE_KEYS
    assert found.details == {
        "common_name": "Apple Distribution: Acme Ltd (A1B2C3D4E5)",
        "team_id": TEAM.identifier,
        "serial": own.certificate.serial_number.to_bytes(20, "big").hex().upper().removeprefix("00"),
        "sha1": own.sha1,
        "sha256": found.details["sha256"],
        "not_before": "2026-05-03T12:30:15Z",
        "expires_at": "2027-05-03T12:30:15Z",
        "days_left": 364,
        "has_private_key": True,
        "chain": 2,
        "use": "distribution",
    }


def test_without_chain() -> None:
    assert inspected(identity(**CURVE).pkcs12(PASSWORD, with_chain=False)).details["chain"] == 0


@pytest.mark.parametrize("encryption", Pkcs12Encryption)
def test_passwords_of_a_locked_file(encryption: Pkcs12Encryption) -> None:
    locked = identity(**CURVE).pkcs12(PASSWORD, encryption=encryption)
    for password in (None, ""):
        found = inspected(locked, password)
        assert codes(found) == ["password_needed"]
    wrong = inspected(locked, "wrong")
    assert codes(wrong) == ["wrong_password"]
    # Has all keys, also if little is known, and no pairs.
    assert wrong.details == {**dict.fromkeys(CERTIFICATE_KEYS), "has_private_key": True}
    assert wrong.sha1s is None


def test_passwords_of_an_open_file() -> None:
    """Treat an empty password and a missing one alike."""
    open_file = identity(**CURVE).pkcs12(None)
    for password in (None, ""):
        # Its checksum is made with SHA-256.
        assert codes(inspected(open_file, password)) == ["not_importable_on_macos"]
    found = inspected(open_file, "superfluous")
    assert codes(found) == ["wrong_password"]
    assert "Leave the password out" in found.findings[0].message
    assert found.details["common_name"] == identity(**CURVE).common_name


def test_a_password_for_the_checksum_only() -> None:
    data = merged([identity(**CURVE).pkcs12(None)], PASSWORD)
    assert inspected(data).findings == ()
    found = inspected(data, None)
    assert codes(found) == ["password_needed"]
    assert "The file is not encrypted" in found.findings[0].message


def test_no_private_key() -> None:
    found = inspected(identity(**CURVE).pkcs12_without_key(PASSWORD))
    assert codes(found) == ["no_private_key"]
    assert found.details["has_private_key"] is False
    assert found.details["sha1"] is not None


def test_the_key_of_another_certificate() -> None:
    lock = Pkcs12Encryption.LEGACY.with_password(PASSWORD)
    lonely_key = pkcs12.serialize_key_and_certificates(None, expired_identity().key, None, None, lock)
    found = inspected(merged([identity(**CURVE).pkcs12_without_key(PASSWORD), lonely_key], PASSWORD))
    assert codes(found) == ["key_mismatch"]
    assert "does not belong to a certificate in the file" in found.findings[0].message
    assert found.details["has_private_key"] is False


def test_a_key_without_a_certificate() -> None:
    lock = Pkcs12Encryption.LEGACY.with_password(PASSWORD)
    found = inspected(pkcs12.serialize_key_and_certificates(None, expired_identity().key, None, None, lock))
    assert codes(found) == ["no_certificates"]
    assert found.details["has_private_key"] is True


def test_several_identities() -> None:
    """Show one identity and inspect all."""
    second = identity(IdentityKind.DEVELOPMENT, **CURVE)
    good = inspected(merged([identity(**CURVE).pkcs12(PASSWORD), second.pkcs12(PASSWORD)], PASSWORD))
    assert codes(good) == ["several_identities"]
    assert not good.errors
    assert good.sha1s == (identity(**CURVE).sha1, second.sha1)
    assert (good.details["sha1"], good.details["chain"]) == (identity(**CURVE).sha1, 2)
    assert "2 identities (Apple Distribution: Acme Ltd (A1B2C3D4E5), Apple Development: " in good.findings[0].message

    part = inspected(merged([identity(**CURVE).pkcs12(PASSWORD), expired_identity().pkcs12(PASSWORD)], PASSWORD))
    assert codes(part) == ["several_identities", "partly_expired"]
    assert not part.errors
    assert part.details["days_left"] == 364


def test_dates() -> None:
    found = inspected(expired_identity().pkcs12(PASSWORD))
    assert codes(found) == ["expired"]
    assert found.details["days_left"] == -35
    assert found.findings[0].message.startswith("The certificate Apple Distribution: Acme Ltd (A1B2C3D4E5) expired on ")
    early = authority().identity(IdentityKind.DISTRIBUTION, TEAM, not_before=NOW + A_DAY, elliptic=True)
    assert codes(inspected(early.pkcs12(PASSWORD))) == ["not_yet_valid"]


def test_open_lengths() -> None:
    """Read BER, as Bouncy Castle and other programs write it."""
    found = inspected(open_lengths(identity(**CURVE).pkcs12(PASSWORD)))
    assert found.findings == ()
    assert found.details["common_name"] == identity(**CURVE).common_name


def test_damaged() -> None:
    """Report a file whose checksum is wrong although the password opens the key."""
    data = bytearray(identity(**CURVE).pkcs12(PASSWORD))
    data[-20] ^= 1
    assert codes(inspected(bytes(data))) == ["damaged"]
    data = bytearray(identity(**CURVE).pkcs12(PASSWORD))
    del data[-100:]
    assert codes(inspected(bytes(data))) == ["not_pkcs12"]


def test_a_keystore_is_distinguished() -> None:
    keystore = android_key().pkcs12(PASSWORD)
    assert inspected(keystore, expected=None).kind == "android_keystore"
    assert inspected(keystore).kind == "build_certificate"
