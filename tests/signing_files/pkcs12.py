# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes PKCS#12 files bag by bag, including files that no exporter creates: nested, or with several passwords.

bags = [key_bag(key, "secret", name="upload", local_id=b"1"), certificate_bag(der, name="upload", local_id=b"1")]
pathlib.Path("upload.p12").write_bytes(pfx([plain_part(*bags)], "secret"))
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from . import der
from .keys import PrivateKey

_DATA = der.identifier("1.2.840.113549.1.7.1")
_ENCRYPTED_DATA = der.identifier("1.2.840.113549.1.7.6")
_SHA256 = der.sequence(der.identifier("2.16.840.1.101.3.4.2.1"), der.NULL)
_SHA1 = der.sequence(der.identifier("1.3.14.3.2.26"), der.NULL)
_HMAC_SHA256 = der.sequence(der.identifier("1.2.840.113549.2.9"), der.NULL)
_PBKDF2, _PBES2, _PBMAC1 = (der.identifier(f"1.2.840.113549.1.5.{number}") for number in (12, 13, 14))
_AES_256 = der.identifier("2.16.840.1.101.3.4.1.42")
_TRIPLE_DES = der.identifier("1.2.840.113549.1.12.1.3")
_SALT, _VECTOR = bytes(range(8)), bytes(range(16))
ROUNDS = 2048
_BAGS = "1.2.840.113549.1.12.10.1."
_KEY, _IV, _MAC = 1, 2, 3  # purposes of derived keys (RFC 7292, B.3)
# Encodings of an empty password in key derivations: that of OpenSSL, and that of macOS keychains and Java.
WITH_ZEROS, WITHOUT_ZEROS = b"\x00\x00", b""


def private_bytes(key: PrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def key_bag(
    key: PrivateKey | bytes,
    password: str | None,
    *,
    name: str | None = None,
    local_id: bytes | None = None,
    rounds: int = ROUNDS,
    algorithm: bytes | None = None,
) -> bytes:
    """Return a bag with a private key. Without a password it is not encrypted.

    `algorithm` is an AlgorithmIdentifier to write instead of the correct one.
    """
    plain = key if isinstance(key, bytes) else private_bytes(key)
    if password is None:
        return _bag(1, plain, name, local_id)
    correct, encrypted = _encrypted(plain, password, rounds)
    return _bag(2, der.sequence(algorithm or correct, der.octets(encrypted)), name, local_id)


def legacy_key_bag(key: PrivateKey, bmp: bytes, *, local_id: bytes | None = None) -> bytes:
    """Return a bag with a private key, encrypted with triple DES. `bmp` contains the bytes of the password."""
    derived = _derived("sha1", bmp, _KEY, 24), _derived("sha1", bmp, _IV, 8)
    plain = private_bytes(key)
    encrypted = _encrypt(_triple_des(derived[0]), derived[1], plain, 8)
    algorithm = der.sequence(_TRIPLE_DES, der.sequence(der.octets(_SALT), der.integer(ROUNDS)))
    return _bag(2, der.sequence(algorithm, der.octets(encrypted)), None, local_id)


def certificate_bag(certificate: bytes, *, name: str | None = None, local_id: bytes | None = None) -> bytes:
    kind = der.identifier("1.2.840.113549.1.9.22.1")
    return _bag(3, der.sequence(kind, der.tagged(0, der.octets(certificate))), name, local_id)


def nested_bag(*bags: bytes) -> bytes:
    return _bag(6, der.sequence(*bags), None, None)


def plain_part(*bags: bytes) -> bytes:
    return der.sequence(_DATA, der.tagged(0, der.octets(der.sequence(*bags))))


def encrypted_part(
    password: str,
    *bags: bytes,
    rounds: int = ROUNDS,
    algorithm: bytes | None = None,
    content: bytes | None = None,
) -> bytes:
    """Return a part that is encrypted as a whole.

    `algorithm` is written instead of the correct one. `content` is encrypted instead of the bags.
    """
    correct, encrypted = _encrypted(der.sequence(*bags) if content is None else content, password, rounds)
    info = der.sequence(_DATA, algorithm or correct, der.retagged(0, der.octets(encrypted)))
    return der.sequence(_ENCRYPTED_DATA, der.tagged(0, der.sequence(der.integer(0), info)))


def pfx(
    parts: Sequence[bytes],
    password: str | None,
    *,
    digest: str = "sha256",
    rounds: int = ROUNDS,
    bmp: bytes | None = None,
    pbmac1: bool = False,
    algorithm: bytes | None = None,
) -> bytes:
    """Return a file of these parts. Without a password it has no MAC.

    `bmp` contains the bytes of the password for the MAC. `algorithm` is the digest to write instead of the correct one.
    """
    safe = der.sequence(*parts)
    content = der.sequence(_DATA, der.tagged(0, der.octets(safe)))
    if password is None and bmp is None:
        return der.sequence(der.integer(3), content)
    if pbmac1:
        key = hashlib.pbkdf2_hmac("sha256", (password or "").encode(), _SALT, rounds, 32)
        derivation = der.sequence(
            _PBKDF2, der.sequence(der.octets(_SALT), der.integer(rounds), der.integer(32), _HMAC_SHA256)
        )
        correct, value = der.sequence(_PBMAC1, der.sequence(derivation, _HMAC_SHA256)), hmac.digest(key, safe, "sha256")
    else:
        secret = bmp if bmp is not None else (password or "").encode("utf-16-be") + WITH_ZEROS
        key = _derived(digest, secret, _MAC, hashlib.new(digest).digest_size, rounds)
        correct, value = {"sha256": _SHA256, "sha1": _SHA1}[digest], hmac.digest(key, safe, digest)
    info = der.sequence(algorithm or correct, der.octets(value))
    return der.sequence(der.integer(3), content, der.sequence(info, der.octets(_SALT), der.integer(rounds)))


def merged(files: Sequence[bytes], password: str) -> bytes:
    """Return one file with the contents of these files, which have the same password.

    Keychains export several identities in this way.
    """
    return pfx([_parts(file) for file in files], password, digest="sha1")


def _parts(file: bytes) -> bytes:
    """Return the concatenated parts of the authenticated safe."""
    ((_tag, outer),) = der.elements(file)
    (_tag, _version), (_tag, content_info), *_mac = der.elements(outer)
    (_tag, _type), (_tag, content) = der.elements(content_info)
    ((_tag, octets),) = der.elements(content)
    ((_tag, parts),) = der.elements(octets)
    return parts


def _bag(kind: int, value: bytes, name: str | None, local_id: bytes | None) -> bytes:
    attributes = []
    if name is not None:
        value_of_name = der.bmp_string(name)
        attributes.append(der.sequence(der.identifier("1.2.840.113549.1.9.20"), der.set_of(value_of_name)))
    if local_id is not None:
        attributes.append(der.sequence(der.identifier("1.2.840.113549.1.9.21"), der.set_of(der.octets(local_id))))
    attribute_set = [der.set_of(*attributes)] if attributes else []
    return der.sequence(der.identifier(f"{_BAGS}{kind}"), der.tagged(0, value), *attribute_set)


def _encrypted(plain: bytes, password: str, rounds: int) -> tuple[bytes, bytes]:
    """Return an AlgorithmIdentifier and the bytes: AES-256 with a key by PBKDF2, as in OpenSSL 3.

    For a very large number of rounds the key is derived with one round, because readers must reject such a file before
    decrypting it.
    """
    derivation = der.sequence(_PBKDF2, der.sequence(der.octets(_SALT), der.integer(rounds), _HMAC_SHA256))
    algorithm = der.sequence(_PBES2, der.sequence(derivation, der.sequence(_AES_256, der.octets(_VECTOR))))
    key = hashlib.pbkdf2_hmac("sha256", password.encode(), _SALT, rounds if rounds <= 100_000 else 1, 32)
    return algorithm, _encrypt(algorithms.AES(key), _VECTOR, plain, 16)


def _encrypt(algorithm: algorithms.AES, vector: bytes, plain: bytes, size: int) -> bytes:
    padding = size - len(plain) % size
    encryptor = Cipher(algorithm, modes.CBC(vector)).encryptor()
    return encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()


def encrypt_triple_des(key: bytes, vector: bytes, plain: bytes) -> bytes:
    return _encrypt(_triple_des(key), vector, plain, 8)


def _triple_des(key: bytes) -> algorithms.AES:
    try:
        from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    except ImportError:  # before cryptography 43
        from cryptography.hazmat.primitives.ciphers.algorithms import TripleDES
    return TripleDES(key)  # type: ignore[return-value]


def derive(digest: str, password: str, salt: bytes, rounds: int, purpose: int, size: int) -> bytes:
    """Return a key derived by RFC 7292, appendix B.2, from a password that is not empty."""
    return _derived(digest, password.encode("utf-16-be") + WITH_ZEROS, purpose, size, rounds, salt)


def _derived(digest: str, bmp: bytes, purpose: int, size: int, rounds: int = ROUNDS, salt: bytes = _SALT) -> bytes:
    block = hashlib.new(digest).block_size

    def filled(text: bytes) -> bytes:
        length = -(-len(text) // block) * block
        return (text * (length // len(text) + 1))[:length] if text else b""

    state, key = filled(salt) + filled(bmp), b""
    while len(key) < size:
        digest_value = bytes([purpose]) * block + state
        for _turn in range(rounds):
            digest_value = hashlib.new(digest, digest_value).digest()
        key += digest_value
        step = int.from_bytes(filled(digest_value)[:block], "big") + 1
        chunks = [state[at : at + block] for at in range(0, len(state), block)]
        numbers = [(int.from_bytes(chunk, "big") + step) % 2 ** (8 * block) for chunk in chunks]
        state = b"".join(number.to_bytes(block, "big") for number in numbers)
    return key[:size]
