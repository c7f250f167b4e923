# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inspect provisioning profiles: a property list inside signed data."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import plistlib
from collections.abc import Iterator, Mapping
from typing import Any

from .apple import (
    DEVELOPER_ID,
    DEVELOPMENT,
    may_sign_profiles,
    use_of,
)
from .certificates import (
    Certificate,
    days_between,
    iso,
    read_certificate,
)
from .cms import Signature, SignedContent, open_signed
from .findings import finding, named, out_of_date
from .inspection import (
    PROFILE,
    PROFILE_KEYS,
    Finding,
    Inspection,
    ReadError,
    Unreadable,
    reading,
)

_DOWNLOAD = "Download the profile again from Apple's developer portal."
_RENEW = "Renew the profile in Apple's developer portal and download it again."
_DEEPEST = 16

# Names of platforms in profiles. Mac Catalyst has the name of macOS.
_MACOS = frozenset({"OSX", "macOS"})
_DEBUGGABLE = ("get-task-allow", "com.apple.security.get-task-allow")


def inspect_profile(data: bytes, now: dt.datetime) -> Inspection:
    """Inspect a provisioning profile."""
    try:
        signed = open_signed(data)
    except ReadError:
        return _not_a_profile("The file begins like a provisioning profile, but is cut off or damaged.")
    try:
        properties = _properties(signed.content)
    except ReadError:
        return _not_a_profile("The file is signed data, but it does not hold the property list of a profile.")
    embedded = _embedded(properties)
    certificates = [_certificate(der) for der in embedded]
    details = _details(properties, embedded, certificates, now)
    begin, end = _date(properties, "CreationDate"), _date(properties, "ExpirationDate")
    findings = [
        *_about_signature(signed),
        *out_of_date("The profile", begin, end, now, _RENEW),
        *_about_certificates(certificates, now),
    ]
    return Inspection(PROFILE, details, tuple(findings), tuple(details["certificates"]))


def _about_signature(signed: SignedContent) -> Iterator[Finding]:
    if signed.signature is Signature.BROKEN:
        problem = "The signature does not hold: the profile was changed after it was signed"
        yield finding("invalid_signature", f"{problem}. {_DOWNLOAD}")
    elif signed.signature is Signature.UNSIGNED:
        yield finding("invalid_signature", f"The profile is not signed. {_DOWNLOAD}")
    elif signed.signature is Signature.UNCHECKED:
        problem = "The signature could not be checked: its algorithm or its signer is not known"
        yield finding("signature_not_checked", f"{problem}. {_DOWNLOAD}")
    elif not all(may_sign_profiles(signer, signed.certificates) for signer in signed.signers):
        who = named(signer.label for signer in signed.signers)
        problem = f"The profile is signed by {who}, which is not one of Apple's signers of profiles"
        yield finding("untrusted_signer", f"{problem}, so devices refuse it. {_DOWNLOAD}")


def _not_a_profile(problem: str) -> Inspection:
    return Inspection(PROFILE, {}, (finding("not_a_profile", f"{problem} {_DOWNLOAD}"),))


@reading
def _properties(content: bytes) -> Mapping[str, Any]:
    properties = plistlib.loads(content, fmt=plistlib.FMT_XML)
    if not isinstance(properties, dict) or not isinstance(properties.get("ExpirationDate"), dt.datetime):
        raise Unreadable("not the property list of a profile")
    if not isinstance(properties.get("UUID"), str):
        raise Unreadable("not the property list of a profile")
    return properties


def _details(
    properties: Mapping[str, Any], embedded: list[bytes], certificates: list[Certificate | None], now: dt.datetime
) -> dict[str, Any]:
    granted = properties.get("Entitlements")
    entitlements = _plain(granted) if isinstance(granted, dict) else {}
    team_id = _first(properties, "TeamIdentifier") or _text(entitlements.get("com.apple.developer.team-identifier"))
    # Profiles for macOS have the second name.
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
        "type": _type(properties, entitlements, certificates),
        "platforms": [name for name in _list(properties, "Platform") if isinstance(name, str)],
        "created_at": iso(created_at) if created_at else None,
        "expires_at": iso(expires_at) if expires_at else None,
        "days_left": days_between(now, expires_at) if expires_at else None,
        "devices": len(devices) if isinstance(devices, list) else 0,
        "certificates": [hashlib.sha1(der, usedforsecurity=False).hexdigest() for der in embedded],
        "entitlements": entitlements,
    }
    return {key: values[key] for key in PROFILE_KEYS}


def _type(
    properties: Mapping[str, Any], entitlements: Mapping[str, Any], certificates: list[Certificate | None]
) -> str:
    uses = {use_of(certificate) for certificate in certificates if certificate}
    is_for_mac = bool(_MACOS.intersection(name for name in _list(properties, "Platform") if isinstance(name, str)))
    if properties.get("ProvisionsAllDevices") is True:
        return "developer-id" if is_for_mac or uses == {DEVELOPER_ID} else "enterprise"
    if not isinstance(properties.get("ProvisionedDevices"), list):
        return "app-store"
    # macOS has no ad hoc distribution, and debugging needs no entitlement there.
    if is_for_mac or uses == {DEVELOPMENT} or any(entitlements.get(name) is True for name in _DEBUGGABLE):
        return "development"
    return "ad-hoc"


def _embedded(properties: Mapping[str, Any]) -> list[bytes]:
    return [der for der in _list(properties, "DeveloperCertificates") if isinstance(der, bytes)]


def _certificate(der: bytes) -> Certificate | None:
    try:
        return read_certificate(der)
    except ReadError:
        return None


def _about_certificates(certificates: list[Certificate | None], now: dt.datetime) -> Iterator[Finding]:
    readable = [certificate for certificate in certificates if certificate]
    if not certificates:
        yield finding(
            "no_certificates", f"The profile embeds no certificate, so nothing can be signed with it. {_RENEW}"
        )
    elif not readable:
        yield finding("no_certificates", f"The certificates in the profile cannot be read. {_DOWNLOAD}")
    elif all(certificate.expires_at <= now for certificate in readable):
        who = named(certificate.label for certificate in readable)
        renew = "Add a valid certificate to it in Apple's developer portal and download it again."
        yield finding("certificates_expired", f"All certificates in the profile have expired ({who}). {renew}")


def _list(properties: Mapping[str, Any], key: str) -> list[Any]:
    value = properties.get(key)
    return value if isinstance(value, list) else []


def _first(properties: Mapping[str, Any], key: str) -> str | None:
    return next((value for value in _list(properties, key) if isinstance(value, str)), None)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _date(properties: Mapping[str, Any], key: str) -> dt.datetime | None:
    """Return a date with the time zone UTC, the only one of property lists, which plistlib omits."""
    value = properties.get(key)
    return value.replace(tzinfo=dt.timezone.utc) if isinstance(value, dt.datetime) else None


def _plain(value: Any, depth: int = 0) -> Any:
    """Return entitlements in a form for results: without bytes, and not nested deeper than _DEEPEST."""
    if depth > _DEEPEST:
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
