# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Selection of the process that runs a task, and messages about one that cannot run it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .playbook import Playground, Run

MODULE = "testing.example.example"


@pytest.fixture
def playground(tmp_path: Path) -> Playground:
    return Playground(tmp_path)


def task(name: str, run_in: str | None = None, **keywords: Any) -> dict[str, Any]:
    options = {"name": name, **({"run_in": run_in} if run_in else {})}
    return {"name": name, MODULE: options, "ignore_errors": True, **keywords}


def places(run: Run, name: str = "") -> list[str]:
    """Return where each task ran, or the task of that name, as the action says."""
    _before, _title, screen = run.screen.rpartition(f"TASK [{name}]") if name else ("", "", run.screen)
    screen = screen.partition("TASK [")[0] if name else screen
    return [line.partition(": runs ")[2] for line in screen.splitlines() if ": runs " in line]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run ansible-playbook once for all plays that need no other environment."""
    become = {"become": True, "become_method": "testing.example.same_user"}
    job = {"async": 5, "poll": 1}
    loud = {"name": "the fleet", "effect": "report_progress"}
    plays: list[dict[str, Any]] = [
        {
            "vars": {"mobileops_ci_run_in": "target"},
            "tasks": [task("by variable"), task("by option", "controller"), task("as is best", "auto")],
        },
        {
            "tasks": [
                task("far away", "controller", delegate_to="unreachable"),
                task("as another", "controller", **become),
                task("far, by variable", delegate_to="unreachable", vars={"mobileops_ci_run_in": "controller"}),
                task("a job", "controller", **job),
                task("a typo", vars={"mobileops_ci_run_in": "controler"}),
                {"name": "say", MODULE: loud},
                {"name": "hush", MODULE: loud, "no_log": True},
            ]
        },
    ]
    return Playground(tmp_path_factory.mktemp("shared")).run_plays(plays, "-vvv")


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("by variable", "as a module: asked for"),
        ("by option", "in the controller"),
        ("as is best", "in the controller"),
        # The controller also works for hosts out of reach, and passes over become.
        ("far away", "in the controller"),
        ("as another", "in the controller"),
        ("far, by variable", "in the controller"),
    ],
)
def test_where_it_runs(shared: Run, name: str, place: str) -> None:
    assert places(shared, name) == [place]
    assert shared.event(name).event == "ok"


def test_impossible_settings_are_reported(shared: Run) -> None:
    assert "async" in shared.result("a job")["msg"]
    assert shared.result("a job")["error"]["kind"] == "option"
    assert (
        "mobileops_ci_run_in must be one of auto, controller, target, got controler." in shared.result("a typo")["msg"]
    )
    assert shared.events[-1].event == "ok"


def test_progress_is_shown_while_it_works(shared: Run) -> None:
    assert shared.screen.count("here: at work on the fleet") == 1


def test_an_unknown_ansible_core_runs_modules(playground: Playground) -> None:
    """Run the module if private parts of ansible-core have another form."""
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
    """Run the module, or name the interpreter of the controller if the controller is required."""
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
