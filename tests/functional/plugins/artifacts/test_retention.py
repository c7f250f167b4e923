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
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.model import Artifact
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.retention import ARTIFACT_RETENTION
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.retention_plan import due
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.retention_rules import (
    BuildArtifacts,
    Rules,
)
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import OptionError
from tests.functional.plugins.action.playbook import ELSEWHERE, Playground
from tests.helpers.service import APP

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
    assert done == checked
    assert app.left() == {"running": ["r1"], "failed": [], "new": ["n1"], "middle": ["m1", "m2"], "old": []}
    assert [action["slug"] for action in done["actions"]] == ["o1", "o2"]
    size = len("bytes of o1") * 2
    assert done["summary"] == {
        "builds": 4,
        "artifacts": 5,
        "deleted": 2,
        "unpublished": 0,
        "failed": 0,
        "freed_bytes": size,
        "waited_s": 0.0,
        "refused": 0,
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
        outcomes = {event.host: event for event in run.events if event.task.endswith("Outcome")}
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
        lines = run.result("mobileops.ci.artifact_retention : Summary")["msg"]
        assert "did you mean artifact_retention_keep_builds?" in lines[0]
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
    assert "4 artifacts of 2 builds" in failed["msg"]
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
    for key in ("changed", "actions", "diff", "summary", "msg"):
        assert checked[key] == done[key], key
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


def shop_like(slug: str, artifacts: int) -> list[dict[str, Any]]:
    return [a_build(f"{slug}-old", 60, *(an_artifact(f"{slug}-{number}", "log") for number in range(artifacts)))]


@pytest.mark.parametrize("options", [{"apps": [APP, APP]}, {"apps": []}, {"apps": [" "]}, {"app_slug": ""}])
def test_apps_that_cannot_be_told_apart(app: AppWithArtifacts, options: dict[str, Any]) -> None:
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


def seconds_for(app: AppWithArtifacts, builds: int) -> float:
    app.has_builds(
        *(
            a_build(f"b{number}", 50, *({"slug": f"{number}x{n}", "title": "t", "size_bytes": 1} for n in range(10)))
            for number in range(builds)
        )
    )
    started = time.monotonic()
    result = app.retain(older_than_days=30, max_artifacts=100_000).run(check_mode=True)
    seconds = time.monotonic() - started
    assert result["summary"]["deleted"] == (builds - 10) * 10
    assert len(app.asked()) == -(-builds // 50) + builds
    return seconds


def test_500_builds_and_5000_artifacts_in_linear_time(app: AppWithArtifacts) -> None:
    few, many = seconds_for(app, 100), seconds_for(app, 500)
    # Five times the work, with a wide margin for a busy machine. A quadratic algorithm takes 25 times as long.
    assert many < 15 * few


NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DAYS = st.none() | st.integers(0, 100)
BUILDS = st.lists(
    st.tuples(
        DAYS,
        st.integers(0, 3),
        st.sampled_from(["main", "next"]),
        st.sampled_from([None, "v1"]),
        st.sampled_from(["success", "error"]),
        st.booleans(),
    ),
    max_size=12,
)


@given(BUILDS, st.integers(0, 100), st.integers(0, 4), st.booleans())
def test_builds_that_are_old_and_not_among_the_newest_are_deleted(
    given_builds: list[tuple[int | None, int, str, str | None, str, bool]], older: int, keep: int, keep_tagged: bool
) -> None:
    builds = [
        BuildArtifacts(
            str(number),
            f"build {number}",
            None if days is None else NOW - dt.timedelta(days=days),
            tuple(Artifact(f"{number}-{n}", None, None, 1, False) for n in range(count)),
            branch=branch,
            tag=tag,
            status=status,
            is_pull_request=pull_request,
        )
        for number, (days, count, branch, tag, status, pull_request) in enumerate(given_builds)
    ]
    rules = Rules("app", older, keep, True, 100, keep_tagged)
    gone = {action.build.slug for action in due(builds, rules, NOW)}
    full = [build for build in builds if build.artifacts and build.ended and not (keep_tagged and build.tag)]
    newest_first = sorted(full, key=lambda build: build.ended or NOW, reverse=True)
    newest = [
        build.slug
        for branch in ("main", "next")
        for pull_request in (False, True)
        for build in [
            each
            for each in newest_first
            if (each.branch, each.is_pull_request, each.status) == (branch, pull_request, "success")
        ][:keep]
    ]
    old = {build.slug for build in full if build.ended and build.ended < NOW - dt.timedelta(days=older)}
    assert gone == old - set(newest)
    # Another run has nothing to delete.
    left = [build for build in builds if build.slug not in gone]
    assert due(left, rules, NOW) == []


@pytest.mark.parametrize(
    ("rules", "gone"),
    [
        ({}, []),
        ({"keep_builds": 0}, ["nightly.ipa"]),
        ({"keep_builds": 0, "keep_tagged": False}, ["Shop.dSYM.zip", "Shop.ipa", "nightly.ipa"]),
        ({"keep_builds": 0, "keep_tagged": False, "protect_types": ["file"]}, ["Shop.ipa"]),
        ({"keep_builds": 0, "keep_tagged": False, "protect_titles": ["*.dSYM.zip"]}, ["Shop.ipa", "nightly.ipa"]),
        ({"keep_builds": 0, "keep_tagged": False, "tags": ["v[12].*"]}, []),
        ({"keep_builds": 0, "keep_tagged": False, "tags": ["v1.*", "v4.*"]}, ["Shop.dSYM.zip", "Shop.ipa"]),
        ({"keep_builds": 0, "branches": ["feature/*"]}, []),
        ({"keep_builds": 0, "branches": ["main"], "workflows": ["night*"]}, ["nightly.ipa"]),
        ({"keep_builds": 0, "statuses": ["error", "aborted"]}, []),
        ({"keep_builds": 0, "keep_tagged": False, "types": ["ios-*"]}, ["Shop.ipa"]),
        ({"keep_builds": 0, "keep_tagged": False, "titles": ["*.zip"]}, ["Shop.dSYM.zip"]),
        ({"older_than_days": 0}, ["report.zip"] * 12),
        ({"older_than_days": 0, "statuses": ["success"]}, []),
    ],
)
def test_a_release_among_failed_pull_requests(app: AppWithArtifacts, rules: dict[str, Any], gone: list[str]) -> None:
    """Keep a tagged release of 45 days and a nightly build, although more than keep_builds failed after them."""
    release = [an_artifact("r1", "Shop.ipa", artifact_type="ios-ipa"), an_artifact("r2", "Shop.dSYM.zip")]
    app.has_builds(
        *(
            a_build(f"p{n}", (n + 1) / 24, an_artifact(f"pa{n}", "report.zip"), status=2, branch=f"feature/{n}")
            for n in range(12)
        ),
        a_build("release", 45, *release, tag="v4.2.0", workflow="release"),
        a_build("nightly", 46, an_artifact("n1", "nightly.ipa"), branch="main", workflow="nightly"),
    )
    task = app.retain(**{"older_than_days": 30, **rules})
    done = task.run(check_mode=True, diff=True)
    assert sorted(action["name"] for action in done["actions"]) == gone
    if gone == ["nightly.ipa"]:
        described = {
            "build_number": 1,
            "branch": "main",
            "tag": None,
            "workflow": "nightly",
            "status_name": "success",
            "age_days": 45,
        }
        (action,) = done["actions"]
        size = len("bytes of n1")
        more = {"artifact_type": "file", "file_size_bytes": size}
        assert {name: action[name] for name in (*described, *more)} == {**described, **more}
        shown = {"slug": "n1", "is_public_page_enabled": False, **more}
        before, after = done["diff"]["before"], done["diff"]["after"]
        assert before["build #1 (nightly)"] == {**described, "artifacts": {"nightly.ipa (n1)": shown}}
        assert before["total"]["file_size_bytes"] - after["total"]["file_size_bytes"] == size
        assert after["total"]["artifacts"] == 14


def test_a_pull_request_from_a_branch_of_the_same_name(app: AppWithArtifacts) -> None:
    app.has_builds(
        a_build("fork", 40, an_artifact("f1", "f"), branch="main", pull_request_id=7),
        a_build("older", 41, an_artifact("f2", "f"), branch="main", pull_request_id=6),
        a_build("main", 50, an_artifact("m1", "m"), branch="main", pull_request_id=0),
    )
    done = app.retain(older_than_days=30, keep_builds=1).run(check_mode=True)
    assert [action["slug"] for action in done["actions"]] == ["f2"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"tags": ["v1.*"]}, "tags selects builds with a tag, and keep_tagged keeps all of them"),
        ({"branches": []}, "branches must not be empty"),
        ({"titles": [""]}, "titles must not be empty"),
    ],
)
def test_invalid_selections(app: AppWithArtifacts, wrong: dict[str, Any], message: str) -> None:
    assert app.retain(**{"older_than_days": 30, **wrong}).fail()["msg"].startswith(message)
    assert app.asked() == []


@pytest.mark.parametrize("given", [{"branches": [1.10]}, {"apps": [{"app_slug": APP, "branches": ["a", 1.10]}]}])
def test_a_pattern_that_is_not_text(given: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=r"branches: entry \d must be text, but YAML reads it as the number 1\.1\."):
        ARTIFACT_RETENTION.normalize(given)
