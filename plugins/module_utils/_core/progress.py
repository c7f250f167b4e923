# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of progress while a task runs, at most one in two seconds."""

from __future__ import annotations

import time
from collections.abc import Callable

INTERVAL_S = 2.0


class Progress:
    """Report how much is done, unless the last line is younger than INTERVAL_S."""

    def __init__(self, report_progress: Callable[[str], None]) -> None:
        self._report_progress = report_progress
        self._last = time.monotonic()

    def report(self, done: int, total: int, what: str) -> None:
        """Report progress, except at the end, when the result has it. `what` completes "7 of 30 ..."."""
        now = time.monotonic()
        if now - self._last >= INTERVAL_S and done < total:
            self._last = now
            self._report_progress(f"{done} of {total} {what}")
