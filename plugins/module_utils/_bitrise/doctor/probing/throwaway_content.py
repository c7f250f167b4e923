# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create content of throw-away signing files. They are valid, with new keys. This needs cryptography."""

from __future__ import annotations

import datetime as dt
import plistlib
import secrets
from dataclasses import dataclass, field
from typing import Any

SUBJECT = "mobileops.ci doctor"


@dataclass(frozen=True)
class ThrowawayContent:
    """The content of a certificate and a profile. `password` opens the certificate."""

    certificate: bytes = field(repr=False)
    profile: bytes = field(repr=False)
    password: str = field(repr=False)

    @classmethod
    def make(cls) -> ThrowawayContent:
        """Create new content. Raise ImportError if cryptography is missing."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs7, pkcs12

        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(key)
        password = secrets.token_urlsafe(18)
        p12 = pkcs12.serialize_key_and_certificates(
            SUBJECT.encode(), key, certificate, None, BestAvailableEncryption(password.encode())
        )
        now = dt.datetime.now(dt.timezone.utc).replace(microsecond=0, tzinfo=None)
        profile = {
            "Name": SUBJECT,
            "AppIDName": SUBJECT,
            "UUID": secrets.token_hex(16),
            "CreationDate": now,
            "ExpirationDate": now + dt.timedelta(days=1),
            "DeveloperCertificates": [certificate.public_bytes(Encoding.DER)],
            "Entitlements": {"application-identifier": "AAAAAAAAAA.mobileops.ci.doctor"},
            "TeamIdentifier": ["AAAAAAAAAA"],
            "TeamName": SUBJECT,
            "Version": 1,
        }
        builder = pkcs7.PKCS7SignatureBuilder().set_data(plistlib.dumps(profile))
        signed = builder.add_signer(certificate, key, hashes.SHA256()).sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])
        return cls(p12, signed, password)

    @staticmethod
    def text() -> bytes:
        """Return a new text for a project file, always of the same length."""
        return f"Made by the doctor of mobileops.ci: {secrets.token_hex(8)}\n".encode()


def _certificate(key: Any) -> Any:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import NameOID

    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SUBJECT)])
    now = dt.datetime.now(dt.timezone.utc)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - dt.timedelta(minutes=5)).not_valid_after(now + dt.timedelta(days=1))
    return builder.sign(key, hashes.SHA256())
