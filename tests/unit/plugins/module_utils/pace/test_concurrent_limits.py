# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of concurrent requests: how the pace recognizes, raises and lowers one, and changes to a rate."""

from __future__ import annotations

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._http.pace import Pace, Turn

from .steps import LATENCY, fail, must_queue, new_pace, refuse, serve, serve_many, turn_at, turns_at, wait_at


def most_at(pace: Pace, now: float) -> int:
    """Return how many requests may be under way."""
    turns: list[Turn] = []
    while isinstance(claim := pace.claim(0, now), Turn) and len(turns) < 100:
        turns.append(claim)
    for turn in turns:
        pace.abandon(turn)
    return len(turns)


def reach_limit(pace: Pace, now: float, served: int, refused: int) -> float:
    """Send requests at once, of which the host serves some. Open the gate again, and return the time."""
    turns = turns_at(pace, now, served + refused)
    now += LATENCY
    for turn in turns[served:]:
        pace.note_refused(turn, now, 429)
    for turn in turns[:served]:
        pace.note_served(turn, now)
    serve(pace, now + 0.5)
    return now + 0.7


def limited(most: int = 4) -> tuple[Pace, float]:
    pace = new_pace()
    return pace, reach_limit(pace, 0, most, 2)


def test_the_number_of_served_requests_is_the_limit() -> None:
    pace, now = limited()
    turns_at(pace, now, 4)
    assert must_queue(pace, now)


@pytest.mark.parametrize(("seconds", "most"), [(0.14, 4), (0.16, 2)])
def test_requests_that_were_served_shortly_before_the_refusal_count(seconds: float, most: int) -> None:
    """Count those that were served within one and a half latencies after the first request."""
    pace = new_pace()
    for turn in turns_at(pace, 0, 2):
        pace.note_served(turn, LATENCY)
    *late, refused = turns_at(pace, seconds - LATENCY, 3)
    pace.note_refused(refused, seconds, 429)
    for turn in late:
        pace.note_served(turn, seconds)
    serve(pace, 1)
    assert most_at(pace, 1.2) == most


def test_requests_that_were_served_one_and_a_half_latencies_before_do_not_count() -> None:
    pace = new_pace()
    for turn in turns_at(pace, 0, 2):
        pace.note_served(turn, 0.25)
    *late, refused = turns_at(pace, 0.125, 3)
    pace.note_refused(refused, 0.375, 429)
    for turn in late:
        pace.note_served(turn, 0.375)
    serve(pace, 1)
    assert most_at(pace, 1.2) == 2


def test_a_refused_probe_shows_a_limit_of_the_rate() -> None:
    pace = new_pace()
    turns = turns_at(pace, 0, 4)
    pace.note_refused(turns[0], LATENCY, 429)
    for turn in turns[1:]:
        pace.note_served(turn, LATENCY)
    refuse(pace, 0.5)
    serve(pace, 2)
    turn_at(pace, 3)
    assert wait_at(pace, 3) > 0


def test_an_outage_is_no_limit() -> None:
    """Continue at full speed after a host without responses."""
    pace = new_pace()
    serve_many(pace, 0, 5)
    fail(pace, 1)
    serve(pace, 2)
    turns_at(pace, 2.1, 50)


# Raise the limit


@pytest.mark.parametrize("most", [2, 4])
def test_one_more_after_twenty_for_each_slot(most: int) -> None:
    pace, now = limited(most)
    now = serve_many(pace, now, 20 * most - 1)
    assert most_at(pace, now) == most
    now = serve_many(pace, now, 1)
    assert most_at(pace, now) == most + 1
    # The next step takes as many for each of the slots.
    now = serve_many(pace, now, 20 * (most + 1) - 1)
    assert most_at(pace, now) == most + 1
    now = serve_many(pace, now, 1)
    assert most_at(pace, now) == most + 2


def test_a_step_that_the_host_refuses_is_taken_back() -> None:
    pace, now = limited(4)
    now = serve_many(pace, now, 80)
    now = serve_many(pace, now, 10)  # two for each slot do not confirm the step
    refuse(pace, now)
    serve(pace, now + 1)
    assert most_at(pace, now + 1.1) == 4


def test_a_refusal_long_after_a_step_shows_a_limit_of_the_rate() -> None:
    pace, now = limited(4)
    now = serve_many(pace, now, 80)
    now = serve_many(pace, now, 11)
    refuse(pace, now)
    serve(pace, now + 1)
    turn_at(pace, now + 3)
    assert wait_at(pace, now + 3) > 0


def test_each_step_that_fails_doubles_the_time_until_the_next() -> None:
    """Limit the factor to 64."""
    pace, now = limited(1)
    for factor in (1, 2, 4, 8, 16, 32, 64, 64):
        now = serve_many(pace, now, 20 * factor - 1)
        assert most_at(pace, now) == 1
        now = serve_many(pace, now, 1)
        assert most_at(pace, now) == 2
        refuse(pace, now)
        serve(pace, now + 1)
        now += 1.1


# Lower the limit


@pytest.mark.parametrize(
    ("steady", "served", "most"), [(0, 2, 3), (0, 1, None), (8, 0, 3), (8, 1, 3), (7, 0, None), (79, 0, 3)]
)
def test_a_refusal_at_the_limit(steady: int, served: int, most: int | None) -> None:
    """Lower the limit if the host served half of it now, or four requests for each slot of this half since then."""
    pace, now = limited(4)
    now = serve_many(pace, now, steady)
    now = reach_limit(pace, now, served, 4 - served)
    if most:
        assert most_at(pace, now) == most
    else:
        turn_at(pace, now + 3)
        assert wait_at(pace, now + 3) > 0


def test_the_time_for_a_step_begins_with_each_refusal() -> None:
    pace, now = limited(4)
    now = serve_many(pace, now, 79)
    now = reach_limit(pace, now, 2, 2)
    now = serve_many(pace, now, 59)
    assert most_at(pace, now) == 3
    now = serve_many(pace, now, 1)
    assert most_at(pace, now) == 4


def test_a_limit_is_lowered_to_one_and_then_taken_for_a_rate() -> None:
    pace, now = limited(2)
    now = reach_limit(pace, now, 1, 1)
    assert most_at(pace, now) == 1
    now = serve_many(pace, now, 10)
    refuse(pace, now)
    serve(pace, now + 1)
    turn_at(pace, now + 3)
    assert wait_at(pace, now + 3) > 0


def test_a_lowered_limit_is_not_a_step() -> None:
    """Lower the limit again, although the host served few requests since the last refusal."""
    pace, now = limited(6)
    for most in (5, 4, 3):
        now = reach_limit(pace, now, most - 1, 2)
        assert most_at(pace, now) == most


def test_a_limit_of_the_rate_stays_one() -> None:
    """Lower the rate, although the host served most of the requests that were under way."""
    pace = new_pace()
    refuse(pace, 0)
    serve(pace, 1)
    first, second, third = (turn_at(pace, now) for now in (2, 3, 4))
    pace.note_refused(first, 4.1, 429)
    for turn in (second, third):
        pace.note_served(turn, 4.2)
    serve(pace, 6)
    turn_at(pace, 12)
    assert wait_at(pace, 12) == pytest.approx(1 / (1 / 4 * 0.8))  # one request in four seconds


def test_a_step_of_a_limit_that_turns_out_to_be_a_window() -> None:
    """Forget the step: after a contradiction of the window, the limit is one of the rate."""
    pace, now = limited(4)
    for _window in range(2):
        now = serve_many(pace, now, 60)  # of the second three slots, which is a step
        refuse(pace, now)
        refuse(pace, now + 1)
        serve(pace, now + 2)
        now += 2.2
    for turn in turns_at(pace, now, 50):  # full speed in a known window
        pace.abandon(turn)
    now = serve_many(pace, now, 5)
    refuse(pace, now)
    serve(pace, now + 1)
    turn_at(pace, now + 3)
    assert wait_at(pace, now + 3) > 0
