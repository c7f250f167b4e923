# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates of old tools that cryptography cannot write, and that some of its versions cannot read."""

from __future__ import annotations

import dataclasses

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from . import der
from .keys import elliptic_key

_ECDSA_SHA256 = der.identifier("1.2.840.10045.4.3.2")
_EC, _P256 = der.identifier("1.2.840.10045.2.1"), der.identifier("1.2.840.10045.3.1.7")
_COMMON_NAME, _COUNTRY = der.identifier("2.5.4.3"), der.identifier("2.5.4.6")


@dataclasses.dataclass(frozen=True)
class OddCertificate:
    """A self-signed certificate for an elliptic curve key. The default of each field is valid."""

    label: str = "odd"
    common_name: str = "Acme Ltd"
    country: str | None = None
    serial: int = 4711
    begin: bytes = der.written_time("260101000000Z")
    end: bytes = der.written_time("20510519000000Z", generalized=True)
    null_parameters: bool = False  # keytool before Java 9 wrote them
    point: bytes | None = None  # encoded point of the public key, None for the real one

    @property
    def key(self) -> ec.EllipticCurvePrivateKey:
        return elliptic_key(f"odd {self.label}")

    @property
    def der(self) -> bytes:
        algorithm = der.sequence(_ECDSA_SHA256, der.NULL) if self.null_parameters else der.sequence(_ECDSA_SHA256)
        signed = der.sequence(
            der.tagged(0, der.integer(2)),
            der.integer(self.serial),
            algorithm,
            self._name(),
            der.sequence(self.begin, self.end),
            self._name(),
            self._key_info(),
        )
        return der.sequence(signed, algorithm, der.bits(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))))

    def _key_info(self) -> bytes:
        if self.point is None:
            return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return der.sequence(der.sequence(_EC, _P256), der.bits(self.point))

    def _name(self) -> bytes:
        attributes = [der.sequence(_COMMON_NAME, der.utf8_string(self.common_name))]
        if self.country is not None:
            attributes.append(der.sequence(_COUNTRY, der.printable_string(self.country)))
        return der.sequence(*map(der.set_of, attributes))
