# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of all behaviours: what the emulator offers, what the tests try, and what the doctor asks the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .answers import ANSWERS
from .builds import BUILDS
from .faults import FAULTS
from .files import FILES
from .model import (
    BadBehaviourError,
    Behaviour,
    Value,
)

BEHAVIOURS: Mapping[str, Behaviour] = {one.key: one for one in (*ANSWERS, *FILES, *BUILDS, *FAULTS)}
RECORD_KEY = "behaviours"


def behaviours_of(record: Any) -> dict[str, Value]:
    """Return the behaviours in a record such as the doctor writes.

    It is an object whose key `behaviours` maps keys to values. A value of null means that the answer is not known.
    Raises BadBehaviourError.
    """
    found = record.get(RECORD_KEY) if isinstance(record, Mapping) else None
    if not isinstance(found, Mapping):
        raise BadBehaviourError(
            f"a record of behaviours is an object with the key '{RECORD_KEY}', which holds an object"
        )
    known = {key: value for key, value in found.items() if value is not None}
    for key, value in known.items():
        if key not in BEHAVIOURS:
            raise BadBehaviourError(f"unknown behaviour '{key}', known are {', '.join(BEHAVIOURS)}")
        BEHAVIOURS[key].check(value)
    return known
