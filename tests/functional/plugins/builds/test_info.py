# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_build_info: one build, those of an app by every filter, those of all apps, those of the archive."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.helpers.service import APP, Service
from tests.helpers.tasks import Task

from .app import AppWithBuilds

DAY = 86_400
BUILDS: tuple[dict[str, Any], ...] = (
    {"slug": "b7", "status": 0, "age_s": 60, "branch": "main", "commit_message": "Über alles"},
    {"slug": "b6", "status": 0, "is_on_hold": True, "age_s": 120, "branch": "next"},
    {"slug": "b5", "status": 1, "age_s": 3600, "tag": "v1", "workflow": "deploy"},
    {"slug": "b4", "status": 2, "age_s": 2 * DAY, "branch": "main", "pull_request_id": 112},
    {"slug": "b3", "status": 3, "age_s": 3 * DAY, "branch": "main", "abort_reason": "too slow"},
    {"slug": "b2", "status": 4, "age_s": 4 * DAY, "branch": "next", "pipeline_workflow_id": "p1"},
    {"slug": "b1", "status": 1, "age_s": 5 * DAY, "branch": "main", "pull_request_id": 7},
)


@pytest.fixture
def seven(app: AppWithBuilds) -> AppWithBuilds:
    app.has(*BUILDS)
    return app


def slugs(task: Task) -> list[str]:
    return [build["slug"] for build in task.run()["builds"]]


def ago(seconds: float) -> datetime:
    return datetime.fromtimestamp(datetime.now(UTC).timestamp() - seconds, UTC)


FILTERS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "all": ({}, ["b7", "b6", "b5", "b4", "b3", "b2", "b1"]),
    "one": ({"build_slug": "b4"}, ["b4"]),
    "branch": ({"branch": "next"}, ["b6", "b2"]),
    "workflow": ({"workflow": "deploy"}, ["b5"]),
    "part of the message": ({"commit_message": "über"}, ["b7"]),
    "tag": ({"trigger_event_type": "tag"}, ["b5"]),
    "pull request": ({"trigger_event_type": "pull-request"}, ["b4", "b1"]),
    "one pull request": ({"trigger_event_type": "pull-request", "pull_request_id": 7}, ["b1"]),
    "number": ({"build_number": 3}, ["b3"]),
    "status by number": ({"status": 3}, ["b3"]),
    "status by name": ({"status": "aborted"}, ["b3"]),
    "the other aborted one": ({"status": "aborted-with-success"}, ["b2"]),
    "failed": ({"status": "failed"}, ["b4"]),
    "not finished": ({"status": "not-finished"}, ["b7", "b6"]),
    "status 0": ({"status": 0}, ["b7", "b6"]),
    "running": ({"status": "in-progress"}, ["b7"]),
    "waiting": ({"status": "on-hold"}, ["b6"]),
    "waiting, limited": ({"status": "on-hold", "limit": 1}, ["b6"]),
    "of a pipeline": ({"is_pipeline_build": True}, ["b2"]),
    "of no pipeline": ({"is_pipeline_build": False, "limit": 2}, ["b7", "b6"]),
    "running first": ({"sort_by": "running_first"}, ["b7", "b6", "b5", "b4", "b3", "b2", "b1"]),
    "several": ({"branch": "main", "status": "success"}, ["b1"]),
    "limit": ({"limit": 2}, ["b7", "b6"]),
    "nothing": ({"branch": "none"}, []),
}


@pytest.mark.parametrize(("options", "expected"), FILTERS.values(), ids=FILTERS.keys())
def test_filters(seven: AppWithBuilds, options: dict[str, Any], expected: list[str]) -> None:
    task = seven.info(**options)
    assert slugs(task) == expected
    checked = seven.only_reads(task)
    assert [build["slug"] for build in checked["builds"]] == expected
    assert checked["changed"] is False


@pytest.mark.parametrize(
    "form",
    [
        lambda moment: str(int(moment.timestamp())),
        lambda moment: moment.timestamp(),
        lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S"),
        lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
    ],
    ids=["seconds", "float", "Z", "no zone", "offset"],
)
def test_times(seven: AppWithBuilds, form: Any) -> None:
    assert slugs(seven.info(after=form(ago(2.5 * DAY)), before=form(ago(1000)))) == ["b5", "b4"]


@pytest.mark.parametrize(
    ("given", "after", "before"),
    [
        (1e9, "1000000000", "1000000000"),
        ("1000000000.25", "1000000001", "1000000000"),
        (" 99999999999.000 ", "99999999999", "99999999999"),
        ("1.", None, None),
        ("1e9", None, None),
        ("-1.5", None, None),
        ("nan", None, None),
        ("١٢٣", None, None),
        ("2001-09-09T01:46:40Z", "1000000000", "1000000000"),
        ("2001-09-09T01:46:40.000001Z", "1000000001", "1000000000"),
        ("2001-09-09T03:46:39.75+02:00", "1000000000", "999999999"),
        ("9999-12-31T23:59:59.5-01:00", "253402304400", "253402304399"),
        ("0001-01-01T00:00:00Z", None, None),
    ],
)
def test_parts_of_a_second(seven: AppWithBuilds, given: Any, after: str | None, before: str | None) -> None:
    """Round to whole seconds for the service, without a build outside of the limits."""
    task = seven.info(after=given, before=given)
    if after is None:
        assert task.fail()["msg"].startswith("after must be ")
    else:
        task.run()
        assert seven.queries()[0] == {"after": after, "before": before, "limit": "50"}


def test_queries(seven: AppWithBuilds) -> None:
    seven.info(
        branch="main",
        status="failed",
        trigger_event_type="pull-request",
        pull_request_id=112,
        after="2026-01-31T13:00:00+01:00",
        is_pipeline_build=False,
        limit=3,
    ).run()
    assert seven.asked() == ["GET /builds"]
    assert seven.queries() == [
        {
            "branch": "main",
            "status": "2",
            "trigger_event_type": "pull-request",
            "pull_request_id": "112",
            "after": "1769860800",
            "is_pipeline_build": "false",
            "limit": "3",
        }
    ]
    seven.service.forget()
    seven.info(build_slug="b1").run()
    assert seven.asked() == ["GET /builds/b1"]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "pull request alone": ({"pull_request_id": 7}, "pull_request_id requires trigger_event_type=pull-request"),
    "pull request of a push": ({"pull_request_id": 7, "trigger_event_type": "push"}, "pull_request_id requires"),
    "no time": ({"after": "yesterday"}, "after must be a date and time"),
    "no such day": (
        {"before": "2026-02-30"},
        "before must be a date and time such as 2026-01-31T13:00:00Z, or Unix seconds, got '2026-02-30'.",
    ),
    "too far away": ({"before": "9" * 30}, "before must be"),
    "limit": ({"limit": 0}, "limit must be 1 or greater, got 0."),
    "empty branch": ({"branch": ""}, "branch must not be empty."),
    "build of no app": ({"app_slug": None, "build_slug": "b1"}, "app_slug is required with build_slug"),
    "branch of all apps": (
        {"app_slug": None, "branch": "main"},
        "branch requires app_slug: ",
    ),
    "archive of all apps": ({"app_slug": None, "archived": True}, "app_slug is required to list archived builds"),
    "archive of all times": ({"archived": True, "after": "2026-01-01"}, "before is required to list archived builds"),
    "branch in the archive": ({"archived": True, "after": "0", "before": "1", "branch": "main"}, "branch: Bitrise"),
    "one of the archive": ({"archived": True, "build_slug": "b1"}, "archived is about lists"),
}


@pytest.mark.parametrize(("options", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_rejected_before_any_request(seven: AppWithBuilds, options: dict[str, Any], message: str) -> None:
    failed = seven.info().with_options(**options).fail()
    assert failed["error"]["kind"] == "option"
    assert failed["msg"].startswith(message)
    assert seven.asked() == []


def test_a_build(app: AppWithBuilds) -> None:
    app.has({"slug": "b1", "status": 4, "branch": "main", "commit_hash": "", "abort_reason": "x", "triggered_by": "me"})
    (build,) = app.info(build_slug="b1").run()["builds"]
    assert (build["app_slug"], build["build_number"], build["status"]) == (APP, 1, 4)
    assert (build["status_name"], build["status_text"]) == ("aborted-with-success", "aborted")
    assert (build["branch"], build["commit_hash"], build["tag"]) == ("main", None, None)
    assert build["finished_at"].endswith("Z")


def test_times_have_one_form(app: AppWithBuilds) -> None:
    """Convert times to one form, so that they can be compared as text, and omit a time that was never set."""
    times = {
        "triggered_at": "2026-01-31 13:00:00+02:00",
        "started_on_worker_at": "0001-01-01T00:00:00Z",
        "environment_prepare_finished_at": "2026-01-31T13:00:00.75Z",
        "finished_at": "soon",
    }
    body = {"data": {"slug": "b1", "status": 0, **times}}
    app.service.emulator.fault(path="/builds/b1$", status=200, body=json.dumps(body))
    (build,) = app.info(build_slug="b1").run()["builds"]
    assert {name: build[name] for name in times} == {
        "triggered_at": "2026-01-31T11:00:00Z",
        "started_on_worker_at": None,
        "environment_prepare_finished_at": "2026-01-31T13:00:00Z",
        "finished_at": None,
    }


def test_inputs_of_a_build_are_not_shown(app: AppWithBuilds) -> None:
    secret = {"environments": [{"key": "PASSWORD", "value": "c4nary"}]}
    app.has({"slug": "b1", "original_build_params": {"branch": "main", **secret}})
    for task in (app.info(), app.info(build_slug="b1"), app.of_all_apps()):
        assert "c4nary" not in str(task.run())


def test_unknown_build(seven: AppWithBuilds) -> None:
    failed = seven.info(build_slug="missing").fail()
    assert failed["error"]["kind"] == "not_found"
    assert failed["msg"].startswith(
        f"Could not read build missing of app {APP}: GET /apps/{APP}/builds/missing returned 404"
    )


@pytest.mark.parametrize(("count", "pages"), [(50, 1), (51, 2), (500, 10)])
def test_all_pages(app: AppWithBuilds, count: int, pages: int) -> None:
    app.has(*({"slug": f"b{number}"} for number in range(count)))
    assert slugs(app.info()) == [f"b{number}" for number in range(count)]
    assert app.asked() == ["GET /builds"] * pages


class TestRunningFirst:
    """The order that the service has no pages of."""

    @pytest.fixture
    def sixty(self, app: AppWithBuilds) -> AppWithBuilds:
        app.has(*({"slug": f"b{number}", "status": 0 if number == 59 else 1} for number in range(60)))
        return app

    @pytest.mark.parametrize("limit", [None, 55])
    def test_more_than_the_service_returns(self, sixty: AppWithBuilds, limit: int | None) -> None:
        result = sixty.info(sort_by="running_first", limit=limit).run()
        assert [build["slug"] for build in result["builds"]] == ["b59", *(f"b{number}" for number in range(49))]
        assert result["warnings"] == [
            (
                "These are the first 50 of 60 builds. With sort_by=running_first the service returns one page only. "
                "Omit sort_by to list all builds."
            )
        ]
        assert sixty.asked() == ["GET /builds"]
        assert sixty.queries() == [{"sort_by": "running_first", "limit": "50"}]

    def test_no_more_than_the_limit(self, sixty: AppWithBuilds) -> None:
        result = sixty.info(sort_by="running_first", limit=3).run()
        assert [build["slug"] for build in result["builds"]] == ["b59", "b0", "b1"]
        assert "warnings" not in result

    def test_all_that_there_are(self, sixty: AppWithBuilds) -> None:
        result = sixty.info(sort_by="running_first", status="not-finished").run()
        assert [build["slug"] for build in result["builds"]] == ["b59"]
        assert "warnings" not in result


class TestAllApps:
    """The list over all apps of the token."""

    @pytest.fixture
    def fleet(self, service: Service, app: AppWithBuilds) -> AppWithBuilds:
        service.emulator.load(
            {
                "organizations": [{"name": "North", "slug": "0north"}, {"name": "South", "slug": "0south"}],
                "apps": [
                    {"title": "Shop", "slug": "a1", "owner": "North", "builds": [{"slug": "n1", "status": 0}]},
                    {
                        "title": "Bank",
                        "slug": "a2",
                        "owner": "South",
                        "builds": [
                            {"slug": "s2", "status": 0, "is_on_hold": True, "age_s": 10},
                            {"slug": "s1", "status": 2, "age_s": 7200},
                        ],
                    },
                ],
            }
        )
        service.forget()
        return app

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({}, ["s2", "n1", "s1"]),
            ({"limit": 1}, ["s2"]),
            ({"owner_slug": "0north"}, ["n1"]),
            ({"status": "on-hold"}, ["s2"]),
            ({"status": "in-progress"}, ["n1"]),
            ({"status": 2}, ["s1"]),
        ],
    )
    def test_filters(self, fleet: AppWithBuilds, options: dict[str, Any], expected: list[str]) -> None:
        builds = fleet.of_all_apps(**options).run()["builds"]
        assert [build["slug"] for build in builds] == expected
        assert {entry["path"] for entry in fleet.service.emulator.requests()} == {"/v0.1/builds"}
        titles = {"n1": ("a1", "Shop"), "s1": ("a2", "Bank"), "s2": ("a2", "Bank")}
        assert [(build["app_slug"], build["app_title"]) for build in builds] == [titles[slug] for slug in expected]


class TestArchive:
    """Builds older than 200 days."""

    @pytest.fixture
    def old(self, app: AppWithBuilds) -> AppWithBuilds:
        app.has({"slug": "new"}, *({"slug": f"b{n}", "age_s": (300 + n) * DAY} for n in range(3)))
        return app

    def test_list(self, old: AppWithBuilds) -> None:
        task = old.info(archived=True, after=str(ago(302.5 * DAY)), before=str(ago(300.5 * DAY)))
        assert slugs(task) == ["b1", "b2"]
        assert old.asked() == ["GET /archived-builds"]
        assert old.queries()[0]["limit"] == "1000"
        assert slugs(old.info()) == ["new"]

    def test_limit(self, old: AppWithBuilds) -> None:
        result = old.info(archived=True, after="0", before=str(ago(0)), limit=2).run()
        assert [build["slug"] for build in result["builds"]] == ["b0", "b1"]
        assert "warnings" not in result

    def test_more_than_the_service_returns(self, app: AppWithBuilds) -> None:
        app.has(*({"slug": f"b{n}", "age_s": 300 * DAY + n} for n in range(1001)))
        result = app.info(archived=True, after="0", before=str(ago(0))).run()
        assert len(result["builds"]) == 1000
        assert result["warnings"] == [
            (
                "These are the first 1000 of 1001 builds. The service does not list more archived builds in one "
                "response. Reduce the range of after and before."
            )
        ]
