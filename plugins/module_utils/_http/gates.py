# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gates that all requests of a task pass: a pace for each host, one time limit, and one way to stop all requests."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable
from typing import NoReturn
from urllib.parse import urlsplit

from .._core.clock import Clock, Deadline
from .._core.errors import CiError, NotDoneError, TaskStopError
from .._core.progress import LineTimer
from .pace import (
    AnnouncedLimit,
    Pace,
    Turn,
)
from .service_clock import ServiceClock

# Seconds of a wait that a line of progress reports, and seconds between two such lines.
REPORTED_WAIT_S, WAIT_LINE_INTERVAL_S = 2.0, 10.0


class Gates:
    """The gates of a task. Sessions of all its threads share them."""

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
        """Return the seconds in which requests waited and no request was under way."""
        with self.lock:
            return sum(gate.waited_s for gate in self._gates.values())

    @property
    def refused(self) -> int:
        """Return the number of requests that a host refused because of a rate limit or overload."""
        with self.lock:
            return sum(gate.pace.refused for gate in self._gates.values())

    def summary(self) -> str:
        """Return a line about the waits, or "" if there was no wait of a second and no refused request."""
        waited_s, refused = self.waited_s, self.refused
        if not refused and waited_s < 1:
            return ""
        return f"waited {waited_s:.0f} s for the service's rate limit, {refused} requests refused"

    def interrupt(self) -> None:
        """Stop all waiting threads at once. Requests that need not wait are still sent."""
        with self.lock:
            self._interrupted = True
            self._wake_all()

    def stop(self, error: TaskStopError) -> NoReturn:
        """End the task. Every thread that waits or sends another request raises the first error given here."""
        with self.lock:
            self.stop_error = self.stop_error or error
            self._wake_all()
            raise self._copy(self.stop_error)

    @staticmethod
    def _copy(error: TaskStopError) -> TaskStopError:
        """Return a new object for each thread, because threads may add notes."""
        return TaskStopError(str(error), **error.as_dict())

    def _wake_all(self) -> None:
        for condition in self._waiting:
            condition.notify()

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        """Wait for a notification of the condition, at most `seconds`. The caller holds the lock."""
        self._waiting.add(condition)
        try:
            self.clock.wait(condition, seconds)
        finally:
            self._waiting.discard(condition)

    def check_wait(self) -> None:
        """Raise an error if the task ends or is interrupted, so that no thread waits."""
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
            condition = threading.Condition(self.lock)
            end = self.clock.monotonic() + seconds
            while True:
                self.check_wait()
                left = end - self.clock.monotonic()
                if left <= 0:
                    return
                if left > self.deadline.left_to_finish_s:
                    self.stop(self.deadline.error())
                self.wait(condition, left)


class Gate:
    """The gate of one host. Threads wait here until the pace of the host lets them send."""

    def __init__(self, gates: Gates, host: str) -> None:
        self._gates, self._host = gates, host
        self.pace = Pace()
        self.clock = ServiceClock(gates.clock.monotonic)
        self.waited_s = 0.0
        self._queue: deque[threading.Condition] = deque()
        self._counted_until = 0.0
        self._timer = LineTimer(WAIT_LINE_INTERVAL_S, gates.clock.monotonic, due_at_once=True)
        self._cause: CiError | None = None
        self._owners = itertools.count()

    def new_owner(self) -> int:
        """Return a number that identifies a request in all its attempts."""
        return next(self._owners)

    def enter(self, owner: int) -> Turn:
        """Wait until a request may be sent, in the order of arrival.

        Raise TaskStopError if the task ends, and NotDoneError if it is interrupted while the request waits. A request
        that need not wait is sent, so that a thread can finish its current upload.
        """
        gates = self._gates
        with gates.lock:
            gates.check()
            if not self._queue and isinstance(claim := self.pace.claim(owner, self._now()), Turn):
                return claim
            gates.check_wait()
            condition = threading.Condition(gates.lock)
            self._queue.append(condition)
            try:
                while True:
                    wait_s = None
                    if self._queue[0] is condition:
                        claim = self.pace.claim(owner, self._now())
                        if isinstance(claim, Turn):
                            return claim
                        wait_s = claim
                    if wait_s is not None:
                        self._check_fits(wait_s)
                        self._report_wait(wait_s)
                    gates.wait(condition, wait_s)
                    gates.check_wait()
            finally:
                self._now()
                self._queue.remove(condition)
                self._wake_first()

    def _wake_first(self) -> None:
        if self._queue:
            self._queue[0].notify()

    def _now(self) -> float:
        """Return the time. Add the time since the last call to `waited_s` if requests waited and none was under way."""
        now = self._gates.clock.monotonic()
        if self._queue and not self.pace.under_way:
            self.waited_s += now - self._counted_until
        self._counted_until = now
        return now

    def _check_fits(self, wait_s: float) -> None:
        deadline = self._gates.deadline
        if wait_s <= deadline.left_s or (wait_s <= deadline.left_to_finish_s and not self.pace.is_closed):
            return
        cause = self._cause if self.pace.is_closed else None
        asks = f" The service asks to wait {wait_s:.0f} s{self.clock.describe_end(wait_s)}."
        if cause is None and self.pace.announced_until is None:
            self._gates.stop(deadline.error())
        self._gates.stop(
            TaskStopError(
                f"{cause.reason if cause else ''}{asks if self.pace.announced_until else ''} The wait does not fit in "
                f"the time_limit of {deadline.limit_s:g} s, of which {deadline.left_s:.0f} s are left. Run the task "
                "again later, or raise time_limit.".lstrip(),
                kind=cause.kind if cause else "rate_limited",
                status=cause.status if cause else None,
            )
        )

    def _report_wait(self, wait_s: float) -> None:
        if wait_s < REPORTED_WAIT_S or not self._timer.claim():
            return
        if self.pace.cause == 429 or self.pace.announced_until or not self.pace.is_closed:
            self._gates.report_progress(f"{self._host} limits requests: the task waits {wait_s:.0f} s")
        else:
            state = f"responds with {self.pace.cause}" if self.pace.cause else "does not respond"
            self._gates.report_progress(f"{self._host} {state}: the task retries in {wait_s:.0f} s")

    def note_served(self, turn: Turn, announced: AnnouncedLimit) -> None:
        with self._gates.lock:
            self.pace.note_served(turn, self._now(), announced)
            self._wake_first()

    def note_refused(
        self, turn: Turn, status: int, announced: AnnouncedLimit, error: CiError, *, again: bool
    ) -> float | None:
        """Return None if the request waits behind the gate, or the seconds after which only this request is retried."""
        with self._gates.lock:
            self._cause = error
            alone_s = self.pace.note_refused(turn, self._now(), status, announced, again=again)
            self._wake_first()
            return alone_s

    def note_failed(self, turn: Turn, status: int | None, error: CiError) -> bool:
        """Return whether the request waits behind the gate for its retry."""
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
                words.append(f"It served no request for {since:.0f} s, and {self.pace.failed_probes} retries failed.")
            if error.status:
                words.append("Run the task again later.")
            self._gates.stop(TaskStopError(" ".join(words), kind=error.kind, status=error.status))
