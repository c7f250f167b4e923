# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_app_info: one app, those of an owner, or all, filtered and limited."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.service import APP, Service
from tests.helpers.tasks import APP_INFO, Task, Tasks, check_then_run_then_rerun

FLEET = {
    "organizations": [{"name": "North", "slug": "0org0"}, {"name": "South", "slug": "1org1"}],
    "apps": [
        {"title": "Shop", "slug": "a1", "owner": "North", "project_type": "ios"},
        {"title": "Shop", "slug": "a2", "owner": "South", "project_type": "android"},
        {"title": "shop", "slug": "a3", "owner": "North", "project_type": "android"},
        {"title": "Shop 2", "slug": "a4", "owner": "North", "project_type": "ios", "builds": [{}]},
        {"title": "Täst {{ x }}", "slug": "a5", "owner": "owner", "project_type": None},
    ],
}


@pytest.fixture
def fleet(service: Service, tasks: Tasks) -> Task:
    service.emulator.load(FLEET)
    service.forget()
    return tasks.make(APP_INFO)


def slugs(task: Task) -> list[str]:
    return [app["slug"] for app in task.run()["apps"]]


CHOICES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "all": ({}, ["a1", "a2", "a3", "a4", "a5"]),
    "one": ({"app_slug": "a3"}, ["a3"]),
    "organization": ({"organization_slug": "0org0"}, ["a1", "a3", "a4"]),
    "title, exactly": ({"title": "Shop"}, ["a1", "a2"]),
    "project type": ({"project_type": "android"}, ["a2", "a3"]),
    "all of it": ({"organization_slug": "0org0", "title": "Shop", "project_type": "ios"}, ["a1"]),
    "nothing": ({"title": "None such"}, []),
    "limit": ({"limit": 2}, ["a1", "a2"]),
    "limit of what is left": ({"project_type": "android", "limit": 1}, ["a2"]),
    "latest build first": ({"sort_by": "last_build_at", "limit": 1}, ["a4"]),
    "by creation": ({"sort_by": "created_at"}, ["a1", "a2", "a3", "a4", "a5"]),
}


@pytest.mark.parametrize(("options", "expected"), CHOICES.values(), ids=CHOICES.keys())
def test_choice(fleet: Task, options: dict[str, Any], expected: list[str]) -> None:
    task = fleet.with_options(**options)
    assert slugs(task) == expected
    assert check_then_run_then_rerun(task)["changed"] is False


def test_apps_of_a_user(service: Service, fleet: Task) -> None:
    users = {user["username"]: user["slug"] for user in service.emulator.state()["users"]}
    assert slugs(fleet.with_options(user_slug=users["owner"])) == ["a5"]


def test_title_comes_as_it_is(fleet: Task) -> None:
    apps = fleet.with_options(app_slug="a5").run()["apps"]
    assert apps[0]["title"] == "Täst {{ x }}"
    assert apps[0]["project_type"] is None


def test_requests(service: Service, fleet: Task) -> None:
    assert fleet.asked_by() == ["apps"]
    assert fleet.with_options(app_slug="a1").asked_by() == ["app"]


@pytest.mark.parametrize(("apps", "pages"), [(50, 1), (51, 2), (120, 3)])
def test_more_apps_than_a_page_holds(service: Service, tasks: Tasks, apps: int, pages: int) -> None:
    service.emulator.load(f"fleet:{apps}")
    task = tasks.make(APP_INFO)
    assert len(task.run()["apps"]) == apps
    assert task.asked_by() == ["apps"] * pages
    assert task.with_options(limit=10).asked_by() == ["apps"]


@pytest.mark.parametrize("option", ["app_slug", "organization_slug", "user_slug", "title", "project_type"])
def test_empty_option_is_refused(fleet: Task, service: Service, option: str) -> None:
    failed = fleet.with_options(**{option: ""}).fail()
    assert failed["error"]["kind"] == "option"
    assert failed["msg"].startswith(f"{option} must not be empty.")
    assert service.asked() == []


@pytest.mark.parametrize("limit", [0, -1])
def test_senseless_limit_is_refused(fleet: Task, tasks: Tasks, service: Service, limit: int) -> None:
    for task in (fleet.with_options(limit=limit), tasks.listing(limit=limit)):
        failed = task.fail()
        assert failed["error"]["kind"] == "option"
        assert failed["msg"].startswith(f"limit must be 1 or greater, got {limit}.")
    assert service.asked() == []


def test_unknown_app(fleet: Task) -> None:
    assert fleet.with_options(app_slug=APP).fail()["error"]["kind"] == "not_found"
