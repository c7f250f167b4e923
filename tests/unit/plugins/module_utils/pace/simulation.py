# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pace of the product with services that limit requests in different ways, in virtual time."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from ansible_collections.mobileops.ci.plugins.module_utils._http.pace import (
    NO_LIMIT,
    AnnouncedLimit,
    Pace,
    Turn,
)


class Place:
    """A place in the queue at the gate."""


# A process yields the seconds that it waits, or its place in a queue until another process wakes it.
Process = Generator["float | Place", None, None]


class World:
    """The clock, and the processes in the order in which they continue."""

    def __init__(self, seed: int) -> None:
        self.now = 0.0
        self.dice = random.Random(seed)
        self._heap: list[tuple[float, int, Process]] = []
        self._numbers = itertools.count()
        self._asleep: dict[Place, Process] = {}

    def start(self, process: Process, after_s: float = 0.0) -> None:
        heapq.heappush(self._heap, (self.now + after_s, next(self._numbers), process))

    def wake(self, place: Place) -> None:
        process = self._asleep.pop(place, None)
        if process:
            self.start(process)

    def run(self, longest_s: float = 100_000) -> None:
        while self._heap:
            self.now, _number, process = heapq.heappop(self._heap)
            assert self.now < longest_s, "the requests do not end"
            try:
                wait = next(process)
            except StopIteration:
                continue
            if isinstance(wait, Place):
                self._asleep[wait] = process
            else:
                self.start(process, wait)
        assert not self._asleep, "nothing wakes a request that waits"


@dataclass
class Service:
    """A service without a limit."""

    world: World
    served: int = 0
    refused: int = 0

    def ask(self) -> tuple[int, AnnouncedLimit]:
        refusal = self.refuse()
        if refusal is None:
            self.served += 1
            return 200, self.tell()
        self.refused += 1
        return refusal

    def refuse(self) -> tuple[int, AnnouncedLimit] | None:
        return None

    def tell(self) -> AnnouncedLimit:
        return NO_LIMIT

    def leave(self) -> None:
        """End a request, whose response was sent."""

    def least_s(self, requests: int, free_s: float) -> float:
        """Return the shortest time for this number of requests, which take `free_s` without a limit."""
        return free_s


@dataclass
class Window(Service):
    """A number of requests in each window.

    With `has_retry_after` a refusal has Retry-After. With `announces` each response has the remaining number and the
    reset. With `on_request` a window begins with the first request after the last window.
    """

    limit: int = 200
    seconds: float = 60.0
    status: int = 429
    has_retry_after: bool = False
    announces: bool = False
    on_request: bool = False
    count: int = 0
    begin: float = 0.0

    def _left_s(self) -> float:
        return int(self.begin + self.seconds - self.world.now) + 1

    def refuse(self) -> tuple[int, AnnouncedLimit] | None:
        passed = int((self.world.now - self.begin) / self.seconds)
        if passed:
            self.begin = self.world.now if self.on_request else self.begin + passed * self.seconds
            self.count = 0
        self.count += 1
        if self.count <= self.limit:
            return None
        return self.status, AnnouncedLimit(self._left_s()) if self.has_retry_after or self.announces else NO_LIMIT

    def tell(self) -> AnnouncedLimit:
        return AnnouncedLimit(self._left_s(), max(0, self.limit - self.count)) if self.announces else NO_LIMIT

    def least_s(self, requests: int, free_s: float) -> float:
        whole, rest = divmod(requests - 1, self.limit)
        last = free_s * (rest + 1) / requests
        return max(free_s, whole * self.seconds + last)


@dataclass
class Bucket(Service):
    """A number of requests per second, with a burst. From the second `later` another rate applies."""

    rate: float = 10.0
    burst: int = 20
    status: int = 429
    has_retry_after: bool = False
    later: tuple[float, float] | None = None
    tokens: float = field(init=False)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.tokens = float(self.burst)

    def refuse(self) -> tuple[int, AnnouncedLimit] | None:
        rate = self.later[1] if self.later and self.world.now > self.later[0] else self.rate
        self.tokens = min(self.burst, self.tokens + (self.world.now - self.at) * rate)
        self.at = self.world.now
        if self.tokens >= 1:
            self.tokens -= 1
            return None
        return self.status, AnnouncedLimit(1.0) if self.has_retry_after else NO_LIMIT

    def least_s(self, requests: int, free_s: float) -> float:
        if self.later:
            change, rate = self.later
            early = min(requests, self.burst + self.rate * change, requests * change / free_s)
            limited = change + (requests - early) / rate if early < requests else requests / self.rate
        else:
            limited = (requests - self.burst) / self.rate
        return max(limited, free_s)


@dataclass
class Hiccups(Service):
    """No limit, but one response in `one_in` is a 503."""

    one_in: int = 100

    def refuse(self) -> tuple[int, AnnouncedLimit] | None:
        return (503, NO_LIMIT) if self.world.dice.random() < 1 / self.one_in else None


@dataclass
class Outage(Service):
    """No limit, but the service returns 503 for a while."""

    begin: float = 2.0
    seconds: float = 30.0

    def refuse(self) -> tuple[int, AnnouncedLimit] | None:
        return (503, NO_LIMIT) if self.begin <= self.world.now < self.begin + self.seconds else None

    def least_s(self, requests: int, free_s: float) -> float:
        return free_s + (self.seconds if free_s > self.begin else 0)


@dataclass
class AtOnce(Service):
    """A number of concurrent requests."""

    limit: int = 4
    status: int = 429
    inside: int = 0

    def refuse(self) -> tuple[int, AnnouncedLimit] | None:
        self.inside += 1
        return (self.status, NO_LIMIT) if self.inside > self.limit else None

    def leave(self) -> None:
        self.inside -= 1


@dataclass
class Client:
    """Workers that take apps, and make the requests of each one after the other."""

    world: World
    service: Service
    apps: int
    requests: int
    workers: int
    latency: float
    pace: Pace = field(init=False)
    end: float = 0.0
    most_tries: int = 0
    longest_s: float = 0.0  # what a request took at most

    def __post_init__(self) -> None:
        self.pace = Pace(random.Random(self.world.dice.random()))
        self.owners = itertools.count()
        self.queue: deque[Place] = deque()
        for _number in range(self.workers):
            self.world.start(self._work())

    def _work(self) -> Process:
        while self.apps:
            self.apps -= 1
            for _number in range(self.requests):
                yield from self._request(next(self.owners))
        self.end = max(self.end, self.world.now)

    def _enter(self, owner: int) -> Generator[float | Place, None, Turn]:
        """Enter the queue of the product's gate: first come, first served."""
        if not self.queue and isinstance(claim := self.pace.claim(owner, self.world.now), Turn):
            return claim
        place = Place()
        self.queue.append(place)
        while True:
            if self.queue[0] is not place:
                yield place
                continue
            claim = self.pace.claim(owner, self.world.now)
            if isinstance(claim, Turn):
                self.queue.popleft()
                self._wake_first()
                return claim
            yield place if claim is None else claim

    def _wake_first(self) -> None:
        if self.queue:
            self.world.wake(self.queue[0])

    def _request(self, owner: int) -> Process:
        begun = self.world.now
        tries = 0
        while True:
            claim = yield from self._enter(owner)
            tries += 1
            yield self.latency * self.world.dice.uniform(0.3, 0.5)
            status, announced = self.service.ask()
            yield self.latency * self.world.dice.uniform(0.4, 0.6)
            self.service.leave()
            if status == 200:
                self.pace.note_served(claim, self.world.now, announced)
                self._wake_first()
                break
            alone_s = self.pace.note_refused(claim, self.world.now, status, announced, again=tries > 1)
            self._wake_first()
            if alone_s is not None:
                yield alone_s
        self.most_tries = max(self.most_tries, tries)
        self.longest_s = max(self.longest_s, self.world.now - begun)


SERVICES: dict[str, Callable[[World], Service]] = {
    "no limit": Service,
    "200 in 60 s, Retry-After": lambda w: Window(w, has_retry_after=True),
    "30 in 3 s, Retry-After": lambda w: Window(w, limit=30, seconds=3, has_retry_after=True),
    "200 in 60 s, not announced": Window,
    "200 in 60 s, rest and reset announced": lambda w: Window(w, announces=True),
    "200 in 60 s, 503, not announced": lambda w: Window(w, status=503),
    "30 in 3 s, 503, not announced": lambda w: Window(w, limit=30, seconds=3, status=503),
    "30 in 3 s, 503, begins on request": lambda w: Window(w, limit=30, seconds=3, status=503, on_request=True),
    "60 in 6 s, begins on request": lambda w: Window(w, limit=60, seconds=6, on_request=True),
    "10 a second, burst 20": Bucket,
    "10 a second, burst 20, Retry-After 1": lambda w: Bucket(w, has_retry_after=True),
    "10 a second, burst 20, 503": lambda w: Bucket(w, status=503),
    "12 a second, burst 12": lambda w: Bucket(w, rate=12, burst=12),
    "12 a second, burst 12, 503": lambda w: Bucket(w, rate=12, burst=12, status=503),
    "100 a second, burst 100": lambda w: Bucket(w, rate=100, burst=100),
    "1 a second, burst 5": lambda w: Bucket(w, rate=1, burst=5),
    "30 a second, after 20 s only 5": lambda w: Bucket(w, rate=30, burst=30, later=(20, 5)),
    "5 a second, after 60 s 30": lambda w: Bucket(w, rate=5, burst=10, later=(60, 30)),
    "503 in 1 of 100": Hiccups,
    "503 for 30 s": Outage,
    "four at once": AtOnce,
    "two at once": lambda w: AtOnce(w, limit=2),
    "four at once, 503": lambda w: AtOnce(w, status=503),
}


@dataclass(frozen=True)
class Trial:
    """The result of a simulated task."""

    seconds: float
    least_s: float
    served: int
    refused: int
    most_tries: int
    longest_s: float

    @property
    def factor(self) -> float:
        return self.seconds / self.least_s


def simulate(
    make: Callable[[World], Service],
    seed: int,
    *,
    clients: int = 1,
    apps: int = 300,
    requests: int = 4,
    workers: int = 8,
    latency: float = 0.05,
) -> Trial:
    world = World(seed)
    service = make(world)
    all_clients = [Client(world, service, apps // clients, requests, workers, latency) for _number in range(clients)]
    world.run()
    busy = min(workers * clients, service.limit if isinstance(service, AtOnce) else workers * clients)
    least = service.least_s(service.served, service.served * 0.9 * latency / busy)
    return Trial(
        max(client.end for client in all_clients),
        least,
        service.served,
        service.refused,
        max(client.most_tries for client in all_clients),
        max(client.longest_s for client in all_clients),
    )
