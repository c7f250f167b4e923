# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a build or pipeline: how long, how often it is read, and what is reported meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..._core.polling import Polling
from .model import is_over, label, status_name
from .runs import Run

PROGRESS_INTERVAL_S = 60.0


class Progress:
    """Says what a build is doing when that changes, and from time to time."""

    def __init__(self, polling: Polling, report_progress: Callable[[str], None]) -> None:
        self._polling, self._report_progress = polling, report_progress
        self._seen: str | None = None
        self._said_at = 0.0

    def __call__(self, build: Mapping[str, Any], doing: str | None = None) -> None:
        state = doing or status_name(build) or "in an unknown state"
        waited = self._polling.waited_s
        if state == self._seen and waited - self._said_at < PROGRESS_INTERVAL_S:
            return
        self._seen, self._said_at = state, waited
        self._report_progress(f"{label(build)}: {state} after {waited:.0f} s")


def wait_until_over(
    run: Run, found: Mapping[str, Any], polling: Polling, report_progress: Callable[[str], None]
) -> dict[str, Any]:
    """Return the build or pipeline once it is over, or as it is when patience ends: is_over() tells which."""
    progress = Progress(polling, report_progress)
    current = dict(found)
    progress(current)
    while not is_over(current) and not polling.is_over:
        polling.pause()
        current = run.read()
        progress(current)
    return current
