# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of the probes, by the keys of the table of behaviors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...behaviors.behavior import BadBehaviorError, Value
from ...behaviors.table import BEHAVIORS

# Status codes with which a service may refuse a change or a creation.
REFUSALS = frozenset({400, 401, 403, 404, 405, 409, 412, 415, 422})


# Questions that would need real builds and artifacts.
_NOT_ASKED = frozenset({"abort_finished", "artifact_page_refused"})


class ProbeResults:
    """Observed behaviors. `unusual`: observations that the table does not list, so that the emulator lacks them."""

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self.unusual: dict[str, str] = {}

    def note(self, key: str, value: Value | None) -> None:
        """Record an observation. None: it is unknown. Ignore further observations of the same behavior."""
        if value is None or key in self.values or key in self.unusual:
            return
        try:
            BEHAVIORS[key].check(value)
        except BadBehaviorError:
            self.unusual[key] = str(value)
        else:
            self.values[key] = value

    def as_record(self) -> dict[str, Value | None]:
        """Return the value of every behavior that can be probed, None if it is unknown."""
        return {key: self.values.get(key) for key in BEHAVIORS if is_asked(key)}


def is_asked(key: str) -> bool:
    """Return whether the doctor can probe this behavior."""
    return BEHAVIORS[key].probe != "none" and key not in _NOT_ASKED


def whole_seconds(seconds: float | None) -> int | None:
    """Return a time as a behavior, in whole seconds. Round up to 1 unless it is 0."""
    return None if seconds is None else 0 if seconds <= 0 else max(1, round(seconds))


def form_of(data: Mapping[str, Any], key: str) -> str | None:
    """Return the form of a missing value: null, absent or empty. Return None if there is a value."""
    if key not in data:
        return "absent"
    if data[key] is None:
        return "null"
    return "empty" if data[key] == "" else None
