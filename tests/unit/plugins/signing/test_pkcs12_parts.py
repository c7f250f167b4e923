# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts and bags of PKCS#12 files, limits of work, and algorithms that are not known."""

from __future__ import annotations

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._signing import password_encryption
from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspection import Unreadable
from ansible_collections.mobileops.ci.plugins.module_utils._signing.pkcs12 import Store, open_pkcs12
from tests.signing_files import der
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
    private_bytes,
)

from .odd_files import PASSWORD, certificate, codes, file, keystore, odd, pair

KEY, OWN = odd().key, odd().der
BAGS = "1.2.840.113549.1.12.10.1."
UNKNOWN = der.sequence(der.identifier("1.2.3.4"), der.NULL)


def problem_of(store: Store) -> str | None:
    return store.problem.code if store.problem else None


# Bags


def test_bags_in_their_order() -> None:
    data = file(
        key_bag(KEY, None, name="plain"),
        nested_bag(key_bag(KEY, PASSWORD, name="nested", local_id=b"\x01\x02")),
        certificate_bag(OWN, name="own", local_id=b"\x01\x02"),
        certificate_bag(b"\x30\x00"),
    )
    store = open_pkcs12(data, PASSWORD)
    contents = store.contents
    assert (store.problem, store.notes) == (None, ())
    assert [(bag.alias, bag.local_id, bag.is_locked) for bag in contents.keys] == [
        ("plain", None, False),
        ("nested", b"\x01\x02", True),
    ]
    assert [(entry.alias, entry.local_id) for entry in contents.certificates] == [("own", b"\x01\x02"), (None, None)]
    assert [entry.certificate is None for entry in contents.certificates] == [False, True]
    assert [entry for entry, _certificate in contents.readable] == contents.certificates[:1]
    known = contents.readable[0][1].public_key
    assert [store.open_key(bag) for bag in contents.keys] == [known, known]
    assert [store.open_key(bag, PASSWORD) for bag in contents.keys] == [known, known]


def test_nothing_secret_is_shown() -> None:
    data = pfx([plain_part(*pair(), key_bag(KEY, None)), encrypted_part(PASSWORD, certificate_bag(OWN))], PASSWORD)
    store = open_pkcs12(data, PASSWORD)
    assert [store.open_key(bag) is not None for bag in store.contents.keys] == [True, True]
    shown = repr(store) + repr(store.contents.locked)
    assert len(store.contents.locked) == 2
    secrets = [PASSWORD.encode("utf-16-be"), private_bytes(KEY)[-20:]]
    for secret in (*secrets, *(locked.data[:20] for locked in store.contents.locked)):
        assert repr(secret)[2:-1] not in shown
    assert PASSWORD not in shown
    assert "Budget" not in shown


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        # A certificate of another type, and a secret.
        ("3", der.identifier("1.2.840.113549.1.9.22.2")),
        ("5", der.identifier("1.2.840.113549.1.9.22.1")),
        ("4", der.identifier("1.2.840.113549.1.9.23.1")),
    ],
)
def test_bags_of_other_kinds_are_ignored(kind: str, value: bytes) -> None:
    usual = certificate_bag(odd(label="other").der, name="upload", local_id=b"1")
    bag = usual.replace(der.identifier(f"{BAGS}3"), der.identifier(f"{BAGS}{kind}"))
    bag = bag.replace(der.identifier("1.2.840.113549.1.9.22.1"), value)
    assert bag != usual
    key, own = pair()
    assert codes(keystore(file(bag, key, own))) == []
    assert len(open_pkcs12(file(bag, key, own), PASSWORD).contents.certificates) == 1


def test_another_format() -> None:
    for data in (b"", der.NULL, pfx([], PASSWORD).replace(der.identifier("1.2.840.113549.1.7.1"), b"")):
        with pytest.raises(Unreadable):
            open_pkcs12(data, PASSWORD)
    signed = pfx([], PASSWORD).replace(
        der.identifier("1.2.840.113549.1.7.1"), der.identifier("1.2.840.113549.1.7.2"), 1
    )
    with pytest.raises(Unreadable, match="not protected with a password"):
        open_pkcs12(signed, PASSWORD)


def test_parts_of_another_kind() -> None:
    enveloped = der.sequence(der.identifier("1.2.840.113549.1.7.3"), der.tagged(0, der.NULL))
    for data in (pfx([enveloped], PASSWORD), pfx([plain_part(*pair()), enveloped], PASSWORD)):
        (finding,) = certificate(data).findings
        assert finding.code == "unsupported_algorithm"
        assert "(content type 1.2.840.113549.1.7.3)" in finding.message


# Passwords


def test_a_file_without_encryption_and_checksum() -> None:
    data = pfx([plain_part(key_bag(KEY, None), certificate_bag(OWN))], None)
    for password in (None, "", PASSWORD):
        store = open_pkcs12(data, password)
        assert (store.problem, store.is_modern, store.has_openssl_empty_password) == (None, False, False)
        assert store.open_key(store.contents.keys[0]) is not None


@pytest.mark.parametrize(
    ("bmp", "digest", "is_openssl", "is_modern"),
    [
        (WITH_ZEROS, "sha1", True, False),
        (WITHOUT_ZEROS, "sha1", False, False),
        (WITH_ZEROS, "sha256", False, True),
        (WITHOUT_ZEROS, "sha256", False, True),
    ],
)
def test_empty_passwords(bmp: bytes, digest: str, *, is_openssl: bool, is_modern: bool) -> None:
    bags = [legacy_key_bag(KEY, bmp), certificate_bag(OWN)]
    store = open_pkcs12(pfx([plain_part(*bags)], None, bmp=bmp, digest=digest), None)
    assert (store.problem, store.has_openssl_empty_password, store.is_modern) == (None, is_openssl, is_modern)
    assert store.open_key(store.contents.keys[0]) is not None
    without_checksum = open_pkcs12(pfx([plain_part(*bags)], None), "")
    assert (without_checksum.problem, without_checksum.is_modern) == (None, False)
    assert without_checksum.has_openssl_empty_password is (bmp == WITH_ZEROS)


def test_a_file_without_a_checksum() -> None:
    data = pfx([encrypted_part(PASSWORD, *pair())], None)
    assert problem_of(open_pkcs12(data, PASSWORD)) is None
    assert len(open_pkcs12(data, PASSWORD).contents.keys) == 1
    assert problem_of(open_pkcs12(data, None)) == "password_needed"
    wrong = open_pkcs12(data, "wrong")
    assert (problem_of(wrong), wrong.contents.keys, wrong.is_modern) == ("wrong_password", [], False)
    assert wrong.has_openssl_empty_password is False


def test_messages_about_passwords() -> None:
    """Report if the file is encrypted, because the advice depends on it."""
    encrypted, plain = file(*pair()), pfx([plain_part(key_bag(KEY, None), certificate_bag(OWN))], PASSWORD)
    for data, password, words in (
        (encrypted, None, "The file is encrypted with a password, but none is given."),
        (plain, None, "The file is not encrypted, but its checksum needs a password, and none is given."),
        (encrypted, "wrong", "The password does not open the file. Give the one that it was exported with"),
        (plain, "wrong", "The file is not encrypted, and its checksum was made with another password."),
    ):
        store = open_pkcs12(data, password)
        assert store.problem is not None
        assert store.problem.message.startswith(words)
        assert store.problem.code == ("wrong_password" if password else "password_needed")


# Algorithms that are not known


def test_an_unknown_key_does_not_hide_a_known_one() -> None:
    unknown = key_bag(KEY, PASSWORD, name="unknown", algorithm=UNKNOWN)
    for password in (PASSWORD, None):
        data = pfx([plain_part(unknown, *pair())], password)
        assert codes(keystore(data, alias="upload")) == []
        assert codes(keystore(data, "wrong", alias="upload")) == ["wrong_password"]
        assert "unsupported_algorithm" in codes(keystore(data, alias="unknown"))


def test_keys_of_unknown_algorithms_only() -> None:
    bags = [
        key_bag(KEY, PASSWORD, algorithm=der.sequence(der.identifier(f"1.2.3.{number}"), der.NULL)) for number in (4, 5)
    ]
    store = open_pkcs12(pfx([plain_part(*bags)], None), PASSWORD)
    assert store.problem is not None
    assert (store.problem.code, "(1.2.3.4)" in store.problem.message) == ("unsupported_algorithm", True)
    # Neither of them counts as work.
    assert store.contents.key_work == 0


# Limits


PART = encrypted_part(PASSWORD, certificate_bag(OWN), rounds=3000)


def test_the_limit_counts_each_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count the rounds of the checksum and of the parts before computing them."""
    data = pfx([PART], PASSWORD, rounds=2000)
    monkeypatch.setattr(password_encryption, "MAX_WORK", 5000)
    assert problem_of(open_pkcs12(data, PASSWORD)) is None
    monkeypatch.setattr(password_encryption, "MAX_WORK", 4999)
    store = open_pkcs12(data, PASSWORD)
    assert (problem_of(store), len(store.contents.parts)) == ("too_many_rounds", 1)


def test_the_second_encoding_of_an_empty_password_is_tried_within_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_encryption, "MAX_WORK", 5000)
    assert problem_of(open_pkcs12(pfx([PART], None), None)) == "password_needed"


def test_keys_in_encrypted_parts_count(monkeypatch: pytest.MonkeyPatch) -> None:
    data = pfx([encrypted_part(PASSWORD, key_bag(KEY, PASSWORD, rounds=3000), rounds=1000)], PASSWORD, rounds=1000)
    monkeypatch.setattr(password_encryption, "MAX_WORK", 5000)
    store = open_pkcs12(data, PASSWORD)
    assert (problem_of(store), store.contents.key_work) == (None, 3000)
    monkeypatch.setattr(password_encryption, "MAX_WORK", 4999)
    assert problem_of(open_pkcs12(data, PASSWORD)) == "too_many_rounds"
