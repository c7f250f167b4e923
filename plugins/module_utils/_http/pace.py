# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the pace of requests to one host from its responses. Pure: without clock, threads and HTTP.

A refusal closes the gate for all requests. After a wait, one request at a time probes. The first probe that the host
serves opens the gate. If the host served most of the requests that were under way at the refusal, it limits concurrent
requests, so fewer are under way from then on. Otherwise it limits their rate. Then requests pass the open gate at a
rate that starts below the measured one and recovers by CUBIC (RFC 9438).
"""

from __future__ import annotations

import math
import random
from collections import deque
from dataclasses import dataclass
from typing import Union

from .unannounced_window import UnannouncedWindow

# Statuses for too many requests: 429 always, 503 possibly.
REFUSALS = frozenset({429, 503})
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 10.0
# CUBIC: the share of the rate to restart with, and how steeply the rate recovers (per second cubed).
SHARE, STEEP = 0.8, 0.4
SLOWEST_RATE, FASTEST_RATE = 0.2, 1000.0
# An announced wait that is longer than this is the rest of a window in which the host serves a quota of requests.
WINDOW_S = 1.0
ROUNDING_S = 1.0
# Number of 503 among the last ten responses that do not count as a limit yet: at full speed, and at a limited rate.
ISOLATED, ISOLATED_AT_RATE = 2, 1
# A concurrency limit stays plausible if the host served this many requests for each slot since the last refusal.
SERVED_PER_SLOT = 4
# Add a concurrent request after this many served ones for each slot, and after twice as many after each failure.
SERVED_BEFORE_STEP, MOST_STEP_FACTOR = 20, 64
# Number of different requests in a row without a usable response that close the gate.
FAILED_REQUESTS_TO_CLOSE = 3
# Seconds without success for each of max_retries until waiting is hopeless: for a host that did not serve any request
# of this task, for one that did, and for one that responds with 503, which may be a limit.
HOPELESS_AFTER_S = {"down": 0.0, "was_up": 15.0, "limit": 30.0}


@dataclass
class Turn:
    """Permission to send one request now."""

    owner: int
    sent_at: float
    closures: int
    probe: bool


@dataclass(frozen=True)
class AnnouncedLimit:
    """A limit that a response announces: seconds to wait, and number of requests that remain until then."""

    wait_s: float | None = None
    remaining: int | None = None


NO_LIMIT = AnnouncedLimit()

# A turn, or the seconds until the next claim is useful, or None if that is after the end of another request.
Claim = Union[Turn, float, None]


class Pace:
    """Decide when the next request may be sent, and learn from its outcome."""

    def __init__(self, dice: random.Random | None = None) -> None:
        self._dice = dice or random.Random()  # noqa: S311
        self.refused = 0
        self.served = 0
        # The gate
        self.closed_since: float | None = None
        self.failed_probes = 0
        self.cause: int | None = None  # the status that closed the gate, None if there was no response
        self.announced_until: float | None = None  # end of the wait that the host announced
        self._closures = 0
        self._probing = False
        self._until = 0.0
        self._wait = FIRST_WAIT_S
        # The rate
        self._spacing = 0.0
        self._next = 0.0
        self._top = 0.0
        self._closed_at = 0.0  # when the gate closed last; the rate recovers from then on
        self._counted_since = math.inf  # when the first request was sent, or the gate closed
        self._counted = 0
        # Concurrent requests
        self._most: int | None = None
        self._stepped = False  # whether _most was raised and not confirmed yet
        self._steady = 0  # requests served since the last change of _most
        self._step_factor = 1
        self._must_classify = False  # whether the kind of limit of the last refusal is still unknown
        self._late_served = 0
        self._measured = 0.0  # requests served in a second when the gate closed
        # A window: the number of requests that it serves, its length, its beginning, and the requests sent since then
        self._is_window = False
        self._quota: int | None = None
        self._window_s = 0.0
        self._window_began = math.inf
        self._window_sent = 0
        self._unannounced = UnannouncedWindow()
        # The host
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
        self.announced_until = None
        if self.is_closed:
            if self._probing:
                return None
            self._probing = True
            return self._turn(owner, now, probe=True)
        if self._remaining is not None:
            if now >= self._remaining_until:
                self._remaining = None
            elif self.under_way >= self._remaining:
                return None
        if self._most is not None and self.under_way >= self._most:
            return None
        if self._quota is not None and self._is_beyond_quota(now, self._quota):
            return None
        if now < self._next:
            return self._next - now
        self._next = max(self._next, now) + self._spacing
        return self._turn(owner, now)

    def _is_beyond_quota(self, now: float, quota: int) -> bool:
        """Return whether the window is probably used up. Then one request finds out, and not one of each thread.

        For each two requests that the host serves beyond the quota of the last window, one more may be under way.
        """
        if now - self._window_began >= self._window_s:
            self._window_began, self._window_sent = now, 0
        beyond = self._window_sent - quota
        return beyond >= 0 and self.under_way > beyond / 2

    def _turn(self, owner: int, now: float, *, probe: bool = False) -> Turn:
        self.under_way += 1
        self._window_sent += 1
        # The first request begins both.
        self._counted_since = min(self._counted_since, now)
        self._window_began = min(self._window_began, now)
        return Turn(owner, now, self._closures, probe)

    def abandon(self, turn: Turn) -> None:
        """Return a turn whose request has no outcome."""
        self.under_way -= 1
        if turn.probe:
            self._probing = False

    def note_served(self, turn: Turn, now: float, announced: AnnouncedLimit = NO_LIMIT) -> None:
        """Record that the host served the request. A status such as 404 counts as served, too."""
        self.abandon(turn)
        self.served += 1
        self._counted += 1
        if not turn.probe:
            self._unannounced.note_served()
        self._failing.clear()
        self._last_ten.append(False)
        self._note_latency(turn, now)
        self._note_announced(announced, now)
        if turn.probe:
            self._open(turn, now)
        elif self.is_closed:
            self._late_served += 1
            if self._quota is not None:
                self._quota += 1
        elif self._spacing:
            self._speed_up(now)
        elif self._most is not None:
            self._allow_more(self._most)

    def note_refused(
        self,
        turn: Turn,
        now: float,
        status: int,
        announced: AnnouncedLimit = NO_LIMIT,
        *,
        again: bool = False,
    ) -> float | None:
        """Record that the host refused the request because of a limit or overload.

        `again`: whether it refused this request before. Return None if the request waits behind the gate, or the
        seconds after which only this request is retried.
        """
        self.abandon(turn)
        self.refused += 1
        self._last_ten.append(True)
        self._note_latency(turn, now)
        may_be_isolated = (
            status == 503 and announced.wait_s is None and not self.is_closed and turn.closures == self._closures
        )
        if self._unannounced.is_known and self._quota is not None and self._window_sent > self._quota:
            may_be_isolated = False
        if may_be_isolated and not again and sum(self._last_ten) <= (ISOLATED_AT_RATE if self._spacing else ISOLATED):
            return self._dice.uniform(0, self._first_wait(2))
        self._close(turn, now, status, announced)
        return None

    def note_failed(self, turn: Turn, now: float, status: int | None = None) -> bool:
        """Record that the request got no response, or a status that reports a problem of the host.

        Return whether the request waits behind the gate for its retry.
        """
        self.abandon(turn)
        self._failing.add(turn.owner)
        if turn.probe or len(self._failing) >= FAILED_REQUESTS_TO_CLOSE:
            self._close(turn, now, status, NO_LIMIT)
        return self.is_closed

    def is_hopeless(self, now: float, max_retries: int) -> bool:
        """Return whether the gate has been closed for too long."""
        if self.closed_since is None or self.failed_probes < max_retries:
            return False
        if self.cause == 429 or self.announced_until is not None:
            return max_retries == 0  # the host announces its limit, so only time_limit ends the wait
        state = "limit" if self.cause == 503 and self.served else "was_up" if self.served or self.cause else "down"
        return now - self.closed_since >= max_retries * HOPELESS_AFTER_S[state]

    def _open(self, turn: Turn, now: float) -> None:
        if self.cause in REFUSALS and not self._is_window:
            self._unannounced.note_opened(turn.sent_at, now - self._closed_at, self.failed_probes)
        if self._unannounced.is_known:
            # Full speed is the fastest way through a window, even if the host does not announce it.
            self._spacing, self._most = 0.0, None
            self._quota, self._window_s = self._unannounced.quota, self._unannounced.length_s
            self._window_began, self._window_sent = turn.sent_at, 1
        elif self._must_classify:
            self._classify_limit()
        elif self._is_window:
            self._window_began, self._window_sent = now, 1
        self.closed_since = None
        self.failed_probes = 0
        self._next = now + self._spacing

    def _classify_limit(self) -> None:
        """Decide what the host limits: concurrent requests if it served most of those under way, else of the rate."""
        served = self._late_served
        if self._most is not None and self._stepped and self._steady <= 2 * self._most:
            # The host soon refused the additional concurrent request, so the former limit was right.
            self._most -= 1
            self._step_factor = min(MOST_STEP_FACTOR, self._step_factor * 2)
        elif self._spacing or (self._most is None and (self.failed_probes or not served)):
            self._slow_down()
        elif self._most is None:
            self._most = served
        elif not self._stepped and self._most > 1 and max(served, self._steady / SERVED_PER_SLOT) * 2 >= self._most:
            self._most -= 1
        else:
            # Also if sequential requests were refused, which is not a limit of concurrent requests.
            self._most = None
            self._slow_down()
        self._stepped = False
        self._steady = 0

    def _allow_more(self, most: int) -> None:
        self._steady += 1
        if self._steady >= SERVED_BEFORE_STEP * self._step_factor * most:
            self._most = most + 1
            self._stepped = True
            self._steady = 0

    def _note_latency(self, turn: Turn, now: float) -> None:
        latency = now - turn.sent_at
        self._latency = latency if self._latency is None else 0.9 * self._latency + 0.1 * latency

    def _first_wait(self, latencies: float) -> float:
        """Return a short wait in proportion to the host's latency. Half a second is long for a host with 5 ms."""
        return min(FIRST_WAIT_S, latencies * self._latency) if self._latency else FIRST_WAIT_S

    def _close(self, turn: Turn, now: float, status: int | None, announced: AnnouncedLimit) -> None:
        self._note_announced(announced, now)
        if announced.wait_s:
            self._note_announced_end(now + announced.wait_s)
        if turn.probe:
            self.failed_probes += 1
            self.cause = status
            self._unannounced.note_refused_probe(turn.sent_at)
            self._wait = min(LONGEST_WAIT_S, self._wait * 2)
        elif turn.closures != self._closures:
            # Another request closed the gate while this one was under way. Only its announced wait is new.
            if self.is_closed and self.announced_until is not None:
                self._until = self.announced_until
            return
        else:
            self._closures += 1
            self.closed_since = now
            self.cause = status
            if announced.wait_s and announced.wait_s > WINDOW_S:
                self._is_window = True
            if self._is_window and announced.wait_s:
                # Full speed is the fastest way through a window.
                self._quota = self._counted
                self._window_s = now + announced.wait_s - self._window_began
            if (self._unannounced.is_known and announced.wait_s) or self._unannounced.contradicts(self.under_way):
                self._unannounced.forget()
                self._quota = None
            self._must_classify = status in REFUSALS and not (self._is_window and announced.wait_s)
            if self._must_classify:
                self._measure(now)
            self._wait = max(self._first_wait(3), min(3.0, 1.5 * self._spacing))
            self._counted, self._counted_since = 0, now
            self._closed_at = now
        own = 0.0 if announced.wait_s else now + self._wait * self._dice.uniform(0.5, 1)
        if self._unannounced.is_known and not announced.wait_s:
            own = self._unannounced.probe_at(now)
        self._until = max(self.announced_until or 0.0, own)

    def _note_announced_end(self, until: float) -> float:
        """Return the end of all announced waits. Waits in whole seconds differ by up to one: the earliest counts."""
        known = until if self.announced_until is None else self.announced_until
        self.announced_until = max(until, known) if abs(until - known) >= ROUNDING_S else min(until, known)
        return self.announced_until

    def _note_announced(self, announced: AnnouncedLimit, now: float) -> None:
        if announced.remaining is None or not announced.wait_s:
            return
        if announced.remaining == 0:
            self._until = max(self._until, self._note_announced_end(now + announced.wait_s))
            self._remaining = None
        else:
            self._remaining, self._remaining_until = announced.remaining, now + announced.wait_s

    def _measure(self, now: float) -> None:
        """Compute how many requests a second the host served since the last refusal."""
        since = now - self._counted_since
        latency = self._latency or FIRST_WAIT_S
        # In so short a time the host can only have served requests that were under way together with the refused one.
        self._late_served = self._counted if since < 1.5 * latency else 0
        rate = self._counted / max(since, latency)
        if self._spacing:
            rate = min(rate, 1 / self._spacing)
        # If the host served no request yet, start with the rate of sequential requests.
        self._measured = max(rate or 1 / latency, SLOWEST_RATE)

    def _slow_down(self) -> None:
        self._top = self._measured
        self._spacing = 1 / (self._top * SHARE)

    def _speed_up(self, now: float) -> None:
        k = (self._top * (1 - SHARE) / STEEP) ** (1 / 3)
        rate = self._top + STEEP * (now - self._closed_at - k) ** 3
        self._spacing = 0.0 if rate > FASTEST_RATE else 1 / max(rate, SLOWEST_RATE)
