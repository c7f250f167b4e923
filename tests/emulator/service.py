# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shared parts of a running emulator."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from tests.emulator.phonegap.world import PhoneGapWorld

from .clock import Clock
from .faults import FaultList
from .held_requests import HeldRequests
from .options import Options
from .rate_limit import RateLimit, parse_rate_limit
from .request_log import RequestLog
from .slugs import UlidMaker
from .storage import ObjectStore
from .world import World


class Activity:
    """Tracks the time since the last request."""

    def __init__(self) -> None:
        self._running = 0
        self._last = time.monotonic()

    def begin(self) -> None:
        """Record the arrival of a request."""
        self._running += 1

    def end(self) -> None:
        """Record the end of a request."""
        self._running -= 1
        self._last = time.monotonic()

    def idle_for(self) -> float:
        """Return the seconds without a request, 0 while one is running."""
        return 0.0 if self._running else time.monotonic() - self._last


@dataclass
class Service:
    """The parts shared by API, storage and admin path."""

    world: World
    phonegap: PhoneGapWorld
    clock: Clock
    options: Options
    store: ObjectStore
    faults: FaultList = field(default_factory=FaultList)
    log: RequestLog = field(default_factory=RequestLog)
    activity: Activity = field(default_factory=Activity)
    ulids: UlidMaker = field(default_factory=UlidMaker)
    holds: HeldRequests = field(default_factory=HeldRequests)
    _limit: tuple[str, RateLimit | None] = ("", None)

    def rate_limit(self) -> RateLimit | None:
        """Return the active rate limit, or None. A changed limit starts with empty counters."""
        if self._limit[0] != self.options.rate_limit:
            self._limit = (self.options.rate_limit, parse_rate_limit(self.options.rate_limit))
        return self._limit[1]
