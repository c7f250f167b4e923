# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report says, put together of what bitrise_code_signing_info has found."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .words import FACTS, KINDS, STATES, Kind, State, in_days, month_of

Json = Mapping[str, Any]

MONTHS_AHEAD = 12
EXPIRED, LATER, FINE = "expired", "later", "fine"


def plain(value: Any, fit: Callable[[str], str]) -> Any:
    """The value in Python's own types, without marks of Ansible, and its texts made fit for their place."""
    if isinstance(value, str):
        return fit(str.__str__(value))
    if isinstance(value, Mapping):
        return {plain(key, fit): plain(item, fit) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, fit) for item in value]
    return value


@dataclass(frozen=True)
class Trouble:
    state: State
    reason: str


@dataclass(frozen=True)
class File:
    """One file of an app, with what is wrong with it, the gravest first."""

    kind: Kind
    found: Json
    troubles: list[Trouble]
    last_month: str

    @property
    def name(self) -> str:
        return str(self.found["upload_file_name"])

    @cached_property
    def inside(self) -> Json:
        return self.found["details"] or {}

    @property
    def subject(self) -> str:
        return (self.inside.get(self.kind.subject) if self.kind.subject else None) or ""

    @property
    def type(self) -> str:
        """Of a profile, such as app-store, or of a keystore."""
        return self.inside.get("type") or ""

    @property
    def profile_type(self) -> str:
        return self.type if self.kind.name == "provisioning_profile" else ""

    @property
    def team_id(self) -> str:
        return self.inside.get("team_id") or ""

    @property
    def expires_at(self) -> str:
        return self.inside.get("expires_at") or ""

    @property
    def days_left(self) -> int | None:
        return self.inside.get("days_left")

    @property
    def left(self) -> str:
        return in_days(self.days_left)

    @cached_property
    def month(self) -> str:
        """Which bar of the timeline it counts for; empty without a date."""
        if not self.expires_at:
            return ""
        if self.days_left is not None and self.days_left < 0:
            return EXPIRED
        month = self.expires_at[:7]
        return LATER if month > self.last_month else month

    @property
    def states(self) -> list[str]:
        """Names of its states, each once."""
        return list(dict.fromkeys(trouble.state.name for trouble in self.troubles))

    @property
    def chip(self) -> str:
        """The file in a word."""
        if self.troubles and self.troubles[0].state.name not in {"expired", "expiring"}:
            return self.troubles[0].state.label
        return self.left if self.kind.subject else "listed"

    @property
    def gravity(self) -> int | None:
        """From 0, in order, to 3; None if nothing is known."""
        if self.troubles:
            return self.troubles[0].state.gravity
        return None if self.days_left is None else 0

    @property
    def facts(self) -> list[tuple[str, Any]]:
        """What is inside, as far as it has no place of its own."""
        known = ((FACTS[key], value) for key, value in self.inside.items() if key in FACTS and value is not None)
        return [(label, " ".join(map(str, value)) if isinstance(value, list) else value) for label, value in known]

    @property
    def warnings(self) -> list[str]:
        return [finding["message"] for finding in self.found["findings"] if finding["severity"] == "warning"]


@dataclass(frozen=True)
class App:
    slug: str
    title: str
    error: str
    files: dict[str, list[File]]  # by kind

    @cached_property
    def all_files(self) -> list[File]:
        return [file for files in self.files.values() for file in files]

    @property
    def urgency(self) -> tuple[int, str]:
        """What expires first, then other troubles, then the rest by date."""
        states = {state for file in self.all_files for state in file.states}
        places = [
            "expired" in states,
            "expiring" in states,
            bool(states or self.error),
            True,
        ]
        return places.index(True), min((file.expires_at for file in self.all_files if file.expires_at), default="9")


@dataclass(frozen=True)
class Task:
    """Something to do about one file, however many apps have it."""

    state: State
    kind: Kind
    entries: list[Json]

    @cached_property
    def apps(self) -> list[str]:
        """Titles of the apps, each once."""
        titles = {entry["app_slug"]: entry["app_title"] or entry["app_slug"] for entry in self.entries}
        return list(titles.values())


@dataclass(frozen=True)
class Bar:
    """One of the timeline: how many files expire in that month, and how many of them within the days asked for."""

    month: str
    label: str
    number: int
    soon: int = 0


@dataclass(frozen=True)
class Report:
    """`found`: the module's result as plain data. `today`: a date as in ISO 8601."""

    found: Json
    today: str
    _troubles: dict[tuple[str, str, str], list[Trouble]] = field(default_factory=lambda: defaultdict(list), init=False)

    def __post_init__(self) -> None:
        for state in STATES:
            for entry in self.entries(state):
                key = entry["app_slug"], entry["kind"], entry["slug"]
                self._troubles[key].append(Trouble(state, entry["reason"]))

    def entries(self, state: State) -> list[Json]:
        entries: list[Json] = self.found[state.name]
        return entries

    @cached_property
    def kinds(self) -> list[Kind]:
        """The kinds of files that were asked for: all apps have the same."""
        first = next(iter(self.found["apps"].values()), None)
        return [kind for kind in KINDS if first is None or kind.plural in first]

    @cached_property
    def months(self) -> list[str]:
        """This one and those that follow, as in "2026-11"."""
        first = int(self.today[:4]) * 12 + int(self.today[5:7]) - 1
        return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(first, first + MONTHS_AHEAD + 1)]

    @cached_property
    def apps(self) -> list[App]:
        """In the order in which they were found."""
        return [self._app(slug, found) for slug, found in self.found["apps"].items()]

    def _app(self, slug: str, found: Json) -> App:
        files = {
            kind.name: [
                File(kind, file, self._troubles.get((slug, kind.name, file["slug"]), []), self.months[-1])
                for file in found[kind.plural]
            ]
            for kind in self.kinds
        }
        error = found["error"]["msg"] if found.get("error") else ""
        return App(slug, found["title"] or slug, error, files)

    @cached_property
    def files(self) -> list[File]:
        return [file for app in self.apps for file in app.all_files]

    @property
    def by_urgency(self) -> list[App]:
        return sorted(self.apps, key=lambda app: app.urgency)

    @cached_property
    def todo(self) -> list[Task]:
        """By urgency. Where one file is in many apps it is one thing to do."""
        kinds = {kind.name: kind for kind in KINDS}
        tasks = []
        for state in STATES:
            alike = defaultdict(list)
            for entry in self.entries(state):
                reason = "" if state.name == "duplicated" else entry["reason"]
                alike[entry["expires_at"] or "9", entry["name"], entry["kind"], reason].append(entry)
            tasks += [Task(state, kinds[key[2]], alike[key]) for key in sorted(alike)]
        return tasks

    @cached_property
    def timeline(self) -> list[Bar]:
        numbers = Counter(file.month for file in self.files)
        soon = Counter(file.month for file in self.files if "expiring" in file.states)
        months = [Bar(month, month_of(month), numbers[month], soon[month]) for month in self.months]
        return [Bar(EXPIRED, "Expired", numbers[EXPIRED]), *months, Bar(LATER, "Later", numbers[LATER], soon[LATER])]

    # What the filters offer: pairs of value and label.

    @property
    def state_choices(self) -> list[tuple[str, str]]:
        return [*((state.name, state.label) for state in STATES), (FINE, "In order")]

    @property
    def kind_choices(self) -> list[tuple[str, str]]:
        return [(kind.name, kind.label) for kind in self.kinds]

    @property
    def type_choices(self) -> list[tuple[str, str]]:
        return [(text, text) for text in sorted({file.profile_type for file in self.files} - {""})]

    @property
    def team_choices(self) -> list[tuple[str, str]]:
        return [(text, text) for text in sorted({file.team_id for file in self.files} - {""})]

    @property
    def month_choices(self) -> list[tuple[str, str]]:
        return [(EXPIRED, "already over"), *((month, month_of(month)) for month in self.months), (LATER, "later")]

    def apps_with(self, state: str) -> int:
        """How many apps have a file in that state."""
        return len({entry["app_slug"] for entry in self.found[state]})
