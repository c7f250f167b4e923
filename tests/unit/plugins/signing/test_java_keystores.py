# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keystores in the formats of Java and Bouncy Castle, record by record."""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Callable, Sequence

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._signing import bks, jks
from ansible_collections.mobileops.ci.plugins.module_utils._signing.bks import read_bks
from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspection import (
    TooMuchWorkError,
    Unreadable,
    UnsupportedError,
    WrongPasswordError,
)
from ansible_collections.mobileops.ci.plugins.module_utils._signing.java_records import JavaKeystore
from ansible_collections.mobileops.ci.plugins.module_utils._signing.jks import read_jks
from tests.signing_files import JavaKey, der, jceks_keystore, jks_keystore
from tests.signing_files.pkcs12 import derive, encrypt_triple_des

PASSWORD = "secret1"
ONE, TWO = b"the first certificate", b"the second certificate"
# Longer than the 20 bytes that a digest encrypts at once.
KEY = der.sequence(der.octets(b"a private key of more than twenty bytes"))


def number(value: int) -> bytes:
    return struct.pack(">I", value)


def text(value: str) -> bytes:
    return struct.pack(">H", len(value)) + value.encode()


def block(data: bytes) -> bytes:
    return number(len(data)) + data


def aliases(keystore: JavaKeystore) -> list[str]:
    return [entry.alias for entry in keystore.entries]


def opened(keystore: JavaKeystore, password: str = PASSWORD) -> bytes:
    """Return the key of the first entry."""
    open_key = keystore.entries[0].open_key
    assert open_key is not None
    return open_key(password)


# JKS and JCEKS


def x509(data: bytes, version: int = 2) -> bytes:
    return (text("X.509") if version == 2 else b"") + block(data)


def private(alias: str, locked: bytes, *chain: bytes, version: int = 2) -> bytes:
    certificates = b"".join(x509(data, version) for data in chain)
    return number(1) + text(alias) + bytes(8) + block(locked) + number(len(chain)) + certificates


def trusted(alias: str, data: bytes, version: int = 2) -> bytes:
    return number(2) + text(alias) + bytes(8) + x509(data, version)


def sealed_jks(entries: bytes, count: int, version: int = 2) -> bytes:
    content = number(0xFEEDFEED) + number(version) + number(count) + entries
    salted = PASSWORD.encode("utf-16-be") + b"Mighty Aphrodite" + content
    return content + hashlib.sha1(salted, usedforsecurity=False).digest()


@pytest.mark.parametrize("version", [1, 2])
def test_entries_of_jks(version: int) -> None:
    entries = private("own", b"locked", ONE, TWO, version=version) + trusted("other", TWO, version)
    data = sealed_jks(entries, 2, version)
    for more in (b"", b"bytes that Java ignores"):
        found = read_jks(data + more)
        assert aliases(found) == ["own", "other"]
        assert [entry.certificates for entry in found.entries] == [(ONE, TWO), (TWO,)]
        assert [entry.open_key is None for entry in found.entries] == [False, True]
        assert found.is_complete
        assert (found.has_password(PASSWORD), found.has_password("other")) == (True, False)


@pytest.mark.parametrize("version", [0, 3])
def test_other_versions_of_jks(version: int) -> None:
    for written in (1, 2):
        with pytest.raises(Unreadable, match=f"^version {version}$"):
            read_jks(sealed_jks(trusted("other", TWO, written), 1, version))


def test_an_empty_jks() -> None:
    found = read_jks(sealed_jks(b"", 0))
    assert (found.entries, found.has_password(PASSWORD)) == ((), True)


@pytest.mark.parametrize("kind", [0, 4])
def test_other_entries_of_jks(kind: int) -> None:
    entry = number(kind) + trusted("other", TWO)[4:]
    with pytest.raises(Unreadable, match=f"^entry of type {kind}$"):
        read_jks(sealed_jks(entry, 1))


def test_a_secret_key_hides_the_entries_after_it() -> None:
    secret = number(3) + text("secret") + bytes(8) + b"a serialized object"
    found = read_jks(sealed_jks(trusted("before", ONE) + secret + trusted("after", TWO), 3))
    assert (aliases(found), found.is_complete) == (["before"], False)
    assert (found.has_password(PASSWORD), found.has_password("other")) == (True, False)


def test_a_jks_without_its_whole_checksum() -> None:
    data = sealed_jks(trusted("other", TWO), 1)
    with pytest.raises(Unreadable):
        read_jks(data[:-1])


@pytest.mark.parametrize("make", [jks_keystore, jceks_keystore])
@pytest.mark.parametrize("key", [KEY, der.sequence(der.octets(b"16 bytes in all.")), der.octets(b"short")])
def test_keys(make: Callable[[Sequence[JavaKey], str], bytes], key: bytes) -> None:
    found = read_jks(make([JavaKey("own", ONE, key)], PASSWORD))
    assert opened(found) == key
    with pytest.raises(WrongPasswordError):
        opened(found, "secret2")


def test_an_algorithm_that_is_not_known() -> None:
    locked = der.sequence(der.sequence(der.identifier("1.2.3.4"), der.NULL), der.octets(KEY))
    with pytest.raises(UnsupportedError, match=r"^1\.2\.3\.4$"):
        opened(read_jks(sealed_jks(private("own", locked, ONE), 1)))


def jceks_key(
    salt: bytes, *, rounds: int = 5, secret: bytes = PASSWORD.encode(), plain: bytes = KEY, first: bytes | None = None
) -> bytes:
    """Return a key in the encryption of JCEKS. `first` is what the rounds begin with instead of half of the salt."""
    derived = b""
    for half in (salt[:4] if first is None else first, salt[4:8]):
        digest = half
        for _round in range(min(rounds, 1000)):
            digest = hashlib.md5(digest + secret, usedforsecurity=False).digest()
        derived += digest
    parameters = der.sequence(der.octets(salt), der.integer(rounds))
    algorithm = der.sequence(der.identifier("1.3.6.1.4.1.42.2.19.1"), parameters)
    return der.sequence(algorithm, der.octets(encrypt_triple_des(derived[:24], derived[24:], plain)))


def jceks(locked: bytes) -> JavaKeystore:
    return read_jks(sealed_jks(private("own", locked, ONE), 1))


def test_equal_halves_of_a_salt() -> None:
    """Change the first half in the wrong way of Java."""
    locked = jceks_key(b"abcdabcd", first=b"dabd")
    assert opened(jceks(locked)) == KEY


def test_a_long_salt() -> None:
    """Use eight bytes, like Java."""
    assert opened(jceks(jceks_key(b"abcdefghij"))) == KEY


def test_only_seven_bits_of_each_character_count() -> None:
    assert opened(jceks(jceks_key(b"abcdefgh", secret=b"pd,")), "pä€") == KEY


@pytest.mark.parametrize("plain", [b"not ASN.1", b"", b"\x30", KEY + b"x", KEY[:-1]])
def test_a_padding_that_is_valid_by_chance(plain: bytes) -> None:
    with pytest.raises(WrongPasswordError):
        opened(jceks(jceks_key(b"abcdefgh", plain=plain)))


@pytest.mark.parametrize("most", [None, 7])
def test_rounds_of_jceks_are_limited(most: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if most:
        monkeypatch.setattr(jks, "_MAX_ROUNDS", most)
        assert opened(jceks(jceks_key(b"abcdefgh", rounds=most))) == KEY
    with pytest.raises(TooMuchWorkError):
        opened(jceks(jceks_key(b"abcdefgh", rounds=(most or 500_000) + 1)))


# BKS

SALT, ROUNDS = bytes(range(20)), 4


def certificate_record(data: bytes) -> bytes:
    return text("X.509") + block(data)


def entry(kind: int, alias: str, content: bytes, *chain: bytes) -> bytes:
    certificates = b"".join(certificate_record(data) for data in chain)
    return bytes([kind]) + text(alias) + bytes(8) + number(len(chain)) + certificates + content


def plain_key(kind: int = 0) -> bytes:
    return bytes([kind]) + text("PKCS#8") + text("EC") + block(KEY)


def sealed_key(plain: bytes = plain_key(), rounds: int = ROUNDS) -> bytes:
    key, vector = (
        derive("sha1", PASSWORD, SALT, min(rounds, 1000), purpose, size) for purpose, size in ((1, 24), (2, 8))
    )
    return block(block(SALT) + number(rounds) + encrypt_triple_des(key, vector, plain))


def sealed_bks(*entries: bytes, version: int = 2, rounds: int = ROUNDS) -> bytes:
    content = b"".join(entries) + b"\0"
    key = derive("sha1", PASSWORD, SALT, min(rounds, 1000), 3, 20 if version == 2 else 2)
    return number(version) + block(SALT) + number(rounds) + content + hmac.digest(key, content, "sha1")


@pytest.mark.parametrize("version", [1, 2])
def test_entries_of_bks(version: int) -> None:
    found = read_bks(
        sealed_bks(
            entry(4, "own", sealed_key(), ONE, TWO),
            entry(1, "trusted", certificate_record(ONE), TWO),
            entry(2, "plain", plain_key(), ONE),
            entry(2, "public", plain_key(1), ONE),
            entry(3, "secret", sealed_key(), ONE),
            entry(4, "sealed secret", sealed_key()),
            entry(1, "last", certificate_record(TWO)),
            version=version,
        )
    )
    assert [(one.alias, one.certificates) for one in found.entries] == [
        ("own", (ONE, TWO)),
        ("trusted", (ONE, TWO)),
        ("plain", (ONE,)),
        ("public", (ONE,)),
        ("secret", (ONE,)),
        ("sealed secret", ()),
        ("last", (TWO,)),
    ]
    keys = {one.alias: one.open_key(PASSWORD) for one in found.entries if one.open_key}
    assert keys == {"own": KEY, "plain": KEY}
    assert (found.has_password(PASSWORD), found.has_password("other")) == (True, False)


@pytest.mark.parametrize("kind", [5, 255])
def test_other_entries_of_bks(kind: int) -> None:
    with pytest.raises(Unreadable, match=f"^entry of type {kind}$"):
        read_bks(sealed_bks(entry(kind, "own", sealed_key())))


def test_the_checksum_covers_all_entries() -> None:
    data = bytearray(sealed_bks(entry(1, "trusted", certificate_record(ONE))))
    data[data.index(b"trusted")] ^= 1
    assert read_bks(bytes(data)).has_password(PASSWORD) is False


def test_a_bks_without_its_whole_checksum() -> None:
    with pytest.raises(Unreadable):
        read_bks(sealed_bks(entry(1, "trusted", certificate_record(ONE)))[:-1])


def test_sealed_keys() -> None:
    found = read_bks(sealed_bks(entry(4, "own", sealed_key(), ONE)))
    assert opened(found) == KEY
    with pytest.raises(WrongPasswordError):
        opened(found, "secret2")


def test_a_sealed_key_whose_padding_is_valid_by_chance() -> None:
    with pytest.raises(WrongPasswordError):
        opened(read_bks(sealed_bks(entry(4, "own", sealed_key(b"something else"), ONE))))


@pytest.mark.parametrize("most", [None, 7])
def test_rounds_of_bks_are_limited(most: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if most:
        monkeypatch.setattr(bks, "_MAX_ROUNDS", most)
        found = read_bks(sealed_bks(entry(4, "own", sealed_key(rounds=most), ONE), rounds=most))
        assert (found.has_password(PASSWORD), opened(found)) == (True, KEY)
    many = (most or 200_000) + 1
    with pytest.raises(TooMuchWorkError):
        read_bks(sealed_bks(rounds=many))
    with pytest.raises(TooMuchWorkError):
        opened(read_bks(sealed_bks(entry(4, "own", sealed_key(rounds=many), ONE))))
