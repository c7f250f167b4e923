# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apps that run pipelines: start, await, list and abort them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.abort import BUILD_ABORT
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.pipeline_info import PIPELINE_INFO
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.pipelines import as_run, pipeline_as_result
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.stale import BUILD_ABORT_STALE
from tests.helpers.documented_results import check_actions, check_results
from tests.helpers.servers import CannedResponse, serving
from tests.helpers.service import APP
from tests.helpers.tasks import Task

from .app import AppWithBuilds, shape
from .conftest import Clock

HOUR_S = 3600
NAMES = {"release": ["build", "deploy"]}


@pytest.fixture(autouse=True)
def runs(app: AppWithBuilds) -> None:
    """Create a running pipeline, a finished one, and a build that belongs to neither."""
    app.has(
        {"slug": "b5", "status": 0, "age_s": 8 * HOUR_S, "workflow": "build", "tag": "v2"},
        {"slug": "b4", "status": 0, "age_s": 60, "workflow": "deploy", "tag": "v2"},
        {"slug": "b3", "status": 0, "age_s": 9 * HOUR_S, "workflow": "nightly"},
        {"slug": "b2", "status": 1, "age_s": 10 * HOUR_S, "workflow": "build"},
        {"slug": "b1", "status": 2, "age_s": 10 * HOUR_S, "workflow": "deploy"},
        pipelines=NAMES,
        pipeline_runs=[
            {"slug": "p1", "name": "release", "builds": ["b1", "b2"]},
            {"slug": "p2", "name": "release", "builds": ["b4", "b5"]},
        ],
    )


def info(app: AppWithBuilds, **options: Any) -> Task:
    return app.tasks.make(PIPELINE_INFO, **{"app_slug": APP, **options})


def abort(app: AppWithBuilds, **options: Any) -> Task:
    return app.tasks.make(BUILD_ABORT, app_slug=APP, **options)


def ids(result: dict[str, Any]) -> list[str]:
    return [pipeline["id"] for pipeline in result["pipelines"]]


def test_lists(app: AppWithBuilds) -> None:
    listed = info(app).run()
    assert ids(listed) == ["p2", "p1"]
    assert [pipeline["status_name"] for pipeline in listed["pipelines"]] == ["in-progress", "error"]
    assert [pipeline["workflows"] for pipeline in listed["pipelines"]] == [None, None]
    everywhere = app.tasks.make(PIPELINE_INFO).run()
    assert ids(everywhere) == ["p2", "p1"]
    assert everywhere["pipelines"][0]["app_title"] == "Shop"
    one = info(app, pipeline="p1").run()
    check_results("bitrise_pipeline_info", listed, everywhere, one, info(app, pipeline="none").fail())


def test_one_pipeline(app: AppWithBuilds) -> None:
    """Return the same result, although the service sends a number in lists and a word here as the status."""
    (found,) = info(app, pipeline="p1").run()["pipelines"]
    (listed,) = info(app, status="error").run()["pipelines"]
    unknown_in_lists = {"workflows": None, "status_text": None}
    assert {**found, **unknown_in_lists} == listed
    assert (found["status"], found["status_name"], found["status_text"]) == (2, "error", "failed")
    assert [(each["name"], each["build_slug"], each["status_name"]) for each in found["workflows"]] == [
        ("deploy", "b1", "error"),
        ("build", "b2", "success"),
    ]
    builds = app.info(pipeline="p1").run()["builds"]
    assert [(build["slug"], build["status_name"]) for build in builds] == [("b1", "error"), ("b2", "success")]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"status": "in-progress"}, ["p2"]),
        ({"status": "on-hold"}, []),
        ({"name": "release"}, ["p2", "p1"]),
        ({"name": "other"}, []),
        ({"trigger_event_type": "tag"}, ["p2"]),
        ({"after": "2000-01-01", "limit": 1}, ["p2"]),
        ({"before": "2000-01-01"}, []),
    ],
)
def test_filters(app: AppWithBuilds, options: dict[str, Any], found: list[str]) -> None:
    assert ids(info(app, **options).run()) == found


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"app_slug": None, "name": "release"}, "name requires app_slug"),
        ({"app_slug": None, "pipeline": "p1"}, "app_slug is required with pipeline"),
        ({"pipeline": ""}, "pipeline must not be empty"),
    ],
)
def test_options_that_do_not_fit(app: AppWithBuilds, options: dict[str, Any], message: str) -> None:
    assert info(app, **options).fail()["msg"].startswith(message)
    assert app.asked() == []


def test_stages_of_older_pipelines() -> None:
    workflow = {"id": "w1", "name": "build", "external_id": "b1", "status": "on_hold"}
    data = {"id": "p", "status": "initializing", "stages": [{"name": "one", "workflows": [workflow, None]}, "x"]}
    shown = pipeline_as_result(as_run({**data, "workflows": [workflow]}), APP)
    assert (shown["status_name"], len(shown["workflows"])) == ("in-progress", 1)
    assert (shown["workflows"][0]["stage"], shown["workflows"][0]["status_name"]) == ("one", "on-hold")
    assert pipeline_as_result(as_run({"id": "p", "status": "paused"}))["status_name"] is None


def test_trigger(app: AppWithBuilds, clock: Clock) -> None:
    app.service.emulator.options(build_seconds=45)
    task = app.trigger(tag="v3", pipeline="release", wait=True, secret_environments={"A": "c4nary"})
    checked = app.only_reads(task)
    done = task.run(diff=True)
    assert (done["build"], done["actions"], done["diff"]) == (None, checked["actions"], checked["diff"])
    assert done["diff"]["after"] == {"pipeline": {"tag": "v3", "pipeline_id": "release", "secrets": ["A"]}}
    assert (done["actions"][0]["kind"], done["actions"][0]["pipeline"]) == ("pipeline", "release")
    assert done["pipeline"] == info(app, pipeline=done["pipeline"]["id"]).run()["pipelines"][0]
    assert done["pipeline"]["status_name"] == "success"
    assert done["build_url"].endswith(done["pipeline"]["id"])
    assert (shape(done), clock.pauses) == (shape(checked), [10] * 5)
    check_actions("bitrise_build_trigger", checked, done)


def test_a_pipeline_that_fails(app: AppWithBuilds) -> None:
    app.service.emulator.options(build_seconds=45, build_outcome=2)
    result = app.trigger(branch="main", pipeline="release", wait=True).result()
    assert (result["failed"], result["error"]["kind"]) == (True, "build_failed")
    first = result["pipeline"]["workflows"][0]
    assert f"ended as error. Not successful: build (error, build {first['build_slug']}), deploy" in result["msg"]


def test_an_unknown_pipeline_is_refused(app: AppWithBuilds) -> None:
    failed = app.trigger(branch="main", pipeline="none").fail()
    assert "pipeline (none) did not match any pipelines" in failed["msg"]


def test_the_triggers_of_the_app_select_a_pipeline(app: AppWithBuilds) -> None:
    def service(line: str) -> CannedResponse:
        if line.startswith("POST"):
            started = {"build_slug": "p9", "triggered_pipeline": "release", "triggered_workflow": ""}
            return CannedResponse(201, json.dumps({"slug": "x", "results": [started]}).encode())
        if "pipelines/p9" in line:
            return CannedResponse(200, json.dumps({"id": "p9", "status": "running", "name": "release"}).encode())
        return CannedResponse()

    with serving(service) as server:
        result = app.trigger(branch="main").with_options(api_url=server.url, app_slug="x").run()
    assert (result["build"], result["pipeline"]["id"], result["pipeline"]["name"]) == (None, "p9", "release")


def test_a_lost_response(app: AppWithBuilds) -> None:
    app.service.emulator.fault(drop="after", method="POST", nth=1)
    result = app.trigger(tag="v3", pipeline="release", max_retries=3).run()
    assert "was started meanwhile with the same parameters" in result["warnings"][0]
    assert ids(info(app).run()) == [result["pipeline"]["id"], "p2", "p1"]


@pytest.mark.parametrize("with_success", [True, False])
def test_abort(app: AppWithBuilds, with_success: bool) -> None:
    more = {"abort_with_success": with_success, "reason": "obsolete", "wait": True}
    task = abort(app, pipeline="p2", **more)
    checked = app.only_reads(task)
    done = task.run(diff=True)
    assert (done["build"], done["actions"], done["diff"]) == (None, checked["actions"], checked["diff"])
    assert done["pipeline"]["status_name"] == ("aborted-with-success" if with_success else "aborted")
    assert done["pipeline"]["abort_reason"] == "obsolete"
    status = 4 if with_success else 3
    assert app.statuses() == [2, 1, 0, status, status]
    assert task.run()["changed"] is False
    check_actions("bitrise_build_abort", checked, done)


def test_abort_of_a_pipeline_that_is_over(app: AppWithBuilds) -> None:
    assert abort(app, pipeline="p1").run()["changed"] is False
    # It ends between the look and the request.
    app.service.emulator.fault(path="/abort$", status=400, body='{"message": "over"}')
    failed = abort(app, pipeline="p2").fail()
    assert failed["error"]["kind"] == "bad_request"


def test_an_option_of_builds_only(app: AppWithBuilds) -> None:
    failed = abort(app, pipeline="p2", skip_git_status_report=True).fail()
    assert failed["msg"].startswith("skip_git_status_report: Bitrise does not support this for pipelines.")


def test_a_stale_build_ends_its_pipeline(app: AppWithBuilds) -> None:
    """Abort the other builds too, because the pipeline cannot succeed without the stale one."""
    task = app.tasks.make(BUILD_ABORT_STALE, apps=[APP], skip_git_status_report=True)
    checked = task.run(check_mode=True, diff=True)
    done = task.run(diff=True)
    assert app.statuses() == [2, 1, 3, 3, 3]
    assert [(action["kind"], action["slug"]) for action in done["actions"]] == [("pipeline", "p2"), ("build", "b3")]
    assert (done["actions"], done["diff"]) == (checked["actions"], checked["diff"])
    assert set(done["diff"]["before"][APP]) == {"build #3 (b3)", "pipeline #7 (p2)"}
    assert task.run()["changed"] is False
    check_actions("bitrise_build_abort_stale", done)
