# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The service's own clock: real time plus what a test has added to it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from .journal import Journal


class Clock:
    """Everything that depends on time asks this clock, so that a test can let URLs expire without waiting."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        notes = {slug: body for slug, _parent, body in journal.objects("meta")}
        self.offset: float = notes.get("clock", {}).get("offset", 0.0)

    def now(self) -> float:
        """Seconds since the epoch, as the service sees them."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Move the service's time."""
        if seconds:
            self.offset += seconds
            self._journal.put("meta", "clock", "", {"offset": self.offset})


def rfc3339(moment: float | None) -> str | None:
    """The service's notation of a time: UTC, whole seconds."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def amz_date(moment: float) -> str:
    """The notation that signatures use."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y%m%dT%H%M%SZ")
