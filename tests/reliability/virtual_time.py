# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One clock for the service and for the collection, which nothing but requests and pauses moves."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from ansible_collections.mobileops.ci.plugins.module_utils._core import clock as _clock
from ansible_collections.mobileops.ci.plugins.module_utils._core import polling as _waiting
from ansible_collections.mobileops.ci.plugins.module_utils._http.transport_options import Transport

_COLLECTION = "ansible_collections.mobileops.ci.plugins.module_utils."


class _VirtualClock(_clock.Clock):
    """Waits take no real time, unless they end only by a notification."""

    def __init__(self, virtual: VirtualTime) -> None:
        self._virtual = virtual

    def monotonic(self) -> float:
        return self._virtual.monotonic()

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        if seconds is None:
            super().wait(condition, None)
        else:
            self._virtual.sleep(seconds)


class VirtualTime:
    """Stands for the module `time` in the collection."""

    def __init__(self) -> None:
        self.start = float(int(time.time()))
        self.seconds = 0.0
        # By how much the clock of the collection is ahead of the service's.
        self.skew_s = 0.0

    def service_time(self) -> float:
        return self.start + self.seconds

    def time(self) -> float:
        return self.service_time() + self.skew_s

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += max(0.0, seconds)

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Replace the time in every module of the collection that looks at it, and its ways to wait."""
        with ExitStack() as stack:
            for name, module in list(sys.modules.items()):
                if name.startswith(_COLLECTION) and getattr(module, "time", None) is time:
                    stack.enter_context(patch.object(module, "time", self))
            stack.enter_context(patch.object(_clock, "SYSTEM", _VirtualClock(self)))
            stack.enter_context(patch.object(_waiting, "now", self.monotonic))
            # There is no TLS here, and listing the certificates of the machine takes longer than all requests of a run.
            stack.enter_context(patch.object(Transport, "verify", True))
            yield
