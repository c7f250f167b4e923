# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock that tests can replace, and the time limit of a task."""

from __future__ import annotations

import threading
import time

from .errors import TaskStopError

# After the time limit, work under way gets this many seconds to reach a safe end.
GRACE_S = 60.0


class Clock:
    """The monotonic clock of this machine, and waits that use it."""

    def monotonic(self) -> float:
        return time.monotonic()

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        """Wait for a notification of the condition, at most `seconds`. The caller holds the condition."""
        condition.wait(seconds)


SYSTEM = Clock()


class Deadline:
    """The time limit of a task. It starts when the object is created."""

    def __init__(self, limit_s: float, clock: Clock) -> None:
        self.limit_s = limit_s
        self._clock = clock
        self._end = clock.monotonic() + limit_s
        self._grace_s = min(GRACE_S, limit_s)

    @property
    def left_s(self) -> float:
        """Return the seconds in which the task may still start new work."""
        return max(0.0, self._end - self._clock.monotonic())

    @property
    def is_over(self) -> bool:
        return self.left_s <= 0

    @property
    def left_to_finish_s(self) -> float:
        """Return the seconds in which work under way may still reach a safe end."""
        return max(0.0, self._end + self._grace_s - self._clock.monotonic())

    def error(self) -> TaskStopError:
        return TaskStopError(
            f"The task reached its time_limit of {self.limit_s:g} s. Run the task again to continue, or raise "
            "time_limit.",
            kind="time_limit",
        )

    def check(self) -> None:
        """Raise TaskStopError of kind time_limit if the time is over. Call it before new work starts."""
        if self.is_over:
            raise self.error()
