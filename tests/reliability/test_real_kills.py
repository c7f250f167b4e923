# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SIGKILL of a fleet task with several threads over real sockets, and a rerun with an empty home."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import TaskContext
from tests.emulator.process import Emulator
from tests.helpers.tasks import validated

from .cases import ALL_CASES, count_case
from .scenarios import BYSTANDER, SCENARIOS, Scenario
from .service import digest_of

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])
NAME = "fleet: rollout"
APPS = [f"bb{number:014x}" for number in range(1, 7)]
# The first requests only read, and the last run of a task only deletes leftovers.
FIRST, LAST = 13, 100


def execute(name: str, options: dict[str, Any], home: str) -> dict[str, Any]:
    entry, given = SCENARIOS[name].task
    checked = validated(entry, entry.normalize({**given, **options}))
    result: dict[str, Any] = entry.execute(checked, TaskContext({"HOME": home}), diff=False)
    return result


def run_and_die(name: str, options: dict[str, Any], home: str, last: int) -> None:
    """Run the task until this many of its requests are answered, whichever these are. In a process of its own."""
    send = requests.Session.send
    lock = threading.Lock()
    sent = 0

    def counted(self: requests.Session, request: requests.PreparedRequest, **settings: Any) -> requests.Response:
        nonlocal sent
        response = send(self, request, **settings)
        with lock:
            sent += 1
            if sent == last:
                os.kill(os.getpid(), signal.SIGKILL)
        return response

    requests.Session.send = counted  # type: ignore[method-assign]
    execute(name, options, home)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator("empty") as running:
        yield running


def begin(emulator: Emulator, scenario: Scenario, **more: Any) -> dict[str, Any]:
    """Put the files of the scenario into each app; return the options of the task."""
    [described] = [{kind: [file.fixture(kind) for file in files] for kind, files in scenario.holds()}]
    emulator.load({"apps": [{"title": app, "slug": app, **described} for app in APPS]})
    connection = {"api_url": emulator.api_url, "api_token": emulator.tokens["owner"], "max_retries": 0}
    return {**connection, "apps": APPS, "concurrency": 4, **more}


def processed(emulator: Emulator, app: str, kind: str) -> list[tuple[str, str, bool, bool]]:
    return sorted(
        (file["upload_file_name"], file["sha256"], file["is_protected"], file["is_expose"])
        for file in emulator.state()["apps"][app][kind]
        if file["processed"]
    )


def check_nothing_is_lost(emulator: Emulator, scenario: Scenario) -> None:
    for app in APPS:
        for kind, files in scenario.holds():
            there = {name for name, *_rest in processed(emulator, app, kind)}
            assert {file.name for file in files if file.content is not None} <= there


def check_all_is_true(emulator: Emulator, scenario: Scenario, but: str = "") -> None:
    for kind, files in scenario.expected.items():
        expected = sorted(
            (file.name, digest_of(file.content), file.is_protected, file.is_expose)
            for file in files
            if file.name != but
        )
        for app in APPS:
            assert processed(emulator, app, kind) == expected


def killed(options: dict[str, Any], home: Path, last: int) -> None:
    process = PROCESSES.Process(target=run_and_die, args=(NAME, options, str(home), last))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("last", sorted(random.Random(4).sample(range(FIRST, LAST), 12 if ALL_CASES else 2)))
def test_killed_in_the_middle(emulator: Emulator, tmp_path: Path, last: int) -> None:
    scenario = SCENARIOS[NAME]
    options = begin(emulator, scenario)
    killed(options, tmp_path / "one", last)
    check_nothing_is_lost(emulator, scenario)

    rerun = execute(NAME, options, str(tmp_path / "two"))

    assert not rerun.get("failed"), rerun
    check_all_is_true(emulator, scenario)
    assert execute(NAME, options, str(tmp_path / "three"))["changed"] is False
    count_case()


def test_killed_again_and_again_with_a_purge(emulator: Emulator, tmp_path: Path) -> None:
    """Kill purges: the next one accepts what is deleted already, and deletes no declared file."""
    scenario = SCENARIOS[NAME]
    options = begin(emulator, scenario, purge=["build_certificates", "provisioning_profiles"], max_purge_total="100%")
    for last in (20, 17, 14):
        killed(options, tmp_path / str(last), last)
    rerun = execute(NAME, options, str(tmp_path / "last"))
    assert not rerun.get("failed"), rerun
    check_all_is_true(emulator, scenario, but=BYSTANDER)
