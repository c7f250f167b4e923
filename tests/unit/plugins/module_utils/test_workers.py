# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apps that fail one after the other for the same reason: the task ends early."""

from __future__ import annotations

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.workers import FAILED_APPS_TO_END, FailureStreak
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError, NotDoneError, TaskStopError

SHARED = CiError("The storage does not respond.", kind="timeout", status=None)


def test_failures_in_a_row_end_the_task() -> None:
    streak = FailureStreak()
    assert [streak.note(SHARED) for _app in range(FAILED_APPS_TO_END)] == [False] * (FAILED_APPS_TO_END - 1) + [True]


def test_errors_that_end_the_task_are_not_counted() -> None:
    streak = FailureStreak()
    stops = TaskStopError("The wait does not fit in the time_limit.", kind="rate_limited")
    assert not any(streak.note(stops) for _app in range(FAILED_APPS_TO_END))


@pytest.mark.parametrize("between", [None, CiError("wrong file", kind="local_file")])
def test_another_outcome_begins_a_new_count(between: CiError | None) -> None:
    streak = FailureStreak()
    for _app in range(FAILED_APPS_TO_END - 1):
        streak.note(SHARED)
    assert streak.note(between) is False
    assert streak.note(SHARED) is False


def test_errors_that_end_the_task() -> None:
    assert TaskStopError("x").ends_task
    assert NotDoneError("x").ends_task
    assert CiError("x", kind="unauthorized").ends_task
    assert not CiError("x", kind="forbidden").ends_task
