# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kill or disturb operations at each request: only declared items change, and a rerun finishes the work."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.reliability.operations.bench import Bench, Run, bench
from tests.reliability.operations.catalogue import OPERATIONS, PLAYS, changing_modules, covered_modules, plays

from .cases import ALL_CASES, exhaustive, named, report, sample, some
from .clients import Disturbance
from .faults import EXPECTED, FAULTS, Fault
from .scenarios import SCENARIOS
from .service import InProcess

KILLS: Mapping[str, tuple[str, bool]] = {
    "before": ("kill", True),
    "after": ("kill", False),
    "while reading": ("kill reading", False),
}
# Of longer runs, the short form tries fewer requests.
LONG_RUN = 5
# A clock that is wrong by a day, in seconds.
SKEWS = (86_400.0, -86_400.0)


@pytest.fixture
def tested(in_process: InProcess, tmp_path: Path) -> Iterator[Bench]:
    with bench(in_process, tmp_path) as opened:
        yield opened


def test_each_module_that_changes_something_takes_part() -> None:
    missing = changing_modules() - covered_modules()
    assert not missing, f"no scenario of tests/reliability runs {', '.join(sorted(missing))}"


def test_each_playbook_and_role_takes_part() -> None:
    assert plays() == set(PLAYS)
    assert {name for name in PLAYS.values() if name} <= {*OPERATIONS, *SCENARIOS}


@named(OPERATIONS)
def test_undisturbed(tested: Bench, name: str) -> None:
    tested.begin(OPERATIONS[name])
    ran = tested.run()
    assert not ran.failed, ran.message
    assert ran.changed
    assert set(tested.added().values()) <= {1}
    assert tested.check(finish=False) == []
    assert tested.litter() == []


def length(tested: Bench, name: str) -> int:
    tested.begin(OPERATIONS[name])
    return tested.run().client.sent


@named(OPERATIONS)
def test_killed_at_each_request(tested: Bench, name: str) -> None:
    numbers = range(1, length(tested, name) + 1)
    cases = some(list(itertools.product(numbers, KILLS, (False, True))), 13 if len(numbers) < LONG_RUN else 61, of=name)
    wrong = []
    for number, kill, fresh in cases:
        what, before = KILLS[kill]
        tested.begin(OPERATIONS[name])
        killed = tested.run(Disturbance(number, what, before))
        if what == "kill":
            assert killed.killed
        if fresh:
            tested.empty_home()
        wrong += [f"killed {kill} {number} ({' '.join(killed.client.trace)}): {text}" for text in tested.check()]
    assert not wrong, report(wrong, len(cases))


@exhaustive
@named(OPERATIONS)
def test_killed_twice(tested: Bench, name: str) -> None:
    """Kill the rerun as well."""
    numbers = range(1, length(tested, name) + 1)
    cases = sample(list(itertools.product(numbers, KILLS, range(1, len(numbers) + 3))), 60, of=name)
    wrong = []
    for number, kill, again in cases:
        what, before = KILLS[kill]
        tested.begin(OPERATIONS[name])
        tested.run(Disturbance(number, what, before))
        tested.empty_home()
        second = tested.run(Disturbance(again, "kill"))
        trace = " ".join(second.client.trace)
        wrong += [f"killed {kill} {number}, then after {again} ({trace}): {text}" for text in tested.check()]
    assert not wrong, report(wrong, len(cases))


def judge(tested: Bench, ran: Run, fault: Fault) -> list[str]:
    """Return what is wrong after a run that was disturbed."""
    wrong = list(ran.tracebacks)
    if ran.failed and ran.error not in EXPECTED and not wrong:
        wrong.append(f"an error of the kind {ran.error}: {ran.message}")
    if not ran.failed and not fault.is_blind:
        wrong += [f"success, and yet {text}" for text in tested.differences()]
    grown = tested.added().values()
    wrong += [f"{count} were added" for count in grown if count > 1 or (count != 1 and not ran.failed)]
    return wrong + tested.check()


@named(OPERATIONS)
@pytest.mark.parametrize("retries", [0, pytest.param(2, marks=exhaustive)])
def test_each_request_fails(tested: Bench, name: str, retries: int) -> None:
    numbers = range(1, length(tested, name) + 1)
    # An unlocked key of PhoneGap is locked again after an hour, whatever anyone does.
    faults = [label for label, fault in FAULTS.items() if fault.what != "late" or OPERATIONS[name].apps]
    cases = some(list(itertools.product(numbers, faults)), 61 if len(numbers) < LONG_RUN else 307, of=name)
    wrong = []
    for number, label in cases:
        fault = FAULTS[label]
        tested.begin(OPERATIONS[name])
        tested.is_deceived = fault.is_blind
        ran = tested.run(Disturbance(number, fault.what, fault.before, fault.times), max_retries=retries)
        case = f"{label} at {number} ({' '.join(ran.client.trace)})\n{ran.message}"
        wrong += [f"{text}: {case}" for text in judge(tested, ran, fault)]
    assert not wrong, report(wrong, len(cases))


# Those in which a clock decides what is deleted or aborted.
BY_TIME = [name for name in OPERATIONS if name.startswith(("abort stale", "retention"))]


@pytest.mark.parametrize("name", list(OPERATIONS) if ALL_CASES else BY_TIME)
@pytest.mark.parametrize("skew", SKEWS)
def test_wrong_clock(tested: Bench, name: str, skew: float) -> None:
    """Set the clock a day ahead or behind: the work is done, or refused before anything is changed."""
    tested.begin(OPERATIONS[name])
    tested.service.time.skew_s = skew
    ran = tested.run()
    assert not ran.tracebacks
    if ran.failed:
        assert not ran.writes, ran.message
    else:
        assert tested.differences() == []
    assert tested.problems == []
    tested.service.time.skew_s = 0.0
    assert tested.check() == []


# Operations that keep what they download, and a false content with the status 200.
@pytest.mark.parametrize("name", ["adopt", "replacement with a backup", "download: first"])
@pytest.mark.parametrize("response", ["{}", "html", "empty", "no text"])
def test_false_content_is_not_kept(tested: Bench, name: str, response: str) -> None:
    tested.begin(OPERATIONS[name])
    trace = tested.run().client.trace
    numbers = [number for number, asked in enumerate(trace, 1) if asked == "get"]
    assert numbers
    for number in numbers:
        tested.begin(OPERATIONS[name])
        ran = tested.run(Disturbance(number, response))
        assert ran.failed
        assert ran.error in EXPECTED | {"backup"}
        assert tested.check() == []


@pytest.mark.parametrize("name", ["PhoneGap key: unlock", "PhoneGap key: lock"])
def test_empty_response_to_a_change_of_a_key(tested: Bench, name: str) -> None:
    """Drop the response of a change that was made: the list of keys shows it to the next run."""
    tested.begin(OPERATIONS[name])
    assert "PUT" in tested.run().client.trace[-1]
    tested.begin(OPERATIONS[name])
    ran = tested.run(Disturbance(2, "empty"))
    assert ran.error == "no_effect"
    assert tested.check() == []
