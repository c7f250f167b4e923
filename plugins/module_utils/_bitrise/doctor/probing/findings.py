# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answers that were found, by the keys of the table of behaviours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...behaviours.model import BadBehaviourError, Value
from ...behaviours.table import BEHAVIOURS

# How a change or a creation is refused, whatever the reason.
REFUSALS = frozenset({400, 401, 403, 404, 405, 409, 412, 415, 422})


# Questions about builds and artifacts, which are no throw-away things.
_NOT_ASKED = frozenset({"abort_finished", "artifact_page_refused"})


class Findings:
    """What was found out. `unusual`: answers that the table does not have, which no emulator can repeat."""

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self.unusual: dict[str, str] = {}

    def note(self, key: str, value: Value | None) -> None:
        """Take note of an answer. None: it could not be found out. The first answer to a question counts."""
        if value is None or key in self.values or key in self.unusual:
            return
        try:
            BEHAVIOURS[key].check(value)
        except BadBehaviourError:
            self.unusual[key] = str(value)
        else:
            self.values[key] = value

    def as_record(self) -> dict[str, Value | None]:
        """Return the answer to every question that can be asked; None where it is not known."""
        return {key: self.values.get(key) for key in BEHAVIOURS if is_asked(key)}


def is_asked(key: str) -> bool:
    """Return whether the doctor may ask this question at all."""
    return BEHAVIOURS[key].probe != "none" and key not in _NOT_ASKED


def whole_seconds(seconds: float | None) -> int | None:
    """Return a time as a behaviour. What is there at the first look takes no time."""
    return None if seconds is None else 0 if seconds <= 0 else max(1, round(seconds))


def form_of(data: Mapping[str, Any], key: str) -> str | None:
    """Return how a value looks that is not there: null, absent or empty; None if it is there."""
    if key not in data:
        return "absent"
    if data[key] is None:
        return "null"
    return "empty" if data[key] == "" else None
