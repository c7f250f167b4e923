# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How things are called in a report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of files. `plural` is the key of their list; `subject` the detail that says what a file is for."""

    name: str
    plural: str
    label: str
    heading: str
    subject: str | None


@dataclass(frozen=True)
class State:
    """What can be wrong with a file. `gravity`: 3 broken, 2 soon, 1 to be looked at."""

    name: str
    label: str
    gravity: int


KINDS = (
    Kind("provisioning_profile", "provisioning_profiles", "Profile", "Profiles", "bundle_id"),
    Kind("build_certificate", "build_certificates", "Certificate", "Certificates", "common_name"),
    Kind("android_keystore", "android_keystores", "Keystore", "Keystores", "alias"),
    Kind("project_file", "project_files", "Project file", "Project files", None),
)

# By urgency.
STATES = (
    State("expired", "Expired", 3),
    State("invalid", "Unusable", 3),
    State("expiring", "Expires soon", 2),
    State("unprocessed", "Upload unfinished", 2),
    State("unpaired", "Unpaired", 2),
    State("duplicated", "Duplicate", 1),
    State("unverifiable", "Not verifiable", 1),
)

# What is inside a file, by the keys of the module. What is not here has a place of its own on the page.
FACTS = {
    "name": "Name",
    "uuid": "UUID",
    "team_id": "Team ID",
    "team_name": "Team",
    "app_id": "Application",
    "type": "Type",
    "platforms": "Platforms",
    "created_at": "Made",
    "devices": "Devices",
    "certificates": "SHA-1 of its certificates",
    "serial": "Serial number",
    "sha1": "SHA-1",
    "sha256": "SHA-256",
    "not_before": "Valid from",
    "chain": "Chain",
    "use": "Use",
    "has_private_key": "Private key",
    "sha256_fingerprint": "SHA-256",
}

# What to do, by state and kind of file, or by state alone.
_ADVICE = {
    ("expired", "provisioning_profile"): "Renew it in the developer portal and roll it out.",
    ("expired", "build_certificate"): ("Issue a new certificate, renew the profiles that embed it, and roll out both."),
    ("expired", "android_keystore"): "Have a new upload key accepted by the store, and roll it out.",
    ("invalid", ""): "Replace the file, or set its right password.",
    ("unprocessed", ""): "Upload it again, or delete what is left of it.",
    ("unpaired", "provisioning_profile"): "Add the certificate that it was made with, or make the profile anew.",
    ("unpaired", "build_certificate"): "Add a profile that embeds it, or delete it.",
    ("duplicated", ""): "Keep one of them and delete the others.",
    ("unverifiable", ""): "Note its expiry elsewhere, or compare it with the file that it was made of.",
}

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def advice(state: State, kind: Kind) -> str:
    known = "expired" if state.name == "expiring" else state.name
    return _ADVICE.get((known, kind.name)) or _ADVICE.get((known, ""), "")


def month_of(date: str) -> str:
    """ "Nov 2026", of a date as in ISO 8601."""
    return f"{_MONTHS[int(date[5:7]) - 1]} {date[:4]}"


def day_of(date: str) -> str:
    """ "21 Nov 2026", of a date as in ISO 8601."""
    return f"{int(date[8:10])} {month_of(date)}"


def in_days(days: int | None) -> str:
    if days is None:
        return "no date"
    if days < -1:
        return f"{-days} days ago"
    return {-1: "a day ago", 0: "today", 1: "1 day"}.get(days, f"{days} days")


def count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
