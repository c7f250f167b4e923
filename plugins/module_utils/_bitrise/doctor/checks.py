# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of the doctor: one Check for each question, as text for users and as a record without names.

A text is a template with named values. A value that names an app, a person, an address and so on is Private: users
read the value, and the record contains a pseudonym instead.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Union

from ..._core.text import name_some

OK, WARNING, FAILED, SKIPPED = "ok", "warning", "failed", "skipped"


@dataclass(frozen=True)
class Private:
    """A value that the record replaces. `kind` begins the pseudonym: the first app is app-1."""

    kind: str
    value: str


Scalar = Union[str, int, float, bool, None, Private]
Value = Union[Scalar, Sequence[Scalar]]


@dataclass(frozen=True)
class Check:
    """One line of the doctor. `facts` are more values, for the record and for playbooks only."""

    group: str
    name: str
    status: str
    text: str
    values: Mapping[str, Value] = field(default_factory=dict)
    advice: str = ""
    facts: Mapping[str, Value] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return _filled(self.text, {name: _shown(value) for name, value in self.values.items()})

    def as_result(self) -> dict[str, Any]:
        """Return the check with the text for users."""
        return {
            "group": self.group,
            "name": self.name,
            "status": self.status,
            "message": self.message,
            "advice": _filled(self.advice, {name: _shown(value) for name, value in self.values.items()}),
        }


class Checks:
    """The checks of one group, in the order in which they were made."""

    def __init__(self, group: str) -> None:
        self.group = group
        self.found: list[Check] = []

    def add(self, check: Check) -> None:
        self.found.append(check)

    def ok(self, name: str, text: str, facts: Mapping[str, Value] | None = None, **values: Value) -> None:
        self.add(Check(self.group, name, OK, text, values, "", facts or {}))

    def skip(self, name: str, text: str, advice: str = "", **values: Value) -> None:
        self.add(Check(self.group, name, SKIPPED, text, values, advice))

    def warn(
        self, name: str, text: str, advice: str, facts: Mapping[str, Value] | None = None, **values: Value
    ) -> None:
        self.add(Check(self.group, name, WARNING, text, values, advice, facts or {}))

    def fail(
        self, name: str, text: str, advice: str, facts: Mapping[str, Value] | None = None, **values: Value
    ) -> None:
        self.add(Check(self.group, name, FAILED, text, values, advice, facts or {}))


class Pseudonyms:
    """Names for private values in a record. The same value always has the same name."""

    def __init__(self) -> None:
        self._names: dict[str, dict[str, str]] = {}

    def of(self, private: Private) -> str:
        names = self._names.setdefault(private.kind, {})
        return names.setdefault(private.value, f"{private.kind}-{len(names) + 1}")

    def as_dict(self) -> dict[str, dict[str, str]]:
        """Return the names by kind and value. They must not be part of the record."""
        return {kind: dict(names) for kind, names in self._names.items()}

    def replace(self, value: Value) -> Any:
        if isinstance(value, Private):
            return self.of(value)
        if isinstance(value, (list, tuple)):
            return [self.replace(entry) for entry in value]
        return value


def recorded(checks: Iterable[Check], pseudonyms: Pseudonyms) -> list[dict[str, Any]]:
    """Return the checks for a public record."""
    found = []
    for check in checks:
        values = {name: pseudonyms.replace(value) for name, value in check.values.items()}
        facts = {name: pseudonyms.replace(value) for name, value in check.facts.items()}
        shown = {name: _shown(value) for name, value in values.items()}
        entry = {
            "group": check.group,
            "name": check.name,
            "status": check.status,
            "message": _filled(check.text, shown),
        }
        found.append({**entry, **({"facts": facts} if facts else {})})
    return found


def _filled(template: str, values: Mapping[str, str]) -> str:
    return string.Formatter().vformat(template, (), values)


def _shown(value: Value) -> str:
    if isinstance(value, Private):
        return value.value
    if isinstance(value, (list, tuple)):
        return name_some(map(_shown, value))
    return str(value)
