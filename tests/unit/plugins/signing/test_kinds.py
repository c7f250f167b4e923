# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of files that strict validation distinguishes: files that builds can use, and files that they cannot use."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from ansible_collections.mobileops.ci.plugins.module_utils._signing import password_encryption
from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspect import inspect_file
from ansible_collections.mobileops.ci.plugins.module_utils._signing.model import KINDS, Inspection
from ansible_collections.mobileops.ci.plugins.module_utils._signing.pairing import superseded
from tests.helpers.signing.samples import (
    A_DAY,
    NOW,
    TEAM,
    android_key,
    authority,
    expired_identity,
    identity,
    profile,
    profile_properties,
)
from tests.signing_files import (
    IdentityKind,
    JavaKey,
    OddCertificate,
    ProfileType,
    bks_keystore,
    der,
    jceks_keystore,
    jks_keystore,
    merged,
)
from tests.signing_files.certificates import Signer, Validity, apple_name, issue_self_signed
from tests.signing_files.keys import elliptic_key
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

PASSWORD, OTHER = "secret1", "other22"
MACOS = "not_importable_on_macos"


def keystore(data: bytes, password: str | None = PASSWORD, **given: str | None) -> Inspection:
    return inspect_file(data, expected="android_keystore", password=password, now=NOW, **given)


def certificate(data: bytes, password: str | None = PASSWORD) -> Inspection:
    return inspect_file(data, expected="build_certificate", password=password, now=NOW)


def codes(found: Inspection) -> list[str]:
    return [finding.code for finding in found.findings if finding.code != MACOS]


@cache
def odd(**changes: Any) -> OddCertificate:
    return OddCertificate(**changes)


def pair(one: OddCertificate | None = None, *, password: str | None = PASSWORD, **more: Any) -> tuple[bytes, bytes]:
    """Return a key and its certificate."""
    one = one or odd()
    return (
        key_bag(one.key, password, name="upload", local_id=b"1", **more),
        certificate_bag(one.der, name="upload", local_id=b"1"),
    )


def file(*bags: bytes, **more: Any) -> bytes:
    return pfx([plain_part(*bags)], PASSWORD, **more)


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
    assert codes(keystore(data)) == ["not_looked_into"]


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
    assert (codes(found), found.details["alias"]) == (["not_looked_into"], "upload")
    assert codes(keystore(body + bytes(20), None, alias="nobody")) == ["not_looked_into"]


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


@pytest.mark.parametrize(
    ("kind", "use", "needs_profile"),
    [
        (IdentityKind.DISTRIBUTION, "distribution", True),
        (IdentityKind.DEVELOPMENT, "development", True),
        (IdentityKind.DEVELOPER_ID, "developer-id", False),
        (IdentityKind.DEVELOPER_ID_INSTALLER, "developer-id-installer", False),
        (IdentityKind.MAC_INSTALLER, "mac-installer", False),
    ],
)
def test_uses(kind: IdentityKind, use: str, *, needs_profile: bool) -> None:
    """Use Apple's extensions whatever the common name is, and the common name if there are none."""
    own = authority().identity(kind, TEAM, common_name="Somebody", elliptic=True)
    found = certificate(own.pkcs12(PASSWORD))
    assert (found.details["use"], found.needs_profile) == (use, needs_profile)
    assert found.sha1s == (() if use.endswith("installer") else (own.sha1,))
    named = odd(common_name=f"{kind.value}: Acme Ltd (A1B2C3D4E5)")
    assert certificate(file(*pair(named))).details["use"] == use
    both = merged([own.pkcs12(PASSWORD), identity(elliptic=True).pkcs12(PASSWORD)], PASSWORD)
    assert certificate(both).needs_profile is True


# Profiles


def inspected_profile(data: bytes) -> Inspection:
    return inspect_file(data, expected="provisioning_profile", now=NOW)


@pytest.mark.parametrize(
    ("type_", "platforms", "granted", "expected"),
    [
        (ProfileType.AD_HOC, ["OSX"], {"get-task-allow": None}, "development"),
        (ProfileType.ENTERPRISE, ["OSX"], {}, "developer-id"),
        (ProfileType.APP_STORE, ["OSX"], {}, "app-store"),
        (ProfileType.DEVELOPMENT, ["tvOS"], {}, "development"),
        (ProfileType.AD_HOC, ["tvOS"], {}, "ad-hoc"),
        (ProfileType.DEVELOPMENT, ["xrOS", "visionOS"], {}, "development"),
        (ProfileType.ENTERPRISE, ["iOS", "xrOS", "visionOS"], {}, "enterprise"),
    ],
)
def test_types_of_profiles(type_: ProfileType, platforms: list[str], granted: dict[str, Any], expected: str) -> None:
    properties = profile_properties(type_, platforms=platforms)
    properties["Entitlements"] = {
        key: value for key, value in {**properties["Entitlements"], **granted}.items() if value is not None
    }
    found = inspected_profile(authority().sign_profile(properties).content)
    assert (found.details["type"], found.findings) == (expected, ())


def test_a_profile_for_developers_that_grants_no_debugging() -> None:
    development = identity(IdentityKind.DEVELOPMENT, elliptic=True)
    assert inspected_profile(profile(ProfileType.AD_HOC, identities=[development])).details["type"] == "development"


def signed_by(signer: Signer | None, **more: Any) -> list[str]:
    return codes(inspected_profile(authority().sign_profile(profile_properties(), signer=signer, **more).content))


def test_signers_of_profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    # Its chain leads to a root that is not Apple's.
    assert signed_by(None, with_chain=True) == ["untrusted_signer"]
    assert signed_by(None) == []
    own = identity()
    assert signed_by(Signer(own.certificate, own.key)) == ["untrusted_signer"]
    name = apple_name("Apple iPhone OS Provisioning Profile Signing")
    by_itself = issue_self_signed(name, elliptic_key("forger"), validity=Validity(NOW - A_DAY, NOW + A_DAY))
    assert signed_by(by_itself) == ["untrusted_signer"]
    # With this root among Apple's, the chain is followed to its end.
    root = inspect_root()
    monkeypatch.setattr(f"{APPLE}.ROOTS", frozenset({root}))
    assert signed_by(None, with_chain=True) == []
    assert signed_by(Signer(own.certificate, own.key), with_chain=True) == ["untrusted_signer"]


APPLE = "ansible_collections.mobileops.ci.plugins.module_utils._signing.apple"


def inspect_root() -> str:
    from cryptography.hazmat.primitives import hashes

    return authority().root.certificate.fingerprint(hashes.SHA256()).hex()


def test_two_generations_of_a_profile() -> None:
    def one(days: int, **changes: Any) -> Inspection:
        return inspected_profile(profile(created_at=NOW - days * A_DAY, **changes))

    old, new, other = one(200), one(5), one(300, name="Other")
    found = superseded({"old": old, "new": new, "other": other, "unreadable": None})
    assert {label: finding.code for label, finding in found.items()} == {"old": "superseded"}
    assert "2026-04-29T12:30:15Z" in found["old"].message
    # An expired one is reported as that; the same profile twice is a duplicate.
    assert superseded({1: one(400), 2: new}) == {}
    assert superseded({1: new, 2: new}) == {}
    assert superseded({1: one(200, bundle_id="com.acme.other"), 2: new}) == {}


# Files that are something else


def pem(key: Any, style: PrivateFormat = PrivateFormat.TraditionalOpenSSL) -> bytes:
    return bytes(key.private_bytes(Encoding.PEM, style, NoEncryption()))


def in_der(key: Any, style: PrivateFormat) -> bytes:
    return bytes(key.private_bytes(Encoding.DER, style, NoEncryption()))


def text(data: bytes) -> bytes:
    return base64.encodebytes(data)


P12 = identity(elliptic=True).pkcs12(PASSWORD)
FRAMED = b"-----BEGIN CERTIFICATE-----\r\n%s-----END CERTIFICATE-----\r\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (text(b"Salted__" + bytes(100)), "fastlane match decrypt"),
        (text(b"match_encrypted_v2__" + bytes(100)), "fastlane match decrypt"),
        (pem(identity().key), "a private key in PEM form"),
        (in_der(identity().key, PrivateFormat.TraditionalOpenSSL), "a private key without its certificate"),
        (in_der(identity().key, PrivateFormat.PKCS8), "a private key without its certificate"),
        (
            in_der(identity(elliptic=True).key, PrivateFormat.TraditionalOpenSSL),
            "a private key without its certificate",
        ),
        (identity().der, "a certificate without its private key"),
        (FRAMED % text(identity().der), "a certificate without its private key"),
        (FRAMED % text(P12), "frame that certutil writes"),
        (b"\xef\xbb\xbf" + text(P12), "a PKCS#12 file as base64 text"),
        (base64.urlsafe_b64encode(P12), "a PKCS#12 file as base64 text"),
        (text(text(P12)), "encoded twice"),
        (base64.b64encode(P12)[:1001], "cut off or damaged"),
        (text(b"something"), "base64 of something else"),
    ],
    ids=[
        "match, format 1",
        "match, format 2",
        "key in PEM form",
        "key in PKCS#1",
        "key in PKCS#8",
        "key on a curve",
        "certificate",
        "certificate in PEM form",
        "certutil",
        "byte-order mark",
        "base64 for URLs",
        "encoded twice",
        "cut off",
        "some text",
    ],
)
def test_files_that_people_upload_by_mistake(data: bytes, words: str) -> None:
    for kind in (None, *KINDS):
        (finding,) = inspect_file(data, expected=kind, password=PASSWORD, now=NOW).findings
        assert words in finding.message
        assert finding.message.endswith(".")


# Passwords and names that YAML or an editor changed


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("42798", "looks like a number or a boolean"),
        ("True", "looks like a number or a boolean"),
        ("secret1\r", "ends with a carriage return"),
        ("secret1\n", "ends with a line feed"),
        (" secret1", "begins or ends with a blank"),
        ("\ufeffsecret1", "has an invisible character"),
    ],
)
def test_passwords_with_odd_characters(given: str, words: str) -> None:
    data = file(*pair())
    wrong, wrong_key, missing = (
        keystore(data, given),
        keystore(data, private_key_password=given),
        keystore(data, alias=given),
    )
    for found, code in (
        (wrong, "wrong_password"),
        (wrong_key, "wrong_private_key_password"),
        (missing, "alias_missing"),
    ):
        assert codes(found) == [code]
        assert words in found.findings[0].message
    assert given.strip("\ufeff") not in wrong.findings[0].message.replace("42798 and", "").replace("into True", "")


def test_odd_characters_in_names_are_quoted() -> None:
    key = key_bag(odd().key, PASSWORD, name="upload\r", local_id=b"1")
    data = file(key, certificate_bag(odd().der, name="upload\r", local_id=b"1"))
    (finding,) = keystore(data, alias="upload").findings
    assert r"it holds: 'upload\r'." in finding.message


def test_a_point_on_a_curve_may_be_compressed() -> None:
    """Accept the key of a certificate in either form of the point."""
    whole = odd().der
    point = odd().key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    short = odd().key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    assert point in whole
    compressed = OddCertificate(point=short).der
    assert short in compressed
    assert point not in compressed
    key, _own = pair()
    assert keystore(file(key, certificate_bag(compressed, name="upload", local_id=b"1"))).findings == ()


def test_many_keys_are_refused() -> None:
    keys = [key_bag(odd().key, None)] * 200
    assert codes(certificate(file(*keys, pair()[1]))) == ["too_many_rounds"]


@pytest.mark.parametrize("content", [b"", b"\x30", b"\x30\x03\x02\x01"])
def test_an_encrypted_part_without_bags(content: bytes) -> None:
    data = pfx([encrypted_part(PASSWORD, content=content)], PASSWORD)
    assert codes(keystore(data)) == codes(certificate(data)) == ["damaged"]
