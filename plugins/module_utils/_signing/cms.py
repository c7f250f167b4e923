# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read signed data (CMS, RFC 5652): content, certificates, and the validity of the signature."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .asn1 import (
    OCTET_STRING,
    SEQUENCE,
    SET,
    Element,
    context,
    parse,
)
from .certificates import Certificate, read_certificate
from .inspection import Unreadable, reading
from .public_keys import load_public_key

_DIGESTS = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
# Identifiers of RSA with PKCS #1 v1.5 and of ECDSA that include the digest.
SIGNATURE_DIGESTS = {
    "1.2.840.113549.1.1.5": "sha1",
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.10045.4.1": "sha1",
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}
# Identifiers without a digest.
_SIGNATURES = frozenset({"1.2.840.113549.1.1.1", "1.2.840.10045.2.1", *SIGNATURE_DIGESTS})
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
# Genuine files have one signer and three certificates.
_MOST_SIGNERS, _MOST_CERTIFICATES = 10, 50


class Signature(enum.Enum):
    HOLDS = "holds"
    BROKEN = "does not hold"
    UNSIGNED = "is not there"
    UNCHECKED = "cannot be checked"


@dataclass(frozen=True)
class SignedContent:
    content: bytes = field(repr=False)
    signature: Signature
    signers: tuple[Certificate, ...] = ()  # those that are in the file
    certificates: tuple[Certificate, ...] = ()


@reading
def open_signed(data: bytes) -> SignedContent:
    """Return the content and the signers of a CMS envelope. Raise Unreadable."""
    _type, wrapped = parse(data).items()
    _version, _digests, carried, *rest = wrapped.expect(context(0)).children[0].items()
    if len(carried.items()) < 2:
        raise Unreadable("no content inside of the signature")
    content = carried.items()[1].children[0].expect(OCTET_STRING).octets()
    signers = rest[-1].items(SET)
    given = [part for part in rest[:-1] if part.tag == context(0)]
    if len(signers) > _MOST_SIGNERS or sum(len(part.children) for part in given) > _MOST_CERTIFICATES:
        raise Unreadable("more signers or certificates than profiles have")
    certificates = [found for part in given for one in part.children for found in _certificate(one)]
    if not signers:
        return SignedContent(content, Signature.UNSIGNED)
    checked = [_check(signer, content, certificates) for signer in signers]
    # One invalid signature makes the file invalid.
    worst_first = (Signature.BROKEN, Signature.UNCHECKED, Signature.HOLDS)
    worst = next(result for result in worst_first if result in {found for found, _by in checked})
    return SignedContent(content, worst, tuple(by for _found, by in checked if by), tuple(certificates))


def _certificate(element: Element) -> list[Certificate]:
    try:
        return [read_certificate(element.encoded)] if element.tag == SEQUENCE else []
    except Unreadable:
        return []


def _check(
    signer: Element, content: bytes, certificates: Sequence[Certificate]
) -> tuple[Signature, Certificate | None]:
    """Return whether the signature of one signer is valid, and the signer's certificate."""
    _version, sid, digest_algorithm, *rest = signer.items()
    attributes = rest.pop(0) if rest[0].tag == context(0) else None
    algorithm, signature = rest[:2]
    by = next((certificate for certificate in certificates if _is_named(certificate, sid)), None)
    digest = _DIGESTS.get(digest_algorithm.items()[0].oid())
    if digest is None or algorithm.items()[0].oid() not in _SIGNATURES:
        return Signature.UNCHECKED, by
    texts = [content]
    if attributes is not None and attributes.children:
        if _message_digest(attributes) != hashlib.new(digest, content, usedforsecurity=False).digest():
            return Signature.BROKEN, by
        members = [child.encoded for child in attributes.children]
        # DER sorts the members of a SET, but not every signer does.
        texts = [_as_set(members), _as_set(sorted(members))]
    if by is None:
        return Signature.UNCHECKED, None
    try:
        key = load_public_key(by.key_info)
    except Unreadable:
        return Signature.UNCHECKED, by
    found = [verify(key, signature.octets(), text, digest) for text in dict.fromkeys(texts)]
    return Signature.HOLDS if Signature.HOLDS in found else found[0], by


def _message_digest(attributes: Element) -> bytes | None:
    for attribute in attributes.children:
        oid, values = attribute.items()
        if oid.oid() == _MESSAGE_DIGEST and len(values.children) == 1:
            return values.children[0].expect(OCTET_STRING).octets()
    return None


def _as_set(members: Sequence[bytes]) -> bytes:
    """Return the attributes in the form that the signature covers: a SET in DER."""
    body = b"".join(members)
    size = len(body)
    if size < 0x80:
        return bytes([0x31, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x31, 0x80 | len(length)]) + length + body


def _is_named(certificate: Certificate, sid: Element) -> bool:
    if sid.tag == SEQUENCE:
        issuer, serial = sid.items()
        return certificate.serial_number == serial.integer() and certificate.issuer == issuer.encoded
    return sid.tag == context(0) and certificate.subject_key_identifier == sid.octets()


def verify(key: Any, signature: bytes, signed: bytes, digest: str) -> Signature:
    """Return whether the signature over these bytes was made with the private half of the key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    algorithm = getattr(hashes, digest.upper())()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, signed, ec.ECDSA(algorithm))
        else:
            return Signature.UNCHECKED
    except InvalidSignature:
        return Signature.BROKEN
    except Exception:  # systems whose policy forbids SHA-1 raise various exceptions
        return Signature.UNCHECKED
    return Signature.HOLDS
