# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pace finds the limit of any service, and takes little more time than the limit requires."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mobileops.ci.plugins.module_utils._http import pace as _pace
from ansible_collections.mobileops.ci.plugins.module_utils._http.pace import AnnouncedLimit, Pace, Turn

from .simulation import SERVICES, AtOnce, Bucket, Hiccups, Outage, Service, Trial, Window, World, simulate

# Time beside the requests: the first refusals, until the task knows the limit.
START_S = 4.0


def check(trial: Trial, factor: float, clients: int) -> None:
    # Independent clients meet in a limit by chance, so they need longer to share it.
    allowance_s = START_S if clients == 1 else 15.0
    assert trial.seconds <= factor * trial.least_s + allowance_s, trial
    # No request waits while all others are served.
    assert trial.longest_s <= trial.seconds * 0.9 + allowance_s, trial


@pytest.mark.parametrize("workers", [1, 16, 64])
@pytest.mark.parametrize("name", SERVICES)
def test_one_client(name: str, workers: int) -> None:
    trial = simulate(SERVICES[name], 1, workers=workers)
    check(trial, 2 if "at once" in name else 1.4, 1)
    slow = name.startswith("1 a second")
    assert trial.refused <= trial.served * (1 if slow else 0.12) + 5 * workers, trial


@pytest.mark.parametrize("name", SERVICES)
def test_three_clients(name: str) -> None:
    check(simulate(SERVICES[name], 1, clients=3, workers=16), 2 if "at once" in name else 1.4, 3)


@pytest.mark.parametrize("latency", [0.005, 0.5])
@pytest.mark.parametrize("name", SERVICES)
def test_latencies(name: str, latency: float) -> None:
    check(simulate(SERVICES[name], 1, workers=16, latency=latency), 2 if "at once" in name else 1.4, 1)


@pytest.mark.parametrize(
    "name", ["30 in 3 s, 503, not announced", "30 in 3 s, 503, begins on request", "60 in 6 s, begins on request"]
)
def test_a_window_that_is_not_reported(name: str) -> None:
    """Find the pace of a reported window after two windows that served the same number."""
    trial = simulate(SERVICES[name], 1, workers=16)
    assert trial.seconds <= 1.15 * trial.least_s + START_S, trial


@st.composite
def services(draw: st.DrawFn) -> tuple[str, dict[str, object]]:
    status = draw(st.sampled_from([429, 503]))
    kind = draw(st.sampled_from([Window, Bucket, AtOnce, Hiccups, Outage]))
    options: dict[str, object] = {"status": status}
    if kind is Window:
        # At least a third of a window's requests a second: otherwise the simulation only counts windows.
        options |= {"limit": draw(st.integers(20, 300)), "seconds": draw(st.floats(2, 60))}
        options |= {"on_request": draw(st.booleans())}
        options |= draw(st.sampled_from([{}, {"has_retry_after": True}, {"announces": True}]))
    elif kind is Bucket:
        options |= {
            "rate": draw(st.floats(2, 200)),
            "burst": draw(st.integers(2, 200)),
            "has_retry_after": draw(st.booleans()),
        }
    elif kind is AtOnce:
        options |= {"limit": draw(st.integers(1, 20))}
    elif kind is Hiccups:
        options = {"one_in": draw(st.integers(50, 500))}
    else:
        options = {"begin": draw(st.floats(0, 5)), "seconds": draw(st.floats(1, 60))}
    return kind.__name__, options


@settings(max_examples=60)
@given(services(), st.integers(1, 64), st.floats(0.005, 0.5), st.integers(0, 1000))
def test_any_service(service: tuple[str, dict[str, object]], workers: int, latency: float, seed: int) -> None:
    """Serve every request in a time near the least possible."""
    kind, options = service
    classes: dict[str, type[Service]] = {c.__name__: c for c in (Window, Bucket, AtOnce, Hiccups, Outage)}

    def make(world: World) -> Service:
        return classes[kind](world, **options)

    trial = simulate(make, seed, apps=100, workers=workers, latency=latency)
    assert trial.served == 400
    # Without headers the pace finds a new window after half of the longest wait, on average.
    windows = trial.served / float(str(options["limit"])) if kind == "Window" else 1
    allowance_s = 10 + windows * _pace.LONGEST_WAIT_S / 2
    assert trial.seconds <= (2 if kind == "AtOnce" else 1.4) * trial.least_s + allowance_s, trial


def test_isolated_503_costs_little() -> None:
    for latency in (0.005, 0.05, 0.5):
        free = simulate(Service, 3, apps=1000, latency=latency)
        rare = simulate(Hiccups, 3, apps=1000, latency=latency)
        assert rare.seconds <= 1.05 * free.seconds


def test_cost_without_a_limit() -> None:
    """Take less than 1 % of a request to a service that responds in 5 ms."""
    pace = Pace()
    begun = time.process_time()
    for number in range(20_000):
        turn = pace.claim(number, number * 0.005)
        assert isinstance(turn, Turn)
        pace.note_served(turn, number * 0.005 + 0.004)
    # In seconds of CPU, so that a busy machine does not decide.
    assert (time.process_time() - begun) / 20_000 < 0.005 * 0.01 * 2


# The gate


def served(pace: Pace, now: float, announced: AnnouncedLimit = _pace.NO_LIMIT) -> None:
    turn = pace.claim(0, now)
    assert isinstance(turn, Turn)
    pace.note_served(turn, now + 0.05, announced)


def refuse(pace: Pace, now: float, announced: AnnouncedLimit = _pace.NO_LIMIT, status: int = 429) -> None:
    turn = pace.claim(0, now)
    assert isinstance(turn, Turn)
    pace.note_refused(turn, now, status, announced)


def test_a_reported_wait_is_kept_and_one_request_probes() -> None:
    pace = Pace()
    refuse(pace, 0, AnnouncedLimit(30))
    assert pace.claim(0, 1) == 29
    probe = pace.claim(0, 30)
    assert isinstance(probe, Turn)
    assert probe.probe
    assert pace.claim(1, 30) is None  # the others wait for the end of the probe
    pace.note_served(probe, 30.05)
    assert isinstance(pace.claim(1, 30.05), Turn)


def test_a_probe_that_is_given_up_is_followed_by_another() -> None:
    pace = Pace()
    refuse(pace, 0, AnnouncedLimit(5))
    probe = pace.claim(0, 5)
    assert isinstance(probe, Turn)
    pace.abandon(probe)
    assert isinstance(pace.claim(1, 5), Turn)


def test_waits_in_whole_seconds_end_with_the_least_one() -> None:
    """Use the shortest wait: all are rounded up, and that of the last request is the most exact."""
    pace = Pace()
    turns = [pace.claim(number, 0) for number in range(3)]
    for turn, now, wait_s in zip(turns, (0.1, 0.5, 0.6), (3, 2, 60), strict=True):
        assert isinstance(turn, Turn)
        pace.note_refused(turn, now, 429, AnnouncedLimit(wait_s))
        if wait_s == 2:
            assert pace.claim(9, 0.5) == pytest.approx(2)
    assert pace.claim(9, 0.6) == pytest.approx(60)  # another limit


def test_nothing_remaining_closes_the_gate_before_a_refusal() -> None:
    pace = Pace()
    served(pace, 0, AnnouncedLimit(12, 0))
    assert pace.claim(0, 1) == pytest.approx(11.05)
    assert isinstance(pace.claim(0, 13), Turn)


def test_no_more_are_under_way_than_remain() -> None:
    pace = Pace()
    served(pace, 0, AnnouncedLimit(12, 2))
    assert [isinstance(pace.claim(number, 1), Turn) for number in range(3)] == [True, True, False]
    assert isinstance(pace.claim(3, 13), Turn)


def test_failures_in_a_row_close_the_gate_only_if_they_are_of_different_requests() -> None:
    pace = Pace()
    for owner in (1, 1, 1, 2):
        turn = pace.claim(owner, 0)
        assert isinstance(turn, Turn)
        assert pace.note_failed(turn, 0) is False
    served(pace, 0)
    for owner, closed in ((1, False), (2, False), (3, True)):
        turn = pace.claim(owner, 1)
        assert isinstance(turn, Turn)
        assert pace.note_failed(turn, 1) is closed


@pytest.mark.parametrize(
    ("status", "was_up", "seconds"), [(None, False, 0), (None, True, 75), (500, False, 75), (503, True, 150)]
)
def test_how_long_a_host_may_fail(status: int | None, was_up: bool, seconds: float) -> None:
    """Wait a quarter of a minute for each of five retries if the host was up, and twice as long after a limit."""
    pace = Pace(random.Random(1))
    now = 0.0
    if was_up:
        served(pace, now)
    while not pace.is_hopeless(now, 5):
        claim = pace.claim(int(now * 1000), now)
        if isinstance(claim, Turn):
            if status == 503:
                pace.note_refused(claim, now, status)
            else:
                pace.note_failed(claim, now, status)
            now += 0.001
        else:
            assert claim is not None
            now += claim
    assert seconds <= now <= seconds + 20
    assert pace.failed_probes >= 5


def test_a_limit_is_never_hopeless() -> None:
    pace = Pace()
    refuse(pace, 0)
    for now in range(0, 10_000, 20):
        probe = pace.claim(0, now + 10)
        assert isinstance(probe, Turn)
        pace.note_refused(probe, now + 10, 429)
    assert not pace.is_hopeless(10_000, 5)


def test_a_request_that_is_refused_alone_shows_a_limit_of_the_rate() -> None:
    """Treat a bucket that serves one of the concurrent requests as a limit of one request only once."""
    pace = Pace()
    turns = [pace.claim(number, 0) for number in range(5)]
    for number, turn in enumerate(turns):
        assert isinstance(turn, Turn)
        if number == 1:
            pace.note_served(turn, 0.05)
        else:
            pace.note_refused(turn, 0.05, 429)
    served(pace, 2)  # the probe
    turn = pace.claim(0, 2.1)
    assert isinstance(turn, Turn)
    assert pace.claim(1, 2.1) is None  # taken for a limit of one at once
    pace.note_served(turn, 2.15)
    for now in (2.2, 2.3, 2.4, 2.5):
        served(pace, now)
    refuse(pace, 2.6)
    served(pace, 4)
    assert isinstance(pace.claim(0, 5), Turn)
    assert isinstance(pace.claim(1, 5), float)  # a rate now
