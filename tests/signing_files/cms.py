# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CMS signed data (RFC 5652), in DER, or in BER with indefinite lengths."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding

from . import der
from .certificates import Signer

_DATA = der.identifier("1.2.840.113549.1.7.1")
_SIGNED_DATA = der.identifier("1.2.840.113549.1.7.2")
_CONTENT_TYPE = der.identifier("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = der.identifier("1.2.840.113549.1.9.4")
_SIGNING_TIME = der.identifier("1.2.840.113549.1.9.5")
_RSA = der.sequence(der.identifier("1.2.840.113549.1.1.1"), der.NULL)
_ECDSA = {
    "sha1": der.sequence(der.identifier("1.2.840.10045.4.1")),
    "sha256": der.sequence(der.identifier("1.2.840.10045.4.3.2")),
}
_DIGESTS: dict[str, tuple[hashes.HashAlgorithm, bytes]] = {
    "sha1": (hashes.SHA1(), der.sequence(der.identifier("1.3.14.3.2.26"), der.NULL)),  # noqa: S303 -- old profiles use it
    "sha256": (hashes.SHA256(), der.sequence(der.identifier("2.16.840.1.101.3.4.2.1"), der.NULL)),
}
# The chunk size of Apple's tools is unknown. This one is small enough that a profile needs several chunks.
_CHUNK = 1000


def signed_data(
    content: bytes, signer: Signer, chain: Sequence[x509.Certificate], *, digest: str, streamed: bool
) -> bytes:
    certificates = sorted(one.public_bytes(Encoding.DER) for one in [signer.certificate, *chain])
    before = der.INTEGER_1 + der.set_of(_DIGESTS[digest][1])
    after = der.tagged(0, *certificates) + der.set_of(_signer_info(content, signer, digest))
    if not streamed:
        encapsulated = der.sequence(_DATA, der.tagged(0, der.octets(content)))
        return der.sequence(_SIGNED_DATA, der.tagged(0, der.sequence(before, encapsulated, after)))
    chunks = [der.octets(content[start : start + _CHUNK]) for start in range(0, len(content), _CHUNK)]
    encapsulated = der.open_sequence(_DATA, der.open_tagged(0, der.open_octets(*chunks)))
    return der.open_sequence(_SIGNED_DATA, der.open_tagged(0, der.open_sequence(before, encapsulated, after)))


def _signer_info(content: bytes, signer: Signer, digest: str) -> bytes:
    algorithm, algorithm_der = _DIGESTS[digest]
    hasher = hashes.Hash(algorithm)
    hasher.update(content)
    signed_at = signer.certificate.not_valid_before_utc + dt.timedelta(days=1)
    attributes = der.set_of(
        der.sequence(_CONTENT_TYPE, der.set_of(_DATA)),
        der.sequence(_SIGNING_TIME, der.set_of(der.utc_time(signed_at))),
        der.sequence(_MESSAGE_DIGEST, der.set_of(der.octets(hasher.finalize()))),
    )
    if isinstance(signer.key, ec.EllipticCurvePrivateKey):
        signature_algorithm = _ECDSA[digest]
        signature = signer.key.sign(attributes, ec.ECDSA(algorithm))
    else:
        signature_algorithm = _RSA
        signature = signer.key.sign(attributes, padding.PKCS1v15(), algorithm)
    certificate = signer.certificate
    return der.sequence(
        der.INTEGER_1,
        der.sequence(certificate.issuer.public_bytes(), der.integer(certificate.serial_number)),
        algorithm_der,
        # The attributes are signed as a SET, but encoded with a context tag.
        der.retagged(0, attributes),
        signature_algorithm,
        der.octets(signature),
    )
