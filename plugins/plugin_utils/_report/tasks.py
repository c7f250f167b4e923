# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Group the findings by necessary tasks. Each file is in one task at most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from .model import File, Model
from .words import (
    BY_DATE,
    FINDING_BY_NAME,
    KIND_BY_NAME,
    REPORTED_FINDINGS,
    ReportedFinding,
    ReportedKind,
    count,
    day_of,
    in_days,
)

_EARLIER = 30
_WEEK = 7
# With more reasons than this, the files of one kind are one task.
_REASONS = 4

# By finding and kind (or "" for all kinds): verb, description of one file and of several, and instruction.
_Phrase = tuple[str, str, str, str]
_RENEW_PROFILE = "Create a new version in the developer portal and roll it out."
_RENEW_CERTIFICATE = "Issue a new certificate, renew the profiles that embed it, and roll out both."
_RENEW_KEYSTORE = "Register a new upload key at the store and roll it out."
_PHRASES: dict[tuple[str, str], _Phrase] = {
    ("expired", "provisioning_profile"): ("Renew", "", "", _RENEW_PROFILE),
    ("expired", "build_certificate"): ("Replace", "", "", _RENEW_CERTIFICATE),
    ("expired", "android_keystore"): ("Replace", "", "", _RENEW_KEYSTORE),
    ("outlived", ""): (
        "Renew",
        "whose certificates have expired",
        "whose certificates have expired",
        _RENEW_PROFILE,
    ),
    ("invalid", ""): ("Repair", "that no build can use", "that no build can use", "Replace the file or its password."),
    ("unprocessed", ""): (
        "Upload or delete",
        "that was never uploaded completely",
        "that were never uploaded completely",
        "",
    ),
    ("unpaired", "provisioning_profile"): (
        "Add the certificate for",
        "that does not embed a certificate of its app",
        "that do not embed a certificate of their app",
        "Or create the profile again with the certificate of the app.",
    ),
    ("unpaired", "build_certificate"): (
        "Add a profile for",
        "that no profile of its app embeds",
        "that no profile of their app embeds",
        "Or delete the certificate.",
    ),
    ("duplicated", ""): (
        "Clean up",
        "that its app has twice, or that a newer one replaces",
        "that their app has twice, or that newer ones replace",
        "Keep one of each and delete the others.",
    ),
    ("unverifiable", ""): (
        "Note the expiry of",
        "that cannot be inspected",
        "that cannot be inspected",
        "A protected file cannot be downloaded. Compare it with the file that it was uploaded from.",
    ),
}


@dataclass(frozen=True)
class Item:
    """One file of a task, in all apps that have it."""

    files: list[File]
    finding: ReportedFinding
    team: str  # the name of the team, if it is known

    @property
    def apps(self) -> list[str]:
        return list(dict.fromkeys(file.app.slug for file in self.files))

    @property
    def label(self) -> str:
        """Return the title of the app, or the name of a file that several apps have."""
        first = self.files[0]
        if len(self.apps) == 1:
            return first.app.title
        return f"{first.name}{f' ({self.team})' if self.team else ''} in {count(len(self.apps), 'app', 'apps')}"

    @property
    def view(self) -> str:
        """Return the URL fragment that shows the app, or all apps that have the file."""
        first = self.files[0]
        if len(self.apps) == 1:
            return urlencode({"app": first.app.slug})
        return urlencode({"q": first.identity[-1], "finding": self.finding.name, "kind": first.kind.name})


@dataclass(frozen=True)
class Task:
    """Files that need the same action. `days`: first and last day of their expiry, from the day of the report."""

    model: Model
    finding: ReportedFinding
    kind: ReportedKind
    files: list[File]
    reason: str = ""  # of the finding, if it is the same for all files

    @cached_property
    def items(self) -> list[Item]:
        same: dict[tuple[str, ...], list[File]] = defaultdict(list)
        for file in self.files:
            same[file.identity].append(file)
        items = [Item(files, self.finding, self.model.teams.get(files[0].team_id, "")) for files in same.values()]
        # A file that many apps have comes first.
        return sorted(items, key=lambda item: -len(item.apps)) if self.kind.name == "build_certificate" else items

    @property
    def named(self) -> list[Item]:
        """Return the items to list. An app with several of the files is listed once."""
        return list({item.view: item for item in self.items}.values())

    @cached_property
    def apps(self) -> int:
        return len({file.app.slug for file in self.files})

    @property
    def days(self) -> tuple[int, int] | None:
        days = [file.day for file in self.files if file.day is not None]
        return (min(days), max(days)) if days and self.finding.name in BY_DATE and not self.is_outlived else None

    @property
    def is_outlived(self) -> bool:
        """Return whether the content of the files has expired, but not the files themselves."""
        return self.finding.name == "expired" and any(_is_outlived(file) for file in self.files)

    @property
    def when(self) -> str:
        """Return the time until the first of them expires, in words."""
        if self.days is None:
            return ""
        # Show the latest expiry of expired files.
        return in_days(self.days[1] if self.finding.name == "expired" else self.days[0])

    @property
    def text(self) -> str:
        """Return the task in one phrase, such as "Renew 17 profiles that expired on 9 Nov"."""
        number = len(self.items)
        verb, of_one, of_several, _how = self._phrase
        condition = of_one if number == 1 else of_several
        if self.days:
            condition = f"that {self._expires(self.days, number == 1)}"
        where = f" in {count(self.apps, 'app', 'apps')}" if self.apps > 1 and self.apps != number else ""
        return f"{verb} {self.kind.count(number)}{where} {condition}".strip()

    @property
    def how(self) -> str:
        return self._phrase[3]

    @property
    def view(self) -> str:
        """Return the URL fragment that shows these files."""
        fields = {"finding": self.finding.name, "kind": self.kind.name}
        if self.days:
            fields["expires"] = "..".join(self.model.date(day).isoformat() for day in self.days)
        elif self.is_outlived:
            fields["expires"] = f"{self.model.today.isoformat()}.."
        return urlencode(fields)

    @property
    def _phrase(self) -> _Phrase:
        name = "outlived" if self.is_outlived else "expired" if self.finding.name == "expiring" else self.finding.name
        return _PHRASES.get((name, self.kind.name)) or _PHRASES.get((name, "")) or ("Look at", "", "", "")

    def _expires(self, days: tuple[int, int], one: bool) -> str:
        verb = "expired" if self.finding.name == "expired" else "expires" if one else "expire"
        first, last = (self.model.date(day) for day in days)
        same_year = first.year == last.year == self.model.today.year
        if first == last:
            return f"{verb} on {day_of(first, year=not same_year)}"
        return f"{verb} between {day_of(first, year=first.year != last.year)} and {day_of(last, year=not same_year)}"


def tasks(model: Model) -> list[Task]:
    """Return the tasks, the most urgent first."""
    found: list[Task] = []
    for finding in REPORTED_FINDINGS:
        files = model.by_finding[finding.name]
        found += (
            _tasks_by_date(model, finding, files)
            if finding.name in BY_DATE
            else _tasks_by_reason(model, finding, files)
        )
    return found


def _tasks_by_date(model: Model, finding: ReportedFinding, files: Iterable[File]) -> list[Task]:
    """Group files by week of expiry. Expired ones form three groups: last month, before, and only their content."""

    def period(file: File) -> int:
        day = file.day or 0
        if finding.name == "expiring":
            return day // _WEEK
        return 1 if _is_outlived(file) else 2 if day < -_EARLIER else 0

    groups = _grouped(files, lambda file: (period(file), [*KIND_BY_NAME].index(file.kind.name)))
    found = [Task(model, finding, group[0].kind, group) for _key, group in sorted(groups.items())]
    return sorted(found, key=lambda task: task.days or (0, 0)) if finding.name == "expiring" else found


def _is_outlived(file: File) -> bool:
    return not file.has_expired


def _tasks_by_reason(model: Model, finding: ReportedFinding, files: list[File]) -> list[Task]:
    found: list[Task] = []
    for _kind, group in sorted(_grouped(files, lambda file: [*KIND_BY_NAME].index(file.kind.name)).items()):
        kind = group[0].kind
        by_reason = _grouped(group, lambda file: file.reason)
        if finding == FINDING_BY_NAME["invalid"] and len(by_reason) <= _REASONS:
            alike = sorted(by_reason.items(), key=lambda one: (-len(one[1]), one[0]))
            found += [Task(model, finding, kind, same, reason) for reason, same in alike]
        else:
            found.append(Task(model, finding, kind, group))
    return found


def _grouped(files: Iterable[File], key: Callable[[File], object]) -> dict:  # type: ignore[type-arg]
    groups: dict[object, list[File]] = defaultdict(list)
    for file in files:
        groups[key(file)].append(file)
    return groups
