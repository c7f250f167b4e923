# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a task runs: what it is asked for, what is possible, and what is said where it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .playbook import Playground, Run

MODULE = "testing.trouble.trouble"


@pytest.fixture
def playground(tmp_path: Path) -> Playground:
    return Playground(tmp_path)


def task(name: str, run_in: str | None = None, **keywords: Any) -> dict[str, Any]:
    options = {"name": name, **({"run_in": run_in} if run_in else {})}
    return {"name": name, MODULE: options, "ignore_errors": True, **keywords}


def places(run: Run) -> list[str]:
    """Where each task ran, as the action says."""
    return [line.partition(": runs ")[2] for line in run.screen.splitlines() if ": runs " in line]


def test_the_option_wins_over_the_variable(playground: Playground) -> None:
    run = playground.run(
        [task("by variable"), task("by option", "controller"), task("as is best", "auto")],
        "-vvv",
        vars={"mobileops_ci_run_in": "target"},
    )
    assert places(run) == ["as a module: asked for", "in the controller", "in the controller"]
    assert run.status == 0


def test_the_controller_works_for_hosts_out_of_reach_and_passes_over_become(playground: Playground) -> None:
    become = {"become": True, "become_method": "testing.trouble.somebody"}
    run = playground.run(
        [
            task("far away", "controller", delegate_to="unreachable"),
            task("as another", "controller", **become),
            task("by variable", delegate_to="unreachable", vars={"mobileops_ci_run_in": "controller"}),
        ],
        "-vvv",
    )
    assert places(run) == ["in the controller"] * 3
    assert [event.event for event in run.events] == ["ok"] * 3


def test_what_cannot_be_is_said(playground: Playground) -> None:
    job = {"async": 5, "poll": 1}
    run = playground.run(
        [task("a job", "controller", **job), task("a typo", vars={"mobileops_ci_run_in": "controler"}), task("the end")]
    )
    assert "async" in run.result("a job")["msg"]
    assert run.result("a job")["error"]["kind"] == "option"
    assert "mobileops_ci_run_in: controler is none of auto, controller, target" in run.result("a typo")["msg"]
    assert run.events[-1].event == "ok"


def test_an_ansible_core_of_another_make_gets_modules(playground: Playground) -> None:
    """Its private parts are in use; where one has another shape, tasks are slow, not wrong."""
    patch = playground.folder / "patch"
    patch.mkdir()
    (patch / "sitecustomize.py").write_text(
        "import inspect\n"
        "usual = inspect.signature\n"
        "def signature(what, *more, **others):\n"
        "    if getattr(what, '__name__', '') == '_parse_returned_data':\n"
        "        raise TypeError('changed')\n"
        "    return usual(what, *more, **others)\n"
        "inspect.signature = signature\n"
    )
    tasks = [task("as is best"), task("as asked for", "controller")]
    run = playground.run(tasks, "-vvv", env={"PYTHONPATH": str(patch)})

    assert places(run) == ["as a module: ansible-core is not as expected (changed)"]
    assert run.events[0].event == "ok"
    assert "ansible-core is not as expected (changed)" in run.result("as asked for")["msg"]


def test_a_library_that_only_the_hosts_python_has(playground: Playground) -> None:
    """Then the module is run; if the controller is asked for, the message names its interpreter."""
    patch = playground.folder / "patch"
    patch.mkdir()
    (patch / "sitecustomize.py").write_text(
        "import importlib.util\n"
        "usual = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *more: None if name == 'requests' else usual(name, *more)\n"
    )
    module = "mobileops.ci.bitrise_app_info"
    options = {"api_token": "t0ken", "api_url": "http://127.0.0.1:1", "max_retries": 0}
    run = playground.run(
        [
            {"name": "as is best", module: options, "ignore_errors": True},
            {"name": "as asked for", module: {**options, "run_in": "controller"}, "ignore_errors": True},
        ],
        "-vvv",
        env={"PYTHONPATH": str(patch)},
    )
    assert places(run) == ["as a module: the controller's Python lacks requests", "in the controller"]
    for name in ("as is best", "as asked for"):  # the module finds itself in the same environment here
        assert run.result(name)["error"]["kind"] == "missing_library"
        assert "requests" in run.result(name)["msg"]
        assert "python" in run.result(name)["msg"]


def test_progress_is_shown_while_it_works(playground: Playground) -> None:
    options = {"name": "the fleet", "trouble": "say"}
    run = playground.run([{"name": "say", MODULE: options}, {"name": "hush", MODULE: options, "no_log": True}])

    assert run.screen.count("here: at work on the fleet") == 1
