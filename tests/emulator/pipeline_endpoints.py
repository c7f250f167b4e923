# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Endpoints to list, show and abort pipelines. A build trigger starts them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .account_endpoints import app_data
from .build_rules import ABORTED, ABORTED_WITH_SUCCESS, end
from .endpoint import VERSION, Endpoint, caller, json_body, resource, typed
from .model import App, Json, Pipeline
from .pipeline_rules import STATUSES, build_item, builds_of, pipeline_data, pipeline_item, pipeline_status, status_word
from .replies import bad_request, not_found
from .world import MAY_RUN_BUILDS

DEFAULT_LIMIT, MAX_LIMIT = 10, 50
_NOT_IN_ALL_APPS = frozenset({"artifacts", "build_tool_invocations", "local_config", "rebuildable"})
_EQUAL = ("branch", "build_number", "pipeline", "workflow")


class PipelineEndpoints(Endpoint):
    """Endpoints for pipeline runs."""

    def routes(self) -> list[Route]:
        """Return the routes of this group."""
        base = f"{VERSION}/apps/{{app}}/pipelines"
        return [
            Route(f"{VERSION}/pipelines", self.in_all_apps),
            Route(base, self.index),
            Route(f"{base}/{{pipeline}}", self.show),
            resource(f"{base}/{{pipeline}}/abort", post=self.abort),
        ]

    async def index(self, request: Request) -> Response:
        """Return a page of the pipelines of an app, including builds that belong to no pipeline."""
        return self._page(self._items(self.app(request)), request.query_params)

    async def in_all_apps(self, request: Request) -> Response:
        """Return a page of the pipelines of all apps that the caller can see."""
        owner = request.query_params.get("owner_slug")
        items = [
            {
                **{name: value for name, value in item.items() if name not in _NOT_IN_ALL_APPS},
                "trigger_params": {"priority": None},
                "repository": app_data(app),
            }
            for app in self.world.visible_apps(caller(request), "created_at")
            if not owner or app.owner_slug == owner
            for item in self._items(app)
        ]
        return self._page(items, request.query_params)

    async def show(self, request: Request) -> Response:
        """Return one pipeline, without `data` around it."""
        app = self.app(request)
        pipeline = self._pipeline(app, request)
        return self.reply(pipeline_data(app, pipeline))

    async def abort(self, request: Request) -> Response:
        """Abort the builds of an unfinished pipeline."""
        body = await json_body(request)
        app = self.app(request)
        user = caller(request)
        self.world.require(app, user, MAY_RUN_BUILDS)
        reason = typed(body, "abort_reason", str)
        with_success = typed(body, "abort_with_success", bool)
        typed(body, "skip_notifications", bool)
        pipeline = self._pipeline(app, request)
        builds = builds_of(app, pipeline)
        if pipeline_status(pipeline, builds):
            raise bad_request("Pipeline already finished, can't abort it.")
        pipeline.aborted = ABORTED_WITH_SUCCESS if with_success else ABORTED
        pipeline.abort_reason = reason or f"User {user.username} requested to abort this pipeline"
        for build in builds:
            if not build.status:
                end(build, pipeline.aborted, self.service.clock.now())
                build.abort_reason = pipeline.abort_reason
                self.world.put_build(app, build)
        self.world.put_pipeline(app, pipeline)
        return self.reply({})

    def _pipeline(self, app: App, request: Request) -> Pipeline:
        pipeline = app.pipeline_runs.get(request.path_params["pipeline"])
        if pipeline is None:
            raise not_found()
        for build in builds_of(app, pipeline):
            self.settled(app, build)
        return pipeline

    def _items(self, app: App) -> list[Json]:
        in_pipelines = {slug for pipeline in app.pipeline_runs.values() for slug in pipeline.builds}
        builds = [self.settled(app, build) for build in app.builds.values()]
        return [
            *(pipeline_item(app, pipeline) for pipeline in app.pipeline_runs.values()),
            *(build_item(build) for build in builds if build.slug not in in_pipelines),
        ]

    def _page(self, items: Sequence[Json], query: Mapping[str, str]) -> Response:
        tests = [*_tests(query), *_times(query)]
        found = [item for item in items if all(test(item) for test in tests)]
        found.sort(key=lambda item: (item["triggered_at"], item["build_number"]), reverse=True)
        limit = _limit(query)
        paging: Json = {"total_item_count": len(found), "page_item_limit": limit}
        if limit < len(found):
            paging["next"] = found[limit - 1]["triggered_at"]
        return self.reply({"data": found[:limit], "paging": paging})


def _limit(query: Mapping[str, str]) -> int:
    text = query.get("limit", str(DEFAULT_LIMIT))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MAX_LIMIT:
        raise bad_request(f"invalid limit parameter: must be between 1 and {MAX_LIMIT}")
    return int(text)


def _tests(query: Mapping[str, str]) -> list[Callable[[Json], bool]]:
    tests: list[Callable[[Json], bool]] = []
    status = query.get("status")
    if status:
        if status not in STATUSES:
            raise bad_request("invalid status parameter")
        tests.append(lambda item: status_word(item["status"], on_hold=item["is_on_hold"]) == status)
    tests += [_equals(name, query[name]) for name in _EQUAL if query.get(name)]
    message = query.get("commit_message", "").casefold()
    if message:
        tests.append(lambda item: message in str(item["commit_message"] or "").casefold())
    event = query.get("trigger_event_type")
    if event:
        tests.append(lambda item: _event(item) == event)
    return tests


def _equals(name: str, value: str) -> Callable[[Json], bool]:
    def test(item: Json) -> bool:
        if name in ("pipeline", "workflow"):
            named: bool = item["triggered_workflow"] == value
            return named and item["is_pipeline"] == (name == "pipeline")
        return str(item[name]) == value

    return test


def _event(item: Json) -> str:
    return "pull-request" if item["pull_request_id"] else "tag" if item["tag"] else "push"


def _times(query: Mapping[str, str]) -> list[Callable[[Json], bool]]:
    tests: list[Callable[[Json], bool]] = []
    after = query.get("after")
    if after:
        earliest = _moment("after", after)
        tests.append(lambda item: _moment("", item["triggered_at"]) > earliest)
    for name in ("before", "next"):
        text = query.get(name)
        if text:
            tests.append(_earlier_than(_moment(name, text)))
    return tests


def _earlier_than(latest: datetime) -> Callable[[Json], bool]:
    return lambda item: _moment("", item["triggered_at"]) < latest


def _moment(name: str, text: Any) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo:
            return found
    except ValueError:
        pass
    raise bad_request(f"invalid {name} parameter")
