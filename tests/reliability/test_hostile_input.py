# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random options lead to a result or to an error that a user can read, without a traceback and in bounded time."""

from __future__ import annotations

import faulthandler
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ansible_collections.mobileops.ci.plugins.module_utils._core.text import LONGEST_LINE, one_line
from tests.helpers.documentation import MODULES, spec_of

from .cases import count_case, exhaustive, report, share
from .random_tasks import RandomTasks

LONGEST_S = 120
ALL = 100_000


@pytest.fixture(scope="module")
def random_tasks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RandomTasks]:
    tasks = RandomTasks(tmp_path_factory.mktemp("random") / "tasks")
    # A task that does not end ends the tests, with the place where it is.
    faulthandler.dump_traceback_later(LONGEST_S * 10, exit=True)
    with tasks.in_force():
        yield tasks
    faulthandler.cancel_dump_traceback_later()


def problem_of(result: dict[str, Any]) -> str | None:
    """Return what is wrong with a result."""
    if "exception" in result:
        return str(result["exception"])
    json.dumps(result)
    shown = [*result.get("warnings", ()), *result.get("said", ())]
    if result.get("failed") and not result.get("validation"):
        if not result["msg"] or not result["error"]["kind"]:
            return f"no message: {result}"
        shown.append(result["msg"])
    return next((f"raw in a terminal: {text!r:.300}" for text in shown if text != one_line(text)), None)


def tried(tasks: RandomTasks, module: str, number: int) -> str | None:
    given, result = tasks.result(spec_of(module), number)
    problem = problem_of(result)
    return problem and f"{module}, number {number}: {given!r:.1500}\n{problem}"


@pytest.mark.parametrize("module", MODULES)
def test_random_options(random_tasks: RandomTasks, module: str) -> None:
    @settings(max_examples=10, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(number=st.integers(0, 2**32))
    def test(number: int) -> None:
        problem = tried(random_tasks, module, number)
        assert problem is None, problem

    test()


@exhaustive
@pytest.mark.parametrize("module", MODULES)
def test_many_random_options(random_tasks: RandomTasks, module: str) -> None:
    count = share(ALL // len(MODULES) + 1)
    wrong = [problem for number in range(count) if (problem := tried(random_tasks, module, number))]
    count_case(count)
    assert not wrong, report(wrong, count)


def test_limit_of_messages() -> None:
    assert len(one_line("a b " * 10_000)) == LONGEST_LINE


def test_tasks_reach_the_service(random_tasks: RandomTasks, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Check that random options are not always refused, which would prove nothing."""
    reached = {}
    for module in MODULES:
        results = [random_tasks.result(spec_of(module), number)[1] for number in range(60)]
        reached[module] = [result for result in results if not result.get("validation")]
    assert [module for module, results in reached.items() if not results] == []
    assert len([module for module, some in reached.items() if any(not one.get("failed") for one in some)]) > 20
