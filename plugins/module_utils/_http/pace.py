# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pace of requests to one host, found from its answers alone. Pure: it knows no clock, no thread and no HTTP.

A refusal closes the gate for all requests. After a wait, one request at a time probes; the first one that the host
serves opens the gate. If the host served most of the requests that were under way when it refused one, it limits
requests at once, so fewer are under way from then on. Otherwise it limits their rate: behind the open gate a rate holds
that starts below the measured one and comes back by CUBIC (RFC 9438).
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass
from typing import Union

from .unannounced_window import UnannouncedWindow

# The statuses that say that there are too many requests, or may say so.
REFUSALS = frozenset({429, 503})
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 10.0
# CUBIC: the share of the rate to start again with, and how steeply the rate comes back (per second cubed).
SHARE, STEEP = 0.8, 0.4
SLOWEST_RATE, FASTEST_RATE = 0.2, 1000.0
# A told wait that is longer than this is the rest of a window, in which the host serves a quota of requests.
WINDOW_S = 1.0
ROUNDING_S = 1.0
# Number of 503 among the last ten answers that do not count as a limit yet: at full speed, and while a rate holds.
ISOLATED, ISOLATED_AT_RATE = 2, 1
# The host served this many requests for each one allowed at once since the last refusal: the limit is still plausible.
SERVED_PER_SLOT = 4
# One more request at once is tried after this many served ones for each slot; twice as many after each failure.
SERVED_BEFORE_STEP, MOST_STEP_FACTOR = 20, 64
# Number of different requests in a row without a usable answer that close the gate.
FAILURES_IN_A_ROW = 3
# A request that the host refuses this often for each retry, although it serves others, fails by itself.
REFUSALS_PER_RETRY = 10
# Seconds without success for each retry, until waiting is hopeless: for a host that did not serve any request of this
# task, for one that did, and for one that answers 503, which may be a limit.
PATIENCE_S = {"down": 0.0, "was_up": 15.0, "limit": 30.0}


@dataclass
class Turn:
    """The permission to send one request now."""

    owner: int
    sent_at: float
    closures: int
    probe: bool = False


@dataclass(frozen=True)
class AnnouncedLimit:
    """What an answer says about the limit: seconds to wait, and how many requests remain until then."""

    wait_s: float | None = None
    remaining: int | None = None


NOTHING_TOLD = AnnouncedLimit()

# A turn; or seconds after which it is worth to ask again; or None: only the end of another request changes anything.
Claim = Union[Turn, float, None]


class Pace:
    """Decide when the next request may go, and learn from what came of it."""

    def __init__(self, dice: random.Random | None = None) -> None:
        self._dice = dice or random.Random()  # noqa: S311
        self.refused = 0
        self.served = 0
        # Of the gate
        self.closed_since: float | None = None
        self.failed_probes = 0
        self.cause: int | None = None  # the status that closed the gate; None for no answer
        self.told_until: float | None = None  # until when the host itself asked to wait
        self._closures = 0
        self._probing = False
        self._until = 0.0
        self._wait = FIRST_WAIT_S
        # Of the rate
        self._spacing = 0.0
        self._next = 0.0
        self._top = 0.0
        self._slowed_at = 0.0
        self._counted_since: float | None = None
        self._counted = 0
        # Of the requests at once
        self._most: int | None = None
        self._stepped = False  # whether _most was raised and not confirmed yet
        self._steady = 0  # requests served since the last change of _most
        self._step_factor = 1
        self._must_judge = False  # whether the limit of the last refusal is unknown yet
        self._late_served = 0
        self._measured = 0.0  # requests served in a second when the gate closed
        # Of a window: how many requests it serves, how long it is, when it began, how many were sent since
        self._is_window = False
        self._quota: int | None = None
        self._window_s = 0.0
        self._window_began = 0.0
        self._window_sent = 0
        self._untold = UnannouncedWindow()
        # Of the host
        self._latency: float | None = None
        self.under_way = 0
        self._remaining: int | None = None
        self._remaining_until = 0.0
        self._last_ten: deque[bool] = deque(maxlen=10)
        self._failing: set[int] = set()

    @property
    def is_closed(self) -> bool:
        return self.closed_since is not None

    def claim(self, owner: int, now: float) -> Claim:
        """Return a turn for the request of this owner, or how long it has to wait."""
        if now < self._until:
            return self._until - now
        self.told_until = None
        if self.is_closed:
            if self._probing:
                return None
            self._probing = True
            return self._turn(owner, now, probe=True)
        if self._remaining is not None:
            if now >= self._remaining_until:
                self._remaining = None
            elif self.under_way >= self._remaining:
                return None if self.under_way else self._remaining_until - now
        if self._most is not None and self.under_way >= self._most:
            return None
        if self._quota is not None and self._is_beyond_quota(now, self._quota):
            return None
        if now < self._next:
            return self._next - now
        self._next = max(self._next, now) + self._spacing
        return self._turn(owner, now)

    def _is_beyond_quota(self, now: float, quota: int) -> bool:
        """Return whether the window is probably used up. Then one request shows it, and not one of each thread.

        For each two requests that the host serves beyond the quota of the last window, one more may be under way.
        """
        if now - self._window_began >= self._window_s:
            self._window_began, self._window_sent = now, 0
        beyond = self._window_sent - quota
        return beyond >= 0 and self.under_way > beyond / 2

    def _turn(self, owner: int, now: float, *, probe: bool = False) -> Turn:
        self.under_way += 1
        self._window_sent += 1
        self._untold.note_sent(now)
        if self._counted_since is None:
            self._counted_since = now
        return Turn(owner, now, self._closures, probe)

    def abandon(self, turn: Turn) -> None:
        """Take back a turn whose request has no outcome."""
        self.under_way -= 1
        if turn.probe:
            self._probing = False

    def note_served(self, turn: Turn, now: float, told: AnnouncedLimit = NOTHING_TOLD) -> None:
        """The host answered, and not because of a limit or a problem: also a refusal such as 404 counts as served."""
        self.abandon(turn)
        self.served += 1
        self._counted += 1
        if not turn.probe:
            self._untold.note_served()
        self._failing.clear()
        self._last_ten.append(False)
        self._see_latency(turn, now)
        self._take(told, now)
        if turn.probe:
            self._open(turn, now)
        elif self.is_closed:
            self._late_served += 1
            if self._quota is not None:
                self._quota += 1
        elif self._spacing:
            self._speed_up(now)
        elif self._most is not None:
            self._allow_more()

    def note_refused(
        self, turn: Turn, now: float, status: int, told: AnnouncedLimit = NOTHING_TOLD, *, again: bool = False
    ) -> float | None:
        """The host refused the request because there are too many of them, or because it is overloaded.

        `again`: whether it was refused before. Return None if the request waits behind the gate, or the seconds after
        which it alone is sent again.
        """
        self.abandon(turn)
        self.refused += 1
        self._last_ten.append(True)
        self._see_latency(turn, now)
        says_nothing = status == 503 and told.wait_s is None and not self.is_closed and turn.closures == self._closures
        if self._untold.is_known and self._quota is not None and self._window_sent > self._quota:
            says_nothing = False
        if says_nothing and not again and sum(self._last_ten) <= (ISOLATED_AT_RATE if self._spacing else ISOLATED):
            return self._dice.uniform(0, self._first_wait(2))
        self._close(turn, now, status, told)
        return None

    def note_failed(self, turn: Turn, now: float, status: int | None = None) -> bool:
        """The request got no answer, or one that says that the host has a problem.

        Return whether the request waits behind the gate.
        """
        self.abandon(turn)
        self._failing.add(turn.owner)
        if turn.probe or (len(self._failing) >= FAILURES_IN_A_ROW and not self.is_closed):
            self._close(turn, now, status, NOTHING_TOLD)
        return self.is_closed

    def is_hopeless(self, now: float, max_retries: int) -> bool:
        """Return whether the gate stays closed for so long that waiting is not worth it."""
        if self.closed_since is None or self.failed_probes < max_retries:
            return False
        if self.cause == 429 or self.told_until is not None:
            return max_retries == 0  # the host lives and says so: only the time limit of the task ends the wait
        state = "limit" if self.cause == 503 and self.served else "was_up" if self.served or self.cause else "down"
        return now - self.closed_since >= max_retries * PATIENCE_S[state]

    def _open(self, turn: Turn, now: float) -> None:
        if self.cause in REFUSALS and not self._is_window:
            self._untold.note_opened(turn.sent_at, now - (self.closed_since or now), self.failed_probes)
        if self._untold.is_known:
            # Full speed is the fastest way through a window, also if the host does not announce it.
            self._must_judge, self._spacing, self._most = False, 0.0, None
            self._quota, self._window_s = self._untold.quota, self._untold.length_s
            self._window_began, self._window_sent = turn.sent_at, 1
        elif self._must_judge:
            self._judge()
        elif self._is_window:
            self._window_began, self._window_sent = now, 1
        self.closed_since = None
        self.failed_probes = 0
        self._wait = FIRST_WAIT_S
        self._next = now + self._spacing

    def _judge(self) -> None:
        """Find out what the host limits: requests at once if it served most of those under way, else their rate."""
        self._must_judge = False
        served = self._late_served
        if self._most is not None and self._stepped and self._steady <= 2 * self._most:
            # One more at once was refused soon: the limit was right before.
            self._most -= 1
            self._step_factor = min(MOST_STEP_FACTOR, self._step_factor * 2)
        elif self._spacing or (self._most is None and (self.failed_probes or not served)):
            self._slow_down()
        elif self._most is None:
            self._most = served
        elif not self._stepped and self._most > 1 and max(served, self._steady / SERVED_PER_SLOT) * 2 >= self._most:
            self._most -= 1
        else:
            # Also if requests were refused that went one after the other: that is not a limit of requests at once.
            self._most = None
            self._slow_down()
        self._stepped = False
        self._steady = 0

    def _allow_more(self) -> None:
        self._steady += 1
        if self._most is not None and self._steady >= SERVED_BEFORE_STEP * self._step_factor * self._most:
            self._most += 1
            self._stepped = True
            self._steady = 0

    def _see_latency(self, turn: Turn, now: float) -> None:
        latency = now - turn.sent_at
        self._latency = latency if self._latency is None else 0.9 * self._latency + 0.1 * latency

    def _first_wait(self, latencies: float) -> float:
        """Return a short wait by the speed of the host: half a second is long for one that answers in 5 ms."""
        return min(FIRST_WAIT_S, latencies * self._latency) if self._latency else FIRST_WAIT_S

    def _close(self, turn: Turn, now: float, status: int | None, told: AnnouncedLimit) -> None:
        self._take(told, now)
        if told.wait_s:
            self._believe(now + told.wait_s)
        if turn.probe:
            self.failed_probes += 1
            self.cause = status
            self._untold.note_refused_probe(turn.sent_at)
            self._wait = min(LONGEST_WAIT_S, self._wait * 2)
        elif self.is_closed or turn.closures != self._closures:
            # It was under way when another request closed the gate: it tells nothing new but how long to wait.
            if self.is_closed and self.told_until is not None:
                self._until = self.told_until
            return
        else:
            self._closures += 1
            since = now - self._counted_since if self._counted_since is not None else 0.0
            early = self._counted if since < 1.5 * (self._latency or since) else 0
            self.closed_since = now
            self.cause = status
            self.failed_probes = 0
            if told.wait_s and told.wait_s > WINDOW_S:
                self._is_window = True
            if self._is_window and told.wait_s:
                # Full speed is the fastest way through a window.
                self._quota = self._counted
                self._window_s = now + told.wait_s - self._window_began
            if self._untold.is_known and (told.wait_s or self._untold.contradicts(self.under_way)):
                self._untold.forget()
                self._quota = None
            self._must_judge = (
                status in REFUSALS and not (self._is_window and told.wait_s) and not self._untold.is_known
            )
            if self._must_judge:
                self._measure(now)
            self._late_served = early
            self._wait = max(self._first_wait(3), min(3.0, 1.5 * self._spacing))
            self._counted, self._counted_since = 0, now
            self._slowed_at = now
        own = 0.0 if told.wait_s else now + self._wait * self._dice.uniform(0.5, 1)
        if self._untold.is_known and not told.wait_s:
            own = self._untold.probe_at(now)
        self._until = max(self.told_until or 0.0, own)

    def _believe(self, until: float) -> None:
        """Take the end of the wait that the host told. Waits in whole seconds differ by up to one: the least counts."""
        known = self.told_until
        if known is None or abs(until - known) >= ROUNDING_S:
            self.told_until = max(until, known or until)
        else:
            self.told_until = min(until, known)

    def _take(self, told: AnnouncedLimit, now: float) -> None:
        if told.remaining is None or not told.wait_s:
            return
        if told.remaining == 0:
            self._believe(now + told.wait_s)
            self._until = max(self._until, self.told_until or 0.0)
            self._remaining = None
        else:
            self._remaining, self._remaining_until = told.remaining, now + told.wait_s

    def _measure(self, now: float) -> None:
        """Note how many requests the host served a second since the last refusal."""
        since = now - (self._counted_since if self._counted_since is not None else now)
        rate = self._counted / max(since, self._latency or FIRST_WAIT_S)
        if self._spacing:
            rate = min(rate, 1 / self._spacing) if rate else 1 / self._spacing
        # Nothing served yet: one request after the other is a rate to begin with.
        self._measured = max(rate or 1 / (self._latency or FIRST_WAIT_S), SLOWEST_RATE)

    def _slow_down(self) -> None:
        self._top = self._measured
        self._spacing = 1 / (self._top * SHARE)

    def _speed_up(self, now: float) -> None:
        k = (self._top * (1 - SHARE) / STEEP) ** (1 / 3)
        rate = self._top + STEEP * (now - self._slowed_at - k) ** 3
        self._spacing = 0.0 if rate > FASTEST_RATE else 1 / max(rate, SLOWEST_RATE)
