# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait for a build or pipeline, and report its state meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..._core.polling import Polling
from ..._core.progress import LineTimer
from .build_fields import is_over, label, status_name
from .runs import Run

# Seconds between two lines that report the same state.
STATE_LINE_INTERVAL_S = 60.0


class StateReport:
    """Reports the state of a build when it changes, and every STATE_LINE_INTERVAL_S."""

    def __init__(self, polling: Polling, report: Callable[[str], None]) -> None:
        self._polling, self._report = polling, report
        self._last_state: str | None = None
        self._timer = LineTimer(STATE_LINE_INTERVAL_S, lambda: polling.waited_s)

    def __call__(self, build: Mapping[str, Any], doing: str | None = None) -> None:
        """Report the state. `doing` replaces the status of the build."""
        state = doing or status_name(build) or "in an unknown state"
        if self._timer.claim(always=state != self._last_state):
            self._last_state = state
            self._report(f"{label(build)}: {state} after {self._polling.waited_s:.0f} s")


def wait_until_over(
    run: Run, found: Mapping[str, Any], polling: Polling, report_progress: Callable[[str], None]
) -> dict[str, Any]:
    """Return the build or pipeline once it is over, or as it is after the timeout. is_over() shows which."""
    report = StateReport(polling, report_progress)
    current = dict(found)
    report(current)
    while not is_over(current) and not polling.is_over:
        polling.pause()
        current = run.read()
        report(current)
    return current
