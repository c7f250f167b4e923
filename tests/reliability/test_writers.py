# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run writers of one name at once, in many orders of their requests: no file is lost, each next run converges."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from random import Random

import pytest

from .cases import ALL_CASES, dice, exhaustive, named, report, sample, share
from .clients import Client, Disturbance
from .figures import MOST_ORDERS
from .lab import Lab, Ran
from .pairs import PAIRS, Pair
from .scenarios import Scenario
from .service import FIRST_PORT
from .writers import Order, interleave, orders

# The number of times that a writer that could go on waits for another one.
SWITCHES = 2 if ALL_CASES else 1
# The short form runs the order without a switch, and some of the others.
MOST = share(MOST_ORDERS) if ALL_CASES else 4


def writers_of(lab: Lab, pair: Pair, ran: dict[int, Ran], disturbed: Disturbance | None) -> list[Callable[..., None]]:
    """Return a function for each writer, which notes what came of it."""

    def run(number: int, scenario: Scenario) -> Callable[..., None]:
        def work(arrive: Callable[[], None]) -> None:
            client = Client(FIRST_PORT + number, disturbed if number == 0 else None, arrive)
            ran[number] = lab.run(scenario.task, client=client)

        return work

    def act(action: Callable[[Lab], None]) -> Callable[..., None]:
        def work(arrive: Callable[[], None]) -> None:
            arrive()
            action(lab)

        return work

    return [
        run(number, writer) if isinstance(writer, Scenario) else act(writer.act)
        for number, writer in enumerate(pair.writers)
    ]


def played(
    lab: Lab, pair: Pair, beginning: Sequence[int], disturbed: Disturbance | None = None
) -> tuple[Order, dict[int, Ran]]:
    """Run the writers of a pair once, in an order that begins like this."""
    first = pair.writers[0]
    assert isinstance(first, Scenario)
    lab.begin(first)
    ran: dict[int, Ran] = {}
    return interleave(writers_of(lab, pair, ran, disturbed), beginning), ran


def judge(lab: Lab, pair: Pair, order: Order, ran: dict[int, Ran], number: int) -> list[str]:
    """Return what is wrong: with the writers, or with a rerun of one of them."""
    wrong = [
        f"a traceback: {one.result['exception']}" for one in ran.values() if one.result and "exception" in one.result
    ]
    state = lab.state()
    rerun = pair.reruns[number % len(pair.reruns)]
    lab.scenario = pair.adapt(rerun, ran)
    wrong += lab.check()
    results = "; ".join(
        f"{who}: {one.message if one.failed else 'ok'}"
        for who, one in zip("AB", (ran[number] for number in sorted(ran)), strict=False)
    )
    return [f"{order}, then {'AB'[pair.reruns.index(rerun)]}: {text}\n{results}\n{state}" for text in wrong]


@named(PAIRS)
def test_writers(lab: Lab, name: str) -> None:
    pair = PAIRS[name]
    last: dict[int, Ran] = {}

    def run(beginning: Sequence[int]) -> Order:
        order, ran = played(lab, pair, beginning)
        last.clear()
        last.update(ran)
        return order

    wrong = []
    count = 0
    chance = dice(name) if ALL_CASES else Random(name)
    for order in itertools.islice(orders(run, SWITCHES, 1, chance), MOST):
        wrong += judge(lab, pair, order, dict(last), count)
        count += 1
    assert count > 1
    assert not wrong, report(wrong, count)


@exhaustive
@named(PAIRS)
def test_writers_of_which_one_is_killed(lab: Lab, name: str) -> None:
    pair = PAIRS[name]
    wrong = []
    count = 0
    chance = dice(name)
    for number, before in sample(list(itertools.product(range(1, 12), (True, False))), 12, of=name):
        kill = Disturbance(number, "kill", before=before)
        last: dict[int, Ran] = {}

        # pylint: disable-next=dangerous-default-value
        def run(beginning: Sequence[int], kill: Disturbance = kill, last: dict[int, Ran] = last) -> Order:
            order, ran = played(lab, pair, beginning, kill)
            last.clear()
            last.update(ran)
            return order

        for order in itertools.islice(orders(run, 1, 1, chance), 3):
            count += 1
            wrong += [f"{kill}: {text}" for text in judge(lab, pair, order, dict(last), count)]
    assert not wrong, report(wrong, count)


def test_the_order_is_what_was_asked_for(lab: Lab) -> None:
    """Check the scheduler: each order of two runs with one switch comes once, and is the same when repeated."""
    pair = PAIRS["profile: nothing there; the same"]
    seen = [str(order) for order in orders(lambda beginning: played(lab, pair, beginning)[0], 1, 1)]
    assert len(seen) == len(set(seen))
    assert re.fullmatch("A+B+", seen[0])
    assert all({"A", "B"} == set(order) for order in seen)
    for order in seen[:10]:
        again, _ran = played(lab, pair, ["AB".index(letter) for letter in order])
        assert str(again) == order


@pytest.mark.parametrize("letters", ["ABABABABAB", "BBABA"])
def test_an_order_that_is_longer_or_shorter_than_the_runs(lab: Lab, letters: str) -> None:
    order, ran = played(lab, PAIRS["profile: nothing there; the same"], ["AB".index(letter) for letter in letters])
    assert str(order).startswith(letters[:4])
    assert set(ran) == {0, 1}
