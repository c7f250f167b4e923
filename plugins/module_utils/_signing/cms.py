# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signed data (CMS): its content, and whether the signature holds. Whom the signer is vouched for by is not asked."""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._signing.asn1 import (
    decode,
    decode_octets,
    encode,
    signed_data,
)
from ansible_collections.mobileops.ci.plugins.module_utils._signing.model import Unreadable, reading

_DIGESTS = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
# RSA with PKCS #1 v1.5, by itself or named together with a digest, and ECDSA.
_SIGNATURES = (
    "1.2.840.113549.1.1.1",
    *(f"1.2.840.113549.1.1.{number}" for number in (5, 11, 12, 13)),
    "1.2.840.10045.2.1",
    "1.2.840.10045.4.1",
    *(f"1.2.840.10045.4.3.{number}" for number in (2, 3, 4)),
)
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"


class Signature(enum.Enum):
    HOLDS = "holds"
    BROKEN = "does not hold"
    UNSIGNED = "is not there"
    UNCHECKED = "cannot be checked"


@dataclass(frozen=True)
class SignedContent:
    content: bytes = field(repr=False)
    signature: Signature


@reading
def open_signed(data: bytes) -> SignedContent:
    """What is inside of a CMS envelope. Raises Unreadable."""
    signed = decode(data, signed_data())["content"]
    carried = signed["encapContentInfo"]["eContent"]
    if not carried.hasValue():
        raise Unreadable("no content inside of the signature")
    content = bytes(carried)
    signers = list(signed["signerInfos"])
    if not signers:
        return SignedContent(content, Signature.UNSIGNED)
    given = signed["certificates"]
    certificates = [bytes(der) for der in given] if given.hasValue() else []
    found = {_check(signer, content, certificates) for signer in signers}
    # One signature that does not hold spoils the file.
    worst_first = (Signature.BROKEN, Signature.UNCHECKED, Signature.HOLDS)
    return SignedContent(content, next(result for result in worst_first if result in found))


def _check(signer: Any, content: bytes, certificates: list[bytes]) -> Signature:
    digest = _DIGESTS.get(str(signer["digestAlgorithm"]["algorithm"]))
    if digest is None or str(signer["signatureAlgorithm"]["algorithm"]) not in _SIGNATURES:
        return Signature.UNCHECKED
    attributes = signer["signedAttrs"]
    signed = content
    if attributes.hasValue() and len(attributes):
        if _message_digest(attributes) != hashlib.new(digest, content, usedforsecurity=False).digest():
            return Signature.BROKEN
        signed = _as_signed(attributes)
    key = _key_of(signer["sid"], certificates)
    return Signature.UNCHECKED if key is None else _verify(key, bytes(signer["signature"]), signed, digest)


def _message_digest(attributes: Any) -> bytes | None:
    for attribute in attributes:
        if str(attribute["attrType"]) == _MESSAGE_DIGEST and len(attribute["attrValues"]) == 1:
            return decode_octets(bytes(attribute["attrValues"][0]))
    return None


def _as_signed(attributes: Any) -> bytes:
    """The attributes as the signature is made over them: a SET in DER, whatever they are tagged in the file."""
    from pyasn1_modules import rfc5652

    plain = rfc5652.SignedAttributes()
    plain.extend(attributes)
    return encode(plain)


def _key_of(sid: Any, certificates: list[bytes]) -> Any:
    """The public key that the signer names, if its certificate is in the file."""
    from cryptography import x509

    for der in certificates:
        try:
            certificate = x509.load_der_x509_certificate(der)
            if _is_named(certificate, sid):
                return certificate.public_key()
        except Exception:  # noqa: S112 -- whatever is wrong with it, it is not the one that is looked for
            continue
    return None


def _is_named(certificate: Any, sid: Any) -> bool:
    from cryptography import x509

    if sid.getName() == "issuerAndSerialNumber":
        named = sid["issuerAndSerialNumber"]
        issuer: bytes = certificate.issuer.public_bytes()
        return certificate.serial_number == int(named["serialNumber"]) and issuer == encode(named["issuer"])
    extension = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return bool(extension.value.digest == bytes(sid["subjectKeyIdentifier"]))


def _verify(key: Any, signature: bytes, signed: bytes, digest: str) -> Signature:
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
    except Exception:  # a system whose policy forbids SHA-1 says so in ways of its own
        return Signature.UNCHECKED
    return Signature.HOLDS
