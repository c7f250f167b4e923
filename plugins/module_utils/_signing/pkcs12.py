# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PKCS#12 files: what they hold, as far as that shows without the password, and all of it with the password.

cryptography opens them, and gives one key and all certificates. How many keys there are, their names, and how much
work opening the file would be is read off its structure, which is not encrypted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._signing.asn1 import (
    authenticated_safe,
    decode,
    decode_octets,
    pfx,
)
from ansible_collections.mobileops.ci.plugins.module_utils._signing.certificates import (
    Certificate,
    der_of,
    public_key_of,
    read_certificate,
)
from ansible_collections.mobileops.ci.plugins.module_utils._signing.model import Finding, Unreadable, reading

# Rounds of key derivation in the whole file. Usual tools take 2,000 to 600,000 for each part.
MAX_ROUNDS = 3_000_000

_KEY_BAG = "1.2.840.113549.1.12.10.1.1"
_LOCKED_KEY_BAG = "1.2.840.113549.1.12.10.1.2"
_CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.3"
_FRIENDLY_NAME = "1.2.840.113549.1.9.20"
_SCRYPT = "1.3.6.1.4.1.11591.4.11"


@dataclass(frozen=True)
class KeyBag:
    alias: str | None
    is_locked: bool
    der: bytes = field(repr=False)


@dataclass(frozen=True)
class NamedCertificate:
    alias: str | None
    certificate: Certificate


@dataclass(frozen=True)
class Structure:
    """What shows without a password."""

    keys: tuple[KeyBag, ...]
    certificates: tuple[NamedCertificate, ...]
    is_locked: bool  # whether any part of it is encrypted
    rounds: int


@dataclass(frozen=True)
class Store:
    """An opened file; if it could not be opened, what shows all the same, and why."""

    keys: tuple[KeyBag, ...]
    certificates: tuple[NamedCertificate, ...]
    public_keys: frozenset[bytes]  # of the private keys that are in the file
    problem: Finding | None = None

    @property
    def identities(self) -> tuple[NamedCertificate, ...]:
        """The certificates whose private key is there; in the order of the file, the one that tools take first."""
        return tuple(entry for entry in self.certificates if entry.certificate.public_key in self.public_keys)


def open_pkcs12(data: bytes, password: str | None) -> Store:
    """Open a PKCS#12 file. Raises Unreadable if it is none."""
    structure = read_structure(data)

    def closed(code: str, message: str) -> Store:
        return Store(structure.keys, structure.certificates, frozenset(), Finding(code, message))

    if structure.rounds > MAX_ROUNDS:
        amount = f"The file asks for {structure.rounds} rounds of key derivation, far more than tools use"
        return closed("damaged", f"{amount}: it is damaged, or made to keep readers busy. Export it again.")
    secret = password.encode("utf-8", "surrogateescape") if password is not None else None
    try:
        key, certificates = _load(data, secret)
    except Unreadable:
        if not password:
            return closed("password_needed", _missing(structure))
        if any(open_key(bag, secret) is not None for bag in structure.keys if bag.is_locked):
            fits = "The password opens the key in the file, and the rest does not fit"
            return closed("damaged", f"{fits}: the file is damaged, or made in an unusual way. Export it again.")
        return closed("wrong_password", _wrong(structure))
    public_keys = {public_key_of(key)} if key is not None else set()
    if len(structure.keys) > 1:
        public_keys.update(open_key(bag, secret) for bag in structure.keys)
    return Store(structure.keys, certificates, frozenset(found for found in public_keys if found))


def _missing(structure: Structure) -> str:
    if structure.is_locked:
        return "The file is locked with a password and none is given. Give its password."
    return "Nothing in the file is encrypted, and its checksum needs a password. Give it, or export the file again."


def _wrong(structure: Structure) -> str:
    if structure.is_locked:
        return "The password does not open the file. Give the one that it was exported with, or export it again."
    problem = "Nothing in the file is encrypted, and its checksum is not made with this password"
    return f"{problem}. Leave the password out if it has none, give the right one, or export the file again."


@reading
def _load(data: bytes, secret: bytes | None) -> tuple[Any, tuple[NamedCertificate, ...]]:
    from cryptography.hazmat.primitives.serialization import pkcs12

    loaded = pkcs12.load_pkcs12(data, secret)
    found = [*([loaded.cert] if loaded.cert else []), *loaded.additional_certs]
    return loaded.key, tuple(_named(entry.friendly_name, der_of(entry.certificate)) for entry in found)


def _named(friendly_name: bytes | None, der: bytes) -> NamedCertificate:
    alias = friendly_name.decode("utf-8", "replace") if friendly_name is not None else None
    return NamedCertificate(alias, read_certificate(der))


def open_key(bag: KeyBag, secret: bytes | None) -> bytes | None:
    """The public half of the key in the bag; None if the password does not open it."""
    try:
        return _public_half(bag, secret)
    except Unreadable:
        return None


@reading
def _public_half(bag: KeyBag, secret: bytes | None) -> bytes | None:
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    return public_key_of(load_der_private_key(bag.der, secret if bag.is_locked else None))


@reading
def read_structure(data: bytes) -> Structure:
    """What shows without a password. Raises Unreadable."""
    from pyasn1_modules import rfc7292

    outer = decode(data, pfx())
    keys: list[KeyBag] = []
    certificates: list[NamedCertificate] = []
    is_locked = False
    mac = outer["macData"]
    rounds = int(mac["iterations"]) if mac.hasValue() else 0
    rounds += _rounds(mac["mac"]["digestAlgorithm"]["parameters"]) if mac.hasValue() else 0
    for part in decode(bytes(outer["authSafe"]["content"]), authenticated_safe()):
        content = part["content"]
        if content.getName() == "encrypted":
            is_locked = True
            rounds += _rounds(content["encrypted"]["encryptedContentInfo"]["contentEncryptionAlgorithm"]["parameters"])
            continue
        for bag in decode(bytes(content["plain"]), rfc7292.SafeContents()):
            kind, value = str(bag["bagId"]), bytes(bag["bagValue"])
            if kind in (_KEY_BAG, _LOCKED_KEY_BAG):
                keys.append(KeyBag(_alias(bag), kind == _LOCKED_KEY_BAG, value))
                rounds += _rounds_of_key(value) if kind == _LOCKED_KEY_BAG else 0
            elif kind == _CERTIFICATE_BAG:
                certificates.append(NamedCertificate(_alias(bag), _certificate(value)))
    is_locked = is_locked or any(bag.is_locked for bag in keys)
    return Structure(tuple(keys), tuple(certificates), is_locked, rounds)


def _alias(bag: Any) -> str | None:
    from pyasn1.type import char

    attributes = bag["bagAttributes"]
    for attribute in attributes if attributes.hasValue() else ():
        if str(attribute["attrType"]) == _FRIENDLY_NAME and len(attribute["attrValues"]):
            return str(decode(bytes(attribute["attrValues"][0]), char.BMPString()))
    return None


def _certificate(value: bytes) -> Certificate:
    from pyasn1_modules import rfc7292

    return read_certificate(decode_octets(bytes(decode(value, rfc7292.CertBag())["certValue"])))


def _rounds_of_key(value: bytes) -> int:
    from pyasn1_modules import rfc5958

    return _rounds(decode(value, rfc5958.EncryptedPrivateKeyInfo())["encryptionAlgorithm"]["parameters"])


def _rounds(parameters: Any) -> int:
    """How often something is done over and over, whichever way of encryption it is that these parameters are for."""
    if not parameters.hasValue():
        return 0
    leaves = list(_leaves(decode(bytes(parameters))))
    numbers = [abs(int(leaf)) for leaf in leaves if _is_integer(leaf)]
    if any(str(leaf) == _SCRYPT for leaf in leaves if not _is_integer(leaf)):
        return math.prod(numbers)  # what it takes are three factors
    return max(numbers, default=0)


def _is_integer(value: Any) -> bool:
    from pyasn1.type import univ

    return isinstance(value, univ.Integer)


def _leaves(value: Any) -> Iterator[Any]:
    from pyasn1.type import base

    if isinstance(value, base.ConstructedAsn1Type):
        for position in range(len(value)):
            yield from _leaves(value[position])
    else:
        yield value
