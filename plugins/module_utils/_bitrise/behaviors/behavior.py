# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The model of one behavior of the service that no source documents reliably."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Union

Value = Union[str, bool, float]

# Sources of the default, strongest first.
EVIDENCE = {
    "SW": "the vendor's API description",
    "DOC": "the vendor's documentation",
    "OFF": "programs that the vendor publishes",
    "CLI": "programs by others that use the service",
    "SEED": "old drafts of the documentation",
    "UND": "no source: the emulator decides",
}
# Requirements to probe a behavior.
PROBES = {
    "read": "requests that change nothing",
    "write": "a throw-away file in an app",
    "role": "an app in which the role of the token is too low for signing files",
    "none": "cannot be found with a token alone",
}


class BadBehaviorError(ValueError):
    """An unknown behavior, or a value that it cannot have."""


@dataclass(frozen=True)
class Behavior:
    """One question about the service.

    `values` maps each possible answer to its meaning. The first one is the default. If the answer is a number, `values`
    has the numbers that tests use, and any number of at least 0 is valid. `users` names the features that depend on the
    answer. `probe` is a key of PROBES, and `how` describes the probe. `effects` maps answers to the way in which the
    collection adapts to them, or to a guarantee that does not hold then.
    """

    key: str
    area: str
    question: str
    values: Mapping[Value, str]
    evidence: str
    users: str
    probe: str = "none"
    how: str = ""
    effects: Mapping[Value, str] = field(default_factory=dict)

    @property
    def default(self) -> Value:
        return next(iter(self.values))

    @property
    def is_number(self) -> bool:
        return isinstance(self.default, (int, float)) and not isinstance(self.default, bool)

    def effect(self, value: Value) -> str:
        """Return the effect of an answer on users of the collection, or "" if there is none."""
        if self.is_number and value != self.default:
            return next(iter(self.effects.values()), "")
        return self.effects.get(value, "")

    def check(self, value: Any) -> None:
        """Raise BadBehaviorError unless the value is a possible answer."""
        if self.is_number:
            if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
                raise BadBehaviorError(f"behavior '{self.key}' must be a number of at least 0, got {value!r}")
        elif not any(value == known and type(value) is type(known) for known in self.values):
            allowed = ", ".join(str(known).lower() if isinstance(known, bool) else str(known) for known in self.values)
            raise BadBehaviorError(f"behavior '{self.key}' must be one of {allowed}, got {value!r}")
