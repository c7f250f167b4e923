# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provisioning profiles: a property list inside of signed data."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import plistlib
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._signing.certificates import (
    Certificate,
    days_between,
    iso,
    read_certificate,
)
from ansible_collections.mobileops.ci.plugins.module_utils._signing.cms import Signature, open_signed
from ansible_collections.mobileops.ci.plugins.module_utils._signing.findings import named, out_of_date
from ansible_collections.mobileops.ci.plugins.module_utils._signing.model import (
    PROFILE,
    PROFILE_KEYS,
    WARNING,
    Finding,
    Inspection,
    Unreadable,
    reading,
)

_DOWNLOAD = "Download the profile again from Apple's developer portal."
_RENEW = "Renew the profile in Apple's developer portal and download it again."
_DEEPEST = 16

_SIGNATURE_FINDINGS = {
    Signature.BROKEN: Finding(
        "invalid_signature", f"The signature does not hold: the profile was changed after it was signed. {_DOWNLOAD}"
    ),
    Signature.UNSIGNED: Finding("invalid_signature", f"The profile is not signed. {_DOWNLOAD}"),
    Signature.UNCHECKED: Finding(
        "signature_not_checked",
        "The signature could not be checked: it is of a kind, or by a signer, that is not known here.",
        WARNING,
    ),
}


def inspect_profile(data: bytes, now: dt.datetime) -> Inspection:
    """What a provisioning profile says."""
    try:
        signed = open_signed(data)
    except Unreadable:
        return _not_a_profile("The file begins like a provisioning profile and is cut off or damaged.")
    try:
        properties = _properties(signed.content)
    except Unreadable:
        return _not_a_profile("The file is signed data, and what is signed is not the property list of a profile.")
    findings = [_SIGNATURE_FINDINGS[signed.signature]] if signed.signature in _SIGNATURE_FINDINGS else []
    embedded = _embedded(properties)
    details = _details(properties, embedded, now)
    begin, end = _date(properties, "CreationDate"), _date(properties, "ExpirationDate")
    findings += out_of_date("The profile", begin, end, now, _RENEW)
    findings += _about_certificates([_certificate(der) for der in embedded], now)
    return Inspection(PROFILE, details, tuple(findings), tuple(details["certificates"]))


def _not_a_profile(problem: str) -> Inspection:
    return Inspection(PROFILE, {}, (Finding("not_a_profile", f"{problem} {_DOWNLOAD}"),))


@reading
def _properties(content: bytes) -> Mapping[str, Any]:
    properties = plistlib.loads(content, fmt=plistlib.FMT_XML)
    if not isinstance(properties, dict) or not isinstance(properties.get("ExpirationDate"), dt.datetime):
        raise Unreadable("not the property list of a profile")
    if not isinstance(properties.get("UUID"), str):
        raise Unreadable("not the property list of a profile")
    return properties


def _details(properties: Mapping[str, Any], embedded: list[bytes], now: dt.datetime) -> dict[str, Any]:
    granted = properties.get("Entitlements")
    entitlements = _plain(granted) if isinstance(granted, dict) else {}
    team_id = _first(properties, "TeamIdentifier") or _text(entitlements.get("com.apple.developer.team-identifier"))
    # The second name is that of profiles for macOS.
    app_id = _text(entitlements.get("application-identifier")) or _text(
        entitlements.get("com.apple.application-identifier")
    )
    created_at, expires_at = _date(properties, "CreationDate"), _date(properties, "ExpirationDate")
    devices = properties.get("ProvisionedDevices")
    values = {
        "name": _text(properties.get("Name")),
        "uuid": _text(properties.get("UUID")),
        "team_id": team_id,
        "team_name": _text(properties.get("TeamName")),
        "app_id": app_id,
        "bundle_id": app_id.partition(".")[2] if app_id else None,
        "type": _type(properties, entitlements),
        "platforms": [name for name in _list(properties, "Platform") if isinstance(name, str)],
        "created_at": iso(created_at) if created_at else None,
        "expires_at": iso(expires_at) if expires_at else None,
        "days_left": days_between(now, expires_at) if expires_at else None,
        "devices": len(devices) if isinstance(devices, list) else 0,
        "certificates": [hashlib.sha1(der, usedforsecurity=False).hexdigest() for der in embedded],
        "entitlements": entitlements,
    }
    return {key: values[key] for key in PROFILE_KEYS}


def _type(properties: Mapping[str, Any], entitlements: Mapping[str, Any]) -> str:
    if properties.get("ProvisionsAllDevices") is True:
        return "enterprise"
    if not isinstance(properties.get("ProvisionedDevices"), list):
        return "app-store"
    debuggable = ("get-task-allow", "com.apple.security.get-task-allow")
    return "development" if any(entitlements.get(name) is True for name in debuggable) else "ad-hoc"


def _embedded(properties: Mapping[str, Any]) -> list[bytes]:
    return [der for der in _list(properties, "DeveloperCertificates") if isinstance(der, bytes)]


def _certificate(der: bytes) -> Certificate | None:
    try:
        return read_certificate(der)
    except Unreadable:
        return None


def _about_certificates(certificates: list[Certificate | None], now: dt.datetime) -> Iterator[Finding]:
    readable = [certificate for certificate in certificates if certificate]
    if not certificates:
        yield Finding(
            "no_certificates", f"The profile embeds no certificate, so nothing can be signed with it. {_RENEW}"
        )
    elif not readable:
        yield Finding("no_certificates", f"None of the certificates in the profile can be read. {_DOWNLOAD}")
    elif all(certificate.expires_at <= now for certificate in readable):
        who = named(certificate.label for certificate in readable)
        renew = "Add a certificate that is valid to it in Apple's developer portal and download it again."
        yield Finding("certificates_expired", f"All certificates in the profile have expired ({who}). {renew}")


def _list(properties: Mapping[str, Any], key: str) -> list[Any]:
    value = properties.get(key)
    return value if isinstance(value, list) else []


def _first(properties: Mapping[str, Any], key: str) -> str | None:
    return next((value for value in _list(properties, key) if isinstance(value, str)), None)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _date(properties: Mapping[str, Any], key: str) -> dt.datetime | None:
    """Property lists know UTC only, and plistlib leaves that out."""
    value = properties.get(key)
    return value.replace(tzinfo=dt.timezone.utc) if isinstance(value, dt.datetime) else None


def _plain(value: Any, depth: int = 0) -> Any:
    """Entitlements as they can stand in a result; bytes of a file may not, and nobody nests them this deep."""
    if isinstance(value, (bytes, bytearray)) or depth > _DEEPEST:
        return None
    if isinstance(value, dict):
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, dt.datetime):
        return iso(value.replace(tzinfo=dt.timezone.utc))
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, (str, int, float)) else None
