# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process is killed after each of its requests. The next run makes the declaration true all the same."""

from __future__ import annotations

import multiprocessing
import os
import signal
from typing import Any

import pytest
import requests

from ansible_collections.mobileops.ci.plugins.module_utils._entry import TaskContext

from ..helpers.rollouts import ROLLOUTS, Rollout
from ..helpers.service import Service
from ..helpers.tasks import MANAGING, Tasks, validated

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])


def run_and_die(kind: str, options: dict[str, Any], env: dict[str, str], last: int) -> None:
    """In a process of its own: the task, until its request number `last` is answered."""
    send = requests.Session.send
    sent = 0

    def counted(self: requests.Session, request: requests.PreparedRequest, **settings: Any) -> requests.Response:
        nonlocal sent
        response = send(self, request, **settings)
        sent += 1
        if sent == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return response

    requests.Session.send = counted  # type: ignore[method-assign]
    entry = MANAGING[kind]
    entry.carry_out(validated(entry, options), TaskContext(env), diff=False)


@pytest.mark.parametrize("rollout", ROLLOUTS.values(), ids=ROLLOUTS.keys())
def test_killed_after_each_request(service: Service, tasks: Tasks, rollout: Rollout) -> None:
    for last in range(1, rollout.length(service, tasks) + 1):
        task = rollout.start(service, tasks)
        process = PROCESSES.Process(target=run_and_die, args=(rollout.kind, dict(task.options), dict(task.env), last))
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        rollout.check_nothing_is_lost(service)

        task.run()

        rollout.check_is_true(service)


def test_killed_without_a_place_for_notes(service: Service, tasks: Tasks) -> None:
    """Without a home nobody knows which of two files is new: then the user is asked, and nothing is lost."""
    rollout = ROLLOUTS["replacement with flags"]
    kinds = set()
    for last in range(1, rollout.length(service, tasks) + 1):
        task = rollout.start(service, tasks)
        process = PROCESSES.Process(target=run_and_die, args=(rollout.kind, dict(task.options), {}, last))
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        rollout.check_nothing_is_lost(service)
        result = task.result()
        if result.get("failed"):
            kinds.add(result["error"]["kind"])
            task.with_options(duplicates="remove").run()
        rollout.check_is_true(service)
    assert kinds == {"duplicates"}
