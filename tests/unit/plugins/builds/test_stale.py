# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbook abort_stale_builds: it aborts what is certainly old, and nothing where its variables make no sense."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.conftest import CHECKOUT

from ..action.playbook import ELSEWHERE, Playground, Run
from ..helpers.service import Service

CHECK, LIST, SAY, ABORT = (
    "Check how long builds may take",
    "List the builds that are not over",
    "Say which ones are left alone",
    "Abort those that take too long",
)
RUNNING, ABORTED = 0, 3


class Fleet:
    """Apps that are the hosts of an inventory, each with its variables. None is reached."""

    def __init__(self, service: Service, folder: Path) -> None:
        self.emulator = service.emulator
        self._playground = Playground(folder / "ground")
        self._inventory = folder / "fleet.json"

    def holds(self, hosts: Mapping[str, Mapping[str, Any]], builds: Iterable[Mapping[str, Any]]) -> None:
        """Each app has all of the builds, named after it."""
        each = list(builds)
        apps = [
            {"title": host, "slug": host, "builds": [{**build, "slug": f"{host}-{build['slug']}"} for build in each]}
            for host in hosts
        ]
        self.emulator.load({"apps": apps})
        described = {host: {"bitrise_app_slug": host, **ELSEWHERE, **more} for host, more in hosts.items()}
        self._inventory.write_text(json.dumps({"apps": {"hosts": described}}))

    def abort_stale_builds(self, *options: str, **more: Any) -> Run:
        self.emulator.clear_requests()
        name = "mobileops.ci.abort_stale_builds"
        return self._playground.run_playbook(name, self._inventory, "-e", json.dumps(more), *options)

    def connection(self, role: str) -> dict[str, Any]:
        """As variables: the environment names neither a service nor a token."""
        token = self.emulator.tokens["owner"]
        return {f"{role}_api_url": self.emulator.api_url, f"{role}_api_token": token, f"{role}_max_retries": 0}

    def statuses(self) -> dict[str, int]:
        apps = self.emulator.state()["apps"].values()
        return {build["slug"]: build["status"] for app in apps for build in app["builds"]}

    def writes(self) -> list[str]:
        return [entry["path"] for entry in self.emulator.requests() if entry["method"] != "GET"]


@pytest.fixture
def fleet(service: Service, tmp_path: Path) -> Fleet:
    return Fleet(service, tmp_path)


def ended(run: Run, task: str) -> dict[str, str]:
    """By host, what became of a task."""
    return {event.host: event.event for event in run.events if event.task == task and event.event in ("ok", "failed")}


HOURS, HOLD_HOURS = "abort_stale_builds_hours", "abort_stale_builds_hold_hours"
NO_HOURS = ["3h", "", " ", "-1", -1, 0, "0.0", "nan", "inf", "1e9", "1e-3", None, True, [6], 10_000, "3\n", "٣"]


def test_hours_that_are_no_hours(fleet: Fleet) -> None:
    wrong = {
        f"{name.removeprefix('abort_stale_builds_')}-{number}": {name: value}
        for name in (HOURS, HOLD_HOURS)
        for number, value in enumerate(NO_HOURS)
    }
    right: dict[str, dict[str, Any]] = {"text": {HOURS: "2.5"}, "number": {HOURS: 2}, "default": {}}
    fleet.holds({**wrong, **right}, [{"slug": "b", "age_s": 3 * 3600, "status": 0}])

    run = fleet.abort_stale_builds("--forks", "8", **fleet.connection("abort_stale_builds"))

    assert ended(run, CHECK) == {**dict.fromkeys(wrong, "failed"), **dict.fromkeys(right, "ok")}
    for event in run.events:
        if event.event == "item_on_failed":
            (name,) = wrong[event.host]
            assert event.result["msg"].startswith(f"{name} is ")
            assert "has to be a number of hours, more than 0 and less than 10000" in event.result["msg"]
    assert fleet.statuses() == {
        **{f"{host}-b": RUNNING for host in wrong},
        "text-b": ABORTED,
        "number-b": ABORTED,
        "default-b": RUNNING,
    }
    assert sorted(fleet.writes()) == [f"/v0.1/apps/{host}/builds/{host}-b/abort" for host in ("number", "text")]


def ago(hours: float) -> datetime:
    return datetime.now(UTC) - timedelta(hours=hours)


NEVER = "0001-01-01T00:00:00Z"
EAST = timedelta(hours=11)
# What the service lists; builds run for 6 hours at most and wait for 1.
FRESH: dict[str, dict[str, Any]] = {
    "space": {"triggered_at": f"{ago(2):%Y-%m-%d %H:%M:%S}Z", "started_on_worker_at": f"{ago(2):%Y-%m-%d %H:%M:%S}Z"},
    "offset": {"triggered_at": ago(2).isoformat(), "started_on_worker_at": f"{ago(2) - EAST:%Y-%m-%dT%H:%M:%S}-11:00"},
    "on-hold": {"triggered_at": f"{ago(0.5):%Y-%m-%dT%H:%M:%SZ}", "is_on_hold": True, "started_on_worker_at": None},
    "starting": {"triggered_at": f"{ago(2):%Y-%m-%dT%H:%M:%SZ}", "started_on_worker_at": NEVER},
    "unreadable": {"triggered_at": f"{ago(2):%Y-%m-%dT%H:%M:%SZ}", "started_on_worker_at": "a while ago"},
}
UNKNOWN: dict[str, dict[str, Any]] = {
    "never": {"triggered_at": NEVER, "started_on_worker_at": NEVER},
    "nothing": {"triggered_at": None, "started_on_worker_at": None, "is_on_hold": True},
}
OLD: dict[str, dict[str, Any]] = {
    "ran": {"triggered_at": NEVER, "started_on_worker_at": f"{ago(6.1) + EAST:%Y-%m-%dT%H:%M:%S}+11:00"},
    "held": {"triggered_at": f"{ago(1.1):%Y-%m-%dT%H:%M:%SZ}", "is_on_hold": True, "started_on_worker_at": NEVER},
    "started": {"triggered_at": f"{ago(6.1):%Y-%m-%dT%H:%M:%SZ}", "started_on_worker_at": NEVER},
}


def test_only_what_is_certainly_old(fleet: Fleet) -> None:
    builds = {**FRESH, **UNKNOWN, **OLD}
    fleet.holds({"app": {HOLD_HOURS: 1}}, [{"slug": slug, "age_s": 60, "status": 0} for slug in builds])
    listed = [
        {"slug": f"app-{slug}", "build_number": number, "status": 0, "is_on_hold": False, **shown}
        for number, (slug, shown) in enumerate(builds.items(), 1)
    ]
    fleet.emulator.fault(path="/app/builds$", status=200, body=json.dumps({"data": listed, "paging": {}}))
    connection = fleet.connection("code_signing")

    checked = fleet.abort_stale_builds("--check", **connection)
    assert fleet.writes() == []
    done = fleet.abort_stale_builds(**connection)

    assert {slug for slug, status in fleet.statuses().items() if status == ABORTED} == {f"app-{slug}" for slug in OLD}
    for run in (checked, done):
        assert run.result(SAY)["msg"] == (
            "Left alone, because the service does not tell since when they run or wait: app-never, app-nothing"
        )
        items = [event.result for event in run.events if event.task == ABORT and event.event == "item_on_ok"]
        reasons = {item["build"]["slug"]: item["build"]["abort_reason"] for item in items}
        assert sorted(reasons) == sorted(f"app-{slug}" for slug in OLD)
        for slug, hours in (("ran", "6"), ("held", "1"), ("started", "6")):
            assert f"Not over after {hours} hours" in reasons[f"app-{slug}"]


def test_which_app(fleet: Fleet) -> None:
    fleet.holds({"app": {}}, [{"slug": "b", "age_s": 7 * 3600, "status": 0}])
    connection = fleet.connection("code_signing")
    run = fleet.abort_stale_builds(bitrise_app_slug="", **connection)
    assert run.result("Find the app")["msg"].startswith("abort_stale_builds_app_slug is not set")
    assert fleet.statuses() == {"app-b": RUNNING}
    fleet.abort_stale_builds(bitrise_app_slug="", abort_stale_builds_app_slug="app", **connection)
    assert fleet.statuses() == {"app-b": ABORTED}


def test_variables_are_named_in_the_header() -> None:
    header, _separator, play = (CHECKOUT / "playbooks" / "abort_stale_builds.yml").read_text().partition("\n- name:")
    read = set(re.findall(r"\b(?:abort_stale_builds|code_signing)_\w+|\bbitrise_app_slug\b", play))
    made = set(re.findall(r"(?:^ +|register: )(abort_stale_builds_\w+)(?=:|$)", play, re.MULTILINE))
    assert read - made - set(re.findall(r"\w+", header)) == set()
