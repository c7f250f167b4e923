# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a line of progress is due."""

from __future__ import annotations

from typing import cast

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.waiting import StateReport
from ansible_collections.mobileops.ci.plugins.module_utils._core import progress
from ansible_collections.mobileops.ci.plugins.module_utils._core.polling import Polling
from ansible_collections.mobileops.ci.plugins.module_utils._core.progress import LineTimer, Progress


class Watch:
    now = 100.0

    def monotonic(self) -> float:
        return self.now

    @property
    def waited_s(self) -> float:
        return self.now - 100.0


def test_a_line_is_due_after_the_interval() -> None:
    watch = Watch()
    timer = LineTimer(5.0, watch.monotonic)
    due = []
    for watch.now in (100.0, 104.9, 105.0, 105.1, 109.9, 110.0):
        due.append(timer.claim())
    assert due == [False, False, True, False, False, True]


def test_the_first_line_may_be_due_at_once() -> None:
    watch = Watch()
    timer = LineTimer(5.0, watch.monotonic, due_at_once=True)
    assert [timer.claim(), timer.claim()] == [True, False]


def test_a_line_that_is_always_due_starts_the_interval() -> None:
    watch = Watch()
    timer = LineTimer(5.0, watch.monotonic)
    watch.now += 4
    assert timer.claim(always=True)
    watch.now += 4
    assert not timer.claim()
    watch.now += 1
    assert timer.claim()


def test_a_count_is_reported_at_intervals_but_not_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    watch, lines = Watch(), list[str]()
    monkeypatch.setattr(progress, "time", watch)
    count = Progress(lines.append)
    for done, watch.now in ((1, 101.9), (2, 102.0), (3, 103.0), (4, 104.0), (5, 106.0)):
        count.report(done, 5, "apps done")
    assert lines == ["2 of 5 apps done", "4 of 5 apps done"]


def test_a_state_is_reported_when_it_changes_and_each_minute() -> None:
    watch, lines = Watch(), list[str]()
    report = StateReport(cast(Polling, watch), lines.append)
    build = {"slug": "b1", "build_number": 1}
    for state, watch.now in (("a", 100), ("a", 159), ("b", 160), ("b", 219), ("b", 220), ("b", 279), ("b", 280)):
        report(build, state)
    assert [line.partition(": ")[2] for line in lines] == [
        "a after 0 s",
        "b after 60 s",
        "b after 120 s",
        "b after 180 s",
    ]
