# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, labels and dates of a report."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ...module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    PROJECT_FILE,
    PROVISIONING_PROFILE,
    FileKind,
)
from ...module_utils._bitrise.inspection.findings import FINDING_LISTS


@dataclass(frozen=True)
class ReportedKind:
    """A kind of files, with what the report shows of it.

    `subject` is the detail that says what a file is for. `facts` are the details to show, by label.
    """

    files: FileKind
    label: str
    heading: str
    subject: str = ""
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        return self.files.name

    @property
    def plural(self) -> str:
        """Return the key of the list of these files."""
        return self.files.plural

    def count(self, number: int) -> str:
        return count(number, self.label.lower(), self.heading.lower())


@dataclass(frozen=True)
class ReportedFinding:
    """A finding of inspection, as the report shows it.

    `gravity`: 3 is broken, 2 is urgent, 1 is worth a look. `none` completes "No file ...".
    """

    name: str
    label: str
    gravity: int
    none: str


REPORTED_KINDS = (
    ReportedKind(
        BUILD_CERTIFICATE,
        "Certificate",
        "Certificates",
        "common_name",
        (
            ("Serial number", "serial"),
            ("SHA-1", "sha1"),
            ("Valid from", "not_before"),
            ("Private key", "has_private_key"),
        ),
    ),
    ReportedKind(
        PROVISIONING_PROFILE,
        "Profile",
        "Profiles",
        "bundle_id",
        (
            ("Name", "name"),
            ("UUID", "uuid"),
            ("Application ID", "app_id"),
            ("Platforms", "platforms"),
            ("Created", "created_at"),
            ("Devices", "devices"),
            ("SHA-1 of its certificates", "certificates"),
        ),
    ),
    ReportedKind(
        ANDROID_KEYSTORE,
        "Keystore",
        "Keystores",
        "alias",
        (("SHA-256 fingerprint", "sha256_fingerprint"), ("Valid from", "not_before")),
    ),
    ReportedKind(PROJECT_FILE, "Project file", "Project files"),
)
KIND_BY_NAME = {kind.name: kind for kind in REPORTED_KINDS}

_FINDINGS = {
    "expired": ("Expired", 3, "has expired"),
    "invalid": ("Unusable", 3, "is unusable"),
    "expiring": ("Expires soon", 2, "expires soon"),
    "unprocessed": ("Upload unfinished", 2, "is an unfinished upload"),
    "unpaired": ("Unpaired", 2, "is unpaired"),
    "duplicated": ("Duplicate", 1, "is a duplicate"),
    "unverifiable": ("Not verifiable", 1, "is impossible to verify"),
}
# In order of urgency. The page shows the most urgent finding of a file.
REPORTED_FINDINGS = tuple(ReportedFinding(name, *_FINDINGS[name]) for name in FINDING_LISTS)
FINDING_BY_NAME = {finding.name: finding for finding in REPORTED_FINDINGS}
BY_DATE = ("expired", "expiring")

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_of(date: dt.date, *, year: bool = True) -> str:
    """Return a date as "21 Nov 2026" or "21 Nov"."""
    return f"{date.day} {_MONTHS[date.month - 1]}" + (f" {date.year}" if year else "")


def month_of(date: dt.date) -> str:
    """Return the month of a date as "Nov 2026"."""
    return f"{_MONTHS[date.month - 1]} {date.year}"


def month_name(date: dt.date) -> str:
    """Return the month of a date as "Nov"."""
    return _MONTHS[date.month - 1]


def in_days(days: int) -> str:
    """Return a number of days from today in words."""
    if days < -1:
        return f"{number_of(-days)} days ago"
    return {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days, f"in {number_of(days)} days")


def number_of(number: int) -> str:
    return f"{number:,}"


def count(number: int, one: str, many: str) -> str:
    return f"{number_of(number)} {one if number == 1 else many}"


def enumerated(texts: Sequence[str], last: str = "and") -> str:
    """Return texts as "a, b and c"."""
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}"


def natural(text: str) -> tuple[tuple[bool, int, str], ...]:
    """Return a sort key that puts "Shop 2" before "Shop 10"."""
    parts = re.findall(r"([0-9]+)|([^0-9]+)", text.casefold())
    return tuple((not digits, int(digits[:18] or 0), others) for digits, others in parts)
