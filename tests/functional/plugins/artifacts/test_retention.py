# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_artifact_retention: files that it deletes and keeps, its cost, and failures."""

from __future__ import annotations

import datetime as dt
import json
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.retention import ARTIFACT_RETENTION
from tests.functional.plugins.action.playbook import ELSEWHERE, Playground
from tests.helpers.service import APP
from tests.helpers.tasks import without_traffic

from .app import AppWithArtifacts, an_artifact

DAY_S = 86_400


def a_build(slug: str, days: float, *artifacts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"slug": slug, "age_s": days * DAY_S, "artifacts": list(artifacts), **more}


@pytest.fixture(autouse=True)
def builds(app: AppWithArtifacts) -> None:
    apk = {"artifact_type": "android-apk", "is_public_page_enabled": True}
    app.has_builds(
        a_build("running", 90, an_artifact("r1", "r"), status=0),
        a_build("failed", 1, status=2),
        a_build("new", 5, an_artifact("n1", "app.apk", **apk)),
        a_build("middle", 40, an_artifact("m1", "app.apk", **apk), an_artifact("m2", "log")),
        a_build("old", 60, an_artifact("o1", "app.apk", **apk), an_artifact("o2", "log")),
    )


LOOKS = sorted(["GET ", *(f"GET /{slug}/artifacts" for slug in ("failed", "new", "middle", "old"))])


def reads_and_writes(app: AppWithArtifacts) -> tuple[list[str], list[str]]:
    asked = app.asked()
    app.service.forget()
    reads = [request for request in asked if request.startswith("GET")]
    return sorted(reads), sorted(request for request in asked if request not in reads)


def test_old_artifacts_are_deleted(app: AppWithArtifacts) -> None:
    task = app.retain(older_than_days=30, keep_builds=2)
    checked = task.run(check_mode=True, diff=True)
    assert reads_and_writes(app) == (LOOKS, [])
    done = task.run(diff=True)
    assert reads_and_writes(app) == (LOOKS, ["DELETE /old/artifacts/o1", "DELETE /old/artifacts/o2"])
    counts = without_traffic(done["summary"])
    assert counts == without_traffic(checked["summary"])
    assert {**done, "summary": counts} == {**checked, "summary": counts}
    assert (done["summary"]["requests"], checked["summary"]["requests"]) == (len(LOOKS) + 2, len(LOOKS))
    assert app.left() == {"running": ["r1"], "failed": [], "new": ["n1"], "middle": ["m1", "m2"], "old": []}
    assert [action["slug"] for action in done["actions"]] == ["o1", "o2"]
    size = len("bytes of o1") * 2
    assert counts == {
        "builds": 4,
        "artifacts": 5,
        "deleted": 2,
        "unpublished": 0,
        "failed": 0,
        "freed_bytes": size,
    }
    again = task.run(diff=True)
    assert (again["changed"], again["actions"], again["diff"]) == (False, [], {"before": {}, "after": {}})


def test_the_playbook(app: AppWithArtifacts, tmp_path: Path) -> None:
    """Use the rules of each host and show its outcome, without a connection to it."""
    variables = {
        "artifact_retention_api_url": app.service.emulator.api_url,
        "artifact_retention_api_token": app.service.emulator.tokens["owner"],
        "artifact_retention_older_than_days": "30",
        "artifact_retention_keep_builds": 2,
        "artifact_retention_max_artifacts": "",
        "artifact_retention_protect_titles": ["*.ipa"],
    }
    hosts: dict[str, dict[str, Any]] = {
        "Shop": {"bitrise_app_slug": APP},
        "Misspelt": {"bitrise_app_slug": "misspelt", "artifact_retention_keep_build": 5},
        "Gone": {"artifact_retention_app_slug": "ffffffffffffffff"},
        "No app": {},
    }
    inventory = tmp_path / "fleet.json"
    described = {host: {**ELSEWHERE, **variables, **more} for host, more in hosts.items()}
    inventory.write_text(json.dumps({"apps": {"hosts": described}}))
    ground = Playground(tmp_path / "ground")
    for check_mode in (True, False):
        run = ground.run_playbook("mobileops.ci.artifact_retention", inventory, "--diff", *["--check"] * check_mode)
        assert run.status == 2, run.screen
        outcomes = {event.host: event for event in run.events if event.task.endswith("Report the outcome")}
        assert {host: event.event for host, event in outcomes.items()} == {
            "Shop": "ok",
            "Misspelt": "failed",
            "Gone": "failed",
            "No app": "failed",
        }
        assert app.service.emulator.tokens["owner"] not in run.screen
        assert outcomes["Shop"].result["summary"]["deleted"] == 2
        old = "build #1 (old), branch main, workflow primary, success, 59 days old"
        assert outcomes["Shop"].result["diff"]["before"].splitlines() == [
            f"{old}: app.apk (o1), 11 bytes, public page",
            f"{old}: log (o2), 11 bytes",
            "total: 5 artifacts, 55 bytes, 3 public pages",
        ]
        assert outcomes["Shop"].result["diff"]["after"] == "total: 3 artifacts, 33 bytes, 2 public pages\n"
        lines = run.result("mobileops.ci.artifact_retention : Show the summary")["msg"]
        assert "did you mean artifact_retention_keep_builds?" in lines[0]
        warnings = run.result("mobileops.ci.artifact_retention : Show the summary")["warnings"]
        assert "artifact_retention_protect_titles: the pattern '*.ipa' matches nothing in 1 app." in warnings
        deleted = "would delete" if check_mode else "deleted"
        assert lines[-2:] == [
            f"Shop: {deleted} 2 (22 bytes)",
            f"4 apps with 5 artifacts: {deleted} 2 (22 bytes), 3 apps failed.",
        ]
        writes = [] if check_mode else ["DELETE /old/artifacts/o1", "DELETE /old/artifacts/o2"]
        assert reads_and_writes(app)[1] == writes


def test_age_alone(app: AppWithArtifacts) -> None:
    app.retain(older_than_days=50, keep_builds=0).run()
    assert app.left()["middle"] == ["m1", "m2"]
    assert app.left()["old"] == []
    app.retain(older_than_days=0, keep_builds=0).run()
    assert app.left() == {"running": ["r1"], "failed": [], "new": [], "middle": [], "old": []}


def test_a_time_that_was_never_set(app: AppWithArtifacts) -> None:
    """Use the time of the trigger: the build ended yesterday, and not in the year 1."""
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    times = {"triggered_at": yesterday.isoformat(), "finished_at": "0001-01-01T00:00:00Z"}
    unknown = {"triggered_at": "0001-01-01T00:00:00Z", "finished_at": None}
    listed = [
        {"slug": "old", "status": 1, **times},
        {"slug": "middle", "status": 1, **unknown},
        {"slug": "new", "status": None, **times},
    ]
    app.service.emulator.fault(path="/builds$", status=200, body=json.dumps({"data": listed, "paging": {}}))
    result = app.retain(older_than_days=30, keep_builds=0).run()
    assert (result["changed"], result["summary"]["artifacts"]) == (False, 4)  # not those of "new", which is not over
    assert result["warnings"] == ["Artifacts of build middle were kept, because Bitrise does not report when it ended."]


def test_public_pages_are_closed(app: AppWithArtifacts) -> None:
    task = app.retain(state="unpublished", older_than_days=30, keep_builds=0)
    done = task.run(diff=True)
    assert reads_and_writes(app)[1] == ["PATCH /middle/artifacts/m1", "PATCH /old/artifacts/o1"]
    assert done["summary"]["unpublished"] == 2
    assert {action["action"] for action in done["actions"]} == {"update"}
    assert task.run()["changed"] is False
    assert app.left()["old"] == ["o1", "o2"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_too_many(app: AppWithArtifacts, check_mode: bool) -> None:
    failed = app.retain(older_than_days=30, keep_builds=0, max_artifacts=3).fail(check_mode=check_mode)
    assert failed["error"]["kind"] == "max_artifacts"
    listed = "app.apk of build #2 (middle), log of build #2 (middle), app.apk of build #1 (old), log of build #1 (old)"
    assert f"4 artifacts of 2 builds of app {APP} would be deleted, more than 3: {listed}." in failed["msg"]
    assert reads_and_writes(app)[1] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"older_than_days": -1},
        {"keep_builds": -1},
        {"max_artifacts": -1},
        {"concurrency": 0},
        {"older_than_days": 10**9},
        {"older_than_days": None},
    ],
)
def test_invalid_numbers(app: AppWithArtifacts, wrong: dict[str, Any]) -> None:
    assert app.retain(**{"older_than_days": 30, **wrong}).fail()["error"]["kind"] == "option"
    assert app.asked() == []


def test_many_apps(app: AppWithArtifacts) -> None:
    """Use the rules of each app, and continue with the others if one fails."""
    other = [a_build("b-old", 60, an_artifact("x1", "app.apk"))]
    shop = [a_build("old", 60, an_artifact("o1", "app.apk"), an_artifact("o2", "log"))]
    app.service.emulator.load(
        {
            "apps": [
                {"title": "Shop", "slug": APP, "owner": "owner", "builds": shop},
                {"title": "Bank", "slug": "bank", "owner": "owner", "builds": other},
                {"title": "Many", "slug": "many", "owner": "owner", "builds": shop_like("many", 3)},
            ]
        }
    )
    apps = [APP, {"app_slug": "bank", "keep_builds": 1}, {"app_slug": "many", "max_artifacts": 2}, "ffffffffffffffff"]
    task = app.tasks.make(ARTIFACT_RETENTION, apps=apps, older_than_days=30, keep_builds=0)
    checked = task.result(check_mode=True, diff=True)
    assert {entry["method"] for entry in app.service.emulator.requests()} == {"GET"}
    done = task.result(diff=True)
    for key in ("changed", "actions", "diff", "msg"):
        assert checked[key] == done[key], key
    assert without_traffic(checked["summary"]) == without_traffic(done["summary"])
    assert [action["slug"] for action in done["actions"]] == ["o1", "o2"]
    assert {slug: found["changed"] for slug, found in done["apps"].items()} == {
        APP: True,
        "bank": False,
        "many": False,
        "ffffffffffffffff": False,
    }
    assert (done["summary"]["deleted"], done["summary"]["artifacts"]) == (2, 3)
    assert done["apps"]["many"]["error"]["kind"] == "max_artifacts"
    assert done["apps"]["ffffffffffffffff"]["error"]["kind"] == "not_found"
    assert done["msg"].startswith("2 of 4 apps failed. ")


def test_a_failed_app_does_not_stop_the_waits_of_others(app: AppWithArtifacts) -> None:
    """Let one app wait for a retry while the artifacts of another cannot be listed."""
    apps = [
        {"title": slug, "slug": slug, "owner": "owner", "builds": shop_like(slug, 1)} for slug in ("a-shop", "a-bank")
    ]
    app.service.emulator.load({"apps": apps})
    app.service.emulator.fault(method="GET", path="/a-bank-old/artifacts", status=403)
    app.service.emulator.fault(method="DELETE", drop="before", times=1)
    options = {"apps": ["a-shop", "a-bank"], "older_than_days": 30, "keep_builds": 0, "max_retries": 1}
    done = app.tasks.make(ARTIFACT_RETENTION, **options).result()
    assert done["apps"]["a-bank"]["error"]["kind"] == "forbidden"
    assert done["apps"]["a-shop"]["error"] is None
    assert done["summary"]["deleted"] == 1


def shop_like(slug: str, artifacts: int) -> list[dict[str, Any]]:
    return [a_build(f"{slug}-old", 60, *(an_artifact(f"{slug}-{number}", "log") for number in range(artifacts)))]


@pytest.mark.parametrize("options", [{"apps": [APP, APP]}, {"apps": []}, {"apps": [" "]}, {"app_slug": ""}])
def test_ambiguous_apps(app: AppWithArtifacts, options: dict[str, Any]) -> None:
    assert app.tasks.make(ARTIFACT_RETENTION, older_than_days=30, **options).fail()["error"]["kind"] == "option"
    assert app.asked() == []


def test_others_continue_after_a_failure(app: AppWithArtifacts) -> None:
    app.service.emulator.fault(method="DELETE", path="/o1$", status=400)
    result = app.retain(older_than_days=30, keep_builds=1).result(diff=True)
    assert result["failed"] is True
    assert "1 of 4 artifacts failed" in result["msg"]
    assert result["error"]["status"] == 400
    assert sorted(action["slug"] for action in result["actions"]) == ["m1", "m2", "o2"]
    builds = {label: build for label, build in result["diff"]["before"].items() if label != "total"}
    touched = [entry["slug"] for build in builds.values() for entry in build["artifacts"].values()]
    assert sorted(touched) == ["m1", "m2", "o2"]
    assert (result["changed"], result["summary"]["deleted"], result["summary"]["failed"]) == (True, 3, 1)
    assert app.left()["old"] == ["o1"]


def test_a_token_without_the_right_is_not_used_again(app: AppWithArtifacts) -> None:
    app.service.emulator.fault(method="DELETE", status=403)
    result = app.retain(older_than_days=30, keep_builds=0, concurrency=1).result()
    assert result["error"]["kind"] == "forbidden"
    assert result["changed"] is False
    assert len(reads_and_writes(app)[1]) == 1


def test_nothing_is_changed_unless_everything_was_seen(app: AppWithArtifacts) -> None:
    app.service.emulator.fault(method="GET", path="/middle/artifacts", status=500)
    assert app.retain(older_than_days=30, keep_builds=0).fail()["error"]["kind"] == "server_error"
    assert reads_and_writes(app)[1] == []


def test_app_that_is_not_there(app: AppWithArtifacts) -> None:
    assert app.retain(app_slug="none", older_than_days=1).fail()["error"]["status"] == 404


def cpu_seconds_for(app: AppWithArtifacts, builds: int) -> float:
    """Return the CPU time of this process, which other processes hardly affect."""
    app.has_builds(
        *(
            a_build(f"b{number}", 50, *({"slug": f"{number}x{n}", "title": "t", "size_bytes": 1} for n in range(10)))
            for number in range(builds)
        )
    )
    started = time.process_time()
    result = app.retain(older_than_days=30, max_artifacts=100_000).run(check_mode=True)
    seconds = time.process_time() - started
    assert result["summary"]["deleted"] == (builds - 10) * 10
    assert len(app.asked()) == -(-builds // 50) + builds
    return seconds


def test_cpu_time_is_linear_in_the_number_of_builds(app: AppWithArtifacts) -> None:
    few, many = cpu_seconds_for(app, 60), cpu_seconds_for(app, 300)
    # Linear time takes 5 times as long for 5 times as many builds, quadratic time takes 25 times as long.
    assert many < 15 * few
