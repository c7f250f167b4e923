# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows with a quota of requests whose end the host announces."""

from __future__ import annotations

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._http.pace import AnnouncedLimit, Pace, Turn

from .steps import LATENCY, must_queue, new_pace, refuse, serve, serve_many, turn_at, turns_at, wait_at


def in_announced_window(start: float = 0.0, wait_s: float = 59.4) -> tuple[Pace, float]:
    """Return a pace after a window of 60 seconds with five requests, and the time at which the next one began."""
    pace = new_pace()
    now = serve_many(pace, start, 5)
    refuse(pace, now, AnnouncedLimit(wait_s))
    opened = start + 60.2
    pace.note_served(turn_at(pace, start + 60.1), opened)
    return pace, opened


def test_a_window_is_used_at_full_speed_up_to_its_quota() -> None:
    pace, now = in_announced_window()
    turns_at(pace, now, 4)  # five with the probe
    assert must_queue(pace, now)


def test_requests_beyond_the_quota_are_sent_one_after_the_other() -> None:
    """Allow one more at a time after each two that the host serves."""
    pace, now = in_announced_window()
    now = serve_many(pace, now, 4)
    for at_once in (1, 2, 4):
        turns = turns_at(pace, now, at_once)
        assert must_queue(pace, now)
        for turn in turns:
            pace.note_served(turn, now)


@pytest.mark.parametrize("start", [0.0, 5000.0])
def test_the_quota_counts_from_the_beginning_of_a_window(start: float) -> None:
    """Begin a new window after 60 seconds, whenever the clock began."""
    pace, now = in_announced_window(start)
    now = serve_many(pace, now, 4)
    turn = turn_at(pace, start + 60.2 + 59.9)
    assert must_queue(pace, start + 60.2 + 59.9)
    pace.note_served(turn, start + 60.2 + 59.95)
    turns_at(pace, start + 60.2 + 60.1, 5)
    assert must_queue(pace, start + 60.2 + 60.1)


def test_a_window_ends_exactly_after_its_length() -> None:
    pace = new_pace()
    serve(pace, 0, latency=1)
    refuse(pace, 1, AnnouncedLimit(3), latency=1)
    serve(pace, 5, latency=1)
    turn_at(pace, 10.9)
    assert must_queue(pace, 10.9)
    turn_at(pace, 11)


def test_requests_that_are_served_after_the_refusal_belong_to_the_quota() -> None:
    pace = new_pace()
    turns = turns_at(pace, 0, 6)
    pace.note_refused(turns[0], LATENCY, 429, AnnouncedLimit(60))
    for turn in turns[1:]:
        pace.note_served(turn, 0.2)
    serve(pace, 61)
    turns_at(pace, 61.1, 4)
    assert must_queue(pace, 61.1)


def test_a_refusal_without_a_wait_in_an_announced_window_limits_the_rate() -> None:
    pace, now = in_announced_window()
    refuse(pace, now + 1)
    assert wait_at(pace, now + 1.1) == pytest.approx(0.3)
    serve(pace, now + 2)
    turn_at(pace, now + 10)
    assert wait_at(pace, now + 10) > 0


def test_each_announced_refusal_measures_the_window() -> None:
    pace, now = in_announced_window()
    now = serve_many(pace, now, 9)
    refuse(pace, now, AnnouncedLimit(20))
    serve(pace, now + 21)
    turns_at(pace, now + 22, 9)  # ten with the probe
    assert must_queue(pace, now + 22)


@pytest.mark.parametrize(("wait_s", "is_window"), [(1.0, False), (1.1, True)])
def test_an_announced_wait_of_a_second_is_no_window(wait_s: float, is_window: bool) -> None:
    """Limit the rate instead: a bucket asks for the same short wait again and again."""
    pace = new_pace()
    now = serve_many(pace, 0, 5)
    refuse(pace, now, AnnouncedLimit(wait_s))
    serve(pace, now + 2)
    turn_at(pace, now + 3)
    assert isinstance(pace.claim(0, now + 3), Turn if is_window else float)


def test_an_announced_wait_of_a_second_has_no_quota() -> None:
    pace = new_pace()
    now = serve_many(pace, 0, 5)
    refuse(pace, now, AnnouncedLimit(1))
    serve(pace, now + 2)
    for number in range(8):
        turn_at(pace, now + 3 + number * 0.2)


def test_an_announced_wait_has_no_wait_of_its_own() -> None:
    """Send the probe of an announced window at its end."""
    pace = new_pace()
    refuse(pace, 0, AnnouncedLimit(0.05))
    assert wait_at(pace, LATENCY) == pytest.approx(0.05)


def test_a_503_beyond_the_quota_of_an_announced_window_is_isolated() -> None:
    """Expect an announcement from the host, which announced the wait of the last window."""
    pace, now = in_announced_window()
    now = serve_many(pace, now, 8)
    assert refuse(pace, now, status=503) is not None


def test_announced_windows_need_no_recognition() -> None:
    """Estimate the wait of a refusal without an announcement from the latency, also after equal numbers."""
    pace = new_pace()
    now = 0.0
    for _window in range(2):
        now = serve_many(pace, now, 20)
        refuse(pace, now, AnnouncedLimit(5))
        now += 5.2
        refuse(pace, now)
        serve(pace, now + 2)
        now += 2.2
    now = serve_many(pace, now, 19)
    refuse(pace, now)
    assert wait_at(pace, now + LATENCY) == pytest.approx(0.3)
