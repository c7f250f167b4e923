# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Injected faults: their effects, the requests they match, and when they fire."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random
from typing import Any

from .model import Json
from .options import BadOption, Options

_EFFECTS = ("status", "html", "drop", "slow_s", "truncate", "malformed", "advance_s", "hold", "switch")
_KEYS = (*_EFFECTS, "retry_after", "body", "after_effect", "method", "path", "token", "nth", "rate", "times", "seed")


class BadFault(ValueError):
    """A fault definition is invalid."""


@dataclass
class Fault:
    """One fault. Exactly one attribute of the first group is set (`status` and `html` may go together)."""

    status: int | None = None
    html: bool = False
    drop: str | None = None
    slow_s: float | None = None
    truncate: bool | float = False
    malformed: bool = False
    advance_s: float | None = None
    hold: str | None = None
    switch: Json | None = None

    retry_after: int | str | None = None
    body: str | None = None
    after_effect: bool = False

    method: str | None = None
    path: re.Pattern[str] | None = None
    token: str | None = None

    nth: int | None = None
    rate: float | None = None
    times: int | None = None

    id: int = 0
    seen: int = 0
    fired: int = 0
    source: Json = field(default_factory=dict)
    random: Random = field(default_factory=Random)

    @property
    def label(self) -> str:
        """Return the name of the fault in the request log."""
        names = ("drop", "slow_s", "truncate", "malformed", "advance_s", "hold", "switch")
        name = next((name for name in names if self.source.get(name)), "")
        if name in ("drop", "hold"):
            return f"{name} {self.source[name]}"
        if self.switch:
            return "switch " + ", ".join(f"{name}={value}" for name, value in self.switch.items())
        return name or f"status {self.status}"

    @property
    def is_exclusive(self) -> bool:
        """Return whether the fault replaces, corrupts or holds the response.

        All other faults delay the response, move the clock or set a switch, and can be combined.
        """
        return self.slow_s is None and self.advance_s is None and self.switch is None

    def cut(self, length: int) -> int:
        """Return how many bytes of a response `truncate` lets through: always fewer than its length."""
        truncate = self.truncate
        if truncate is True:
            return length // 2
        part = length * truncate if isinstance(truncate, float) else truncate
        return min(int(part), max(0, length - 1))

    def matches(self, method: str, path: str, user: str | None) -> bool:
        """Return whether a request matches the filters of this fault."""
        if self.token is not None and self.token != user:
            return False
        return (self.method is None or self.method == method) and (self.path is None or bool(self.path.search(path)))

    def count_and_check(self) -> bool:
        """Count a matching request and return whether the fault fires for it."""
        self.seen += 1
        if self.times is not None and self.fired >= self.times:
            return False
        if self.nth is not None:
            return self.seen >= self.nth
        return self.rate is None or self.random.random() < self.rate

    def as_dict(self) -> Json:
        """Return the definition as given, with the numbers of matching requests and of times it fired."""
        return {"id": self.id, **self.source, "seen": self.seen, "fired": self.fired}


class FaultList:
    """The active faults."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._last_id = 0

    def add(self, definitions: Any) -> list[Json]:
        """Add one fault or a list of faults. Raise BadFault, and add none, if any of them is invalid."""
        faults = [parse_fault(one) for one in (definitions if isinstance(definitions, list) else [definitions])]
        for fault in faults:
            self._last_id += 1
            fault.id = self._last_id
            self._faults.append(fault)
        return [fault.as_dict() for fault in faults]

    def clear(self) -> None:
        """Remove all faults."""
        self._faults.clear()

    def as_list(self) -> list[Json]:
        """Return all active faults."""
        return [fault.as_dict() for fault in self._faults]

    def select(self, method: str, path: str, user: str | None) -> list[Fault]:
        """Return the faults that fire for this request, with at most one exclusive fault."""
        result: list[Fault] = []
        has_exclusive = False
        for fault in self._faults:
            if not fault.matches(method, path, user) or not fault.count_and_check():
                continue
            if fault.is_exclusive and has_exclusive:
                continue
            has_exclusive = has_exclusive or fault.is_exclusive
            fault.fired += 1
            result.append(fault)
        return result


def parse_fault(definition: Any) -> Fault:
    """Validate a fault definition and return the fault. Raise BadFault if it is invalid."""
    if not isinstance(definition, dict):
        raise BadFault("a fault must be an object")
    unknown = sorted(set(definition) - set(_KEYS))
    if unknown:
        raise BadFault(f"unknown key '{unknown[0]}' in a fault, known are {', '.join(_KEYS)}")
    effects = [name for name in _EFFECTS if definition.get(name) not in (None, False)]
    if not effects or (len(effects) > 1 and set(effects) != {"status", "html"}):
        raise BadFault(f"a fault needs exactly one of {', '.join(_EFFECTS)} (html may have a status)")
    fault = Fault(source=dict(definition))
    for name, check in _CHECKS.items():
        if definition.get(name) is not None:
            setattr(fault, name, check(name, definition[name]))
    if fault.nth is not None and fault.rate is not None:
        raise BadFault("a fault cannot have both nth and rate")
    if fault.html and fault.status is None:
        fault.status = 502
    response_only = {"retry_after", "body", "after_effect"} & set(definition)
    if response_only and fault.status is None:
        raise BadFault(f"'{min(response_only)}' requires status or html")
    if fault.nth is not None and fault.times is None:
        fault.times = 1
    if "seed" in definition:
        fault.random.seed(definition["seed"])
    return fault


def _boolean(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadFault(f"'{name}' must be true or false")
    return value


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise BadFault(f"'{name}' must be a string")
    return value


def _count(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadFault(f"'{name}' must be a whole number of at least 1")
    return value


def _number(name: str, value: Any) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or value < 0:
        raise BadFault(f"'{name}' must be 0 or greater")
    return float(value)


def _rate(name: str, value: Any) -> float:
    if _number(name, value) > 1:
        raise BadFault("'rate' must be a number from 0 to 1")
    return float(value)


def _status(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 200 <= value <= 599:
        raise BadFault("'status' must be a whole number from 200 to 599")
    return value


def _drop(name: str, value: Any) -> str:
    if value not in ("before", "after"):
        raise BadFault(f"'{name}' must be 'before' or 'after' (the effect)")
    return str(value)


def _switch(name: str, value: Any) -> Json:
    if not isinstance(value, dict) or not value:
        raise BadFault(f"'{name}' must be an object with options")
    try:
        Options().for_one_request(value)
    except BadOption as error:
        raise BadFault(str(error)) from None
    return value


def _truncate(name: str, value: Any) -> bool | float:
    if isinstance(value, float) and not 0 < value < 1:
        raise BadFault(f"'{name}' must be true, a number of bytes, or a part between 0 and 1 such as 0.6")
    return value if isinstance(value, (bool, float)) else _count(name, value)


def _retry_after(name: str, value: Any) -> int | str:
    if isinstance(value, str):
        return value
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadFault("'retry_after' must be a whole number of seconds or an HTTP date")
    return value


def _pattern(name: str, value: Any) -> re.Pattern[str]:
    try:
        return re.compile(_text(name, value))
    except re.error as error:
        raise BadFault(f"'path' is not a regular expression: {error}") from error


_CHECKS: dict[str, Any] = {
    "status": _status,
    "html": _boolean,
    "drop": _drop,
    "slow_s": _number,
    "truncate": _truncate,
    "malformed": _boolean,
    "advance_s": _number,
    "hold": _drop,
    "switch": _switch,
    "retry_after": _retry_after,
    "body": _text,
    "after_effect": _boolean,
    "method": lambda name, value: _text(name, value).upper(),
    "path": _pattern,
    "token": _text,
    "nth": _count,
    "rate": _rate,
    "times": _count,
}
