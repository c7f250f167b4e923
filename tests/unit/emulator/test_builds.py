# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds, logs and artifacts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.process import Emulator

from .client import Api, storage

BUILDS: list[dict[str, Any]] = [
    {"slug": "b5", "status": 0, "branch": "main", "age_s": 60, "finishes_in_s": 300, "log": "one\ntwo\n"},
    {"slug": "b4", "status": 0, "is_on_hold": True, "branch": "main", "age_s": 100},
    {
        "slug": "b3",
        "status": 1,
        "branch": "develop",
        "age_s": 1000,
        "commit_message": "Fix the Thing",
        "log": "a\nb\n",
        "artifacts": [
            {"slug": "x1", "title": "app.apk", "artifact_type": "android-apk", "content": "apk"},
            {"slug": "x2", "title": "notes.txt", "content": "notes"},
        ],
    },
    {"slug": "b2", "status": 2, "pull_request_id": 4, "branch": "feature", "age_s": 2000, "workflow": "secondary"},
    {"slug": "b1", "status": 3, "tag": "1.0", "age_s": 3000, "abort_reason": "because"},
    {"slug": "b0", "status": 1, "age_s": 300 * 86_400},
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
        ("is_pipeline_build=true", []),
        ("limit=2", ["b5", "b4"]),
        ("limit=2&next=b4", ["b4", "b3"]),
    ],
)
def test_filters(owner: Api, builds: str, query: str, slugs: list[str]) -> None:
    assert [build["slug"] for build in owner.data(f"{builds}?{query}")] == slugs


@pytest.mark.parametrize(
    "query", ["status=5", "status=x", "sort_by=x", "trigger_event_type=x", "after=x", "build_number=-1"]
)
def test_bad_filters(owner: Api, builds: str, query: str) -> None:
    assert owner.send("GET", f"{builds}?{query}").status_code == 400


def test_running_first_has_no_pages(owner: Api, builds: str) -> None:
    answer = owner.send("GET", f"{builds}?sort_by=running_first&limit=1").json()
    assert "next" not in answer["paging"]


def test_the_clock_finishes_a_build(emulator: Emulator, owner: Api, builds: str) -> None:
    emulator.advance(301)
    build = owner.data(f"{builds}/b5")
    assert (build["status"], build["status_text"]) == (1, "success")
    assert build["finished_at"]


def test_trigger_and_abort(emulator: Emulator, owner: Api, member: Api, viewer: Api, builds: str) -> None:
    body = {"hook_info": {"type": "bitrise"}, "build_params": {"branch": "main", "workflow_id": "secondary"}}
    assert viewer.send("POST", builds, json=body).status_code == 403
    answer = member.send("POST", builds, json=body)
    assert answer.status_code == 201
    result = answer.json()
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


@pytest.mark.parametrize("body", [{}, {"build_params": 1}, {"build_params": {"workflow_id": "none"}}])
def test_bad_trigger(owner: Api, builds: str, body: dict[str, Any]) -> None:
    answer = owner.send("POST", builds, json=body)
    assert answer.status_code == 400
    refusal = answer.json()
    assert (refusal["status"], refusal["slug"], refusal["service"]) == ("error", "a", "bitrise")


def test_a_build_of_fixed_length(emulator: Emulator, owner: Api, builds: str) -> None:
    emulator.options(build_seconds=100)
    slug = owner.send("POST", builds, json={"build_params": {}}).json()["build_slug"]
    assert owner.data(f"{builds}/{slug}")["status"] == 0
    emulator.advance(101)
    assert owner.data(f"{builds}/{slug}")["status"] == 1


def test_log_comes_grows_and_is_archived(emulator: Emulator, owner: Api, builds: str) -> None:
    slug = owner.send("POST", builds, json={"build_params": {}}).json()["build_slug"]
    assert owner.send("GET", f"{builds}/{slug}/log").status_code == 404
    emulator.advance(16)
    running = owner.send("GET", f"{builds}/{slug}/log").json()
    assert running["is_archived"] is False
    assert not running["expiring_raw_log_url"]
    assert [chunk["position"] for chunk in running["log_chunks"]] == [1, 2]
    archived = owner.send("GET", f"{builds}/b3/log").json()
    assert archived["is_archived"] is True
    assert storage("GET", archived["expiring_raw_log_url"]).text == "a\nb\n"
    assert owner.send("GET", f"{builds}/b2/log").status_code == 404


def test_artifacts(owner: Api, viewer: Api, builds: str) -> None:
    path = f"{builds}/b3/artifacts"
    apk = owner.data(path)[0]
    assert (apk["title"], apk["file_size_bytes"], apk["artifact_meta"]) == ("app.apk", 3, None)
    shown = owner.data(f"{path}/x1")
    assert storage("GET", shown["expiring_download_url"]).text == "apk"
    assert shown["public_install_page_url"] == ""
    redirect = owner.send("GET", f"{path}/x2?download=1")
    assert redirect.status_code == 302
    assert storage("GET", redirect.headers["Location"]).text == "notes"
    assert viewer.send("PATCH", f"{path}/x1", json={"is_public_page_enabled": True}).status_code == 403
    public = owner.send("PATCH", f"{path}/x1", json={"is_public_page_enabled": True}).json()["data"]
    assert public["public_install_page_url"].startswith("https://")
    assert owner.send("PATCH", f"{path}/x2", json={"is_public_page_enabled": True}).status_code == 400
    assert owner.send("PATCH", f"{path}/x1", json={}).status_code == 400
    deleted = owner.send("DELETE", f"{path}/x1").json()["data"]
    assert (deleted["slug"], deleted["expiring_download_url"]) == ("x1", None)
    assert owner.send("DELETE", f"{path}/x1").status_code == 404
    assert [artifact["slug"] for artifact in owner.data(path)] == ["x2"]


def test_configuration(owner: Api, builds: str) -> None:
    for path in ("/apps/a/bitrise.yml", f"{builds}/b3/bitrise.yml"):
        answer = owner.send("GET", path)
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert "workflows:" in answer.text
    assert owner.data("/apps/a/branches") == ["develop", "feature", "main"]
    assert owner.data("/apps/a/build-workflows") == ["primary", "secondary"]
