# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_build_abort_stale aborts only builds that are certainly too old, in all apps that it can reach."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.info import BUILD_INFO
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.stale import (
    BUILD_ABORT_STALE,
    checked_hours,
)
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import OptionError
from tests.helpers.documented_results import check_actions, check_results
from tests.helpers.service import Service
from tests.helpers.tasks import Task, Tasks, without_traffic

RUNNING, ABORTED, ABORTED_WITH_SUCCESS = 0, 3, 4
MISSING = "ffffffffffffffff"


def holds(service: Service, apps: Mapping[str, Mapping[str, float]]) -> None:
    """Create builds that have been running for these hours, by app and build."""
    service.emulator.load(
        {
            "apps": [
                {
                    "title": app,
                    "slug": app,
                    "owner": "owner",
                    "builds": [
                        {"slug": f"{app}-{build}", "age_s": hours * 3600, "status": RUNNING}
                        for build, hours in builds.items()
                    ],
                }
                for app, builds in apps.items()
            ]
        }
    )
    service.forget()


def statuses(service: Service) -> dict[str, int]:
    apps = service.emulator.state()["apps"].values()
    return {build["slug"]: build["status"] for app in apps for build in app["builds"]}


def task(tasks: Tasks, *apps: Any, **options: Any) -> Task:
    return tasks.make(BUILD_ABORT_STALE, apps=list(apps), **options)


def test_each_app_has_its_own_limits(service: Service, tasks: Tasks) -> None:
    holds(service, {"shop": {"a": 7, "b": 2}, "bank": {"a": 7, "b": 2}, "idle": {}})
    given = task(tasks, "shop", {"app_slug": "bank", "hours": "1.5", "abort_with_success": True}, "idle")
    checked = given.run(check_mode=True, diff=True)
    assert statuses(service) == dict.fromkeys(("shop-a", "shop-b", "bank-a", "bank-b"), RUNNING)
    done = given.run(diff=True)
    assert statuses(service) == {
        "shop-a": ABORTED,
        "shop-b": RUNNING,
        "bank-a": ABORTED_WITH_SUCCESS,
        "bank-b": ABORTED_WITH_SUCCESS,
    }
    assert without_traffic(done["summary"]) == without_traffic(checked["summary"])
    assert without_traffic(done["summary"]) == {
        "apps": 3,
        "changed": 2,
        "failed": 0,
        "builds": 4,
        "aborted": 3,
        "undated": 0,
    }
    for key in ("changed", "actions", "diff"):
        assert checked[key] == done[key], key
    assert [app["changed"] for app in done["apps"].values()] == [True, True, False]
    again = given.run(diff=True)
    assert (again["changed"], again["actions"], again["diff"]) == (False, [], {"before": {}, "after": {}})


def test_others_continue_after_a_failure(service: Service, tasks: Tasks) -> None:
    holds(service, {"shop": {"a": 7, "b": 8}, "bank": {"a": 7}})
    service.emulator.fault(method="POST", path="/shop-b/abort$", status=403)
    result = task(tasks, "shop", MISSING, "bank").result(diff=True)
    assert statuses(service) == {"shop-a": ABORTED, "shop-b": RUNNING, "bank-a": ABORTED}
    assert result["msg"].startswith("2 of 3 apps failed. shop: ")
    assert result["error"]["kind"] == "several"
    kinds = {slug: app["error"] and app["error"]["kind"] for slug, app in result["apps"].items()}
    assert kinds == {"shop": "forbidden", MISSING: "not_found", "bank": None}
    assert result["apps"]["shop"]["changed"] is True
    check_results(
        "bitrise_build_abort_stale", *({**result, "apps": app} for app in result["apps"].values()), task(tasks).fail()
    )
    check_actions("bitrise_build_abort_stale", result)


def test_a_message_about_many_builds(service: Service, tasks: Tasks) -> None:
    holds(service, {"shop": {f"b{number:02}": 7 for number in range(12)}})
    service.emulator.fault(method="POST", path="/abort$", status=403)
    message = task(tasks, "shop").result()["msg"]
    assert message.count("returned 403") == 10
    assert message.endswith(" | 2 more failed.")


def test_a_refused_token_is_tried_by_few_apps_and_reported_once(service: Service, tasks: Tasks) -> None:
    slugs = [f"app{number}" for number in range(30)]
    holds(service, {slug: {} for slug in slugs})
    result = task(tasks, *slugs, api_token="wrong", concurrency=2).result()
    assert len(service.asked()) <= 3  # with the look whether the token is valid for anything
    assert result["error"]["kind"] == "unauthorized"
    assert result["msg"].startswith(
        "30 of 30 apps failed. 30 apps (app0, app1, app2, app3, app4 and 25 more), for example: "
    )
    assert len(result["msg"]) < 600


@pytest.mark.parametrize(
    "value", ["3h", "", " ", "-1", -1, 0, "0.0", "nan", "inf", "1e9", "1e-3", None, True, [6], "٣"]
)
def test_values_that_are_not_hours(value: Any) -> None:
    with pytest.raises(OptionError, match="hold_hours must be a number of hours above 0 and below 10000, got"):
        checked_hours("hold_hours", value)


@pytest.mark.parametrize(("value", "hours"), [("3", 3.0), ("2.5\n", 2.5), (6, 6.0), (0.25, 0.25), (9999, 9999.0)])
def test_hours(value: Any, hours: float) -> None:
    assert checked_hours("hours", value) == hours


@pytest.mark.parametrize("apps", [[], ["shop", "shop"], [" "]])
def test_ambiguous_apps(service: Service, tasks: Tasks, apps: list[str]) -> None:
    holds(service, {"shop": {"a": 7}})
    assert task(tasks, *apps).fail()["error"]["kind"] == "option"
    assert service.asked() == []


def ago(hours: float) -> datetime:
    return datetime.now(UTC) - timedelta(hours=hours)


NEVER = "0001-01-01T00:00:00Z"
EAST = timedelta(hours=11)
# Builds as Bitrise lists them. They may run for 6 hours and wait for 1.
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


def test_only_builds_that_are_certainly_old(service: Service, tasks: Tasks) -> None:
    builds = {**FRESH, **UNKNOWN, **OLD}
    holds(service, {"app": dict.fromkeys(builds, 0.01)})
    listed = [
        {"slug": f"app-{slug}", "build_number": number, "status": 0, "is_on_hold": False, **shown}
        for number, (slug, shown) in enumerate(builds.items(), 1)
    ]
    service.emulator.fault(path="/app/builds$", status=200, body=json.dumps({"data": listed, "paging": {}}))

    done = task(tasks, "app", hold_hours=1).run()

    assert {slug for slug, status in statuses(service).items() if status == ABORTED} == {f"app-{slug}" for slug in OLD}
    (warning,) = done["warnings"]
    assert "2 builds were not aborted" in warning
    assert "app-never" in warning
    assert "app-nothing" in warning
    info = {slug: tasks.make(BUILD_INFO, app_slug="app", build_slug=f"app-{slug}").run()["builds"][0] for slug in OLD}
    for slug, hours in (("ran", "6"), ("held", "1"), ("started", "6")):
        assert f"Not finished after {hours} hours" in info[slug]["abort_reason"]
