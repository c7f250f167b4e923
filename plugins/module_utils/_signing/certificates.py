# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an X.509 certificate says, read once and for all."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ansible_collections.mobileops.ci.plugins.module_utils._signing.model import reading

if TYPE_CHECKING:
    from cryptography import x509

A_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Certificate:
    common_name: str | None
    unit: str | None  # the team, in certificates from Apple
    serial: str
    sha1: str
    sha256: str
    not_before: dt.datetime
    expires_at: dt.datetime
    is_self_issued: bool
    public_key: bytes | None = field(repr=False)

    @property
    def label(self) -> str:
        return self.common_name or f"serial {self.serial}"


@reading
def read_certificate(der: bytes) -> Certificate:
    """The certificate in these bytes. Raises Unreadable."""
    from cryptography import x509

    return _read(x509.load_der_x509_certificate(der), der)


def der_of(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)


def public_key_of(holder: Any) -> bytes | None:
    """The public half, in a form to compare; None for a kind of key that the library does not know."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        encoded: bytes = holder.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (UnsupportedAlgorithm, ValueError, TypeError):
        return None
    return encoded


def _read(certificate: x509.Certificate, der: bytes) -> Certificate:
    from cryptography.x509.oid import NameOID

    return Certificate(
        common_name=_attribute(certificate, NameOID.COMMON_NAME),
        unit=_attribute(certificate, NameOID.ORGANIZATIONAL_UNIT_NAME),
        serial=_hex(certificate.serial_number),
        sha1=hashlib.sha1(der, usedforsecurity=False).hexdigest(),
        sha256=hashlib.sha256(der).hexdigest(),
        not_before=_moment(certificate, "not_valid_before"),
        expires_at=_moment(certificate, "not_valid_after"),
        is_self_issued=certificate.subject == certificate.issuer,
        public_key=public_key_of(certificate),
    )


def _hex(number: int) -> str:
    """Whole bytes, as openssl prints them."""
    digits = f"{abs(number):X}"
    return ("-" if number < 0 else "") + digits.zfill(len(digits) + len(digits) % 2)


def _attribute(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str | None:
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else None


def _moment(certificate: x509.Certificate, name: str) -> dt.datetime:
    if hasattr(certificate, f"{name}_utc"):  # cryptography 42 and later
        moment: dt.datetime = getattr(certificate, f"{name}_utc")
        return moment
    naive: dt.datetime = getattr(certificate, name)
    return naive.replace(tzinfo=dt.timezone.utc)


def days_between(now: dt.datetime, moment: dt.datetime) -> int:
    """Whole days that are left; negative once the moment is over."""
    return (moment - now) // A_DAY


def iso(moment: dt.datetime) -> str:
    return moment.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
