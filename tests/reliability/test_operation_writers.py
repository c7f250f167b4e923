# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run two operations at once, in many orders of their requests: only declared items change, each next run converges."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.reliability.operations.bench import Bench, Run, bench
from tests.reliability.operations.catalogue import OPERATIONS
from tests.reliability.operations.model import Operation

from .cases import ALL_CASES, dice, named, report, share
from .clients import Client
from .figures import MOST_ORDERS_OF_OPERATIONS
from .service import FIRST_PORT, InProcess
from .writers import Order, interleave, orders

SWITCHES = 2 if ALL_CASES else 1
MOST = share(MOST_ORDERS_OF_OPERATIONS) if ALL_CASES else 3
_APP = "PhoneGap app Shop"
_KEY = "PhoneGap key android Release"


@dataclass(frozen=True)
class Pair:
    """Two operations that begin with the state of the first. `doubled`: what may be there twice in the end."""

    first: Operation
    second: Operation
    doubled: str | None = None


def pair(first: str, second: str, doubled: str | None = None) -> Pair:
    one, other = OPERATIONS[first], OPERATIONS[second]
    both = replace(
        one,
        expected={**one.expected, **other.expected},
        between={**one.between, **other.between, **({doubled: frozenset({2})} if doubled else {})},
        ignores=one.ignores | other.ignores,
    )
    return Pair(both, other, doubled)


PAIRS = {
    "trigger twice": pair("trigger", "trigger"),
    "abort twice": pair("abort", "abort"),
    "abort, and abort what is stale": pair("abort stale", "abort"),
    "retention twice": pair("retention: two apps", "retention: two apps"),
    "retention of one app and of two": pair("retention: two apps", "retention: one app"),
    "artifact removal twice": pair("artifact: removal", "artifact: removal"),
    "download twice": pair("download: replacement", "download: replacement"),
    "adopt twice": pair("adopt", "adopt"),
    "rotation twice": pair("rotation", "rotation"),
    "PhoneGap, version and content": pair("PhoneGap app: content", "PhoneGap app: content"),
    "PhoneGap, key and app": pair("PhoneGap app: key", "PhoneGap key: unlock"),
    "PhoneGap, collaborator twice": pair("PhoneGap collaborator: new", "PhoneGap collaborator: new"),
    # PhoneGap knows no unique titles, so two runs that both find none create two.
    "PhoneGap, app created twice": pair("PhoneGap app: creation", "PhoneGap app: creation", _APP),
    "PhoneGap, key created twice": pair("PhoneGap key: creation", "PhoneGap key: creation", _KEY),
}


@pytest.fixture
def tested(in_process: InProcess, tmp_path: Path) -> Iterator[Bench]:
    with bench(in_process, tmp_path) as opened:
        yield opened


def played(tested: Bench, chosen: Pair, beginning: Sequence[int], ran: dict[int, Run]) -> Order:
    """Run both operations once, in an order that begins like this."""
    tested.begin(chosen.first)

    def writer(number: int, operation: Operation) -> Callable[[Callable[[], None]], None]:
        def work(arrive: Callable[[], None]) -> None:
            client = Client(FIRST_PORT + number, None, arrive)
            ran[number] = tested.run(client=client, steps=tuple(operation.steps))

        return work

    return interleave([writer(0, chosen.first), writer(1, chosen.second)], beginning)


def judge(tested: Bench, chosen: Pair, ran: dict[int, Run]) -> list[str]:
    """Return what is wrong: with the two runs, or with runs after them."""
    wrong = [text for run in ran.values() for text in run.tracebacks]
    for item, count in tested.added().items():
        ended = sum(not run.failed for run in ran.values())
        if count != ended:
            wrong.append(f"{ended} runs succeeded, and {item} grew by {count}")
    if chosen.doubled and tested.seen().get(chosen.doubled) == 2:
        # The next run names both and changes nothing.
        rerun = tested.run()
        if not rerun.failed or rerun.writes:
            wrong.append("a run chose one of two of the same title")
        return wrong + rerun.tracebacks
    second = tested.run(steps=tuple(chosen.second.steps))
    if second.failed:
        wrong.append(f"the second operation fails: {second.message}")
    return wrong + tested.check()


@named(PAIRS)
def test_operations_at_once(tested: Bench, name: str) -> None:
    chosen = PAIRS[name]
    ran: dict[int, Run] = {}
    wrong = []
    count = 0
    chance = dice(name) if ALL_CASES else None
    tries = orders(lambda beginning: played(tested, chosen, beginning, ran), SWITCHES, 1 if ALL_CASES else 2, chance)
    for order in itertools.islice(tries, MOST):
        count += 1
        results = "; ".join(ran[number].message for number in sorted(ran))
        wrong += [f"{order}: {text}\n{results}" for text in judge(tested, chosen, ran)]
    assert count > 1
    assert not wrong, report(wrong, count)
