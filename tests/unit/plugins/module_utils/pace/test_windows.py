# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows with a quota of requests: announced by the host, or recognized by two equal numbers of served requests."""

from __future__ import annotations

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._http.pace import AnnouncedLimit, Pace, Turn
from ansible_collections.mobileops.ci.plugins.module_utils._http.unannounced_window import UnannouncedWindow

from .steps import LATENCY, fail, must_queue, new_pace, refuse, serve, serve_many, turn_at, turns_at, wait_at

# Announced windows


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


# The numbers of windows that the host does not announce


def after_windows(*served: int, length_s: float = 10.0) -> tuple[UnannouncedWindow, float]:
    """Return what the numbers of served requests in windows of this length show, and the time of the last probe."""
    window = UnannouncedWindow()
    now = 0.0
    for number, count in enumerate(served):
        # The probe that opened this window was served, too.
        for _request in range(count - bool(number)):
            window.note_served()
        window.note_refused_probe(now + 0.8 * length_s)
        now += length_s
        window.note_opened(now, 0.9 * length_s, 1)
    return window, now


@pytest.mark.parametrize(
    ("served", "quota"),
    [
        ((20,), None),
        ((20, 20), 20),
        ((20, 22), 22),
        ((22, 20), 22),
        ((20, 23), None),
        ((100, 110), 110),
        ((100, 112), None),
        ((9, 9), None),
        ((10, 10), 10),
        ((9, 10, 10), 10),
        ((20, 9, 20), None),
        ((20, 30, 30), 30),
        ((20, 20, 21), 21),
        ((20, 20, 19), 20),
        ((20, 20, 15), 15),
        ((20, 20, 30), 30),
    ],
)
def test_two_windows_in_a_row_with_equal_numbers_are_known(served: tuple[int, ...], quota: int | None) -> None:
    """Take numbers that differ by two or by 10 % for equal, and use the larger one."""
    window, _now = after_windows(*served)
    assert window.quota == quota
    assert window.is_known is (quota is not None)


@pytest.mark.parametrize(
    ("silence_s", "failed_probes", "is_known"), [(1.0, 1, True), (0.9, 1, False), (5.0, 0, False), (1.0, 2, True)]
)
def test_a_window_ends_with_a_silence_of_a_second_and_a_refused_probe(
    silence_s: float, failed_probes: int, is_known: bool
) -> None:
    window, now = after_windows(20)
    for _request in range(19):
        window.note_served()
    window.note_opened(now + 10, silence_s, failed_probes)
    assert window.is_known is is_known
    # After another end, two further windows are needed.
    for _request in range(19):
        window.note_served()
    window.note_opened(now + 20, 9.0, 1)
    assert window.is_known is is_known


@pytest.mark.parametrize(
    ("served", "under_way", "contradicts"),
    [
        (20, 0, False),
        (22, 0, False),
        (23, 0, True),
        (18, 0, False),
        (17, 0, True),
        (10, 10, False),
        (10, 9, True),
        (23, 5, True),
        (5, 20, False),
    ],
)
def test_a_refusal_contradicts_the_known_window(served: int, under_way: int, contradicts: bool) -> None:
    """Accept a number near the quota, and one that the requests without a response may complete."""
    window, _now = after_windows(20, 20)
    for _request in range(served - 1):
        window.note_served()
    assert window.contradicts(under_way) is contradicts


def test_no_refusal_contradicts_an_unknown_window() -> None:
    assert UnannouncedWindow().contradicts(0) is False


def test_a_forgotten_window_has_to_be_found_again() -> None:
    window, now = after_windows(20, 20)
    window.forget()
    assert (window.is_known, window.length_s) == (False, 0)
    for number in (1, 2):
        assert window.is_known is False
        for _request in range(19):
            window.note_served()
        window.note_opened(now + 10 * number, 9.0, 1)
    assert window.quota == 20


# The length of windows that the host does not announce


def test_the_length_of_a_known_window() -> None:
    """Take the time between the probes that the host served."""
    window, _now = after_windows(20, 20)
    assert window.length_s == 10


def test_probes_search_the_end_of_a_window() -> None:
    """Probe halfway between the last refused probe, less 2.5 %, and the served one."""
    window, now = after_windows(20, 20)
    shortest_s = 8 * 0.975
    assert window.probe_at(now + 1) == pytest.approx(now + (shortest_s + 10) / 2)
    window.note_refused_probe(now + 9)
    assert window.probe_at(now + 9) == pytest.approx(now + 9.5)


def test_probes_in_a_window_of_about_a_second() -> None:
    window, now = after_windows(20, 20, length_s=1.2)
    assert window.probe_at(now) == pytest.approx(now + (0.96 * 0.975 + 1.2) / 2)


def test_a_probe_is_never_in_the_past() -> None:
    window, now = after_windows(20, 20)
    assert window.probe_at(now + 9.7) == now + 9.7


def test_a_probe_that_is_refused_early_does_not_lower_the_bound() -> None:
    window, now = after_windows(20, 20)
    window.note_refused_probe(now + 2)
    assert window.probe_at(now + 1) == pytest.approx(now + (8 * 0.975 + 10) / 2)


@pytest.mark.parametrize(("refused_s", "probe_s"), [(9.4, 9.7), (9.5, 10.0), (9.51, 10.0)])
def test_the_search_ends_at_five_percent_of_the_length(refused_s: float, probe_s: float) -> None:
    window, now = after_windows(20, 20)
    window.note_refused_probe(now + refused_s)
    assert window.probe_at(now + refused_s) == pytest.approx(now + probe_s)


def test_probes_after_the_expected_end_have_growing_distances() -> None:
    """Begin with 5 % of the length, and double it."""
    window, now = after_windows(20, 20)
    for refused_s, distance_s in ((10.0, 0.5), (10.5, 1.0), (11.5, 2.0)):
        window.note_refused_probe(now + refused_s)
        assert window.probe_at(now + refused_s) == pytest.approx(now + refused_s + distance_s)
    window.note_opened(now + 13.5, 12.0, 3)
    assert window.length_s == 13.5
    # The last refused probe is the lower bound of the longer window.
    assert window.probe_at(now + 13.5) == pytest.approx(now + 13.5 + (11.5 * 0.975 + 13.5) / 2)


def test_a_window_that_is_shorter_than_before() -> None:
    """Use the new length as the upper bound, and a little less as the lower one."""
    window, now = after_windows(20, 20)
    window.note_opened(now + 6, 5.0, 0)
    assert window.length_s == 6
    assert window.probe_at(now + 6) == pytest.approx(now + 6 + 6)
    # The distance between the bounds is 2.5 % of the length: no search is needed.


def test_the_bounds_of_an_unknown_window_are_not_kept() -> None:
    window = UnannouncedWindow()
    for _request in range(20):
        window.note_served()
    window.note_refused_probe(50)  # a longer window
    window.note_opened(60, 40.0, 1)
    for now in (70.0, 80.0):
        for _request in range(9):
            window.note_served()
        window.note_refused_probe(now - 5)
        window.note_opened(now, 9.0, 1)
    assert window.quota == 10
    assert window.probe_at(80) == pytest.approx(80 + (5 * 0.975 + 10) / 2)


# Windows that the pace recognizes


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
