# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds: state, lists, trigger and abort."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.emulator.process import Emulator

from .client import Api

PIPELINE = {"pipeline_workflow_id": "p"}
BUILDS: list[dict[str, Any]] = [
    {"slug": "b5", "status": 0, "branch": "main", "age_s": 60, "finishes_in_s": 300},
    {"slug": "b4", "status": 0, "is_on_hold": True, "branch": "main", "age_s": 100},
    {
        "slug": "b3",
        "status": 1,
        "branch": "develop",
        "age_s": 1000,
        "commit_message": "Fix the Thing",
    },
    {
        "slug": "b2",
        "status": 2,
        "pull_request_id": 4,
        "branch": "feature",
        "age_s": 2000,
        "workflow": "secondary",
        **PIPELINE,
    },
    {"slug": "b1", "status": 3, "tag": "1.0", "age_s": 3000, "abort_reason": "because"},
    {"slug": "b0", "age_s": 300 * 86_400, "artifacts": [{"title": "old.txt", "content": "x"}]},
]


@pytest.fixture
def builds(emulator: Emulator) -> str:
    roles = {"member": "member", "viewer": "viewer"}
    app = {"title": "A", "slug": "a", "builds": BUILDS, "roles": roles, "workflows": ["primary", "secondary"]}
    emulator.load({"apps": [app]})
    return "/apps/a/builds"


def test_list_and_show(owner: Api, builds: str) -> None:
    listed = owner.data(builds)
    assert [(build["slug"], build["build_number"]) for build in listed] == [
        ("b5", 6),
        ("b4", 5),
        ("b3", 4),
        ("b2", 3),
        ("b1", 2),
    ]
    assert [build["status_text"] for build in listed] == ["in-progress", "on-hold", "success", "error", "aborted"]
    assert [build["finished_at"] is None for build in listed] == [True, True, False, False, False]
    assert listed[1]["started_on_worker_at"] is None
    assert listed[3]["pull_request_id"] == 4
    assert owner.data(f"{builds}/b3") == listed[2]
    assert owner.send("GET", f"{builds}/nothing").status_code == 404


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("status=0", ["b5", "b4"]),
        ("branch=main&status=0", ["b5", "b4"]),
        ("branch=develop", ["b3"]),
        ("workflow=secondary", ["b2"]),
        ("commit_message=the%20tHING", ["b3"]),
        ("build_number=3", ["b2"]),
        ("trigger_event_type=pull-request", ["b2"]),
        ("trigger_event_type=pull-request&pull_request_id=5", []),
        ("trigger_event_type=tag", ["b1"]),
        ("after=4000000000", []),
        ("before=1", []),
        ("is_pipeline_build=true", ["b2"]),
        ("is_pipeline_build=false&status=3", ["b1"]),
        ("status=3", ["b1"]),
        ("status=4", []),
        ("trigger_event_type=pull-request&pull_request_id=4", ["b2"]),
        ("trigger_event_type=push&branch=main", ["b5", "b4"]),
        ("sort_by=running_first", ["b5", "b4", "b3", "b2", "b1"]),
        ("limit=2", ["b5", "b4"]),
        ("limit=2&next=b4", ["b4", "b3"]),
    ],
)
def test_filters(owner: Api, builds: str, query: str, slugs: list[str]) -> None:
    assert [build["slug"] for build in owner.data(f"{builds}?{query}")] == slugs


@pytest.mark.parametrize(
    "query",
    [
        "status=5",
        "status=x",
        "sort_by=x",
        "trigger_event_type=x",
        "after=x",
        "build_number=-1",
        "pull_request_id=4",
        "pull_request_id=4&trigger_event_type=push",
        "is_pipeline_build=1",
        "sort_by=running_first&next=b4",
        "limit=51",
    ],
)
def test_rejects_invalid_filters(owner: Api, builds: str, query: str) -> None:
    assert owner.send("GET", f"{builds}?{query}").status_code == 400


def test_running_first_has_no_pages(owner: Api, builds: str) -> None:
    response = owner.send("GET", f"{builds}?sort_by=running_first&limit=1").json()
    assert "next" not in response["paging"]


def test_time_filters_are_inclusive(owner: Api, builds: str) -> None:
    listed = owner.data(builds)
    moment = int(datetime.fromisoformat(listed[2]["triggered_at"]).timestamp())
    assert [build["slug"] for build in owner.data(f"{builds}?after={moment}")] == ["b5", "b4", "b3"]
    assert [build["slug"] for build in owner.data(f"{builds}?before={moment}")] == ["b3", "b2", "b1"]
    assert [build["slug"] for build in owner.data(f"{builds}?before={moment - 1}")] == ["b2", "b1"]


def test_builds_of_all_apps(emulator: Emulator, owner: Api, member: Api) -> None:
    waiting = {"slug": "w", "status": 0, "is_on_hold": True, "age_s": 5}
    apps = [
        {"title": "A", "slug": "a", "owner": "O", "roles": {"member": "viewer"}, "builds": BUILDS},
        {"title": "B", "slug": "b", "owner": "owner", "builds": [waiting]},
    ]
    emulator.load({"organizations": [{"name": "O", "slug": "o"}], "apps": apps})
    listed = owner.data("/builds")
    assert [build["slug"] for build in listed] == ["w", "b5", "b4", "b3", "b2", "b1"]
    assert [build["repository"]["slug"] for build in listed] == ["b", "a", "a", "a", "a", "a"]
    assert [build["slug"] for build in member.data("/builds")] == ["b5", "b4", "b3", "b2", "b1"]
    for query, slugs in (
        ("owner_slug=o&status=0", ["b5", "b4"]),
        ("is_on_hold=true", ["w", "b4"]),
        ("is_on_hold=false&limit=2", ["b5", "b3"]),
        ("owner_slug=nobody", []),
        ("next=b2", ["b2", "b1"]),
    ):
        assert [build["slug"] for build in owner.data(f"/builds?{query}")] == slugs
    assert owner.send("GET", "/builds?status=9").status_code == 400
    assert [build["slug"] for page in owner.pages("/builds", limit=4) for build in page["data"]][4:] == ["b2", "b1"]


def test_old_builds_are_archived(owner: Api, builds: str) -> None:
    path = "/apps/a/archived-builds"
    response = owner.send("GET", f"{path}?after=0&before=4000000000&limit=1000").json()
    assert [build["slug"] for build in response["data"]] == ["b0"]
    assert response["data"][0]["build_artifacts"][0]["title"] == "old.txt"
    assert response["paging"] == {"total_item_count": 1, "page_item_limit": 1000}
    assert owner.data(f"{path}?after=0&before=1&limit=1") == []
    assert owner.data(f"{builds}/b0")["status"] == 1
    unlimited = owner.send("GET", f"{path}?after=0&before=4000000000").json()
    assert unlimited == response
    for query in ("after=0", "before=1&limit=1", "after=0&before=1&limit=1001", "after=0&before=1&limit=0"):
        assert owner.send("GET", f"{path}?{query}").status_code == 400


def test_clock_finishes_a_build(emulator: Emulator, owner: Api, builds: str) -> None:
    emulator.advance(301)
    build = owner.data(f"{builds}/b5")
    assert (build["status"], build["status_text"]) == (1, "success")
    assert build["finished_at"]


def test_trigger_and_abort(emulator: Emulator, owner: Api, member: Api, viewer: Api, builds: str) -> None:
    body = {"hook_info": {"type": "bitrise"}, "build_params": {"branch": "main", "workflow_id": "secondary"}}
    assert viewer.send("POST", builds, json=body).status_code == 403
    response = member.send("POST", builds, json=body)
    assert response.status_code == 201
    result = response.json()
    assert (result["slug"], result["status"], result["build_number"]) == ("a", "ok", 7)
    assert result["results"][0]["build_slug"] == result["build_slug"]
    slug = result["build_slug"]
    assert owner.data(builds)[0]["slug"] == slug
    assert viewer.send("POST", f"{builds}/{slug}/abort").status_code == 403
    aborted = member.send("POST", f"{builds}/{slug}/abort", json={"abort_reason": "no"})
    assert (aborted.status_code, aborted.json()) == (200, {"status": "ok"})
    build = owner.data(f"{builds}/{slug}")
    assert (build["status"], build["triggered_workflow"]) == (3, "secondary")
    assert build["abort_reason"] == "User member requested to abort this build with reason: no"
    again = member.send("POST", f"{builds}/{slug}/abort", data=b"")
    assert (again.status_code, again.json()) == (400, {"error_msg": "Build already finished, can't abort it."})


def test_abort_with_success(owner: Api, builds: str) -> None:
    assert owner.send("POST", f"{builds}/b4/abort", json={"abort_with_success": True}).status_code == 200
    build = owner.data(f"{builds}/b4")
    assert (build["status"], build["is_on_hold"]) == (4, False)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"build_params": 1},
        {"build_params": {"workflow_id": "none"}},
        {"build_params": {"pipeline_id": "none"}},
        {"build_params": {"branch": ["main"]}},
        {"build_params": {"commit_message": {"a": 1}}},
        {"build_params": {"priority": "high"}},
        {"build_params": {"skip_git_status_report": 1}},
        {"build_params": {"pull_request_id": True}},
        {"build_params": {"environments": [{"key": "A", "value": 1}]}},
        {"build_params": {"environments": {"A": "b"}}},
        {"build_params": {}, "hook_info": {"type": "github"}},
    ],
)
def test_rejects_invalid_triggers(owner: Api, builds: str, body: dict[str, Any]) -> None:
    response = owner.send("POST", builds, json=body)
    assert response.status_code == 400
    refusal = response.json()
    assert (refusal["status"], refusal["slug"], refusal["service"]) == ("error", "a", "bitrise")


def test_build_seconds_limit_a_build(emulator: Emulator, owner: Api, builds: str) -> None:
    emulator.options(build_seconds=100)
    slug = owner.send("POST", builds, json={"build_params": {}}).json()["build_slug"]
    assert owner.data(f"{builds}/{slug}")["status"] == 0
    emulator.advance(101)
    assert owner.data(f"{builds}/{slug}")["status"] == 1


def test_build_shows_parameters_without_secrets(owner: Api, builds: str) -> None:
    given = {
        "branch": "main",
        "commit_hash": None,
        "priority": 2,
        "pull_request_id": "7",
        "environments": [{"mapped_to": "A", "value": "b", "is_expand": False}],
        "secrets": [{"key": "S", "value": "hidden"}],
        "unheard_of": 1,
    }
    slug = owner.send("POST", builds, json={"build_params": given}).json()["build_slug"]
    build = owner.data(f"{builds}/{slug}")
    kept = ("branch", "priority", "pull_request_id", "environments")
    assert build["original_build_params"] == {name: given[name] for name in kept}
    assert build["pull_request_id"] == 7


@pytest.mark.parametrize(
    ("secret", "kept"),
    [
        ({}, []),
        ({"key": None, "value": "v"}, []),
        ({"key": "K"}, ["K"]),
        ({"key": "K", "value": None}, ["K"]),
        ({"key": "K", "value": "\ud800"}, ["K"]),
    ],
)
def test_an_incomplete_secret_is_no_server_error(
    emulator: Emulator, owner: Api, builds: str, secret: dict[str, Any], kept: list[str]
) -> None:
    slug = owner.send("POST", builds, json={"build_params": {"secrets": [secret]}}).json()["build_slug"]
    (app,) = emulator.state()["apps"].values()
    assert [list(build["secrets"]) for build in app["builds"] if build["slug"] == slug] == [kept]


def test_clock_moves_a_build_from_hold_to_its_end(emulator: Emulator, owner: Api, builds: str) -> None:
    emulator.options(hold_seconds=50, build_seconds=100, build_outcome=2)
    path = f"{builds}/{owner.send('POST', builds, json={'build_params': {}}).json()['build_slug']}"
    states = []
    for step in (0, 60, 45, 60):
        emulator.advance(step)
        build = owner.data(path)
        started, over = build["started_on_worker_at"] is not None, build["finished_at"] is not None
        states.append((build["status"], build["status_text"], build["is_on_hold"], started, over))
    assert states == [
        (0, "on-hold", True, False, False),
        (0, "in-progress", False, True, False),
        (0, "in-progress", False, True, False),
        (2, "error", False, True, True),
    ]


def test_fixture_controls_the_progress_of_builds(emulator: Emulator, owner: Api) -> None:
    build = {"slug": "b", "status": 0, "starts_in_s": 100, "run_s": 100, "outcome": 4, "credit_cost": 3}
    emulator.load({"apps": [{"title": "A", "slug": "a", "builds": [build]}]})
    assert owner.data("/apps/a/builds/b")["status_text"] == "on-hold"
    emulator.advance(150)
    assert owner.data("/apps/a/builds/b")["status_text"] == "in-progress"
    emulator.advance(60)
    over = owner.data("/apps/a/builds/b")
    assert (over["status"], over["status_text"], over["credit_cost"]) == (4, "aborted", 3)


def test_abort_after_the_end_of_a_build(emulator: Emulator, owner: Api, builds: str) -> None:
    emulator.fault(advance_s=301, path="/abort$", nth=1)
    assert owner.send("POST", f"{builds}/b5/abort", json={}).status_code == 400
    assert owner.data(f"{builds}/b5")["status"] == 1


def test_bitrise_yml(owner: Api, builds: str) -> None:
    for path in ("/apps/a/bitrise.yml", f"{builds}/b3/bitrise.yml"):
        response = owner.send("GET", path)
        assert response.headers["Content-Type"].startswith("text/plain")
        assert "workflows:" in response.text
    assert owner.data("/apps/a/branches") == ["develop", "feature", "main"]
    assert owner.data("/apps/a/build-workflows") == ["primary", "secondary"]
