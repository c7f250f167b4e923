# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Android keystores. test_tools has those that keytool creates."""

from __future__ import annotations

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspect import inspect_file
from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspection import KEYSTORE_KEYS, Inspection
from tests.helpers.signing import tools
from tests.helpers.signing.samples import A_DAY, NOW, PASSWORD, android_key, authority, identity
from tests.signing_files import JavaKey, Pkcs12Encryption, jks_keystore, pkcs12_keystore


def inspected(data: bytes, password: str | None = PASSWORD, **given: str | None) -> Inspection:
    return inspect_file(data, expected="android_keystore", password=password, now=NOW, **given)


def codes(inspection: Inspection) -> list[str]:
    return [finding.code for finding in inspection.findings]


@pytest.mark.parametrize("encryption", Pkcs12Encryption)
def test_details(encryption: Pkcs12Encryption) -> None:
    found = inspected(android_key().pkcs12(PASSWORD, encryption=encryption))
    assert found.findings == ()
    assert tuple(found.details) == KEYSTORE_KEYS
    assert found.details == {
        "type": "pkcs12",
        "alias": "upload",
        "sha256_fingerprint": android_key().sha256_fingerprint,
        "not_before": "2026-05-03T12:30:15Z",
        "expires_at": "2053-04-26T12:30:15Z",
        "days_left": 9854,
    }


def test_aliases() -> None:
    keystore = pkcs12_keystore([android_key(), android_key("other")], PASSWORD)
    first = inspected(keystore)
    assert codes(first) == ["several_identities"]
    assert first.details["alias"] == "upload"
    named = inspected(keystore, alias="OTHER", private_key_password=PASSWORD)
    assert named.findings == ()
    assert named.details["sha256_fingerprint"] == android_key("other").sha256_fingerprint
    missing = inspected(keystore, alias="uplaod")
    assert codes(missing) == ["alias_missing"]
    assert missing.findings[0].message == (
        "The keystore holds no alias uplaod; it holds: upload, other. Name one of them."
    )
    assert missing.details["alias"] is None


def test_passwords() -> None:
    keystore = android_key().pkcs12(PASSWORD)
    for password, code in ((None, "password_needed"), ("", "password_needed"), ("wrong", "wrong_password")):
        found = inspected(keystore, password, alias="upload")
        assert codes(found) == [code]
        # Names of keys are readable without a password.
        assert found.details["alias"] == "upload"
        assert codes(inspected(keystore, password, alias="other")) == [code, "alias_missing"]
    assert codes(inspected(keystore, private_key_password="wrong")) == ["wrong_private_key_password"]


def test_dates() -> None:
    old = authority().android_key("old", not_before=NOW - 400 * A_DAY, not_after=NOW - A_DAY, elliptic=True)
    found = inspected(old.pkcs12(PASSWORD))
    assert codes(found) == ["expired"]
    assert found.details["days_left"] == -1
    assert found.findings[0].message.startswith(
        "The certificate of the alias old expired on 2026-05-03T12:30:15Z, 1 day"
    )
    new = authority().android_key("new", not_before=NOW + A_DAY, elliptic=True)
    assert codes(inspected(new.pkcs12(PASSWORD))) == ["not_yet_valid"]


def test_no_private_key() -> None:
    assert codes(inspected(identity(elliptic=True).pkcs12_without_key(PASSWORD))) == ["no_private_key"]
    name = identity(elliptic=True).common_name
    found = inspected(identity(elliptic=True).pkcs12_without_key(PASSWORD), alias=name)
    assert codes(found) == ["no_private_key"]
    assert "is a certificate without a private key" in found.findings[0].message


def test_other_formats() -> None:
    assert codes(inspected(b"\x00\x00\x00\x01 is not enough")) == ["not_a_keystore"]
    found = inspected(authority().sign(b"x"))
    assert codes(found) == ["not_a_keystore"]
    assert "signed data" in found.findings[0].message


def test_jks_shows_its_certificates_without_a_password() -> None:
    facts = tools.recorded()["keystore JKS"]
    found = inspected(facts["data"], None, alias="upload")
    assert [code for code in codes(found) if code != "not_yet_valid"] == []
    assert facts["says"].items() <= found.details.items()


@pytest.mark.parametrize("alias", ["upload", "grün", "a😀b", "a\0b"])
def test_names_in_jks(alias: str) -> None:
    keys = [JavaKey.of(android_key(name)) for name in ("other", alias)]
    found = inspected(jks_keystore(keys, PASSWORD), alias=alias.upper())
    assert codes(found) == []
    assert found.details["alias"] == alias


def test_a_certificate_that_cannot_be_read_does_not_spoil_the_others() -> None:
    odd = JavaKey("odd", b"not a certificate", JavaKey.of(android_key()).key)
    keystore = jks_keystore([odd, JavaKey.of(android_key())], PASSWORD)
    found = inspected(keystore, alias="upload")
    assert codes(found) == []
    assert found.details["sha256_fingerprint"] == android_key().sha256_fingerprint
    odd_one = inspected(keystore, alias="odd")
    assert codes(odd_one) == ["not_inspected"]
    assert odd_one.errors == ()
    assert odd_one.details["expires_at"] is None


def test_damaged_jks() -> None:
    data = tools.recorded()["keystore JKS"]["data"]
    for size in (4, 8, 12, 40, len(data) // 2, len(data) - 1):
        assert codes(inspected(data[:size])) == ["not_a_keystore"]
    flipped = bytearray(data)
    flipped[20] ^= 1  # a letter of an alias, or its length
    assert codes(inspected(bytes(flipped), tools.PASSWORD))[0] in ("wrong_password", "not_a_keystore")
