# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read fields of a service's objects. A value that is null, empty or missing becomes None."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from .errors import ServiceError

LONGEST_IDENTIFIER = 200
_FRACTION = re.compile(r"\.(\d+)")
_UTC = re.compile(r"\s*(Z|UTC|GMT)$", re.IGNORECASE)
_OFFSET = re.compile(r"\s*([+-]\d\d):?(\d\d)$")


def text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def moment(value: Any) -> dt.datetime | None:
    """Return the time that an ISO 8601 text stands for, in UTC if it names no zone. Return None for anything else.

    The year 1 gives None, too: services written in Go use it for a time that was never set.
    """
    if not isinstance(value, str):
        return None
    # Python 3.9 and 3.10 accept neither Z nor an offset without a colon, and only six decimals.
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
    """Return a time in the form of all results, which can be compared as text: 2026-01-31T13:00:00Z."""
    found = moment(value)
    if found is None:
        return None
    try:
        return found.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        return None


def flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def is_identifier(value: Any) -> bool:
    """Return whether the value can be the slug of an object: a short text without unprintable characters."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= LONGEST_IDENTIFIER
        and value.isprintable()
        and "\ufffd" not in value
    )


def decided_flag(data: Mapping[str, Any], name: str, *, default: bool) -> bool:
    """Return a flag that a decision depends on, or the default if it is undefined.

    Raise ServiceError of kind invalid_response for a value that is not a boolean.
    """
    value = data.get(name)
    if value is None or value == "":
        return default
    if not isinstance(value, bool):
        raise _wrong_type(data, name, "true or false")
    return value


def decided_text(data: Mapping[str, Any], name: str) -> str:
    """Return a text that a decision depends on, or "" if it is undefined.

    Raise ServiceError of kind invalid_response for a value that is not text.
    """
    value = data.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong_type(data, name, "text")
    return value


def _wrong_type(data: Mapping[str, Any], name: str, expected: str) -> ServiceError:
    # The value itself may be a secret.
    return ServiceError(
        f"The service returned a value of type {type(data[name]).__name__} as {name} of file {data.get('slug')!s:.40}, "
        f"expected {expected}. No change was made because of it. Check api_url, and whether a proxy changes responses.",
        kind="invalid_response",
    )
