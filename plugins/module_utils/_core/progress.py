# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of progress while a task runs, at intervals."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

# Seconds between two lines that count what is done.
COUNT_LINE_INTERVAL_S = 2.0


class LineTimer:
    """Decides whether a line of progress is due. The callers of an object that threads share hold a lock."""

    def __init__(
        self, interval_s: float, monotonic: Callable[[], float] | None = None, *, due_at_once: bool = False
    ) -> None:
        """Start the first interval. `due_at_once`: the first line does not wait for its end."""
        self._interval_s, self._monotonic = interval_s, monotonic or time.monotonic
        self._last = -math.inf if due_at_once else self._monotonic()

    def claim(self, *, always: bool = False) -> bool:
        """Return whether a line is due, because the interval is over or `always` is set. If so, start the next one."""
        now = self._monotonic()
        if not always and now - self._last < self._interval_s:
            return False
        self._last = now
        return True


class Progress:
    """Report how much is done, unless the last line is younger than COUNT_LINE_INTERVAL_S."""

    def __init__(self, report_progress: Callable[[str], None]) -> None:
        self._report_progress = report_progress
        self._timer = LineTimer(COUNT_LINE_INTERVAL_S)

    def report(self, done: int, total: int, what: str) -> None:
        """Report progress, except at the end, when the result has it. `what` completes "7 of 30 ..."."""
        if done < total and self._timer.claim():
            self._report_progress(f"{done} of {total} {what}")
