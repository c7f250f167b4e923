# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of keystores: their aliases, certificates and keys."""

from __future__ import annotations

import struct
from functools import cache

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._signing import jks
from tests.helpers.signing.samples import android_key
from tests.signing_files import JavaKey, bks_keystore, jceks_keystore, jks_keystore
from tests.signing_files.pkcs12 import (
    WITHOUT_ZEROS,
    certificate_bag,
    encrypted_part,
    key_bag,
    legacy_key_bag,
    pfx,
    plain_part,
)

from .odd_files import OTHER, PASSWORD, codes, file, keystore, odd, pair

KEY, OWN = odd().key, odd().der


@cache
def other(label: str = "other") -> bytes:
    return odd(label=label).der


def fingerprint(der: bytes) -> str:
    """Return the fingerprint that the details show for this certificate."""
    found = keystore(file(key_bag(KEY, PASSWORD), certificate_bag(der)))
    return str(found.details["sha256_fingerprint"])


# Certificates of keys in PKCS#12


def test_the_identifier_decides_then_the_name() -> None:
    key = key_bag(KEY, PASSWORD, name="upload", local_id=b"1")
    bags = [
        certificate_bag(other("one"), name="upload", local_id=b"2"),
        certificate_bag(other("two"), name="else", local_id=b"1"),
        certificate_bag(OWN, name="upload", local_id=b"1"),
    ]
    assert codes(keystore(file(key, *bags), alias="upload")) == []
    # Without one that has both.
    found = keystore(file(key, bags[0], certificate_bag(OWN, name="else", local_id=b"1")), alias="upload")
    assert codes(found) == []
    first_of_two = keystore(file(key, certificate_bag(OWN, local_id=b"1"), bags[1]), alias="upload")
    assert codes(first_of_two) == []


def test_the_name_decides_without_an_identifier() -> None:
    key = key_bag(KEY, PASSWORD, name="upload")
    bags = [certificate_bag(other(), name="other"), certificate_bag(OWN, name="upload", local_id=b"5")]
    assert codes(keystore(file(key, *bags), alias="upload")) == []
    assert codes(keystore(file(key, certificate_bag(other()), *bags), alias="upload")) == []


def test_one_key_without_identifier_and_name() -> None:
    key = key_bag(KEY, PASSWORD)
    assert codes(keystore(file(key, certificate_bag(OWN)))) == []
    assert codes(keystore(file(key, certificate_bag(OWN, name="x")))) == []
    assert codes(keystore(file(key, certificate_bag(other(), local_id=b"2"), certificate_bag(OWN)))) == []
    assert codes(keystore(file(key, certificate_bag(OWN, local_id=b"2")))) == ["no_certificates"]


def test_several_keys_without_identifier_and_name() -> None:
    """Assign no certificate if it can belong to several keys."""
    bags = [key_bag(KEY, PASSWORD), key_bag(odd(label="second").key, PASSWORD), certificate_bag(OWN)]
    found = keystore(file(*bags))
    assert codes(found) == ["several_identities", "no_certificates"]
    assert (found.details["alias"], found.details["sha256_fingerprint"]) == ("1", None)


# Aliases


def test_a_certificate_of_a_key_has_no_alias_of_its_own() -> None:
    data = file(key_bag(KEY, PASSWORD, local_id=b"1"), certificate_bag(OWN, name="friendly", local_id=b"1"))
    (finding,) = keystore(data, alias="friendly").findings
    assert (finding.code, "it holds: 1." in finding.message) == ("alias_missing", True)


def test_aliases_of_certificates() -> None:
    key, own = pair()
    data = file(key, own, certificate_bag(other(), name="root"), certificate_bag(other("second")))
    for alias in ("ROOT", "(without a name)"):
        found = keystore(data, alias=alias)
        (finding,) = found.findings
        assert finding.code == "no_private_key"
        assert "is a certificate without a private key; aliases with a key: upload. Name the" in finding.message
    assert keystore(data, alias="root").details["sha256_fingerprint"] == fingerprint(other())
    assert keystore(data).details["alias"] == "upload"


def test_aliases_in_a_keystore_without_keys() -> None:
    data = file(certificate_bag(other(), name="root"))
    (finding,) = keystore(data, alias="root").findings
    assert "aliases with a key: none. Name the" in finding.message
    (finding,) = keystore(data, alias="upload").findings
    assert (finding.code, "it holds: none with a private key. " in finding.message) == ("alias_missing", True)


def test_a_certificate_without_a_key_that_cannot_be_read() -> None:
    data = file(*pair(), certificate_bag(b"\x30\x00", name="broken"))
    assert codes(keystore(data, alias="broken")) == ["no_private_key", "not_inspected"]


def test_an_alias_in_an_empty_keystore() -> None:
    for alias in (None, "upload"):
        assert codes(keystore(jks_keystore([], PASSWORD), alias=alias)) == ["no_private_key"]
        assert codes(keystore(jks_keystore([], PASSWORD), "wrong", alias=alias)) == ["wrong_password"]
        assert codes(keystore(file(), alias=alias)) == ["no_private_key"]


def test_an_alias_with_a_key_and_an_alias_without_one() -> None:
    """Use the key if the names differ in case only."""
    key = jks_keystore([JavaKey.of(android_key())], PASSWORD)
    trusted = jks_keystore([], PASSWORD, trusted=[("UPLOAD", other())])[12:-20]
    data = key[:8] + struct.pack(">I", 2) + trusted + key[12:-20] + bytes(20)
    found = keystore(data, None, alias="Upload")
    assert (codes(found), found.details["alias"]) == ([], "upload")


def test_three_keys() -> None:
    keys = [JavaKey.of(android_key(name)) for name in ("one", "two", "three")]
    found = keystore(jks_keystore(keys, PASSWORD))
    assert (codes(found), found.details["alias"]) == (["several_identities"], "one")
    assert found.findings[0].message.startswith("The keystore holds several keys (one, two, three). ")


def test_a_trusted_certificate_before_a_secret_key() -> None:
    before = jks_keystore([], PASSWORD, trusted=[("root", other())])[:-20]
    secret = b"\x00\x00\x00\x03\x00\x06secret" + bytes(8) + b"\xac\xed a serialized object"
    data = before[:8] + struct.pack(">I", 2) + before[12:] + secret + bytes(20)
    assert codes(keystore(data, None)) == ["not_inspected"]
    assert codes(keystore(data, None, alias="upload")) == ["not_inspected"]
    assert codes(keystore(data, None, alias="root")) == ["not_inspected", "no_private_key"]


# Passwords


@pytest.mark.parametrize("make", [jks_keystore, bks_keystore])
def test_passwords_of_keys_in_other_formats(make: type) -> None:
    data = make([JavaKey.of(android_key(), OTHER)], PASSWORD)
    # The certificates are readable without a password, and the key has its own.
    assert codes(keystore(data, None)) == []
    assert codes(keystore(data, None, private_key_password=OTHER)) == []
    assert codes(keystore(data, None, private_key_password="wrong")) == ["wrong_private_key_password"]
    assert codes(keystore(data, "wrong")) == ["wrong_password"]
    assert codes(keystore(data, "wrong", private_key_password="wrong")) == [
        "wrong_password",
        "wrong_private_key_password",
    ]
    assert codes(keystore(data, "")) == ["wrong_password"]


def test_a_wrong_password_hides_other_problems() -> None:
    unreadable = jks_keystore([JavaKey("upload", b"unreadable", JavaKey.of(android_key()).key)], PASSWORD)
    assert codes(keystore(unreadable)) == ["not_inspected"]
    assert codes(keystore(unreadable, "wrong")) == ["wrong_password"]
    # The certificate of the key is in the part that the password does not open.
    data = pfx([plain_part(pair()[0]), encrypted_part(PASSWORD, pair()[1])], PASSWORD)
    assert codes(keystore(data)) == []
    for given in ({}, {"private_key_password": PASSWORD}):
        assert codes(keystore(data, "wrong", **given)) == ["wrong_password"]


def test_an_empty_password_of_a_key() -> None:
    """Try both encodings of an empty password."""
    data = file(legacy_key_bag(KEY, WITHOUT_ZEROS), certificate_bag(OWN))
    assert codes(keystore(data, private_key_password="")) == []
    assert codes(keystore(data)) == ["private_key_password_needed"]


# Chains and keys of Java


def block(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def text(value: str) -> bytes:
    return struct.pack(">H", len(value)) + value.encode()


def with_certificates(*certificates: bytes) -> bytes:
    """Return a keystore with one key that has these certificates. Its checksum is wrong."""
    one = jks_keystore([JavaKey("upload", b"unused", JavaKey.of(android_key()).key)], PASSWORD)
    head = one[: one.rindex(struct.pack(">I", 1) + text("X.509"))]
    chain = b"".join(text("X.509") + block(data) for data in certificates)
    return head + struct.pack(">I", len(certificates)) + chain + bytes(20)


def test_the_first_certificate_of_a_chain_is_that_of_the_key() -> None:
    own = JavaKey.of(android_key()).certificate
    found = keystore(with_certificates(own, other()), None, private_key_password=PASSWORD)
    assert (codes(found), found.details["sha256_fingerprint"]) == ([], android_key().sha256_fingerprint)
    wrong = keystore(with_certificates(other(), own), None, private_key_password=PASSWORD)
    assert codes(wrong) == ["key_mismatch"]


def test_a_key_without_certificates() -> None:
    assert codes(keystore(with_certificates(), None)) == ["no_certificates"]
    assert codes(keystore(with_certificates(), "wrong")) == ["wrong_password"]


def test_a_public_key_alone() -> None:
    """Do not report that it has no certificate, because it is no private key."""
    public = b"\x01" + text("X.509") + text("EC") + block(b"the key")
    entry = b"\x02" + text("public") + bytes(8) + struct.pack(">I", 0) + public
    data = bks_keystore([], PASSWORD)[:-21] + entry + bytes(21)
    assert codes(keystore(data, None, alias="public")) == ["no_private_key"]
    assert codes(keystore(data, None)) == ["no_private_key"]


# Rounds of key derivation


def test_a_bks_with_many_rounds() -> None:
    usual = bks_keystore([], PASSWORD)
    rounds = struct.pack(">I", 1024)
    assert usual.count(rounds) == 1
    found = keystore(usual.replace(rounds, struct.pack(">I", 200_001)), None)
    assert (codes(found), found.details) == (["too_many_rounds"], {})


def test_a_key_with_more_rounds_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jks, "_MAX_ROUNDS", 999)
    found = keystore(jceks_keystore([JavaKey.of(android_key())], PASSWORD), alias="upload")
    assert codes(found) == ["too_many_rounds"]
    assert found.details["sha256_fingerprint"] == android_key().sha256_fingerprint
