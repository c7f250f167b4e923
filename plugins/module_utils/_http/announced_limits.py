# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read from the headers of a response how long a limit asks to wait, and how many requests remain.

The headers are Retry-After (RFC 9110), X-RateLimit-*, RateLimit-*, and RateLimit and RateLimit-Policy of the IETF draft
(draft-ietf-httpapi-ratelimit-headers), in its older and its newer form. Implausible values are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .pace import NO_LIMIT, AnnouncedLimit
from .service_clock import parse_http_date

# A longer wait is a mistake of the service.
LONGEST_ANNOUNCED_S = 86_400.0
# A number from the first value on is in seconds since 1970, from the second value on in milliseconds.
_EPOCH, _EPOCH_MS = 1e9, 1e12
_NUMBER = re.compile(r"\d{1,15}(\.\d{1,9})?")
_RESETS = ("RateLimit-Reset", "X-RateLimit-Reset", "X-Rate-Limit-Reset")
_REMAININGS = ("RateLimit-Remaining", "X-RateLimit-Remaining", "X-Rate-Limit-Remaining")
_PARAMETER = re.compile(r'(?:"[^"]*"|[^";,=\s]+)\s*=\s*"?[^";,\s]+"?')


def read_announced_limit(headers: Mapping[str, str], now: float | None) -> AnnouncedLimit:
    """Return the limit that the headers announce. `now`: Unix seconds by the service's own clock, None if unknown."""
    now = parse_http_date(headers.get("Date")) or now
    wait_s = _retry_after(headers.get("Retry-After"), now)
    if wait_s is not None:
        return AnnouncedLimit(wait_s, _remaining(headers))
    announced = _ietf(headers)
    if announced is not None:
        return announced
    reset_s = next((found for name in _RESETS if (found := _reset(headers.get(name), now)) is not None), None)
    return AnnouncedLimit(reset_s, _remaining(headers)) if reset_s is not None else NO_LIMIT


def _sensible(seconds: float | None) -> float | None:
    return seconds if seconds is not None and 0 < seconds <= LONGEST_ANNOUNCED_S else None


def _number(text: str | None) -> float | None:
    text = (text or "").strip()
    return float(text) if _NUMBER.fullmatch(text) else None


def _retry_after(value: str | None, now: float | None) -> float | None:
    seconds = _number(value)
    if seconds is None:
        date = parse_http_date(value)
        seconds = date - now if date is not None and now is not None else None
    return _sensible(seconds)


def _reset(value: str | None, now: float | None) -> float | None:
    number = _number(value)
    if number is not None and number >= _EPOCH:
        if now is None:
            return None
        number = (number / 1000 if number >= _EPOCH_MS else number) - now
    return _sensible(number)


def _remaining(headers: Mapping[str, str]) -> int | None:
    for name in _REMAININGS:
        number = _number(headers.get(name))
        if number is not None:
            return int(number)
    return None


def _ietf(headers: Mapping[str, str]) -> AnnouncedLimit | None:
    """Return the tightest limit of the field RateLimit. RateLimit-Policy has the windows that are missing there."""
    field = headers.get("RateLimit", "")
    if "=" not in field:
        return None
    windows = {name: _number(values.get("w")) for name, values in _limits(headers.get("RateLimit-Policy", ""))}
    found = []
    for name, values in _limits(field):
        remaining = _number(values.get("r", values.get("remaining")))
        wait_s = _sensible(_number(values.get("t", values.get("reset"))) or windows.get(name))
        if remaining is not None and wait_s is not None:
            found.append(AnnouncedLimit(wait_s, int(remaining)))
    used_up = [announced for announced in found if not announced.remaining]
    if used_up:
        return max(used_up, key=lambda announced: announced.wait_s or 0.0)
    return min(found, key=lambda announced: announced.remaining or 0) if found else None


def _limits(field: str) -> list[tuple[str, dict[str, str]]]:
    """Return the name and the parameters of each limit: '"a";r=1;t=2, "b";r=3', or 'limit=9, remaining=1, reset=2'."""
    parameters = [tuple(part.strip().strip('"') for part in found.split("=", 1)) for found in _PARAMETER.findall(field)]
    if any(key in ("limit", "remaining", "reset") for key, _value in parameters):
        return [("", dict(parameters))]
    limits = []
    for entry in field.split(","):
        name, *rest = entry.split(";")
        pairs = [part.split("=", 1) for part in rest if "=" in part]
        limits.append((name.strip().strip('"'), {key.strip(): value.strip() for key, value in pairs}))
    return limits
