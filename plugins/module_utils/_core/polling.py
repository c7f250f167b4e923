# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Poll a service until it has finished something: how long, and how often."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from .errors import CiError, OptionError
from .option_groups import OptionGroup

LONGEST_WAIT_S = 30 * 86_400.0

WAIT = OptionGroup(
    {
        "wait": {"type": "bool", "default": False},
        "wait_timeout": {"type": "float", "default": 3600.0},
        "wait_interval": {"type": "float", "default": 10.0},
    }
)

now = time.monotonic


class Polling:
    """Time limit and interval of one wait. The time starts when the object is created."""

    def __init__(self, options: Mapping[str, Any], sleep: Callable[[float], None]) -> None:
        self.timeout_s: float = options["wait_timeout"] if options["wait"] else 0.0
        self._interval_s: float = options["wait_interval"]
        if not 0 <= options["wait_timeout"] <= LONGEST_WAIT_S:
            raise OptionError(
                f"wait_timeout must be between 0 and {LONGEST_WAIT_S:.0f} seconds, got {options['wait_timeout']}."
            )
        if not 0 < self._interval_s <= LONGEST_WAIT_S:
            raise OptionError(
                f"wait_interval must be greater than 0 and at most {LONGEST_WAIT_S:.0f} seconds, "
                f"got {self._interval_s}."
            )
        self._sleep = sleep
        self._started = now()

    @property
    def waited_s(self) -> float:
        return now() - self._started

    @property
    def is_over(self) -> bool:
        return self.waited_s >= self.timeout_s

    def pause(self) -> None:
        """Wait until the next request is due."""
        self._sleep(max(0.0, min(self._interval_s, self.timeout_s - self.waited_s)))

    def error(self, what: str, advice: str = "Run the task again to continue, or raise wait_timeout.") -> CiError:
        """Return the error for a wait that timed out. `what` is the state at the end."""
        return CiError(f"Timed out after {self.timeout_s:g} s: {what}. {advice}", kind="wait_timeout")
