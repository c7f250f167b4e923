# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of all behaviors. The emulator offers them, tests use them, and the doctor probes the service for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .behavior import (
    BadBehaviorError,
    Behavior,
    Value,
)
from .builds import BUILDS
from .faults import FAULTS
from .files import FILES
from .responses import RESPONSES

BEHAVIORS: Mapping[str, Behavior] = {one.key: one for one in (*RESPONSES, *FILES, *BUILDS, *FAULTS)}
RECORD_KEY = "behaviors"


def behaviors_of(record: Any) -> dict[str, Value]:
    """Return the behaviors in a record of the doctor.

    The record is an object whose key `behaviors` maps keys to values. Null means that the answer is unknown.
    Raise BadBehaviorError for another form.
    """
    found = record.get(RECORD_KEY) if isinstance(record, Mapping) else None
    if not isinstance(found, Mapping):
        raise BadBehaviorError(
            f"a record of behaviors must be an object with the key '{RECORD_KEY}', which contains an object"
        )
    known = {key: value for key, value in found.items() if value is not None}
    for key, value in known.items():
        if key not in BEHAVIORS:
            raise BadBehaviorError(f"unknown behavior '{key}', known are {', '.join(BEHAVIORS)}")
        BEHAVIORS[key].check(value)
    return known
