# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of progress while a task works: now and then, not for every step."""

from __future__ import annotations

import time
from collections.abc import Callable

INTERVAL_S = 2.0


class Progress:
    """Says how far something is, if the last line was some time ago."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._last = time.monotonic()

    def tell(self, done: int, total: int, what: str) -> None:
        """`what` completes "7 of 30 ...". At the end the result tells it all."""
        now = time.monotonic()
        if now - self._last >= INTERVAL_S and done < total:
            self._last = now
            self._say(f"{done} of {total} {what}")
