# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbook abort_stale_builds: one task for all hosts, with the variables of each, and one message for each mistake."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.functional.plugins.action.playbook import ELSEWHERE, Playground, Run
from tests.helpers.cases import exhaustive
from tests.helpers.service import Service

RUNNING, FINISHED, ABORTED = 0, 1, 3
HOURS = "abort_stale_builds_hours"


# The builds of the host "waiting": two are on hold, one of them for long, one is running, and one is over.
WAITING = [
    {"slug": "on-hold-new", "age_s": 1800, "status": RUNNING, "is_on_hold": True},
    {"slug": "on-hold", "age_s": 3 * 3600, "status": RUNNING, "is_on_hold": True},
    {"slug": "running", "age_s": 3 * 3600, "status": RUNNING},
    {"slug": "over", "age_s": 8 * 3600, "status": FINISHED},
]


class Fleet:
    """Apps that are the hosts of an inventory, each with its variables and a build of three hours."""

    def __init__(self, service: Service, folder: Path) -> None:
        self.emulator = service.emulator
        self.playground = Playground(folder / "ground")
        self._inventory = folder / "fleet.json"

    def holds(self, hosts: Mapping[str, Mapping[str, Any]]) -> None:
        builds = {host: [{"slug": f"{host}-b", "age_s": 3 * 3600, "status": RUNNING}] for host in hosts}
        builds |= {host: WAITING for host in builds if host == "waiting"}
        self.emulator.load({"apps": [{"title": host, "slug": host, "builds": builds[host]} for host in hosts]})
        described = {host: {"bitrise_app_slug": host, **ELSEWHERE, **more} for host, more in hosts.items()}
        self._inventory.write_text(json.dumps({"apps": {"hosts": described}}))

    def abort_stale_builds(self, *options: str, env: Mapping[str, str] | None = None, **more: Any) -> Run:
        self.emulator.clear_requests()
        name = "mobileops.ci.abort_stale_builds"
        return self.playground.run_playbook(name, self._inventory, "-e", json.dumps(more), *options, env=env)

    def connection(self, prefix: str) -> dict[str, Any]:
        """Return the connection as variables, because the environment names neither a service nor a token."""
        token = self.emulator.tokens["owner"]
        return {f"{prefix}_api_url": self.emulator.api_url, f"{prefix}_api_token": token, f"{prefix}_max_retries": 0}

    def statuses(self) -> dict[str, int]:
        apps = self.emulator.state()["apps"].values()
        return {build["slug"].removesuffix("-b"): build["status"] for app in apps for build in app["builds"]}

    def writes(self) -> list[str]:
        return [entry["path"] for entry in self.emulator.requests() if entry["method"] != "GET"]


@pytest.fixture
def fleet(service: Service, tmp_path: Path) -> Fleet:
    return Fleet(service, tmp_path)


def outcomes(run: Run) -> dict[str, tuple[str, bool]]:
    ended = [event for event in run.events if event.task == "Report the outcome" and event.event in ("ok", "failed")]
    return {event.host: (event.event, event.result["changed"]) for event in ended}


def summary(run: Run) -> list[str]:
    return [str(line) for line in run.result("Show the summary")["msg"]]


HOSTS: dict[str, dict[str, Any]] = {
    "default": {HOURS: ""},
    "text": {HOURS: "2.5\n", "abort_stale_builds_reason": "Too long"},
    "number": {HOURS: 2},
    "wrong": {HOURS: "3h"},
    "misspelt": {"abort_stale_builds_hour": 2},
    "unknown": {"bitrise_app_slug": None},
    "other": {"bitrise_app_slug": "", "abort_stale_builds_app_slug": "other", HOURS: 1},
    "waiting": {HOURS: 4, "abort_stale_builds_hold_hours": 1},
}
ABORTED_OF = {"text": "text-b", "number": "number-b", "other": "other-b", "waiting": "on-hold"}


def statuses_afterwards() -> dict[str, int]:
    before = {host: RUNNING for host in HOSTS if host != "waiting"}
    before |= {"on-hold-new": RUNNING, "on-hold": RUNNING, "running": RUNNING, "over": FINISHED}
    return before | {build.removesuffix("-b"): ABORTED for build in ABORTED_OF.values()}


def test_each_host_has_its_own_variables(fleet: Fleet) -> None:
    fleet.holds(HOSTS)
    connection = fleet.connection("code_signing")

    checked = fleet.abort_stale_builds("--check", "--diff", **connection)
    assert fleet.writes() == []
    done = fleet.abort_stale_builds("--diff", **connection, abort_stale_builds_wait=True)

    assert fleet.statuses() == statuses_afterwards()
    assert sorted(fleet.writes()) == sorted(
        f"/v0.1/apps/{host}/builds/{build}/abort" for host, build in ABORTED_OF.items()
    )
    for run in (checked, done):
        assert run.status == 2
        assert outcomes(run) == {
            **dict.fromkeys(("wrong", "misspelt", "unknown"), ("failed", False)),
            **dict.fromkeys(ABORTED_OF, ("ok", True)),
        }
        lines = summary(run)
        assert [line.rpartition(" [")[2] for line in lines[:3]] == ["misspelt].", "unknown].", "wrong]."]
        assert f"abort_stale_builds_hour is not a variable of this collection; did you mean {HOURS}?" in lines[0]
        assert f"{HOURS} must be a number of hours above 0 and below 10000, got '3h'" in lines[2]
    assert summary(checked)[-1] == "8 apps with 7 unfinished builds: would abort 4, 3 apps failed."
    assert summary(done)[-1] == "8 apps with 7 unfinished builds: aborted 4, 3 apps failed."


@exhaustive
def test_each_host_by_itself(fleet: Fleet) -> None:
    """Run if ansible-core does not list the hosts of the task."""
    fleet.holds(HOSTS)
    run = fleet.abort_stale_builds(
        env={"MOBILEOPS_CI_TEST_ALONE": "1"}, **fleet.connection("abort_stale_builds"), abort_stale_builds_wait=True
    )
    assert fleet.statuses() == statuses_afterwards()
    failed = {host for host, (event, _changed) in outcomes(run).items() if event == "failed"}
    assert failed == {"wrong", "misspelt", "unknown"}


def test_a_failure_with_one_connection_keeps_the_results_of_the_others(fleet: Fleet) -> None:
    """Reject the timeout of one of two connections."""
    fleet.holds({"app1": {HOURS: 1}, "app2": {HOURS: 1, "abort_stale_builds_timeout": 0}})
    run = fleet.abort_stale_builds(**fleet.connection("code_signing"))
    assert fleet.statuses() == {"app1": ABORTED, "app2": RUNNING}
    assert outcomes(run) == {"app1": ("ok", True), "app2": ("failed", False)}
    (failed,) = [event.result for event in run.events if event.event == "failed"]
    assert failed["msg"] == "abort_stale_builds_timeout must be greater than 0 and at most 86400 seconds, got 0.0."
    assert failed["error"]["kind"] == "option"
    assert summary(run)[-1] == "2 apps with 1 unfinished build: aborted 1, 1 app failed."


def test_each_host_has_the_failure_of_its_connection(fleet: Fleet) -> None:
    fleet.holds({"app1": {"abort_stale_builds_max_retries": -1}, "app2": {"abort_stale_builds_timeout": 0}})
    run = fleet.abort_stale_builds(**fleet.connection("code_signing"), **{HOURS: 1})
    failed = {event.host: event.result["msg"].split()[0] for event in run.events if event.event == "failed"}
    assert failed == {"app1": "abort_stale_builds_max_retries", "app2": "abort_stale_builds_timeout"}


def test_a_cause_that_all_hosts_share_is_one_failure(fleet: Fleet) -> None:
    fleet.holds({f"app{number}": {HOURS: 1} for number in range(20)})
    refused = fleet.abort_stale_builds(**{**fleet.connection("code_signing"), "code_signing_api_token": "wr0ng"})
    (failed,) = [event for event in refused.events if event.event == "failed"]
    assert "returned 401" in failed.result["msg"]
    assert "wr0ng" not in refused.screen
    wrong = fleet.abort_stale_builds(**fleet.connection("code_signing"), **{HOURS: 0})
    (failed,) = [event for event in wrong.events if event.event == "failed"]
    assert "No build was aborted" in failed.result["msg"]
    assert "[20 hosts: app0" in failed.result["msg"]
    assert fleet.writes() == []
    assert len(wrong.screen) < 4000
