# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The model of a report, for all its formats: apps, files and findings of bitrise_code_signing_info."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .words import BY_DATE, FINDING_BY_NAME, REPORTED_FINDINGS, REPORTED_KINDS, ReportedFinding, ReportedKind, natural

Json = Mapping[str, Any]

_CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_REPLACEMENT = "\ufffd"
_IDENTITY = ("uuid", "serial", "sha256_fingerprint")


def plain(value: Any, fit: Callable[[str], str] = str.__str__) -> Any:
    """Return a value in Python's own types, without marks of Ansible. `fit` converts its texts."""
    if isinstance(value, str):
        return fit(value)
    if isinstance(value, Mapping):
        return {plain(key, fit): plain(item, fit) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, fit) for item in value]
    return value


def clean(text: str) -> str:
    """Return a text without control characters, which only JSON can contain."""
    return _CONTROL_CHARACTERS.sub(_REPLACEMENT, str.__str__(text))


@dataclass(frozen=True)
class FileFinding:
    """A finding about one file, with its reason."""

    finding: ReportedFinding
    reason: str


@dataclass(eq=False)
class File:
    """One file of an app. `day`: days from the day of the report to the day of its expiry."""

    app: App
    kind: ReportedKind
    data: Json
    day: int | None
    findings: list[FileFinding]  # in order of urgency
    is_replaced: bool = False
    is_new: bool = False  # has a finding that it did not have last time

    @property
    def slug(self) -> str:
        return str(self.data["slug"])

    @property
    def name(self) -> str:
        return str(self.data["upload_file_name"])

    @cached_property
    def inside(self) -> Json:
        return self.data["details"] or {}

    @property
    def subject(self) -> str:
        return str(self.inside.get(self.kind.subject) or "")

    @property
    def type(self) -> str:
        """Return the type of a profile, such as app-store, or of a keystore."""
        return str(self.inside.get("type") or "")

    @property
    def team_id(self) -> str:
        return str(self.inside.get("team_id") or "")

    @property
    def expires_at(self) -> str:
        return str(self.inside.get("expires_at") or "")

    @property
    def has_expired(self) -> bool:
        """Return whether the file itself has expired, perhaps on the day of the report."""
        return self.day is not None and (self.day < 0 or (self.inside.get("days_left") or 0) < 0)

    @property
    def finding(self) -> ReportedFinding | None:
        """Return the most urgent finding. A file that a newer one replaces is a duplicate."""
        if self.is_replaced:
            return FINDING_BY_NAME["duplicated"]
        return self.findings[0].finding if self.findings else None

    @property
    def reason(self) -> str:
        if self.is_replaced:
            return "The app has a newer file in its place."
        return self.findings[0].reason if self.findings else ""

    @property
    def identity(self) -> tuple[str, ...]:
        """Return a key that copies of one file in several apps share."""
        known = next((str(self.inside[key]) for key in _IDENTITY if self.inside.get(key)), "")
        known = known or str(self.data.get("sha256") or "")
        return (self.kind.name, self.name, known) if known else (self.kind.name, self.app.slug, self.slug)


@dataclass(eq=False)
class App:
    slug: str
    title: str
    owner: str
    error: str
    files: list[File] = field(default_factory=list)

    @cached_property
    def finding_counts(self) -> Counter[str]:
        """Return the number of files by the name of their most urgent finding."""
        return Counter(file.finding.name for file in self.files if file.finding)

    @property
    def first_day(self) -> int | None:
        """Return the day on which the first file expires, without files that a newer one replaces."""
        return min((file.day for file in self.files if file.day is not None and not file.is_replaced), default=None)

    @property
    def urgency(self) -> tuple[Any, ...]:
        """Return a sort key: findings in order of urgency, then errors, then the next expiry."""
        ranks = [rank for rank, finding in enumerate(REPORTED_FINDINGS) if self.finding_counts[finding.name]]
        rank = min(ranks, default=len(REPORTED_FINDINGS) + (0 if self.error else 1))
        expired = [file.day or 0 for file in self.files if file.has_expired and not file.is_replaced]
        # The latest expiry comes first.
        day = -max(expired) if expired else self.first_day
        return rank, day is None, day or 0, natural(self.title), self.slug


class Model:
    """A report on a day. `found`: the result of the module. `previous`: the report before, or None."""

    def __init__(self, found: Json, today: dt.date, title: str, previous: Earlier | None = None) -> None:
        self.as_found = found
        self.found: Json = plain(found, clean)
        self.today = today
        self.title = clean(title)
        self.expires_within = int(self.found["expires_within"])
        first = next(iter(self.found["apps"].values()), None)
        # All apps have the kinds of the option `kinds`.
        self.kinds = [kind for kind in REPORTED_KINDS if first is None or kind.plural in first]
        reasons = self._reasons()
        self.apps = [self._app(slug, app, reasons) for slug, app in self.found["apps"].items()]
        self.apps.sort(key=lambda app: app.urgency)
        self.previous = previous
        if previous:
            for file in self.files:
                file.is_new = file.finding is not None and previous.is_new(file)

    @cached_property
    def files(self) -> list[File]:
        return [file for app in self.apps for file in app.files]

    @cached_property
    def by_finding(self) -> dict[str, list[File]]:
        """Return files by their most urgent finding. Expired and expiring files are sorted by date, others by title."""
        found: dict[str, list[File]] = {finding.name: [] for finding in REPORTED_FINDINGS}
        for file in self.files:
            if file.finding:
                found[file.finding.name].append(file)
        for name, files in found.items():
            files.sort(key=lambda file: (natural(file.app.title), file.app.slug, natural(file.name)))
            if name in BY_DATE:
                files.sort(key=lambda file: (file.day is None, file.day or 0))
            if name == "expired":
                # The latest expiry comes first. Files of which only the content has expired come last.
                files.sort(key=lambda file: -(file.day or 0) if file.has_expired else math.inf)
        return found

    @cached_property
    def entries(self) -> dict[str, list[Json]]:
        """Return the lists of the module, without the expiry of files that a newer one replaces."""
        replaced = {_key(file) for file in self.files if file.is_replaced}
        found = {name: list(self.found[name]) for name in (*FINDING_BY_NAME, "unreadable")}
        for name in BY_DATE:
            found[name] = [
                entry for entry in found[name] if (entry["app_slug"], entry["kind"], str(entry["slug"])) not in replaced
            ]
        return found

    @cached_property
    def unreadable(self) -> list[App]:
        return [app for app in self.apps if app.error]

    @cached_property
    def without_files(self) -> list[App]:
        return [app for app in self.apps if not app.files and not app.error]

    @cached_property
    def teams(self) -> dict[str, str]:
        """Return names of developer teams by their ID. A name is "" if no file contains it."""
        found: dict[str, str] = {}
        for file in self.files:
            if file.team_id:
                name = str(file.inside.get("team_name") or "")
                found[file.team_id] = found.get(file.team_id) or name
        return dict(sorted(found.items(), key=lambda team: (team[1].casefold(), team[0])))

    def date(self, day: int) -> dt.date:
        return self.today + dt.timedelta(days=day)

    def _reasons(self) -> dict[tuple[str, str, str], list[FileFinding]]:
        found: dict[tuple[str, str, str], list[FileFinding]] = defaultdict(list)
        for finding in REPORTED_FINDINGS:
            for entry in self.found[finding.name]:
                key = entry["app_slug"], entry["kind"], str(entry["slug"])
                found[key].append(FileFinding(finding, str(entry["reason"])))
        return found

    def _app(self, slug: str, data: Json, reasons: Mapping[tuple[str, str, str], list[FileFinding]]) -> App:
        error = data.get("error")
        app = App(slug, str(data["title"] or slug), str(data.get("owner") or ""), str(error["msg"]) if error else "")
        for kind in self.kinds:
            for one in data[kind.plural]:
                findings = list(dict.fromkeys(reasons.get((slug, kind.name, str(one["slug"])), ())))
                app.files.append(File(app, kind, one, _day(one, self.today), findings))
        _mark_replaced(app.files)
        return app


class Earlier:
    """An earlier report. `report` is its JSON. Raises ValueError for anything else."""

    def __init__(self, report: Any) -> None:
        try:
            self.date = dt.date.fromisoformat(str(report["date"]))
            self.model = Model(report, self.date, "")
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"it is not a report in JSON: {error!r}") from error
        self._ranks = {_key(file): REPORTED_FINDINGS.index(file.finding) for file in self.model.files if file.finding}

    def is_new(self, file: File) -> bool:
        """Return whether the finding of a file is new, or more urgent than before."""
        rank = self._ranks.get(_key(file))
        return rank is None or (file.finding is not None and REPORTED_FINDINGS.index(file.finding) < rank)


def _key(file: File) -> tuple[str, str, str]:
    return file.app.slug, file.kind.name, file.slug


def _day(data: Json, today: dt.date) -> int | None:
    details = data["details"] or {}
    expires_at, left = details.get("expires_at"), details.get("days_left")
    if not expires_at:
        return None
    try:
        return (dt.date.fromisoformat(str(expires_at)[:10]) - today).days
    except ValueError:
        return None if left is None else int(left)


def _mark_replaced(files: Iterable[File]) -> None:
    """Mark files that expire, while the app has a newer one of the same name: renewing them is not needed."""
    files = list(files)
    for file in files:
        if not any(one.finding.name in BY_DATE for one in file.findings):
            continue
        file.is_replaced = any(
            other.kind == file.kind
            and _same_purpose(file, other)
            and (other.day or 0) > (file.day or 0)
            and not any(one.finding.name in ("expired", "invalid", "unprocessed") for one in other.findings)
            for other in files
            if other is not file
        )


def _same_purpose(one: File, other: File) -> bool:
    if one.name == other.name:
        return True
    keys = ("name", "team_id", "app_id")
    names = [one.inside.get(key) for key in keys]
    return all(names) and names == [other.inside.get(key) for key in keys]
