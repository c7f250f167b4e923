# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read public keys from certificates and private keys in a form that can be compared.

RSA and DSA keys are read without a library, because cryptography validates the numbers of a private key, which takes
seconds for a large one, and its current versions reject certificates with DSA keys.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from .asn1 import (
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    Element,
    parse,
)
from .inspection import Unreadable, reading

RSA = frozenset({"1.2.840.113549.1.1.1", "1.2.840.113549.1.1.7", "1.2.840.113549.1.1.10"})
DSA = frozenset({"1.2.840.10040.4.1", "1.3.14.3.2.12"})
EC = "1.2.840.10045.2.1"
# Curves. cryptography loads their keys quickly.
_LOADED = frozenset({EC, "1.3.101.112", "1.3.101.113"})
# Limit of the cost of one exponentiation, against hostile files.
_MAX_DSA_BITS = 3072

PublicKey = Hashable


def algorithm_of(key_info: Element) -> str:
    """Return the object identifier of the algorithm in a SubjectPublicKeyInfo."""
    return key_info.items()[0].items()[0].oid()


def public_key_in(key_info: Element) -> PublicKey | None:
    """Return the key of a SubjectPublicKeyInfo. Keys of an unknown type compare by their bytes.

    Return None for a DSA key whose parameters are those of the issuer's key.
    """
    try:
        return _public_key_in(key_info)
    except Unreadable:
        return key_info.encoded


@reading
def _public_key_in(key_info: Element) -> PublicKey | None:
    algorithm, bits = key_info.items()
    oid = algorithm.items()[0].oid()
    if oid in RSA:
        modulus, exponent = parse(bits.bits()).items()
        return "RSA", modulus.integer(), exponent.integer()
    if oid in DSA:
        parameters = algorithm.items()[1:]
        if not parameters:
            return None
        return ("DSA", *(number.integer() for number in parameters[0].items()), parse(bits.bits()).integer())
    if oid == EC and not _is_canonical(algorithm, bits):
        return _canonical(load_public_key(key_info.encoded))
    return key_info.encoded


def _is_canonical(algorithm: Element, bits: Element) -> bool:
    """Return whether a key on a curve has cryptography's form: a named curve and an uncompressed point."""
    return algorithm.items()[1].tag == OBJECT_IDENTIFIER and bits.bits()[:1] == b"\x04"


@reading
def public_key_of(private_key: bytes) -> PublicKey | None:
    """Return the public half of a private key in PKCS#8, or None if it cannot be computed. Raise Unreadable."""
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    _version, algorithm, content, *_attributes = parse(private_key).items()
    oid, *parameters = algorithm.items()
    key = content.expect(OCTET_STRING).octets()
    if oid.oid() in RSA:
        _version, modulus, exponent, *_secret = parse(key).items()
        return "RSA", modulus.integer(), exponent.integer()
    if oid.oid() in DSA:
        p, q, g = (number.integer() for number in parameters[0].items())
        if not 0 < p < 1 << _MAX_DSA_BITS:
            return None
        return "DSA", p, q, g, pow(g, parse(key).integer() % q, p)
    if oid.oid() in _LOADED:
        return _canonical(load_der_private_key(private_key, None).public_key())
    return None


@reading
def load_public_key(key_info: bytes) -> Any:
    """Return cryptography's object for a SubjectPublicKeyInfo. Raise Unreadable."""
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    return load_der_public_key(key_info)


def _canonical(key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    encoded: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return encoded
