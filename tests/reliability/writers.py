# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several writers at once, one request at a time, in every order that is asked for.

Each writer has a thread, but only one of them runs at any moment: at each request a writer waits until it is chosen.
So an order of choices is all that decides what happens, and the same order gives the same run again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

# A writer gets a function that it calls before each of its steps, to wait its turn.
Writer = Callable[[Callable[[], None]], None]
_PATIENCE_S = 60.0


class _Turns:
    """Gives the turn to one writer after the other."""

    def __init__(self, count: int) -> None:
        self._condition = threading.Condition()
        self._waiting: set[int] = set()
        self._finished: set[int] = set()
        self._chosen: int | None = None
        self._count = count

    def arrive(self, writer: int) -> None:
        with self._condition:
            self._waiting.add(writer)
            self._condition.notify_all()
            self._wait(lambda: self._chosen == writer)
            self._chosen = None
            self._waiting.discard(writer)

    def finish(self, writer: int) -> None:
        with self._condition:
            self._finished.add(writer)
            self._condition.notify_all()

    def ready(self) -> list[int]:
        """Wait until no writer runs; return those that could go on."""
        with self._condition:
            self._wait(
                lambda: self._chosen is None and len(self._waiting) + len(self._finished - self._waiting) == self._count
            )
            return sorted(self._waiting)

    def choose(self, writer: int) -> None:
        with self._condition:
            self._chosen = writer
            self._condition.notify_all()

    def _wait(self, until: Callable[[], bool]) -> None:
        if not self._condition.wait_for(until, _PATIENCE_S):
            raise TimeoutError("a writer neither asks for anything nor ends")


@dataclass
class Order:
    """The choices of one run, and among whom each was made."""

    choices: list[int] = field(default_factory=list)
    among: list[list[int]] = field(default_factory=list)

    def __str__(self) -> str:
        return "".join("ABC"[choice] for choice in self.choices)


def interleave(writers: Sequence[Writer], beginning: Sequence[int] = ()) -> Order:
    """Run the writers in this order; when it ends, whoever ran last goes on as long as possible."""
    turns = _Turns(len(writers))
    errors: list[BaseException] = []

    def work(number: int, writer: Writer) -> None:
        try:
            writer(lambda: turns.arrive(number))
        except BaseException as error:
            errors.append(error)
        finally:
            turns.finish(number)

    threads = [
        threading.Thread(target=work, args=(number, writer), daemon=True) for number, writer in enumerate(writers)
    ]
    for thread in threads:
        thread.start()
    order = Order()
    while ready := turns.ready():
        step = len(order.choices)
        next_writer = beginning[step] if step < len(beginning) else (order.choices[-1] if order.choices else ready[0])
        choice = next_writer if next_writer in ready else ready[0]
        order.choices.append(choice)
        order.among.append(ready)
        turns.choose(choice)
    for thread in threads:
        thread.join(_PATIENCE_S)
    if errors:
        raise errors[0]
    return order


def orders(
    run: Callable[[Sequence[int]], Order], switches: int, every: int, dice: Random | None = None
) -> Iterator[Order]:
    """Run each order once that has at most so many switches from a writer that could have gone on.

    Of the orders that differ from one order by one choice, only each n-th runs. With `dice` the orders come in random
    sequence, so the first ones are a sample of all.
    """
    pending: list[list[int]] = [[]]
    seen: set[tuple[int, ...]] = set()
    while pending:
        if dice:
            last = dice.randrange(len(pending))
            pending[last], pending[-1] = pending[-1], pending[last]
        beginning = pending.pop()
        order = run(beginning)
        if tuple(order.choices) in seen:
            continue
        seen.add(tuple(order.choices))
        yield order
        for step in range(len(beginning), len(order.choices), every):
            for other in order.among[step]:
                tried = [*order.choices[:step], other]
                if other != order.choices[step] and _switches(tried, order.among) <= switches:
                    pending.append(tried)


def _switches(choices: Sequence[int], among: Sequence[Sequence[int]]) -> int:
    pairs = zip(choices, choices[1:], among[1:], strict=False)
    return sum(one != other and one in ready for one, other, ready in pairs)
