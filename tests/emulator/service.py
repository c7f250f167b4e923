# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All parts of the running emulator in one place."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from .clock import Clock
from .faults import FaultBook
from .holds import Holds
from .options import Options
from .phonegap.world import PhoneGapWorld
from .rate_limit import RateLimit, parse_rate_limit
from .request_log import RequestLog
from .slugs import UlidMaker
from .storage import ObjectStore
from .world import World


class Activity:
    """When the last request was seen, for the end after a time of idleness."""

    def __init__(self) -> None:
        self._running = 0
        self._last = time.monotonic()

    def begin(self) -> None:
        """A request has arrived."""
        self._running += 1

    def end(self) -> None:
        """It is answered."""
        self._running -= 1
        self._last = time.monotonic()

    def idle_for(self) -> float:
        """Seconds without a request."""
        return 0.0 if self._running else time.monotonic() - self._last


@dataclass
class Service:
    """Shared by API, storage and admin path."""

    world: World
    phonegap: PhoneGapWorld
    clock: Clock
    options: Options
    store: ObjectStore
    faults: FaultBook = field(default_factory=FaultBook)
    log: RequestLog = field(default_factory=RequestLog)
    activity: Activity = field(default_factory=Activity)
    ulids: UlidMaker = field(default_factory=UlidMaker)
    holds: Holds = field(default_factory=Holds)
    _limit: tuple[str, RateLimit | None] = ("", None)

    def rate_limit(self) -> RateLimit | None:
        """Return the limit that is in force. A new one begins to count when it is set."""
        if self._limit[0] != self.options.rate_limit:
            self._limit = (self.options.rate_limit, parse_rate_limit(self.options.rate_limit))
        return self._limit[1]
