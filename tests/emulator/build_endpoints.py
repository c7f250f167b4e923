# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Endpoints to list, show, trigger and abort builds."""

from __future__ import annotations

import uuid

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .account_endpoints import app_data
from .build_filters import archived_builds, in_all_apps, matching_builds
from .build_parameters import take_secrets, validate_parameters
from .build_rules import ABORTED, ABORTED_WITH_SUCCESS, archived_build, build_data, build_in_all_apps, end, start
from .endpoint import VERSION, Endpoint, caller, json_body, resource, typed
from .model import App, Build, Json, Pipeline
from .paging import page_of
from .replies import ApiError
from .slugs import random_slug
from .world import MAY_RUN_BUILDS


class BuildEndpoints(Endpoint):
    """Endpoints for builds. Logs and artifacts have their own groups."""

    def routes(self) -> list[Route]:
        """Return the routes of this group."""
        app = f"{VERSION}/apps/{{app}}"
        return [
            resource(f"{app}/builds", get=self.index, post=self.trigger),
            Route(f"{app}/builds/{{build}}", self.show),
            resource(f"{app}/builds/{{build}}/abort", post=self.abort),
            Route(f"{app}/archived-builds", self.archived),
            Route(f"{VERSION}/builds", self.in_all_apps),
            Route(f"{app}/branches", self.branches),
            Route(f"{app}/build-workflows", self.workflows),
        ]

    async def index(self, request: Request) -> Response:
        """Return a page of the builds of an app."""
        app = self.app(request)
        options = self.service.options
        found = matching_builds(self._builds(app), request.query_params, self.service.clock.now(), options)
        query = request.query_params
        if query.get("sort_by") == "running_first" and options.running_first_next == "ignore":
            query = QueryParams([(name, value) for name, value in query.multi_items() if name != "next"])
        page, paging = page_of(found, query, options)
        if request.query_params.get("sort_by") == "running_first":
            paging.pop("next", None)
        return self.reply({"data": [build_data(build, options) for build in page], "paging": paging})

    async def in_all_apps(self, request: Request) -> Response:
        """Return a page of the builds of all apps that the caller can see."""
        query = request.query_params
        apps = self.world.visible_apps(caller(request), "created_at")
        owner = query.get("owner_slug")
        builds = [(app, build) for app in apps if not owner or app.owner_slug == owner for build in self._builds(app)]
        app_of = {id(build): app for app, build in builds}
        found = in_all_apps((build for _app, build in builds), query, self.service.clock.now())
        page, paging = page_of(found, query, self.service.options)
        data = [build_in_all_apps(build, app_data(app_of[id(build)]), self.service.options) for build in page]
        return self.reply({"data": data, "paging": paging})

    async def archived(self, request: Request) -> Response:
        """Return builds that are too old for the list of an app, without paging."""
        builds = self._builds(self.app(request))
        found, limit = archived_builds(builds, request.query_params, self.service.clock.now())
        paging = {"total_item_count": len(found), "page_item_limit": limit}
        return self.reply(
            {"data": [archived_build(build, self.service.options) for build in found[:limit]], "paging": paging}
        )

    async def show(self, request: Request) -> Response:
        """Return a build."""
        app = self.app(request)
        return self.reply({"data": build_data(self.build(app, request), self.service.options)})

    async def trigger(self, request: Request) -> Response:
        """Start a build or a pipeline."""
        body = await json_body(request)
        app = self.app(request)
        user = caller(request)
        self.world.require(app, user, MAY_RUN_BUILDS)
        parameters = validate_parameters(app, body)
        secrets = take_secrets(parameters)
        if parameters.get("pipeline_id"):
            return self._start_pipeline(app, user.username, parameters, secrets)
        build = self._start(app, user.username, parameters, secrets, parameters.get("workflow_id") or app.workflows[0])
        result: Json = {
            "status": "ok",
            "message": "webhook processed",
            "build_slug": build.slug,
            "build_number": build.build_number,
            "build_url": f"https://app.bitrise.io/build/{build.slug}",
            "triggered_workflow": build.triggered_workflow,
        }
        results = [{**result, "triggered_pipeline": ""}]
        return self.reply(
            {**result, "slug": app.slug, "service": "bitrise", "results": results},
            int(self.service.options.trigger_status),
        )

    def _start_pipeline(self, app: App, username: str, parameters: Json, secrets: dict[str, str]) -> Response:
        pipeline = Pipeline(
            slug=str(uuid.uuid4()),
            name=parameters["pipeline_id"],
            build_number=app.next_build_number(),
            triggered_at=self.service.clock.now(),
            original_build_params=parameters,
            triggered_by=f"api-{username}",
        )
        self.world.put_pipeline(app, pipeline)
        for workflow in app.pipelines[pipeline.name]:
            build = self._start(app, username, parameters, secrets, workflow)
            build.pipeline_workflow_id = str(uuid.uuid4())
            self.world.put_build(app, build)
            pipeline.builds.append(build.slug)
        self.world.put_pipeline(app, pipeline)
        result: Json = {
            "status": "ok",
            "message": "webhook processed",
            "build_slug": pipeline.slug,
            "build_number": pipeline.build_number,
            "build_url": f"https://app.bitrise.io/app/{app.slug}/pipelines/{pipeline.slug}",
            "triggered_workflow": "",
        }
        results = [{**result, "triggered_pipeline": pipeline.name}]
        return self.reply(
            {**result, "slug": app.slug, "service": "bitrise", "results": results},
            int(self.service.options.trigger_status),
        )

    def _start(self, app: App, username: str, parameters: Json, secrets: dict[str, str], workflow: str) -> Build:
        options, now = self.service.options, self.service.clock.now()
        build = Build(
            slug=random_slug(),
            build_number=app.next_build_number(),
            triggered_at=now,
            original_build_params=parameters,
            triggered_workflow=workflow,
            triggered_by=f"api-{username}",
            secrets=secrets,
            is_on_hold=bool(options.hold_seconds),
            starts_at=now + options.hold_seconds,
            run_s=options.build_seconds or None,
            outcome=int(options.build_outcome),
        )
        if not build.is_on_hold:
            start(build, now)
        build.log_chunks = [f"Build {build.build_number} of {app.title}\n", f"Workflow: {build.triggered_workflow}\n"]
        self.world.put_build(app, build)
        return build

    async def abort(self, request: Request) -> Response:
        """Abort an unfinished build."""
        options = self.service.options
        body = await json_body(request)
        app = self.app(request)
        user = caller(request)
        self.world.require(app, user, MAY_RUN_BUILDS)
        reason = typed(body, "abort_reason", str)
        with_success = typed(body, "abort_with_success", bool)
        for name in ("skip_notifications", "skip_git_status_report"):
            typed(body, name, bool)
        build = self.build(app, request)
        if build.status and options.abort_finished == "200":
            return self.reply({"status": "ok"})
        if build.status:
            raise ApiError(int(options.abort_finished), "Build already finished, can't abort it.", key="error_msg")
        end(build, ABORTED_WITH_SUCCESS if with_success else ABORTED, self.service.clock.now())
        text = f"User {user.username} requested to abort this build"
        build.abort_reason = f"{text} with reason: {reason}" if reason else text
        self.world.put_build(app, build)
        return self.reply({"status": "ok"})

    async def branches(self, request: Request) -> Response:
        """Return the branches that were built."""
        builds = self.app(request).builds.values()
        names = {str(build.original_build_params.get("branch") or "") for build in builds} - {""}
        return self.reply({"data": sorted(names)})

    async def workflows(self, request: Request) -> Response:
        """Return the workflows that can be triggered."""
        return self.reply({"data": self.app(request).workflows})

    def _builds(self, app: App) -> list[Build]:
        return [self.settled(app, build) for build in app.builds.values()]
