# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recognize a limit of requests in a window that the host does not announce.

Between two long silences such a host serves the same number of requests at every speed. With any other rate limit that
number depends on the time. Pure, like the pace.
"""

from __future__ import annotations

import math

# A silence of this length, with at least one refused probe, may be the rest of a window.
SILENCE_S = 1.0
# Smaller numbers may be equal by chance, and a rate is good enough for them.
SMALLEST_QUOTA = 10
TOLERANCE = 0.1
# Probes search the end of a window until it is known with this precision, as a share of its length.
EXACT = 0.05


def _are_equal(one: int, other: int) -> bool:
    return abs(one - other) <= max(2, TOLERANCE * max(one, other))


class UnannouncedWindow:
    """Number of requests and length of a window. `quota` is None until two windows in a row served the same number."""

    def __init__(self) -> None:
        self.quota: int | None = None
        self._served = 0  # in this window
        self._last: int | None = None  # served in the window before, if a silence followed it
        self._began = math.inf  # when the probe of its beginning was sent; the first window has none
        self._shortest_s, self._longest_s = 0.0, 0.0  # the bounds of its length
        self._missed = 0  # refused probes after the expected end

    @property
    def is_known(self) -> bool:
        return self.quota is not None

    @property
    def length_s(self) -> float:
        """Return the upper bound of the window's length in seconds."""
        return self._longest_s

    def note_served(self) -> None:
        self._served += 1

    def contradicts(self, under_way: int) -> bool:
        """Return whether a refusal now cannot come from the known window. `under_way`: requests without a response."""
        if self.quota is None:
            return False
        return not self._served <= self.quota <= self._served + under_way and not _are_equal(self._served, self.quota)

    def forget(self) -> None:
        self.quota = None
        self._last = None
        self._shortest_s = self._longest_s = 0.0

    def note_refused_probe(self, sent_at: float) -> None:
        """Take the time of a probe that the host refused as a lower bound of the window's length."""
        since = sent_at - self._began
        self._shortest_s = max(self._shortest_s, since)
        if since >= self._longest_s:
            self._missed += 1

    def probe_at(self, now: float) -> float:
        """Return the time of the next probe of a known window: halfway between the bounds, then at the end."""
        left_s = self._longest_s - self._shortest_s
        if self._missed:
            return now + EXACT * self._longest_s * 2.0 ** (self._missed - 1)
        halfway = left_s / 2 if left_s > EXACT * self._longest_s else left_s
        return max(now, self._began + self._shortest_s + halfway)

    def note_opened(self, sent_at: float, silence_s: float, failed_probes: int) -> None:
        """Record that the host served the probe after a silence, so that a new window begins."""
        length_s = sent_at - self._began
        if self.quota is not None:
            self.quota = max(self.quota, self._served) if _are_equal(self._served, self.quota) else self._served
        elif silence_s < SILENCE_S or not failed_probes or self._served < SMALLEST_QUOTA:
            self._last = None
        elif self._last is not None and _are_equal(self._served, self._last):
            self.quota = max(self._served, self._last)
        else:
            self._last = self._served
        if self.is_known:
            self._longest_s = length_s
            # Other windows may be a little shorter.
            self._shortest_s = min(self._shortest_s, length_s) * (1 - EXACT / 2)
        else:
            self._shortest_s = 0.0
        self._missed = 0
        self._served = 1  # the probe
        self._began = sent_at
