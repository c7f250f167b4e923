# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A killed ansible-playbook, such as that of a canceled job in AWX: its tasks send no more requests, and end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core import controller_process as _controller
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import NotDoneError
from tests.functional.plugins.action.playbook import BIN, Playground
from tests.helpers.cases import exhaustive
from tests.helpers.fleet import APPS, Fleet, FleetTask, declared, digests
from tests.helpers.service import PROFILES, a_file

from .test_ctrl_c import processes_of

OLD, NEW = b"some older bytes", b"the new bytes"


def rollout(fleet: Fleet) -> FleetTask:
    fleet.holds({slug: {PROFILES: [a_file("dist", OLD, is_protected=True)]} for slug in APPS})
    return fleet.task(APPS, provisioning_profiles=[declared("dist", NEW), declared("new", b"1")], concurrency=2)


def play_of_module(task: FleetTask, run_in: str) -> list[dict[str, Any]]:
    options = {**task.options, "run_in": run_in}
    return [{"hosts": "here", "gather_facts": False, "tasks": [{"mobileops.ci.bitrise_code_signing": options}]}]


def play_of_role(task: FleetTask, run_in: str) -> list[dict[str, Any]]:
    hosts = {slug: {"code_signing_app_slug": slug} for slug in APPS}
    add: dict[str, Any] = {"name": "{{ item.key }}", "code_signing_app_slug": "{{ item.key }}", "groups": "apps"}
    variables = {
        "mobileops_ci_run_in": run_in,
        "code_signing_api_url": task.options["api_url"],
        "code_signing_api_token": task.options["api_token"],
        "code_signing_concurrency": 2,
        "code_signing_profiles": task.options["provisioning_profiles"],
    }
    return [
        {
            "hosts": "here",
            "gather_facts": False,
            "tasks": [{"ansible.builtin.add_host": add, "loop": [{"key": slug} for slug in hosts]}],
        },
        {"hosts": "apps", "gather_facts": False, "vars": variables, "roles": ["mobileops.ci.code_signing"]},
    ]


def wait_until(condition: Callable[[], bool], seconds: float = 120) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    return condition()


@pytest.mark.parametrize(
    ("play", "run_in"),
    [
        pytest.param(play_of_module, "controller", marks=exhaustive),
        (play_of_module, "target"),
        (play_of_role, "controller"),
    ],
)
def test_killed(
    fleet: Fleet, tmp_path: Path, play: Callable[[FleetTask, str], list[dict[str, Any]]], run_in: str
) -> None:
    playground = Playground(tmp_path / "ground")
    task = rollout(fleet)
    (playground.play / "site.json").write_text(json.dumps(play(task, run_in)))
    fleet.emulator.options(latency_ms=50)
    environment = {**playground.environment(), **task.env}
    process = start(playground, environment)
    try:
        assert wait_until(lambda: fleet.asked()["confirm"] >= 3 or process.poll() is not None)
        assert process.poll() is None, (playground.folder / "screen").read_text()
        # The rest of the rollout now takes at least a minute, so that it cannot end before the signal.
        fleet.emulator.options(latency_ms=3000)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=60)
        # A request that is under way may end, and each thread may have one.
        assert wait_until(lambda: processes_of(playground.folder) == []), "a process is still there"
    finally:
        process.kill()
    asked = fleet.asked()
    assert 3 <= asked["confirm"] < 2 * len(APPS)  # there are two uploads for each app

    fleet.emulator.options(latency_ms=0)
    fleet.wait_for_service()
    assert fleet.asked() == asked  # no process is left that sends requests
    done = task.run()
    assert fleet.complete(PROFILES) == dict.fromkeys(APPS, digests(dist=NEW, new=b"1"))
    left = sum(not file["processed"] for slug in APPS for file in fleet.files(slug, PROFILES))
    assert done["summary"]["leftovers"] == left
    fleet.emulator.advance(3700)
    assert task.run()["summary"]["leftovers"] == 0
    assert all(file["processed"] for slug in APPS for file in fleet.files(slug, PROFILES))


def start(playground: Playground, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [BIN / "ansible-playbook", "-i", playground.folder / "hosts", playground.play / "site.json"],
        cwd=playground.home,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=(playground.folder / "screen").open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


@pytest.fixture
def watched() -> Any:
    """Start a process to watch."""
    with subprocess.Popen(["sleep", "100"]) as process:
        _controller.watch_from({_controller.PID_VARIABLE: str(process.pid)})
        yield process
        _controller.watch(None)
        process.kill()


def test_watching(watched: subprocess.Popen[bytes]) -> None:
    assert _controller.watched() == str(watched.pid)
    assert not _controller.is_gone()
    watched.kill()
    # Its parent, this process, has not noticed yet: it is a zombie first.
    assert wait_until(_controller.is_gone)
    watched.wait()
    assert _controller.is_gone()
    with pytest.raises(NotDoneError, match="ansible-playbook has ended"):
        _controller.check()


@pytest.mark.parametrize("pid", ["", "none", "-1", "99999999999999999999", str(os.getppid())])
def test_nothing_to_watch(pid: str) -> None:
    _controller.watch_from({_controller.PID_VARIABLE: pid})
    try:
        assert not _controller.is_gone()
        _controller.check()
    finally:
        _controller.watch(None)


def test_no_request_after_the_controller_ended(fleet: Fleet, watched: subprocess.Popen[bytes]) -> None:
    task = rollout(fleet)
    watched.kill()
    watched.wait()
    fleet.forget()

    result = task.result()

    assert result["failed"]
    assert "ansible-playbook has ended" in result["msg"]
    assert fleet.asked().total() == 0
