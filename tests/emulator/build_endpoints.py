# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds: list, show, trigger, abort, log, configuration."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from .build_rules import LOG_DELAY_S, build_data, matching_builds, settle
from .clock import rfc3339
from .endpoint import VERSION, Endpoint, caller, json_body, resource, typed
from .model import App, Build, Json
from .paging import page_of
from .replies import ApiError, not_found
from .slugs import random_slug
from .world import MAY_RUN_BUILDS

ABORTED, ABORTED_WITH_SUCCESS = 3, 4
_NEVER = "0001-01-01T00:00:00Z"


class BuildEndpoints(Endpoint):
    """Everything about builds but their artifacts."""

    def routes(self) -> list[Route]:
        """Paths and what answers them."""
        app = f"{VERSION}/apps/{{app}}"
        return [
            resource(f"{app}/builds", get=self.index, post=self.trigger),
            Route(f"{app}/builds/{{build}}", self.show),
            resource(f"{app}/builds/{{build}}/abort", post=self.abort),
            Route(f"{app}/builds/{{build}}/log", self.log),
            Route(f"{app}/builds/{{build}}/bitrise.yml", self.build_yml),
            Route(f"{app}/bitrise.yml", self.app_yml),
            Route(f"{app}/branches", self.branches),
            Route(f"{app}/build-workflows", self.workflows),
        ]

    async def index(self, request: Request) -> Response:
        """A page of the list."""
        app = self.app(request)
        builds = [self.settled(app, build) for build in app.builds.values()]
        found = matching_builds(builds, request.query_params, self.service.clock.now())
        page, paging = page_of(found, request.query_params)
        if request.query_params.get("sort_by") == "running_first":
            paging.pop("next", None)
        return self.reply({"data": [build_data(build) for build in page], "paging": paging})

    async def show(self, request: Request) -> Response:
        """One build."""
        app = self.app(request)
        return self.reply({"data": build_data(self.build(app, request))})

    async def trigger(self, request: Request) -> Response:
        """A new build."""
        body = await json_body(request)
        app = self.app(request)
        user = caller(request)
        self.world.require(app, user, MAY_RUN_BUILDS)
        parameters = body.get("build_params")
        workflow = parameters.get("workflow_id") if isinstance(parameters, dict) else None
        if not isinstance(parameters, dict):
            raise _trigger_refusal(app, "Invalid request payload: build_params is missing")
        if workflow is not None and workflow not in app.workflows:
            text = f"workflow ({workflow}) did not match any workflows defined in app config"
            raise _trigger_refusal(app, text)
        now = self.service.clock.now()
        seconds = self.service.options.build_seconds
        build = Build(
            slug=random_slug(),
            build_number=max((build.build_number for build in app.builds.values()), default=0) + 1,
            triggered_at=now,
            original_build_params={key: value for key, value in parameters.items() if key != "secrets"},
            triggered_workflow=workflow or app.workflows[0],
            triggered_by=f"api-{user.username}",
            started_at=now,
            finishes_at=now + seconds if seconds else None,
        )
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
        return self.reply({**result, "slug": app.slug, "service": "bitrise", "results": results}, 201)

    async def abort(self, request: Request) -> Response:
        """Stop a build that is not over."""
        body = await json_body(request)
        app = self.app(request)
        user = caller(request)
        self.world.require(app, user, MAY_RUN_BUILDS)
        reason = typed(body, "abort_reason", str)
        with_success = typed(body, "abort_with_success", bool)
        build = self.build(app, request)
        if build.status:
            raise ApiError(400, "Build already finished, can't abort it.", key="error_msg")
        build.status = ABORTED_WITH_SUCCESS if with_success else ABORTED
        build.is_on_hold = False
        build.finished_at = self.service.clock.now()
        text = f"User {user.username} requested to abort this build"
        build.abort_reason = f"{text} with reason: {reason}" if reason else text
        self.world.put_build(app, build)
        return self.reply({"status": "ok"})

    async def log(self, request: Request) -> Response:
        """The log: not there yet, growing, or archived."""
        app = self.app(request)
        build = self.build(app, request)
        now = self.service.clock.now()
        if not build.log_chunks or now < build.triggered_at + LOG_DELAY_S:
            raise not_found()
        chunks = [{"chunk": chunk, "position": position} for position, chunk in enumerate(build.log_chunks, 1)]
        stamp = rfc3339(now)
        data: Json = {
            "log_chunks": chunks,
            "is_archived": False,
            "expiring_raw_log_url": None,
            "next_before_timestamp": stamp,
            "next_after_timestamp": stamp,
            "generated_log_chunks_num": len(chunks),
            "timestamp": int(now),
        }
        if build.status:
            url = await self._archived_log(app, build)
            over = {"next_before_timestamp": _NEVER, "next_after_timestamp": _NEVER, "timestamp": None}
            data |= {**over, "is_archived": True, "expiring_raw_log_url": url}
        return self.reply(data)

    async def build_yml(self, request: Request) -> Response:
        """The configuration that a build ran with."""
        app = self.app(request)
        self.build(app, request)
        return PlainTextResponse(app.bitrise_yml)

    async def app_yml(self, request: Request) -> Response:
        """The configuration of an app."""
        return PlainTextResponse(self.app(request).bitrise_yml)

    async def branches(self, request: Request) -> Response:
        """Branches that were built."""
        builds = self.app(request).builds.values()
        names = {str(build.original_build_params.get("branch") or "") for build in builds} - {""}
        return self.reply({"data": sorted(names)})

    async def workflows(self, request: Request) -> Response:
        """Workflows that can be triggered."""
        return self.reply({"data": self.app(request).workflows})

    def build(self, app: App, request: Request) -> Build:
        """The build in the path, in the state of this moment."""
        build = app.builds.get(request.path_params["build"])
        if build is None:
            raise not_found()
        return self.settled(app, build)

    def settled(self, app: App, build: Build) -> Build:
        """A build after the clock has done its work."""
        if settle(build, self.service.clock.now()):
            self.world.put_build(app, build)
        return build

    async def _archived_log(self, app: App, build: Build) -> str:
        if build.log_key is None:
            build.log_key = f"build-logs/{app.slug}/{build.slug}.log"
            await self.service.store.put(build.log_key, "".join(build.log_chunks).encode())
            self.world.put_build(app, build)
        return self.service.store.download_url(build.log_key)


def _trigger_refusal(app: App, text: str) -> ApiError:
    return ApiError(400, text, extra={"status": "error", "slug": app.slug, "service": "bitrise"})
