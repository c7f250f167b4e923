# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait for a triggered build, and find it if the response is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.helpers.servers import CannedResponse, serving

from .app import AppWithBuilds
from .conftest import Clock

LATEST, TRIGGER = "GET /builds", "POST /builds"


@pytest.fixture(autouse=True)
def old(app: AppWithBuilds) -> None:
    app.has({"slug": "b1"}, workflows=["primary", "deploy"])


def newest(app: AppWithBuilds) -> dict[str, Any]:
    build: dict[str, Any] = app.info(limit=1).run()["builds"][0]
    return build


class TestWait:
    """The task lasts as long as the build, and ends as the build does."""

    def wait(self, app: AppWithBuilds, outcome: int, **options: Any) -> dict[str, Any]:
        app.service.emulator.options(build_seconds=45, build_outcome=outcome)
        return app.trigger(branch="main", wait=True, **options).result()

    def test_success(self, app: AppWithBuilds, clock: Clock, progress: list[str]) -> None:
        app.service.emulator.options(hold_seconds=15)
        result = self.wait(app, 1)
        assert not result.get("failed")
        assert (result["changed"], result["build"]["status_name"]) == (True, "success")
        assert clock.pauses == [10] * 6
        slug = result["build"]["slug"]
        assert progress == [
            f"build #2 ({slug}): on-hold after 0 s",
            f"build #2 ({slug}): in-progress after 20 s",
            f"build #2 ({slug}): success after 60 s",
        ]

    def test_aborted_and_counted_as_a_success(self, app: AppWithBuilds) -> None:
        assert not self.wait(app, 4).get("failed")

    @pytest.mark.parametrize(("outcome", "name"), [(2, "error"), (3, "aborted")])
    def test_bad_end(self, app: AppWithBuilds, outcome: int, name: str) -> None:
        result = self.wait(app, outcome)
        assert (result["failed"], result["error"]["kind"], result["changed"]) == (True, "build_failed", True)
        assert (result["build"]["status_name"], len(result["actions"])) == (name, 1)
        assert f"The build #2 ({result['build']['slug']}) ended as {name}." in result["msg"]

    def test_timeout(self, app: AppWithBuilds, clock: Clock) -> None:
        result = self.wait(app, 1, wait_timeout=25, wait_interval=20)
        assert (result["failed"], result["error"]["kind"]) == (True, "wait_timeout")
        assert result["build"]["status_name"] == "in-progress"
        assert clock.pauses == [20, 5]

    def test_the_service_fails_meanwhile(self, app: AppWithBuilds) -> None:
        app.service.emulator.fault(status=500, path="/builds/.", nth=3)
        result = self.wait(app, 1)
        assert (result["failed"], result["error"]["kind"]) == (True, "server_error")
        assert result["msg"].endswith(f"The build #2 ({result['build']['slug']}) was started.")

    def test_a_progress_line_each_minute(self, app: AppWithBuilds, progress: list[str]) -> None:
        app.service.emulator.options(build_seconds=150)
        app.trigger(branch="main", wait=True).run()
        assert [line.split(": ")[1] for line in progress] == [
            "in-progress after 0 s",
            "in-progress after 60 s",
            "in-progress after 120 s",
            "success after 150 s",
        ]

    def test_not_in_check_mode(self, app: AppWithBuilds, clock: Clock) -> None:
        app.only_reads(app.trigger(branch="main", wait=True))
        assert clock.pauses == []


class TestLostResponse:
    """No second build without the user's knowledge."""

    def test_the_only_new_build_is_used(self, app: AppWithBuilds) -> None:
        app.service.emulator.fault(drop="after", method="POST", nth=1)
        result = app.trigger(branch="main", max_retries=3).run()
        slug = result["build"]["slug"]
        assert result["build"] == newest(app)
        assert (result["changed"], result["build_url"]) == (True, None)
        assert result["warnings"] == [
            (
                f"The response of the service was lost. The build #2 ({slug}) was started meanwhile with the same "
                "parameters, so the task continues with it. It did not start a second one."
            )
        ]
        assert app.statuses() == [1, 0]

    @pytest.mark.parametrize("fault", [{"drop": "after"}, {"malformed": True}, {"truncate": True}, {"status": 502}])
    def test_however_it_is_lost(self, app: AppWithBuilds, fault: dict[str, Any]) -> None:
        after = {"after_effect": True} if "status" in fault else {}
        app.service.emulator.fault(method="POST", **fault, **after)
        assert app.trigger(branch="main", max_retries=3).run()["build"]["build_number"] == 2
        assert app.statuses() == [1, 0]
        assert [line for line in app.asked() if line == TRIGGER] == [TRIGGER]

    def test_no_new_build(self, app: AppWithBuilds) -> None:
        app.service.emulator.fault(drop="before", method="POST")
        failed = app.trigger(branch="main", max_retries=3).fail()
        assert (failed["error"]["kind"], failed["error"]["method"]) == ("unclear_outcome", "POST")
        assert failed["msg"].endswith(
            "It is unknown whether it was started. The service does not list it yet. Check the list before you run "
            "this again."
        )
        assert app.asked() == [LATEST, TRIGGER, LATEST, LATEST, LATEST]

    def test_builds_of_others_are_not_used(self, app: AppWithBuilds) -> None:
        app.service.emulator.fault(drop="after", method="POST", nth=2)
        self.between(app, branch="next")
        result = app.trigger(branch="main").run()
        assert (result["build"]["build_number"], result["build"]["branch"]) == (3, "main")

    def test_several_possible_builds(self, app: AppWithBuilds) -> None:
        app.service.emulator.fault(drop="after", method="POST", nth=2)
        self.between(app, branch="main")
        failed = app.trigger(branch="main").fail()
        assert failed["error"]["kind"] == "unclear_outcome"
        assert "Several builds that it could be were started meanwhile: build #3 (" in failed["msg"]
        assert app.statuses() == [1, 0, 0]

    def between(self, app: AppWithBuilds, **options: Any) -> None:
        """Start a build of another client right before the next trigger arrives."""
        from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds import trigger

        real = trigger.trigger_build

        def other_first(*arguments: Any) -> Any:
            self.patch.setattr(trigger, "trigger_build", real)
            app.trigger(**options).run()
            return real(*arguments)

        self.patch.setattr(trigger, "trigger_build", other_first)

    @pytest.fixture(autouse=True)
    def keep_patch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.patch = monkeypatch

    def test_the_list_cannot_be_read_either(self, app: AppWithBuilds) -> None:
        app.service.emulator.fault(drop="after", method="POST")
        app.service.emulator.fault(status=500, method="GET", path="/builds$", nth=2)
        failed = app.trigger(branch="main").fail()
        assert failed["error"]["kind"] == "unclear_outcome"
        assert "The list of builds cannot be read either: Could not list the builds" in failed["msg"]


class TestResponse:
    """Responses to a trigger."""

    def run(self, app: AppWithBuilds, response: dict[str, Any], seen: int = 404) -> dict[str, Any]:
        def service(line: str) -> CannedResponse:
            if line.startswith("POST"):
                return CannedResponse(201, json.dumps(response).encode())
            if line.startswith("GET /apps/x/builds?"):
                return CannedResponse()
            return CannedResponse(seen, b'{"message": "Not Found"}')

        with serving(service) as server:
            options = {"api_url": server.url, "app_slug": "x", "branch": "main"}
            result = app.trigger(branch="main").with_options(**options).result()
            self.lines = server.lines
        return result

    def test_the_slug_at_the_top_is_the_apps(self, app: AppWithBuilds) -> None:
        result = self.run(app, {"slug": "x", "build_slug": "new", "build_number": 7})
        assert (result["build"]["slug"], result["build"]["build_number"]) == ("new", 7)

    def test_results_count_first(self, app: AppWithBuilds) -> None:
        response = {"slug": "x", "build_slug": "old", "results": [{"build_slug": "new", "build_number": 7}]}
        assert self.run(app, response)["build"]["slug"] == "new"

    def test_a_build_that_is_not_shown_yet(self, app: AppWithBuilds) -> None:
        result = self.run(app, {"build_slug": "new", "build_number": 7, "triggered_workflow": "w"})
        assert result["warnings"] == [
            "The service does not list the build #7 (new) yet, so the result has the requested values."
        ]
        build = result["build"]
        assert (build["branch"], build["triggered_workflow"], build["status"]) == ("main", "w", 0)
        assert self.lines.count("GET /apps/x/builds/new") == 4

    def test_no_access_to_builds(self, app: AppWithBuilds) -> None:
        result = self.run(app, {"build_slug": "new"}, 403)
        assert (result["failed"], result["error"]["kind"], result["build"]["slug"]) == (True, "forbidden", "new")
        assert result["msg"].endswith("The build new was started.")

    @pytest.mark.parametrize(
        "response", [{}, {"slug": "x"}, {"build_slug": None, "results": [None]}, {"build_slug": 7, "results": {}}]
    )
    def test_no_build_in_it(self, app: AppWithBuilds, response: dict[str, Any]) -> None:
        result = self.run(app, {**response, "message": "skipped"})
        assert result["error"]["kind"] == "unclear_outcome"
        assert "returned no build, only: skipped." in result["msg"]
