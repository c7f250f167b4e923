# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The service's clock: the machine's time plus an adjustable offset."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import formatdate

from .journal import Journal


class Clock:
    """Single source of time for slugs, the header Date, signed URLs, builds and rate limits.

    `source` returns the time in seconds since the epoch, before the offset is added.
    """

    def __init__(self, journal: Journal, source: Callable[[], float] = time.time) -> None:
        self._journal = journal
        self._source = source
        saved = {slug: body for slug, _parent, body in journal.objects("meta")}
        self.offset: float = saved.get("clock", {}).get("offset", 0.0)

    def now(self) -> float:
        """Return the service's time in seconds since the epoch."""
        return self._source() + self.offset

    def advance(self, seconds: float) -> None:
        """Add seconds to the service's time. A negative number sets it back."""
        if seconds:
            self.offset += seconds
            self._journal.put("meta", "clock", "", {"offset": self.offset})

    def set(self, moment: float) -> None:
        """Set the service's time in seconds since the epoch. The clock continues from there."""
        self.advance(moment - self.now())

    def http_date(self) -> str:
        """Return the time in the format of the header Date."""
        return formatdate(int(self.now()), usegmt=True)


def parse_time(text: str) -> float:
    """Return a time such as 2026-11-29T10:00:00Z in seconds since the epoch. Raise ValueError if it is invalid."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def rfc3339(moment: float | None) -> str | None:
    """Return a time in the format of the API: UTC, whole seconds. Return None for None."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def amz_date(moment: float) -> str:
    """Return a time in the format of AWS signatures."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y%m%dT%H%M%SZ")
