# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock that takes no time."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from ansible_collections.mobileops.ci.plugins.module_utils._core.clock import Clock


@dataclass
class VirtualClock(Clock):
    """A clock that advances only while something waits on it."""

    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def monotonic(self) -> float:
        return sum(self.slept)

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        assert seconds is not None, "nothing else runs that could end this wait"
        self.sleep(seconds)
