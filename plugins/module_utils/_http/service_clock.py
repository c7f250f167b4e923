# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time of day by the service's own clock, which may differ from the clock of this machine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime


def parse_http_date(value: str | None) -> float | None:
    """Return the Unix seconds of an HTTP date, or None if the value is not one."""
    if not value:
        return None
    try:
        date = parsedate_to_datetime(value)
        # A date with the zone "-0000" has no offset. It is in UTC, too.
        seconds = (date if date.tzinfo else date.replace(tzinfo=timezone.utc)).timestamp()
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return seconds if seconds > 0 else None


class ServiceClock:
    """Follow the service's clock by the Date headers of its responses, and by a monotonic clock between them."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._offset: float | None = None

    def observe(self, date_header: str | None) -> None:
        """Set the clock by a Date header. Ignore a header that is missing or is not a date."""
        seconds = parse_http_date(date_header)
        if seconds is not None:
            self._offset = seconds - self._monotonic()

    def now(self) -> float | None:
        """Return the Unix seconds by the service's clock, or None before the first usable Date header."""
        return None if self._offset is None else self._offset + self._monotonic()

    def describe_end(self, wait_s: float) -> str:
        """Return the time of day at which a wait ends, as a part of a sentence, or "" if the clock is unknown."""
        now = self.now()
        if now is None:
            return ""
        return f", until {datetime.fromtimestamp(now + wait_s, timezone.utc):%Y-%m-%d %H:%M:%S} UTC"
