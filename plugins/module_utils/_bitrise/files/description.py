# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Details of signing files that a plan or a diff uses: when they were made, what they sign for, when they expire."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._core.fields import moment
from ..._signing.inspection import Inspection
from .kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    PROVISIONING_PROFILE,
    FileKind,
)
from .model import RemoteFile

# Findings which mean that a file could not be opened, so that its details are unknown.
NOT_OPENED = frozenset({"wrong_password", "password_needed"})
# Stands in a diff for a value that could not be read.
UNKNOWN = "unknown"

# By kind: details by the name that they have in a diff, and details that a warning compares.
_IN_DIFF: Mapping[FileKind, Mapping[str, str]] = {
    PROVISIONING_PROFILE: {"name": "profile_name", "type": "type", "app_id": "app_id", "expires_at": "expires_at"},
    BUILD_CERTIFICATE: {"common_name": "common_name", "expires_at": "expires_at"},
    ANDROID_KEYSTORE: {"sha256_fingerprint": "sha256_fingerprint", "expires_at": "expires_at"},
}
_COMPARED: Mapping[FileKind, Mapping[str, str]] = {
    PROVISIONING_PROFILE: {"team_id": "team", "app_id": "app ID", "type": "profile type"},
    BUILD_CERTIFICATE: {"team_id": "team"},
    ANDROID_KEYSTORE: {"sha256_fingerprint": "certificate fingerprint"},
}


@dataclass(frozen=True)
class Description:
    """Details of a file, as far as they could be read."""

    made_at: float | None = None  # Unix seconds
    identity: str | None = None
    serials: frozenset[str] = frozenset()
    details: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, kind: FileKind, inspection: Inspection | None) -> Description:
        """Take the details from an inspection. Return an empty description if the file could not be opened."""
        if inspection is None or any(finding.code in NOT_OPENED for finding in inspection.findings):
            return cls()
        details = inspection.details
        made = moment(details.get("created_at") or details.get("not_before"))
        serial = details.get("serial")
        return cls(
            made.timestamp() if made else None,
            _identity(kind, details),
            frozenset({normalized_serial(serial)}) if isinstance(serial, str) and serial else frozenset(),
            details,
        )

    def for_diff(self, kind: FileKind, other: Description | None = None) -> dict[str, Any]:
        """Return the details that a diff shows, in a fixed order.

        `other`: the file on the other side of the diff. Details that it has and this one could not read are unknown.
        """
        others = other.details if other else {}
        return {
            key: self.details.get(name, UNKNOWN)
            for name, key in _IN_DIFF.get(kind, {}).items()
            if self.details.get(name, others.get(name)) is not None
        }


def listed_description(kind: FileKind, file: RemoteFile) -> Description:
    """Return the details that the service lists: expiry dates of certificates, fingerprints of keystores."""
    details: dict[str, Any] = {}
    if kind == BUILD_CERTIFICATE:
        listed = file.others.get("certificates")
        entries = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
        dates = [date for date in (moment(entry.get("expiry_date")) for entry in entries) if date]
        # The certificate of the identity expires first. Certificates of authorities in the file are valid longer.
        details = {"expires_at": min(dates).strftime("%Y-%m-%dT%H:%M:%SZ")} if dates else {}
    fingerprint = file.others.get("certificate_sha256_fingerprint")
    if kind == ANDROID_KEYSTORE and isinstance(fingerprint, str) and fingerprint:
        details = {"sha256_fingerprint": fingerprint}
    return Description(identity=_identity(kind, details), details=details)


def normalized_serial(serial: str) -> str:
    """Return a serial number in capital hexadecimal digits, without separators and leading zeros."""
    return re.sub(r"[^0-9A-F]", "", serial.upper()).lstrip("0")


def replacement_warnings(subject: str, kind: FileKind, old: Description, new: Description) -> tuple[str, ...]:
    """Return warnings about a replacement that looks like a mistake: an older file, or one with another purpose."""
    warnings = []
    for name, words in _COMPARED.get(kind, {}).items():
        before, after = old.details.get(name), new.details.get(name)
        if before and after and before != after:
            warnings.append(
                f"{subject}: the declared file has the {words} {after}, the file that it replaces has {before}."
            )
    before, after = (moment(description.details.get("expires_at")) for description in (old, new))
    if before and after and after < before:
        warnings.append(
            f"{subject}: the declared file expires on {after:%Y-%m-%d}, earlier than the file that it replaces, which "
            f"expires on {before:%Y-%m-%d}. Check that the declaration names the newest file."
        )
    return tuple(warnings)


def _identity(kind: FileKind, details: Mapping[str, Any]) -> str | None:
    """Return what the file signs for, as a text that all generations of one file have in common, or None."""
    if kind == PROVISIONING_PROFILE and details.get("app_id"):
        return f"{details.get('type')} profile of {details['app_id']}"
    if kind == BUILD_CERTIFICATE and details.get("common_name"):
        owner, colon, _name = str(details["common_name"]).partition(":")
        team = details.get("team_id")
        return f"{owner} of team {team}" if team and colon else str(details["common_name"])
    if kind == ANDROID_KEYSTORE and details.get("sha256_fingerprint"):
        return f"key certificate {details['sha256_fingerprint']}"
    return None
