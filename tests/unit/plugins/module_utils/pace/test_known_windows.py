# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows that the host does not announce: the pace recognizes them, uses them at full speed, and forgets them."""

from __future__ import annotations

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._http.pace import AnnouncedLimit, Pace, Turn

from .steps import LATENCY, fail, must_queue, new_pace, refuse, serve, serve_many, turn_at, turns_at, wait_at


def use_window(pace: Pace, now: float, quota: int, length_s: float = 10.0, *, probed: bool = False) -> float:
    """Use up a window, and wait for its end. Return the time after the probe that opens the next one."""
    begun = now - LATENCY if probed else now
    now = serve_many(pace, now, quota - probed)
    refuse(pace, now)
    now += LATENCY
    while True:
        now += wait_at(pace, now)
        if now >= begun + length_s:
            serve(pace, now)
            return now + LATENCY
        refuse(pace, now)
        now += LATENCY


def in_known_window(quota: int = 20) -> tuple[Pace, float]:
    pace = new_pace()
    now = use_window(pace, 0, quota)
    # The rate after the first window is too low for serve_many().
    for _request in range(quota - 1):
        now += 1
        serve(pace, now)
    refuse(pace, now + 1)
    now += 1.1
    for _probe in range(3):
        now += wait_at(pace, now)
        refuse(pace, now)
        now += LATENCY
    now += wait_at(pace, now)
    serve(pace, now)
    return pace, now + LATENCY


def test_a_known_window_is_used_at_full_speed_up_to_its_quota() -> None:
    pace, now = in_known_window(20)
    turns_at(pace, now, 19)
    assert must_queue(pace, now)


def test_a_503_beyond_the_quota_of_a_known_window_is_not_isolated() -> None:
    pace, now = in_known_window(20)
    now = serve_many(pace, now, 19)
    assert refuse(pace, now, status=503) is None
    assert pace.is_closed


def test_a_503_within_the_quota_of_a_known_window_is_isolated() -> None:
    pace, now = in_known_window(20)
    now = serve_many(pace, now, 18)
    assert refuse(pace, now, status=503) is not None
    assert not pace.is_closed


def test_a_known_window_stays_known() -> None:
    pace, now = in_known_window(20)
    now = use_window(pace, now, 20, 25, probed=True)
    turns_at(pace, now, 19)
    assert must_queue(pace, now)


def test_a_refusal_that_contradicts_the_known_window_limits_the_rate() -> None:
    pace, now = in_known_window(20)
    now = serve_many(pace, now, 9)
    refuse(pace, now)
    assert wait_at(pace, now + LATENCY) == pytest.approx(0.3)
    serve(pace, now + 1)
    turn_at(pace, now + 5)
    assert wait_at(pace, now + 5) > 0


def test_an_announcement_replaces_the_known_window() -> None:
    pace, now = in_known_window(20)
    now = serve_many(pace, now, 19)
    refuse(pace, now, AnnouncedLimit(5))
    assert wait_at(pace, now + LATENCY) == pytest.approx(5)
    serve(pace, now + 6)
    turns_at(pace, now + 7, 30)  # the quota is unknown again


def test_short_silences_are_no_windows() -> None:
    """Keep to a rate after equal numbers of requests, if the host serves the second probe within a second."""
    pace = new_pace()
    now = 0.0

    def enter() -> Turn:
        nonlocal now
        while not isinstance(claim := pace.claim(0, now), Turn):
            assert claim is not None
            now += claim
        now += 0.05
        return claim

    for _refusal in range(3):
        for _request in range(15):
            pace.note_served(enter(), now)
        for _refused in range(2):
            pace.note_refused(enter(), now, 429)
        pace.note_served(enter(), now)
    assert wait_at(pace, now) > 0


def test_the_announcement_of_a_probe_counts_in_a_known_window() -> None:
    pace, now = in_known_window(20)
    now = serve_many(pace, now, 19)
    refuse(pace, now)
    now += LATENCY
    wait_s = wait_at(pace, now)
    assert wait_s > 3  # the pace knows when the window ends, more or less
    refuse(pace, now + wait_s, AnnouncedLimit(0.01))
    assert wait_at(pace, now + wait_s + LATENCY) == pytest.approx(0.01)


def test_outages_are_no_windows() -> None:
    """Do not take the number of requests between two outages for a quota."""
    pace = new_pace()
    now = 0.0
    for _outage in range(3):
        now = serve_many(pace, now, 15)
        fail(pace, now)
        for _probe in range(3):
            now += wait_at(pace, now)
            pace.note_failed(turn_at(pace, now), now)
        now += wait_at(pace, now)
        serve(pace, now)
        now += LATENCY
    turns_at(pace, now, 40)
