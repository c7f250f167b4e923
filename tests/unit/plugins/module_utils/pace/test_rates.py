# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rate after a refusal: its measurement, its recovery, and the waits that it needs."""

from __future__ import annotations

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._http.pace import Pace

from .steps import (
    FIRST_WAIT_S,
    LATENCY,
    Shortest,
    new_pace,
    refuse,
    serve,
    turn_at,
    turns_at,
    wait_at,
)

# Seconds after which the rate is the measured one again: 0.4 * x ** 3 is 20 % of ten requests a second.
RECOVERY_S = 5 ** (1 / 3)


def limited(per_s: float = 10) -> tuple[Pace, float]:
    """Return a pace with a rate, and the time at which the probe opened the gate. The gate closed at 1 s."""
    pace = new_pace()
    for number in range(int(per_s)):
        serve(pace, number / per_s * 0.9)
    refuse(pace, 0.9)
    assert wait_at(pace, 1.0) == pytest.approx(FIRST_WAIT_S)
    serve(pace, 1.3)
    return pace, 1.4


def spacing_at(pace: Pace, now: float) -> float:
    """Return the seconds between two requests."""
    turn = turn_at(pace, now)
    wait_s = wait_at(pace, now)
    pace.abandon(turn)
    return wait_s


def test_requests_continue_below_the_measured_rate() -> None:
    """Send eight requests a second to a host that served ten."""
    pace, now = limited()
    assert wait_at(pace, now) == pytest.approx(1 / 8)
    assert spacing_at(pace, now + 0.2) == pytest.approx(1 / 8)


@pytest.mark.parametrize(
    ("seconds", "rate"), [(0.5, 10 + 0.4 * (0.5 - RECOVERY_S) ** 3), (RECOVERY_S, 10), (2 * RECOVERY_S, 12)]
)
def test_the_rate_recovers_by_a_cubic_function(seconds: float, rate: float) -> None:
    pace, now = limited()
    pace.note_served(turn_at(pace, now + 0.13), 1 + seconds)
    assert spacing_at(pace, 10) == pytest.approx(1 / rate)


def recovered_to(rate: float) -> Pace:
    pace, now = limited()
    pace.note_served(turn_at(pace, now + 0.13), 1 + RECOVERY_S + ((rate - 10) / 0.4) ** (1 / 3))
    return pace


def test_a_rate_of_more_than_a_thousand_requests_a_second_is_no_limit() -> None:
    assert spacing_at(recovered_to(999.5), 20) == pytest.approx(1 / 999.5)
    turns_at(recovered_to(1000.5), 20, 5)


def test_a_rate_is_not_less_than_one_request_in_five_seconds() -> None:
    """Start with 80 % of this rate, and do not slow down any more."""
    pace = new_pace()
    serve(pace, 0)
    refuse(pace, 99)
    serve(pace, 100)
    assert wait_at(pace, 100.1) == pytest.approx(6.25)
    pace.note_served(turn_at(pace, 107), 99.1)
    assert spacing_at(pace, 120) == pytest.approx(5)


def test_a_host_that_served_no_request_gets_the_rate_of_sequential_requests() -> None:
    pace = new_pace()
    refuse(pace, 0)
    serve(pace, 1)
    assert wait_at(pace, 1.1) == pytest.approx(LATENCY / 0.8)


def test_a_host_that_serves_at_once_has_the_rate_of_one_latency() -> None:
    """Do not compute a huge rate from requests that were under way together."""
    pace = new_pace()
    turns = turns_at(pace, 0, 6)
    for turn in turns[:5]:
        pace.note_served(turn, LATENCY)
    pace.note_refused(turns[5], LATENCY, 429)
    for now in (1, 2):
        pace.note_refused(turn_at(pace, now), now + LATENCY, 429)
    serve(pace, 9)
    assert wait_at(pace, 9.1) == pytest.approx(1 / (50 * 0.8))


def test_a_response_in_no_time() -> None:
    """Assume the latency of a slow host, if the clock is too coarse."""
    pace = new_pace()
    refuse(pace, 0, latency=0)
    assert wait_at(pace, 0) == pytest.approx(0.5)
    serve(pace, 0.5, latency=0)
    assert wait_at(pace, 0.5) == pytest.approx(0.5 / 0.8)


def test_a_second_refusal_at_a_limited_rate() -> None:
    """Take the lower one of the served and the sent rate."""
    pace, now = limited()
    now = 1 + RECOVERY_S  # the rate is 10 a second again
    pace.note_served(turn_at(pace, 1.6), now)
    pace.note_served(turn_at(pace, now), now)
    refuse(pace, 3 - LATENCY)  # 3 requests, the probe too, in 2 s
    serve(pace, 4)
    assert wait_at(pace, 4.1) == pytest.approx(1 / (1.5 * 0.8))


def test_a_refusal_after_requests_that_were_sent_at_the_limited_rate() -> None:
    """Do not count the requests that the host served late, if they are more than were sent."""
    pace = new_pace()
    early = turns_at(pace, 0, 30)
    for number in range(10):
        serve(pace, number * 0.09)
    refuse(pace, 0.9)
    for turn in early:
        pace.note_served(turn, 1.1)
    # The host limits the rate, because it refuses the first probe.
    refuse(pace, 1.3)
    serve(pace, 2.1)
    assert wait_at(pace, 2.2) == pytest.approx(1 / 8)
    refuse(pace, 2.4)
    serve(pace, 4)
    assert wait_at(pace, 4.1) == pytest.approx(1 / 6.4)


def test_a_refusal_at_a_limited_rate_after_the_probe_only() -> None:
    pace = new_pace()
    refuse(pace, 0)
    serve(pace, 0.4)
    refuse(pace, 0.7)  # 1 request in 0.7 s
    serve(pace, 5)
    assert wait_at(pace, 5.1) == pytest.approx(0.7 / 0.8)


# Waits at the closed gate


def test_the_first_wait_is_three_latencies() -> None:
    pace = new_pace()
    serve(pace, 0)
    refuse(pace, 1, latency=0.2)
    # An average in which the last latency counts a tenth.
    assert wait_at(pace, 1.2) == pytest.approx(3 * (0.9 * 0.1 + 0.1 * 0.2))


def test_the_first_wait_is_half_a_second_at_most() -> None:
    pace = new_pace()
    refuse(pace, 0, latency=5)
    assert wait_at(pace, 5) == pytest.approx(0.5)


def test_the_wait_varies_by_half() -> None:
    pace = Pace(Shortest())
    refuse(pace, 0)
    assert wait_at(pace, LATENCY) == pytest.approx(FIRST_WAIT_S / 2)


def test_the_wait_doubles_up_to_ten_seconds() -> None:
    pace = new_pace()
    refuse(pace, 0)
    now, waits = LATENCY, []
    for _probe in range(8):
        waits.append(wait_at(pace, now))
        now += waits[-1]
        pace.note_refused(turn_at(pace, now), now, 429)
    # Each probe had no latency, but the first wait does not change any more.
    assert waits == pytest.approx([0.3, 0.6, 1.2, 2.4, 4.8, 9.6, 10, 10])


@pytest.mark.parametrize(("per_s", "wait_s"), [(1, 1.5 / 0.8), (0.2, 3.0)])
def test_the_first_wait_at_a_low_rate(per_s: float, wait_s: float) -> None:
    """Wait for one and a half requests of the rate, and for three seconds at most."""
    pace = new_pace()
    serve(pace, 0)
    refuse(pace, 1 / per_s - LATENCY)
    serve(pace, 6)
    refuse(pace, 13)
    assert wait_at(pace, 13 + LATENCY) == pytest.approx(wait_s)


def test_the_wait_after_the_gate_was_open_is_the_first_one_again() -> None:
    pace = new_pace()
    refuse(pace, 0)
    for now in (1, 3, 6):
        refuse(pace, now)
    serve(pace, 20)
    serve(pace, 22)
    # The rate of sequential requests does not need a longer wait.
    refuse(pace, 23)
    assert wait_at(pace, 23 + LATENCY) == pytest.approx(FIRST_WAIT_S)
