# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recognize a limit of so many requests in a window although the host does not tell it.

Between two long silences such a host serves the same number of requests, however fast they come. Any other limit of a
rate serves a number that depends on the time. Pure, as the pace is.
"""

from __future__ import annotations

# A silence of this length, with at least one refused probe, may be the rest of a window.
SILENCE_S = 1.0
# Smaller numbers are equal by chance, and a rate deals well with them.
SMALLEST_QUOTA = 10
TOLERANCE = 0.1
# The end of a window is looked for until it is known this exactly, as a share of its length.
EXACT = 0.05


def _are_equal(one: int, other: int) -> bool:
    return abs(one - other) <= max(2, TOLERANCE * max(one, other))


class UnannouncedWindow:
    """`quota`: requests in a window, None until two windows in a row served the same number."""

    def __init__(self) -> None:
        self.quota: int | None = None
        self._served = 0  # in this window
        self._last: int | None = None  # in the window before, if a silence followed it
        self._began: float | None = None
        self._shortest_s, self._longest_s = 0.0, 0.0  # the bounds of its length
        self._missed = 0  # refused probes after the end that was expected

    @property
    def is_known(self) -> bool:
        return self.quota is not None

    @property
    def length_s(self) -> float:
        """Upper bound of the window's length in seconds."""
        return self._longest_s

    def note_sent(self, now: float) -> None:
        if self._began is None:
            self._began = now

    def note_served(self) -> None:
        self._served += 1

    def contradicts(self, under_way: int) -> bool:
        """Return whether a refusal now cannot come from the known window. `under_way`: requests without an answer."""
        if self.quota is None:
            return False
        return not self._served <= self.quota <= self._served + under_way and not _are_equal(self._served, self.quota)

    def forget(self) -> None:
        self.quota = None
        self._last = None
        self._shortest_s = self._longest_s = 0.0

    def note_refused_probe(self, sent_at: float) -> None:
        """Take the time of a probe that the host refused as a lower bound of the window's length."""
        since = sent_at - (self._began or sent_at)
        self._shortest_s = max(self._shortest_s, since)
        if self.is_known and since >= self._longest_s:
            self._missed += 1

    def probe_at(self, now: float) -> float:
        """Return when the next probe of a known window is worth it: halfway between the bounds, then at the end."""
        began = self._began if self._began is not None else now
        left_s = self._longest_s - self._shortest_s
        if self._missed:
            return now + EXACT * self._longest_s * 2.0 ** (self._missed - 1)
        halfway = left_s / 2 if left_s > EXACT * self._longest_s else left_s
        return max(now, began + self._shortest_s + halfway)

    def note_opened(self, sent_at: float, silence_s: float, failed_probes: int) -> None:
        """The probe sent at this time was served after so long a silence: another window begins."""
        length_s = sent_at - (self._began if self._began is not None else sent_at)
        if self.quota is not None:
            self.quota = max(self.quota, self._served) if _are_equal(self._served, self.quota) else self._served
        elif silence_s < SILENCE_S or not failed_probes or self._served < SMALLEST_QUOTA:
            self._last = None
            self._shortest_s = 0.0
        elif self._last is not None and _are_equal(self._served, self._last):
            self.quota = max(self._served, self._last)
        else:
            self._last = self._served
        if self.is_known:
            self._longest_s = length_s
            # What was exact for one window may be a little too long for another one.
            self._shortest_s = min(self._shortest_s, length_s) * (1 - EXACT / 2)
        else:
            self._shortest_s = 0.0
        self._missed = 0
        self._served = 1  # the probe
        self._began = sent_at
