# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate: which refusals close it, which requests wait behind it, and how long a wait is announced."""

from __future__ import annotations

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._http.pace import AnnouncedLimit, Pace

from .steps import (
    FIRST_WAIT_S,
    LATENCY,
    Shortest,
    fail,
    must_queue,
    new_pace,
    refuse,
    serve,
    serve_many,
    turn_at,
    turns_at,
    wait_at,
)

# Isolated refusals


def test_an_isolated_503_stops_only_its_own_request() -> None:
    """Retry it after two latencies at most."""
    pace = new_pace()
    assert refuse(pace, 0, status=503) == pytest.approx(2 * LATENCY)
    assert not pace.is_closed
    assert refuse(Pace(Shortest()), 0, status=503) == 0


def test_the_third_503_among_ten_responses_closes_the_gate() -> None:
    pace = new_pace()
    for second in (0, 1):
        assert refuse(pace, second, status=503) is not None
    now = serve_many(pace, 2, 7)
    assert refuse(pace, now, status=503) is None
    assert pace.is_closed


def test_a_503_before_the_last_ten_responses_does_not_count() -> None:
    pace = new_pace()
    for second in (0, 1):
        refuse(pace, second, status=503)
    now = serve_many(pace, 2, 8)
    assert refuse(pace, now, status=503) is not None
    assert not pace.is_closed


def test_the_second_503_closes_the_gate_of_a_host_with_a_rate() -> None:
    pace = new_pace()
    refuse(pace, 0)
    serve(pace, 1)
    for number in range(9):
        serve(pace, 2 + number * 0.3)
    assert refuse(pace, 5, status=503) is not None
    assert refuse(pace, 6, status=503) is None


@pytest.mark.parametrize("status", [429, 503])
def test_an_announced_wait_closes_the_gate_at_once(status: int) -> None:
    pace = new_pace()
    assert refuse(pace, 0, AnnouncedLimit(9), status) is None
    assert wait_at(pace, LATENCY) == pytest.approx(9)


def test_a_429_closes_the_gate_at_once() -> None:
    pace = new_pace()
    assert refuse(pace, 0) is None
    assert pace.is_closed


def test_a_request_that_gets_503_again_closes_the_gate() -> None:
    pace = new_pace()
    assert pace.note_refused(turn_at(pace, 0), LATENCY, 503, again=True) is None
    assert pace.is_closed


def test_a_503_while_the_gate_is_closed_waits_behind_it() -> None:
    pace = new_pace()
    turns = turns_at(pace, 0, 2)
    pace.note_refused(turns[0], LATENCY, 429)
    assert pace.note_refused(turns[1], LATENCY, 503) is None


def test_a_503_from_before_the_last_refusal_does_not_count() -> None:
    """Retry its request at once, and do not close the gate that a probe has opened."""
    pace = new_pace()
    turns = turns_at(pace, 0, 2)
    pace.note_refused(turns[0], LATENCY, 429, AnnouncedLimit(5))
    serve(pace, 6)
    assert pace.note_refused(turns[1], 6.2, 503) is None
    assert not pace.is_closed


@pytest.mark.parametrize("status", [429, 503])
def test_a_refused_probe_closes_the_gate_again(status: int) -> None:
    pace = new_pace()
    refuse(pace, 0)
    assert refuse(pace, 1, status=status) is None
    assert (pace.failed_probes, pace.cause) == (1, status)


@pytest.mark.parametrize("status", [429, 503])
def test_the_rate_is_limited_after_the_gate_was_closed(status: int) -> None:
    pace = new_pace()
    pace.note_refused(turn_at(pace, 0), LATENCY, status, again=True)
    serve(pace, 1)
    assert wait_at(pace, 1.1) > 0


# Requests without a response


def test_failures_of_three_requests_close_the_gate() -> None:
    pace = new_pace()
    turns = turns_at(pace, 0, 3)
    assert [pace.note_failed(turn, LATENCY) for turn in turns] == [False, False, True]


def test_a_served_request_ends_a_row_of_failures() -> None:
    pace = new_pace()
    turns = turns_at(pace, 0, 3)
    for turn in turns[:2]:
        pace.note_failed(turn, LATENCY)
    serve(pace, 1)
    assert pace.note_failed(turns[2], 2) is False


def test_another_failure_does_not_extend_the_wait() -> None:
    pace = new_pace()
    serve(pace, 0)
    turns = turns_at(pace, 1, 4)
    for turn in turns:
        pace.note_failed(turn, 1.1)
    assert wait_at(pace, 1.1) == pytest.approx(FIRST_WAIT_S)
    assert pace.note_failed(turn_at(pace, 2), 3, 500) is True
    assert wait_at(pace, 3) == pytest.approx(2 * FIRST_WAIT_S)
    assert pace.cause == 500


def test_a_failure_of_the_probe_closes_the_gate_again() -> None:
    pace = new_pace()
    refuse(pace, 0)
    assert pace.note_failed(turn_at(pace, 1), 1) is True
    assert (pace.failed_probes, pace.cause) == (1, None)
    assert wait_at(pace, 1) == pytest.approx(2 * FIRST_WAIT_S)


def test_the_probe_opens_the_gate() -> None:
    pace = new_pace()
    refuse(pace, 0)
    assert (pace.is_closed, pace.closed_since, pace.cause) == (True, LATENCY, 429)
    refuse(pace, 1)
    assert (pace.closed_since, pace.failed_probes) == (LATENCY, 1)
    probe = turn_at(pace, 2)
    assert must_queue(pace, 2)
    pace.note_served(probe, 2.1)
    assert (pace.is_closed, pace.failed_probes) == (False, 0)
    refuse(pace, 3)
    assert (pace.is_closed, pace.failed_probes) == (True, 0)


def test_requests_are_counted() -> None:
    pace = new_pace()
    turns = turns_at(pace, 0, 4)
    assert pace.under_way == 4
    for turn in turns[:3]:
        pace.note_served(turn, 1)
    assert (pace.under_way, pace.served, pace.refused) == (1, 3, 0)
    pace.note_refused(turns[3], 1, 429)
    assert (pace.under_way, pace.served, pace.refused) == (0, 3, 1)


# Announced waits


def test_the_longest_one_of_different_waits_counts() -> None:
    pace = new_pace()
    turns = turns_at(pace, 0, 3)
    for turn, wait_s in zip(turns, (60, 2, 30), strict=True):
        pace.note_refused(turn, LATENCY, 429, AnnouncedLimit(wait_s))
    assert wait_at(pace, LATENCY) == pytest.approx(60)
    assert pace.announced_until == pytest.approx(60 + LATENCY)


@pytest.mark.parametrize(("second", "wait_s"), [(8.5, 8.5), (9.5, 9), (8, 9), (10, 10)])
def test_waits_that_differ_by_less_than_a_second_are_one(second: float, wait_s: float) -> None:
    pace = new_pace()
    turns = turns_at(pace, 0, 2)
    pace.note_refused(turns[0], 0, 429, AnnouncedLimit(9))
    pace.note_refused(turns[1], 0, 429, AnnouncedLimit(second))
    assert wait_at(pace, 0) == wait_s


def test_a_late_refusal_without_a_wait_does_not_change_it() -> None:
    pace = new_pace()
    turns = turns_at(pace, 0, 2)
    pace.note_refused(turns[0], LATENCY, 429)
    pace.note_refused(turns[1], 0.2, 429)
    assert wait_at(pace, 0.2) == pytest.approx(FIRST_WAIT_S - LATENCY)


def test_a_late_refusal_with_a_wait_replaces_the_estimated_one() -> None:
    pace = new_pace()
    turns = turns_at(pace, 0, 2)
    pace.note_refused(turns[0], LATENCY, 429)
    pace.note_refused(turns[1], LATENCY, 429, AnnouncedLimit(7))
    assert wait_at(pace, LATENCY) == pytest.approx(7)


def test_a_late_refusal_after_the_probe_does_not_close_the_gate() -> None:
    pace = new_pace()
    turns = turns_at(pace, 0, 2)
    pace.note_refused(turns[0], LATENCY, 429, AnnouncedLimit(2))
    serve(pace, 3)
    pace.note_refused(turns[1], 3.2, 429, AnnouncedLimit(5))
    assert not pace.is_closed
    turn_at(pace, 3.2)


def test_a_late_refusal_may_announce_that_none_remains() -> None:
    """Wait until then, although the gate stays open."""
    pace = new_pace()
    turns = turns_at(pace, 0, 2)
    pace.note_refused(turns[0], LATENCY, 429, AnnouncedLimit(2))
    serve(pace, 3)
    pace.note_refused(turns[1], 3.2, 429, AnnouncedLimit(5, 0))
    assert not pace.is_closed
    assert wait_at(pace, 3.2) == pytest.approx(5)


def test_an_announced_wait_ends() -> None:
    """Forget it, so that a failed probe waits for its own time."""
    pace = new_pace()
    refuse(pace, 0, AnnouncedLimit(5))
    refuse(pace, 6)
    assert pace.announced_until is None
    assert wait_at(pace, 6 + LATENCY) == pytest.approx(2 * FIRST_WAIT_S)


def test_a_served_request_announces_that_none_remains() -> None:
    pace = new_pace()
    serve(pace, 0, AnnouncedLimit(12, 0))
    assert pace.announced_until == pytest.approx(12 + LATENCY)
    assert wait_at(pace, LATENCY) == pytest.approx(12)
    # The gate stays open: no probe is needed.
    turns_at(pace, 13, 2)


def test_a_shorter_announcement_does_not_end_a_wait() -> None:
    pace = new_pace()
    turns = turns_at(pace, 0, 2)
    pace.note_served(turns[0], 0, AnnouncedLimit(12, 0))
    pace.note_served(turns[1], 0, AnnouncedLimit(3, 0))
    assert wait_at(pace, 0) == 12


@pytest.mark.parametrize("announced", [AnnouncedLimit(None, 0), AnnouncedLimit(12, None), AnnouncedLimit(None, 1)])
def test_an_incomplete_announcement_of_a_served_request_is_ignored(announced: AnnouncedLimit) -> None:
    pace = new_pace()
    serve(pace, 0, announced)
    turns_at(pace, LATENCY, 20)


def test_remaining_requests_until_the_end_of_the_announcement() -> None:
    pace = new_pace()
    serve(pace, 0, AnnouncedLimit(10, 2))
    turns = turns_at(pace, 1, 2)
    assert must_queue(pace, 1)
    pace.note_served(turns[0], 2, AnnouncedLimit(9, 1))
    assert must_queue(pace, 2)
    # The announcement ends 9 seconds after it was received.
    assert must_queue(pace, 10.9)
    turns_at(pace, 11, 20)


def test_a_response_without_a_remaining_number_does_not_change_it() -> None:
    pace = new_pace()
    serve(pace, 0, AnnouncedLimit(10, 2))
    turns = turns_at(pace, 1, 2)
    pace.note_served(turns[0], 2, AnnouncedLimit(9, None))
    turn_at(pace, 2)
    assert must_queue(pace, 2)


def test_remaining_requests_end_with_an_announcement_that_none_remains() -> None:
    pace = new_pace()
    turns = turns_at(pace, 0, 2)
    pace.note_served(turns[0], 0, AnnouncedLimit(10, 1))
    pace.note_served(turns[1], 0, AnnouncedLimit(5, 0))
    assert wait_at(pace, 0) == 5
    turns_at(pace, 5, 3)


# Hopeless waits


@pytest.mark.parametrize(
    ("was_up", "status", "seconds"),
    [(False, None, 0), (True, None, 30), (False, 500, 30), (True, 500, 30), (False, 503, 30), (True, 503, 60)],
)
def test_a_host_is_hopeless_after_a_time(was_up: bool, status: int | None, seconds: float) -> None:
    """Allow two retries. Wait longer for a host that was up, and longest for one that may have a limit."""
    pace = new_pace()
    if was_up:
        serve(pace, 0)
    fail(pace, 1, status)
    begun = pace.closed_since
    assert begun is not None
    assert pace.is_hopeless(begun + 1000, 2) is False  # no retry yet
    for now in (10, 20):
        assert pace.is_hopeless(begun + 1000, 2) is False
        pace.note_failed(turn_at(pace, now), now, status)
    if seconds:
        assert pace.is_hopeless(begun + seconds - 0.01, 2) is False
    assert pace.is_hopeless(begun + seconds, 2) is True


def test_an_open_gate_is_not_hopeless() -> None:
    pace = new_pace()
    serve(pace, 0)
    assert pace.is_hopeless(1000, 0) is False


@pytest.mark.parametrize("announced", [AnnouncedLimit(), AnnouncedLimit(5)])
def test_a_limit_is_hopeless_only_without_retries(announced: AnnouncedLimit) -> None:
    """Wait for a host with 429 or with an announced wait, unless the task allows no retry."""
    pace = new_pace()
    serve(pace, 0)
    refuse(pace, 1, announced, 503 if announced.wait_s else 429)
    for now in range(10, 60, 10):
        refuse(pace, now, announced, 503 if announced.wait_s else 429)
    assert pace.is_hopeless(1000, 1) is False
    assert pace.is_hopeless(1000, 0) is True
