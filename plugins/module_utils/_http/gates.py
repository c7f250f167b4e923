# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gates that all requests of a task pass: one pace for each host, one time limit, and one switch that stops all."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable
from typing import NoReturn
from urllib.parse import urlsplit

from .._core.clock import Clock, Deadline
from .._core.errors import CiError, NotDoneError, TaskStopError
from .pace import (
    AnnouncedLimit,
    Pace,
    Turn,
)
from .service_clock import ServiceClock

# A wait of this length is worth a line of progress; the next line follows after this interval at the earliest.
TELL_WAIT_S, TELL_INTERVAL_S = 2.0, 10.0


class Gates:
    """Shared by all sessions of a task, whatever thread they belong to."""

    def __init__(self, clock: Clock, time_limit_s: float) -> None:
        self.clock = clock
        self.deadline = Deadline(time_limit_s, clock)
        self.report_progress: Callable[[str], None] = lambda _line: None
        self.stop_error: TaskStopError | None = None
        self.lock = threading.RLock()
        self._waiting: set[threading.Condition] = set()
        self._interrupted = False
        self._gates: dict[str, Gate] = {}

    def of(self, url: str) -> Gate:
        """Return the gate of the host that the URL names."""
        host = urlsplit(url).netloc.rpartition("@")[2].lower()
        with self.lock:
            gate = self._gates.get(host)
            if gate is None:
                gate = self._gates[host] = Gate(self, host)
            return gate

    @property
    def waited_s(self) -> float:
        """Seconds in which requests waited and none was under way."""
        with self.lock:
            return sum(gate.waited_s for gate in self._gates.values())

    @property
    def refused(self) -> int:
        """Number of requests that a host refused because there were too many, or because it was overloaded."""
        with self.lock:
            return sum(gate.pace.refused for gate in self._gates.values())

    def summary(self) -> str:
        """Return a line about the waiting, or "" if there was none worth telling."""
        waited_s, refused = self.waited_s, self.refused
        if not refused and waited_s < 1:
            return ""
        return f"waited {waited_s:.0f} s for the service's rate limit, {refused} requests refused"

    def interrupt(self) -> None:
        """Stop all threads that wait, at once. Requests that need not wait still go."""
        with self.lock:
            self._interrupted = True
            self._wake_all()

    def stop(self, error: TaskStopError) -> NoReturn:
        """End the task: every thread that waits or sends another request gets this error, or the first such one."""
        with self.lock:
            self.stop_error = self.stop_error or error
            self._wake_all()
            raise self._copy(self.stop_error)

    @staticmethod
    def _copy(error: TaskStopError) -> TaskStopError:
        """Return a new object for each thread, which may add notes of its own."""
        return TaskStopError(str(error), **error.as_dict())

    def _wake_all(self) -> None:
        for place in self._waiting:
            place.notify()

    def wait(self, place: threading.Condition, seconds: float | None) -> None:
        """Wait until somebody notifies this place, at most so long. The caller holds the lock."""
        self._waiting.add(place)
        try:
            self.clock.wait(place, seconds)
        finally:
            self._waiting.discard(place)

    def check_wait(self) -> None:
        """Raise an error if the task ends, or is interrupted: then no thread waits any longer."""
        if self._interrupted:
            raise NotDoneError("The task was stopped while it waited for the service.")
        self.check()

    def check(self) -> None:
        """Raise the error that ends the task, if there is one."""
        if self.stop_error:
            raise self._copy(self.stop_error)
        if self.deadline.left_to_finish_s <= 0:
            self.stop(self.deadline.error())

    def sleep(self, seconds: float) -> None:
        """Wait, unless the task is stopped. Raise TaskStopError at once if the wait does not fit in its time limit."""
        with self.lock:
            place = threading.Condition(self.lock)
            end = self.clock.monotonic() + seconds
            while True:
                self.check_wait()
                left = end - self.clock.monotonic()
                if left <= 0:
                    return
                if left > self.deadline.left_to_finish_s:
                    self.stop(self.deadline.error())
                self.wait(place, left)


class Gate:
    """The way to one host. Threads wait on a condition until the pace of the host lets them go."""

    def __init__(self, gates: Gates, host: str) -> None:
        self._gates, self._host = gates, host
        self.pace = Pace()
        self.clock = ServiceClock(gates.clock.monotonic)
        self.waited_s = 0.0
        self._queue: deque[threading.Condition] = deque()
        self._looked_at = 0.0
        self._told_at: float | None = None
        self._cause: CiError | None = None
        self._owners = itertools.count()

    def new_owner(self) -> int:
        """Return a number for a request, the same for all its tries."""
        return next(self._owners)

    def enter(self, owner: int) -> Turn:
        """Wait until a request may go, first come, first served.

        Raises TaskStopError if the task ends, and NotDoneError if it is interrupted while the request waits. A request
        that need not wait goes, so that a thread can finish the upload that it is at.
        """
        gates = self._gates
        with gates.lock:
            gates.check()
            if not self._queue and isinstance(claim := self.pace.claim(owner, self._now()), Turn):
                return claim
            gates.check_wait()
            place = threading.Condition(gates.lock)
            self._queue.append(place)
            try:
                while True:
                    wait_s = None
                    if self._queue[0] is place:
                        claim = self.pace.claim(owner, self._now())
                        if isinstance(claim, Turn):
                            return claim
                        wait_s = claim
                    if wait_s is not None:
                        self._check_fits(wait_s)
                        self._tell(wait_s)
                    gates.wait(place, wait_s)
                    gates.check_wait()
            finally:
                self._now()
                self._queue.remove(place)
                self._wake_first()

    def _wake_first(self) -> None:
        if self._queue:
            self._queue[0].notify()

    def _now(self) -> float:
        """Return the time, and count the time since the last call if requests waited and none was under way."""
        now = self._gates.clock.monotonic()
        if self._queue and not self.pace.under_way:
            self.waited_s += now - self._looked_at
        self._looked_at = now
        return now

    def _check_fits(self, wait_s: float) -> None:
        deadline = self._gates.deadline
        if wait_s <= deadline.left_s or (wait_s <= deadline.left_to_finish_s and not self.pace.is_closed):
            return
        cause = self._cause if self.pace.is_closed else None
        asks = f" The service asks to wait {wait_s:.0f} s{self.clock.describe_end(wait_s)}."
        if cause is None and self.pace.told_until is None:
            self._gates.stop(deadline.error())
        self._gates.stop(
            TaskStopError(
                f"{cause.reason if cause else ''}{asks if self.pace.told_until else ''} The wait does not fit in the "
                f"time_limit of {deadline.limit_s:g} s, of which {deadline.left_s:.0f} s are left. Run the task again "
                "later, or "
                "raise time_limit.".lstrip(),
                kind=cause.kind if cause else "rate_limited",
                status=cause.status if cause else None,
            )
        )

    def _tell(self, wait_s: float) -> None:
        now = self._looked_at
        if wait_s < TELL_WAIT_S or (self._told_at is not None and now - self._told_at < TELL_INTERVAL_S):
            return
        self._told_at = now
        if self.pace.cause == 429 or self.pace.told_until or not self.pace.is_closed:
            self._gates.report_progress(f"{self._host} limits requests: the task waits {wait_s:.0f} s")
        else:
            answers = f"answers {self.pace.cause}" if self.pace.cause else "does not answer"
            self._gates.report_progress(f"{self._host} {answers}: the task tries again in {wait_s:.0f} s")

    def note_served(self, turn: Turn, told: AnnouncedLimit) -> None:
        with self._gates.lock:
            self.pace.note_served(turn, self._now(), told)
            self._wake_first()

    def note_refused(
        self, turn: Turn, status: int, told: AnnouncedLimit, error: CiError, *, again: bool
    ) -> float | None:
        """Return None if the request waits behind the gate, or seconds after which it alone is sent again."""
        with self._gates.lock:
            self._cause = error
            alone_s = self.pace.note_refused(turn, self._now(), status, told, again=again)
            self._wake_first()
            return alone_s

    def note_failed(self, turn: Turn, status: int | None, error: CiError) -> bool:
        """Return whether the request waits behind the gate."""
        with self._gates.lock:
            self._cause = error
            closed = self.pace.note_failed(turn, self._now(), status)
            self._wake_first()
            return closed

    def abandon(self, turn: Turn) -> None:
        with self._gates.lock:
            self._now()
            self.pace.abandon(turn)
            self._wake_first()

    def stop_if_hopeless(self, error: CiError, max_retries: int) -> None:
        """Raise TaskStopError if the host has not served a request for too long."""
        with self._gates.lock:
            now = self._now()
            if not self.pace.is_hopeless(now, max_retries):
                return
            since = now - (self.pace.closed_since or now)
            words = [error.reason]
            if self.pace.failed_probes:
                words.append(f"It served no request for {since:.0f} s, after {self.pace.failed_probes} more tries.")
            if error.status:
                words.append("Run the task again later.")
            self._gates.stop(TaskStopError(" ".join(words), kind=error.kind, status=error.status))
