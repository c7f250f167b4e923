# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading fields of a service's objects. An undefined value is null, empty or missing: here it is None."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

_FRACTION = re.compile(r"\.(\d+)")
_UTC = re.compile(r"\s*(Z|UTC|GMT)$", re.IGNORECASE)
_OFFSET = re.compile(r"\s*([+-]\d\d):?(\d\d)$")


def text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def moment(value: Any) -> dt.datetime | None:
    """The moment that an ISO 8601 text stands for, of UTC where it names no zone; None for anything else.

    The year 1 is no moment either: it is how a service in Go writes a time that was never set.
    """
    if not isinstance(value, str):
        return None
    # Python 3.9 and 3.10 know no Z, no offset without a colon, and six decimals only.
    spelled = _FRACTION.sub(lambda found: f".{found[1][:6]:0<6}", value.strip())
    spelled = _OFFSET.sub(r"\1:\2", _UTC.sub("+00:00", spelled))
    try:
        found = dt.datetime.fromisoformat(spelled)
    except ValueError:
        return None
    if found.year == 1:
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.timezone.utc)


def utc_text(value: Any) -> str | None:
    """A moment in the one form that results have, so that they can be compared as text: 2026-01-31T13:00:00Z."""
    found = moment(value)
    if found is None:
        return None
    try:
        return found.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        return None


def flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None
