# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each request of a task fails once, in each way. Nothing is lost, and the next run makes the declaration true."""

from __future__ import annotations

from typing import Any

import pytest

from ..helpers.rollouts import ROLLOUTS, Rollout
from ..helpers.service import Service
from ..helpers.tasks import Tasks

# How the k-th request fails. `times`: the service stays away from then on, so that nothing can be tidied up either.
FAILURES: dict[str, dict[str, Any]] = {
    "refused": {"status": 500},
    "refused after the effect": {"status": 500, "after_effect": True},
    "connection lost before the effect": {"drop": "before"},
    "connection lost after the effect": {"drop": "after"},
    "answer garbled": {"malformed": True},
    "service gone": {"drop": "before", "times": 100},
    "service gone after the effect": {"drop": "after", "times": 100},
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
@pytest.mark.parametrize("rollout", ROLLOUTS.values(), ids=ROLLOUTS.keys())
def test_each_request_fails_once(service: Service, tasks: Tasks, rollout: Rollout, failure: dict[str, Any]) -> None:
    broken = 0
    for nth in range(1, rollout.length(service, tasks) + 1):
        task = rollout.start(service, tasks)
        service.emulator.fault(nth=nth, **failure)

        result = task.result()

        service.emulator.clear_faults()
        rollout.check_nothing_is_lost(service)
        if result.get("failed"):
            broken += 1
            assert result["error"]["kind"] in ("server_error", "connection", "invalid_response", "storage"), result
            assert "Could not " in result["msg"]
        else:
            rollout.check_is_true(service)
        task.run()
        rollout.check_is_true(service)
        assert (
            task.with_options(update_password="on_change").run()["changed"] is False
            if "certificate_password" in task.options
            else task.run()["changed"] is False
        )
    assert broken > 0


BRIDGED: dict[str, dict[str, Any]] = {
    "service unavailable": {"status": 503},
    "too many requests": {"status": 429},
    "connection lost before the effect": {"drop": "before"},
    "connection lost after the effect": {"drop": "after"},
    "answer cut": {"truncate": True},
}
LONG = {name: ROLLOUTS[name] for name in ("first upload with password", "replacement with flags", "absent")}


@pytest.mark.parametrize("failure", BRIDGED.values(), ids=BRIDGED.keys())
@pytest.mark.parametrize("rollout", LONG.values(), ids=LONG.keys())
def test_retries_bridge_a_failure(service: Service, tasks: Tasks, rollout: Rollout, failure: dict[str, Any]) -> None:
    """What may be repeated is repeated; what may not is looked at first."""
    for nth in range(1, rollout.length(service, tasks) + 1):
        task = rollout.start(service, tasks).with_options(max_retries=1)
        service.emulator.fault(nth=nth, **failure)
        task.run()
        rollout.check_is_true(service)
