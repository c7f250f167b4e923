# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find provisioning profiles and certificates without their counterpart, and profiles that a newer one replaces."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Optional, TypeVar

from .findings import finding, quoted
from .inspection import PROFILE, Finding, Inspection

Label = TypeVar("Label", bound=Hashable)
Fingerprints = Optional[Collection[str]]


@dataclass(frozen=True)
class Unpaired(Generic[Label]):
    """Labels of files without their counterpart, in the given order."""

    profiles: tuple[Label, ...]  # do not embed a certificate of the list
    certificates: tuple[Label, ...]  # are not embedded by a profile of the list


def unpaired(profiles: Mapping[Label, Fingerprints], certificates: Mapping[Label, Fingerprints]) -> Unpaired[Label]:
    """Return the unpaired files, by `Inspection.sha1s` of each file.

    None stands for an unreadable file. Files that may belong to it do not count as unpaired.
    """
    embedded = _all(profiles)
    held = _all(certificates)
    return Unpaired(
        profiles=tuple(label for label, own in profiles.items() if _lacks(own, held)),
        certificates=tuple(label for label, own in certificates.items() if _lacks(own, embedded)),
    )


def _all(files: Mapping[Label, Fingerprints]) -> Fingerprints:
    found: set[str] = set()
    for fingerprints in files.values():
        if fingerprints is None:
            return None
        found.update(fingerprint.lower() for fingerprint in fingerprints)
    return found


def _lacks(own: Fingerprints, others: Fingerprints) -> bool:
    return own is not None and others is not None and not any(fingerprint.lower() in others for fingerprint in own)


def superseded(profiles: Mapping[Label, Inspection | None]) -> dict[Label, Finding]:
    """Return a finding for each valid profile that has a newer one beside it: same name, team and app ID."""
    generations: dict[tuple[Any, ...], list[Label]] = {}
    for label, profile in profiles.items():
        if profile and profile.kind == PROFILE and not profile.errors and profile.details.get("name"):
            details = profile.details
            same = (details["name"], details["team_id"], details["app_id"], details["type"], *details["platforms"])
            generations.setdefault(same, []).append(label)
    found: dict[Label, Finding] = {}
    for labels in generations.values():
        newest = max((_details(profiles[label]) for label in labels), key=_age)
        for label in labels:
            older = _details(profiles[label])
            if older["uuid"] != newest["uuid"] and _age(older) < _age(newest):
                problem = f"There is a newer profile with the name {quoted(older['name'])}, created at"
                advice = "Xcode may use either. Delete the older one."
                found[label] = finding("superseded", f"{problem} {newest['created_at']}. {advice}")
    return found


def _details(profile: Inspection | None) -> dict[str, Any]:
    return profile.details if profile else {}


def _age(details: Mapping[str, Any]) -> tuple[str, str]:
    return details["created_at"] or "", details["expires_at"] or ""
