# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of files that strict validation distinguishes: files that builds can use, and files that they cannot use."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.mobileops.ci.plugins.module_utils._signing import password_encryption
from tests.helpers.signing.samples import (
    A_DAY,
    NOW,
    android_key,
    expired_identity,
    identity,
)
from tests.signing_files import (
    JavaKey,
    bks_keystore,
    der,
    jceks_keystore,
    jks_keystore,
)
from tests.signing_files.certificates import Validity, issue_self_signed
from tests.signing_files.pkcs12 import (
    WITH_ZEROS,
    WITHOUT_ZEROS,
    certificate_bag,
    encrypted_part,
    key_bag,
    legacy_key_bag,
    nested_bag,
    pfx,
    plain_part,
)

from .odd_files import MACOS, OTHER, PASSWORD, certificate, codes, file, keystore, odd, pair

# Keystores whose key has another password, no name, no certificate, or does not belong to its certificate


def test_the_password_of_the_key_is_another_one() -> None:
    data = file(*pair(password=OTHER))
    assert keystore(data, private_key_password=OTHER).findings == ()
    assert codes(keystore(data, private_key_password="wrong")) == ["wrong_private_key_password"]
    assert codes(keystore(data, private_key_password=PASSWORD)) == ["wrong_private_key_password"]
    unknown = keystore(data)
    assert (codes(unknown), unknown.errors) == (["private_key_password_needed"], ())
    # The same in a file for keychains, which take one password.
    assert codes(certificate(data)) == ["wrong_private_key_password"]


@pytest.mark.parametrize("make", [jks_keystore, jceks_keystore, bks_keystore])
def test_the_password_of_the_key_is_another_one_in_other_formats(make: Any) -> None:
    data = make([JavaKey.of(android_key(), OTHER)], PASSWORD)
    found = keystore(data, private_key_password=OTHER)
    assert found.findings == ()
    assert found.details["sha256_fingerprint"] == android_key().sha256_fingerprint
    assert found.details["not_before"] == "2026-05-03T12:30:15Z"
    assert codes(keystore(data, private_key_password="wrong")) == ["wrong_private_key_password"]
    assert codes(keystore(data)) == ["private_key_password_needed"]
    assert codes(keystore(data, None)) == []
    assert codes(keystore(data, "wrong", private_key_password=OTHER)) == ["wrong_password"]


def test_old_bks() -> None:
    data = bks_keystore([JavaKey.of(android_key())], PASSWORD, version=1)
    assert keystore(data).findings == ()
    assert "wrong_password" in codes(keystore(data, "wrong"))


@pytest.mark.parametrize("size", [10, 40, 200, -1])
def test_cut_off_bks(size: int) -> None:
    """Report that the file cannot be inspected, because one of the type UBER, encrypted as a whole, looks the same."""
    data = bks_keystore([JavaKey.of(android_key())], PASSWORD)[:size]
    assert codes(keystore(data)) == ["not_inspected"]


def test_keys_without_names_have_numbers() -> None:
    second = odd(label="second")
    bags = [
        key_bag(odd().key, PASSWORD, local_id=b"1"),
        key_bag(second.key, PASSWORD, local_id=b"2"),
        certificate_bag(second.der, local_id=b"2"),
        certificate_bag(odd().der, local_id=b"1"),
    ]
    one, two, three = (keystore(file(*bags), alias=alias) for alias in "123")
    assert (codes(one), codes(two), codes(three)) == ([], [], ["alias_missing"])
    assert one.details["alias"] == "1"
    assert one.details["sha256_fingerprint"] != two.details["sha256_fingerprint"]
    assert "it holds: 1, 2." in three.findings[0].message


def test_keystores_that_cannot_sign() -> None:
    key, own = pair()
    other = certificate_bag(odd(label="other").der, name="upload", local_id=b"1")
    assert codes(keystore(file(key, own))) == []
    for data, code in (
        (file(key), "no_certificates"),
        (file(*pair(password=None)), "no_private_key"),
        (file(key, other), "key_mismatch"),
        (file(own), "no_private_key"),
        (jks_keystore([JavaKey("upload", odd().der, JavaKey.of(android_key()).key)], PASSWORD), "key_mismatch"),
    ):
        found = keystore(data)
        assert codes(found) == [code]
        assert found.errors, code
    assert codes(certificate(file(key, other))) == ["key_mismatch"]


def test_one_odd_certificate_does_not_spoil_the_others() -> None:
    key, own = pair()
    broken = certificate_bag(b"\x30\x03\x02\x01\x01", name="broken", local_id=b"2")
    null = certificate_bag(odd(label="null", null_parameters=True).der, name="null")
    assert keystore(file(broken, key, null, own)).findings == ()
    assert codes(certificate(file(broken, key, null, own))) == []


def test_a_certificate_beyond_the_end_of_time() -> None:
    far = odd(end=der.written_time("102390101000000Z", generalized=True))
    found = keystore(file(*pair(far)))
    assert (codes(found), found.errors) == (["unusual_certificate"], ())
    assert "10239" in found.findings[0].message
    assert found.details["expires_at"] == "9999-12-31T23:59:59Z"


def test_jks_with_a_secret_key_shows_what_is_before_it() -> None:
    before = jceks_keystore([JavaKey.of(android_key())], PASSWORD)[:-20]
    secret = b"\x00\x00\x00\x03\x00\x06secret" + bytes(8) + b"\xac\xed a serialized object"
    body = before[:8] + b"\x00\x00\x00\x02" + before[12:] + secret
    found = keystore(body + bytes(20), None, alias="upload")
    assert (codes(found), found.details["alias"]) == (["not_inspected"], "upload")
    assert codes(keystore(body + bytes(20), None, alias="nobody")) == ["not_inspected"]


# Rounds of key derivation


def bomb(rounds: int) -> bytes:
    return key_bag(odd().key, PASSWORD, name="upload", local_id=b"1", rounds=rounds)


@pytest.mark.parametrize(
    "data",
    [
        file(bomb(50_000_000), pair()[1]),
        file(nested_bag(nested_bag(bomb(50_000_000))), pair()[1]),
        pfx([encrypted_part(PASSWORD, bomb(50_000_000))], PASSWORD),
        pfx([encrypted_part(PASSWORD, *[nested_bag(bomb(700_000))] * 6)], PASSWORD),
        pfx([encrypted_part(PASSWORD, pair()[1], rounds=50_000_000)], PASSWORD),
    ],
    ids=["key", "nested", "in an encrypted part", "many in an encrypted part", "encrypted part"],
)
def test_rounds_are_counted_before_they_are_done(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    original = password_encryption.hashlib.pbkdf2_hmac

    def counting(name: str, password: bytes, salt: bytes, rounds: int, size: int) -> bytes:
        done.append(rounds)
        return bytes(original(name, password, salt, rounds, size))

    monkeypatch.setattr(password_encryption.hashlib, "pbkdf2_hmac", counting)
    for found in (keystore(data), certificate(data)):
        assert codes(found)[0] == "too_many_rounds"
    assert sum(done) <= 2 * 2048


def test_many_rounds_are_accepted_up_to_the_limit() -> None:
    """Accept the rounds of OpenSSL three times: for the key, the certificate and the checksum."""
    assert password_encryption.MAX_WORK >= 3 * 1_200_000
    budget = password_encryption.Budget()
    budget.spend(password_encryption.MAX_WORK)
    assert not budget.allows(1)
    assert codes(keystore(file(*pair(rounds=100_000), rounds=100_000))) == []


def test_reading_has_a_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_encryption, "MAX_SECONDS", -1.0)
    assert codes(keystore(file(*pair()))) == ["too_many_rounds"]


@pytest.mark.parametrize("n", [1 << 20, 1 << 40])
def test_scrypt_takes_a_limited_amount_of_memory(n: int) -> None:
    scrypt = der.sequence(der.octets(b"salt"), der.integer(n), der.integer(8), der.integer(1))
    derivation = der.sequence(der.identifier("1.3.6.1.4.1.11591.4.11"), scrypt)
    aes = der.sequence(der.identifier("2.16.840.1.101.3.4.1.42"), der.octets(bytes(16)))
    algorithm = der.sequence(der.identifier("1.2.840.113549.1.5.13"), der.sequence(derivation, aes))
    assert codes(keystore(file(*pair(algorithm=algorithm)))) == ["too_many_rounds"]


# Algorithms that are not known


def test_an_unknown_algorithm_is_not_a_wrong_password() -> None:
    unknown = der.sequence(der.identifier("1.2.3.4"), der.NULL)
    key, own = pair(algorithm=unknown)
    for data in (file(key, own), pfx([encrypted_part(PASSWORD, own, algorithm=unknown)], PASSWORD)):
        found = keystore(data)
        assert codes(found)[0] == "unsupported_algorithm"
        assert "1.2.3.4" in found.findings[0].message
    assert codes(certificate(file(key, own))) == ["unsupported_algorithm"]
    without_checksum = keystore(pfx([plain_part(key)], None))
    assert [finding.code for finding in without_checksum.errors] == ["unsupported_algorithm"]


def test_a_checksum_of_an_unknown_kind() -> None:
    data = pfx([plain_part(*pair())], PASSWORD, algorithm=der.sequence(der.identifier("1.2.3.4"), der.NULL))
    found = keystore(data)
    assert (codes(found), found.errors) == (["checksum_not_checked"], ())
    assert codes(keystore(data, "wrong")) == ["wrong_password"]


def test_pbmac1() -> None:
    """Read its checksum with every version of cryptography."""
    data = pfx([plain_part(*pair())], PASSWORD, pbmac1=True)
    assert keystore(data).findings == ()
    assert codes(keystore(data, "wrong")) == ["wrong_password"]
    assert codes(keystore(data, None)) == ["password_needed"]


def test_damage_is_distinguished_from_a_wrong_password() -> None:
    data = bytearray(file(*pair()))
    data[-20] ^= 1
    assert codes(keystore(bytes(data))) == ["damaged"]
    assert codes(keystore(bytes(data), "wrong")) == ["wrong_password"]


# Build certificates


def renewed(days: int) -> bytes:
    """Return a certificate for the key of identity() that is valid for this number of days."""
    key = identity(elliptic=True).key
    begin = NOW - 300 * A_DAY
    name = identity(elliptic=True).certificate.subject
    return issue_self_signed(name, key, validity=Validity(begin, NOW + days * A_DAY)).certificate.public_bytes(
        Encoding.DER
    )


def test_one_key_with_its_old_and_its_renewed_certificate() -> None:
    key = key_bag(identity(elliptic=True).key, PASSWORD, local_id=b"1")
    bags = [certificate_bag(renewed(days), local_id=b"1") for days in (-10, 200, 30)]
    found = certificate(file(key, *bags))
    assert (codes(found), found.errors) == (["partly_expired"], ())
    assert found.details["days_left"] == 200
    assert len(found.sha1s or ()) == 3
    all_over = certificate(file(key, *[certificate_bag(renewed(days), local_id=b"1") for days in (-10, -2)]))
    assert codes(all_over) == ["expired", "expired"]
    assert all_over.details["days_left"] == -2


@pytest.mark.parametrize("bmp", [WITH_ZEROS, WITHOUT_ZEROS])
@pytest.mark.parametrize("password", [None, ""])
def test_several_identities_and_an_empty_password(bmp: bytes, password: str | None) -> None:
    both = (identity(elliptic=True), expired_identity())
    keys = [legacy_key_bag(one.key, bmp, local_id=one.sha1.encode()) for one in both]
    own = [certificate_bag(one.der, local_id=one.sha1.encode()) for one in both]
    found = certificate(pfx([plain_part(*keys, *own)], None, bmp=bmp, digest="sha1"), password)
    assert codes(found) == ["several_identities", "partly_expired"]
    assert not found.errors
    assert found.sha1s == tuple(one.sha1 for one in both)
    # OpenSSL's way to encode an empty password is not that of keychains.
    assert (MACOS in [finding.code for finding in found.findings]) is (bmp == WITH_ZEROS)


def test_files_that_build_machines_cannot_import() -> None:
    one = identity(elliptic=True)
    old, new = one.pkcs12(PASSWORD), file(key_bag(one.key, PASSWORD), certificate_bag(one.der))
    assert certificate(old).findings == ()
    (finding,) = certificate(new).findings
    assert (finding.code, finding.severity) == (MACOS, "warning")
    assert "openssl pkcs12 -export -legacy" in finding.message
    assert keystore(new).findings == ()
