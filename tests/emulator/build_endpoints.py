# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds: list, show, trigger, abort."""

from __future__ import annotations

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .account_endpoints import app_data
from .build_filters import archived_builds, in_all_apps, matching_builds
from .build_parameters import checked_parameters
from .build_rules import archived_build, build_data, build_in_all_apps, start
from .endpoint import VERSION, Endpoint, caller, json_body, resource, typed
from .model import App, Build, Json
from .paging import page_of
from .replies import ApiError
from .slugs import random_slug
from .world import MAY_RUN_BUILDS

ABORTED, ABORTED_WITH_SUCCESS = 3, 4


class BuildEndpoints(Endpoint):
    """Everything about builds but what they leave behind."""

    def routes(self) -> list[Route]:
        """Paths and what answers them."""
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
        """A page of the list."""
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
        """A page of the list over all apps that the caller can see."""
        query = request.query_params
        apps = self.world.visible_apps(caller(request), "created_at")
        owner = query.get("owner_slug")
        mine = [(app, build) for app in apps if not owner or app.owner_slug == owner for build in self._builds(app)]
        app_of = {id(build): app for app, build in mine}
        found = in_all_apps((build for _app, build in mine), query, self.service.clock.now())
        page, paging = page_of(found, query, self.service.options)
        data = [build_in_all_apps(build, app_data(app_of[id(build)]), self.service.options) for build in page]
        return self.reply({"data": data, "paging": paging})

    async def archived(self, request: Request) -> Response:
        """Builds that are too old for the ordinary list, without pages."""
        builds = self._builds(self.app(request))
        found, limit = archived_builds(builds, request.query_params, self.service.clock.now())
        paging = {"total_item_count": len(found), "page_item_limit": limit}
        return self.reply(
            {"data": [archived_build(build, self.service.options) for build in found[:limit]], "paging": paging}
        )

    async def show(self, request: Request) -> Response:
        """One build."""
        app = self.app(request)
        return self.reply({"data": build_data(self.build(app, request), self.service.options)})

    async def trigger(self, request: Request) -> Response:
        """A new build."""
        body = await json_body(request)
        app = self.app(request)
        user = caller(request)
        self.world.require(app, user, MAY_RUN_BUILDS)
        parameters = checked_parameters(app, body)
        options = self.service.options
        now = self.service.clock.now()
        build = Build(
            slug=random_slug(),
            build_number=max((build.build_number for build in app.builds.values()), default=0) + 1,
            triggered_at=now,
            original_build_params=parameters,
            triggered_workflow=parameters.get("workflow_id") or app.workflows[0],
            triggered_by=f"api-{user.username}",
            is_on_hold=bool(options.hold_seconds),
            starts_at=now + options.hold_seconds,
            run_s=options.build_seconds or None,
            outcome=int(options.build_outcome),
        )
        if not build.is_on_hold:
            start(build, now)
        build.log_chunks = [f"Build {build.build_number} of {app.title}\n", f"Workflow: {build.triggered_workflow}\n"]
        self.world.put_build(app, build)
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
            {**result, "slug": app.slug, "service": "bitrise", "results": results}, int(options.trigger_status)
        )

    async def abort(self, request: Request) -> Response:
        """Stop a build that is not over."""
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
        build.status = ABORTED_WITH_SUCCESS if with_success else ABORTED
        build.is_on_hold = False
        build.finished_at = self.service.clock.now()
        text = f"User {user.username} requested to abort this build"
        build.abort_reason = f"{text} with reason: {reason}" if reason else text
        self.world.put_build(app, build)
        return self.reply({"status": "ok"})

    async def branches(self, request: Request) -> Response:
        """Branches that were built."""
        builds = self.app(request).builds.values()
        names = {str(build.original_build_params.get("branch") or "") for build in builds} - {""}
        return self.reply({"data": sorted(names)})

    async def workflows(self, request: Request) -> Response:
        """Workflows that can be triggered."""
        return self.reply({"data": self.app(request).workflows})

    def _builds(self, app: App) -> list[Build]:
        return [self.settled(app, build) for build in app.builds.values()]
