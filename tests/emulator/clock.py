# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The service's own clock: the time of the machine plus what somebody has added to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import formatdate

from .journal import Journal


class Clock:
    """Everything that depends on time asks this clock: slugs, the header Date, signed URLs, builds, rate limits.

    `source` returns the seconds since the epoch that the clock starts from.
    """

    def __init__(self, journal: Journal, source: Callable[[], float] = time.time) -> None:
        self._journal = journal
        self._source = source
        notes = {slug: body for slug, _parent, body in journal.objects("meta")}
        self.offset: float = notes.get("clock", {}).get("offset", 0.0)

    def now(self) -> float:
        """Seconds since the epoch, as the service sees them."""
        return self._source() + self.offset

    def advance(self, seconds: float) -> None:
        """Move the service's time."""
        if seconds:
            self.offset += seconds
            self._journal.put("meta", "clock", "", {"offset": self.offset})

    def set(self, moment: float) -> None:
        """Set the service's time; it goes on from there."""
        self.advance(moment - self.now())

    def http_date(self) -> str:
        """Return the time in the notation of the header Date."""
        return formatdate(int(self.now()), usegmt=True)


def parse_time(text: str) -> float:
    """Return the seconds since the epoch of a time such as 2026-11-29T10:00:00Z. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def rfc3339(moment: float | None) -> str | None:
    """The service's notation of a time: UTC, whole seconds."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def amz_date(moment: float) -> str:
    """The notation that signatures use."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y%m%dT%H%M%SZ")
