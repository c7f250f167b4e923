# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The details that the service reads from uploaded certificates and keystores."""

from __future__ import annotations

import functools

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import pkcs12

from .clock import rfc3339
from .model import Json
from .pkcs12_parts import without_keys


@functools.lru_cache(maxsize=512)
def _open_pkcs12(body: bytes, password: str) -> tuple[x509.Certificate, ...]:
    """Return all certificates, that of the key first. Return none if the file cannot be opened."""
    try:
        store = pkcs12.load_pkcs12(body, password.encode() or None)
    except ValueError:
        if password:
            return ()
        try:
            store = pkcs12.load_pkcs12(body, b"")
        except ValueError:
            return ()
    found = ([store.cert] if store.cert else []) + list(store.additional_certs)
    return tuple(entry.certificate for entry in found)


def opens_pkcs12(body: bytes, password: str) -> bool:
    """Return whether the password opens the file."""
    return bool(_open_pkcs12(body, password))


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _in_order_of_file(body: bytes, password: str) -> tuple[x509.Certificate, ...]:
    key_first = _open_pkcs12(body, password)
    try:
        ordered = _open_pkcs12(without_keys(body), password)
    except (ValueError, IndexError, KeyError):
        return key_first
    return ordered if len(ordered) == len(key_first) else key_first


def certificates_in(body: bytes, password: str) -> list[Json]:
    """Return the `certificates` list of a build certificate, in the order of the file, without authorities.

    A self-signed certificate looks like that of an authority. It is listed if there is no other certificate.
    """
    certificates = _in_order_of_file(body, password)
    return [
        {
            "serial": f"{certificate.serial_number:X}",
            "expiry_date": rfc3339(certificate.not_valid_after_utc.timestamp()),
        }
        for certificate in [one for one in certificates if not _is_authority(one)] or certificates
    ]


def keystore_fingerprint(body: bytes, password: str) -> str | None:
    """Return the fingerprint of a PKCS#12 keystore, or None for other types and wrong passwords."""
    certificates = _open_pkcs12(body, password)
    if not certificates:
        return None
    return certificates[0].fingerprint(hashes.SHA256()).hex(":").upper()
