# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apps that fail one after the other for the same reason: the task ends early."""

from __future__ import annotations

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.workers import FAILURES_IN_A_ROW, FailureStreak
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError, NotDoneError, TaskStopError

SHARED = CiError("The storage does not answer.", kind="timeout", status=None)


def test_failures_in_a_row_end_the_task() -> None:
    streak = FailureStreak()
    found = [streak.note(SHARED) for _app in range(FAILURES_IN_A_ROW)]
    assert found[:-1] == [None] * (FAILURES_IN_A_ROW - 1)
    assert isinstance(found[-1], TaskStopError)
    assert found[-1].kind == "timeout"
    assert found[-1].message.startswith("The storage does not answer. 5 apps in a row failed")


@pytest.mark.parametrize("between", [None, CiError("wrong file", kind="local_file")])
def test_another_outcome_begins_a_new_count(between: CiError | None) -> None:
    streak = FailureStreak()
    for _app in range(FAILURES_IN_A_ROW - 1):
        streak.note(SHARED)
    assert streak.note(between) is None
    assert streak.note(SHARED) is None


def test_errors_that_end_the_task() -> None:
    assert TaskStopError("x").ends_task
    assert NotDoneError("x").ends_task
    assert CiError("x", kind="unauthorized").ends_task
    assert not CiError("x", kind="forbidden").ends_task
