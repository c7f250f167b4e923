# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recognition of a window by two equal numbers of served requests, and the search for its end."""

from __future__ import annotations

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._http.unannounced_window import UnannouncedWindow

# Numbers


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


# Lengths


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
