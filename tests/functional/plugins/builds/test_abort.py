# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_build_abort: both aborted states, builds that have ended, races, lost responses, waits."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds import runs as subject
from tests.helpers.service import APP

from .app import AppWithBuilds, shape
from .conftest import Clock

RUNNING = {"slug": "b1", "status": 0, "age_s": 60}
ON_HOLD = {**RUNNING, "is_on_hold": True}
LOOK, ABORT = "GET /builds/b1", "POST /builds/b1/abort"


@pytest.mark.parametrize("build", [RUNNING, ON_HOLD], ids=["running", "on hold"])
@pytest.mark.parametrize(("with_success", "status"), [(False, 3), (True, 4)])
def test_abort(app: AppWithBuilds, build: dict[str, Any], with_success: bool, status: int) -> None:
    app.has(build)
    task = app.abort(reason="too old", abort_with_success=with_success)
    checked = app.only_reads(task)
    assert app.statuses() == [0]
    done = task.run(diff=True)
    assert app.asked() == [LOOK, ABORT, LOOK]
    assert app.statuses() == [status]

    goal = {3: "aborted", 4: "aborted-with-success"}[status]
    assert done["build"]["status_name"] == checked["build"]["status_name"] == goal
    assert done["build"]["abort_reason"] == "User owner requested to abort this build with reason: too old"
    assert done["changed"] is checked["changed"] is True
    assert done["actions"] == checked["actions"]
    assert done["actions"] == [
        {
            "action": "abort",
            "kind": "build",
            "app_slug": APP,
            "slug": "b1",
            "name": "#1",
            "with_success": with_success,
        }
    ]
    before = "on-hold" if "is_on_hold" in build else "in-progress"
    assert done["diff"] == checked["diff"] == {"before": {"status": before}, "after": {"status": goal}}

    app.service.forget()
    again = task.run(diff=True)
    assert app.asked() == [LOOK]
    assert (again["changed"], again["actions"]) == (False, [])
    assert again["diff"]["before"] == again["diff"]["after"] == {"status": goal}
    assert shape(checked) == shape(done) == shape(again)


@pytest.mark.parametrize("status", [1, 2, 3, 4])
def test_a_build_that_has_ended(app: AppWithBuilds, status: int) -> None:
    app.has({"slug": "b1", "status": status})
    assert app.abort(wait=True).run()["changed"] is False
    assert app.asked() == [LOOK]
    assert app.only_reads(app.abort())["changed"] is False


@pytest.mark.parametrize("outcome", [1, 2])
def test_ends_between_read_and_request(app: AppWithBuilds, outcome: int) -> None:
    app.has({**RUNNING, "finishes_in_s": 600, "outcome": outcome})
    app.service.emulator.fault(advance_s=700, path="/abort$")
    result = app.abort().run(diff=True)
    assert (result["changed"], result["actions"], result["build"]["status"]) == (False, [], outcome)
    assert result["diff"]["before"] == result["diff"]["after"]
    assert app.asked() == [LOOK, ABORT, LOOK, LOOK]


def test_two_at_once(app: AppWithBuilds, monkeypatch: pytest.MonkeyPatch) -> None:
    """Abort a build that another client has aborted since both have read it."""
    app.has(RUNNING)
    real = subject.abort_build
    results: list[dict[str, Any]] = []

    def second_first(*arguments: Any) -> None:
        monkeypatch.setattr(subject, "abort_build", real)
        results.append(app.abort().run())
        real(*arguments)

    monkeypatch.setattr(subject, "abort_build", second_first)
    results.append(app.abort().run())
    assert [result["changed"] for result in results] == [True, False]
    assert [result["build"]["status"] for result in results] == [3, 3]


@pytest.mark.parametrize("text", ["anything", "Build already finished, can't abort it."])
def test_the_text_of_a_refusal_does_not_matter(app: AppWithBuilds, text: str) -> None:
    app.has(RUNNING)
    app.service.emulator.fault(path="/abort$", status=400, body=f'{{"error_msg": "{text}"}}')
    failed = app.abort().fail()
    assert (failed["error"]["kind"], failed["error"]["status"]) == ("bad_request", 400)
    assert text.rstrip(".") in failed["msg"]


def test_lost_response_of_an_abort_that_took_place(app: AppWithBuilds) -> None:
    app.has(RUNNING)
    app.service.emulator.fault(drop="after", path="/abort$", nth=1)
    result = app.abort().run()
    assert (result["changed"], result["build"]["status"]) == (True, 3)
    assert app.asked() == [LOOK, ABORT, LOOK, LOOK]


def test_lost_request_is_sent_again(app: AppWithBuilds) -> None:
    app.has(RUNNING)
    app.service.emulator.fault(drop="before", path="/abort$", nth=1)
    assert app.abort(max_retries=1).run()["build"]["status"] == 3
    assert app.asked() == [LOOK, ABORT, LOOK, ABORT, LOOK]


def test_no_response_at_all(app: AppWithBuilds) -> None:
    app.has(RUNNING)
    app.service.emulator.fault(drop="before", path="/abort$")
    assert app.abort(max_retries=1).fail()["error"]["kind"] == "connection"
    assert app.asked() == [LOOK, ABORT, LOOK, ABORT, LOOK]


def test_nothing_is_known_after_the_request(app: AppWithBuilds) -> None:
    app.has(RUNNING)
    app.service.emulator.fault(drop="before", path="/abort$")
    app.service.emulator.fault(status=500, path="/b1$", nth=2)
    assert "It is unknown whether the build was aborted: Could not read build b1" in app.abort().fail()["msg"]


def test_the_build_cannot_be_read_afterwards(app: AppWithBuilds) -> None:
    """Return the change although the build cannot be read afterwards."""
    app.has(RUNNING)
    app.service.emulator.fault(status=500, path="/b1$", nth=2)
    result = app.abort().result()
    assert (result["failed"], result["error"]["kind"]) == (True, "server_error")
    assert (result["changed"], result["build"]["status_name"]) == (True, "aborted")


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({}, 0),
        ({"reason": "why"}, len('"abort_reason": "why", ')),
        ({"skip_notifications": True, "skip_git_status_report": True, "abort_with_success": True}, -3),
    ],
)
def test_body_of_the_request(app: AppWithBuilds, options: dict[str, Any], sent: int) -> None:
    app.has(RUNNING)
    app.abort(**options).run()
    everything = '{"abort_with_success": false, "skip_notifications": false, "skip_git_status_report": false}'
    (entry,) = app.service.emulator.requests(method="POST")
    assert entry["bytes_in"] == len(everything) + sent


class TestWait:
    """Tests with a service that takes time to abort a build. The emulator aborts at once, so these tests delay it."""

    @pytest.fixture
    def slow(self, app: AppWithBuilds, monkeypatch: pytest.MonkeyPatch) -> AppWithBuilds:
        app.has({**RUNNING, "finishes_in_s": 25, "outcome": 3})
        monkeypatch.setattr(subject, "abort_build", lambda *_arguments: None)
        return app

    def test_until_it_is_over(self, slow: AppWithBuilds, clock: Clock, progress: list[str]) -> None:
        result = slow.abort(wait=True).run()
        assert (result["changed"], result["build"]["status_name"]) == (True, "aborted")
        assert clock.pauses == [10, 10, 10]
        assert slow.asked() == [LOOK, LOOK, LOOK, LOOK, LOOK]
        assert progress == ["build #1 (b1): in-progress after 0 s", "build #1 (b1): aborted after 30 s"]

    def test_does_not_wait_by_default(self, slow: AppWithBuilds, clock: Clock) -> None:
        result = slow.abort().run()
        assert (result["changed"], result["build"]["status_name"]) == (True, "in-progress")
        assert clock.pauses == []

    def test_timeout(self, slow: AppWithBuilds, clock: Clock) -> None:
        result = slow.abort(wait=True, wait_timeout=12).result()
        assert (result["failed"], result["error"]["kind"], result["changed"]) == (True, "wait_timeout", True)
        assert result["msg"].startswith("Timed out after 12 s: build #1 (b1) still runs after the request to abort it.")
        assert result["build"]["status"] == 0
        assert clock.pauses == [10, 2]

    def test_ended_otherwise(self, slow: AppWithBuilds) -> None:
        slow.has({**RUNNING, "finishes_in_s": 5, "outcome": 1})
        result = slow.abort(wait=True).run()
        assert result["build"]["status_name"] == "success"
        assert result["warnings"] == ["The service accepted the request to abort, but build #1 (b1) ended as success."]

    def test_not_in_check_mode(self, slow: AppWithBuilds, clock: Clock) -> None:
        slow.only_reads(slow.abort(wait=True))
        assert clock.pauses == []

    @pytest.mark.parametrize(
        ("option", "value"), [("wait_timeout", -1), ("wait_interval", 0), ("wait_interval", "nan")]
    )
    def test_invalid_times(self, slow: AppWithBuilds, option: str, value: Any) -> None:
        failed = slow.abort(**{option: value}).fail()
        assert failed["error"]["kind"] == "option"
        assert failed["msg"].startswith(f"{option} must be ")
        assert slow.asked() == []


def test_rights(app: AppWithBuilds) -> None:
    app.has(RUNNING, roles={"viewer": "viewer"})
    token = app.service.emulator.tokens["viewer"]
    assert app.abort(api_token=token).fail()["error"]["kind"] == "forbidden"
    assert app.statuses() == [0]


def test_unknown_build(app: AppWithBuilds) -> None:
    app.has(RUNNING)
    assert app.abort(build_slug="none").fail()["error"]["kind"] == "not_found"
