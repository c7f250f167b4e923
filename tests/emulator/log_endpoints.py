# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Endpoints for the logs of builds and for bitrise.yml."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from .build_log import log_data
from .endpoint import VERSION, Endpoint
from .model import App, Build


class LogEndpoints(Endpoint):
    """Endpoints for the log of a build and for the configuration of apps and builds."""

    def routes(self) -> list[Route]:
        """Return the routes of this group."""
        app = f"{VERSION}/apps/{{app}}"
        return [
            Route(f"{app}/builds/{{build}}/log", self.log),
            Route(f"{app}/builds/{{build}}/bitrise.yml", self.build_yml),
            Route(f"{app}/bitrise.yml", self.app_yml),
        ]

    async def log(self, request: Request) -> Response:
        """Return the log of a build. Raise ApiError 404 while it is not available."""
        app = self.app(request)
        build = self.build(app, request)
        data = log_data(build, request.query_params, self.service.clock.now(), self.service.options)
        if data["is_archived"]:
            data["expiring_raw_log_url"] = await self._archived_log(app, build) if build.log_chunks else ""
        return self.reply(data)

    async def build_yml(self, request: Request) -> Response:
        """Return the configuration that a build used."""
        app = self.app(request)
        self.build(app, request)
        return PlainTextResponse(app.bitrise_yml)

    async def app_yml(self, request: Request) -> Response:
        """Return the configuration of an app."""
        return PlainTextResponse(self.app(request).bitrise_yml)

    async def _archived_log(self, app: App, build: Build) -> str:
        if build.log_key is None:
            build.log_key = f"build-logs/{app.slug}/{build.slug}.log"
            await self.service.store.put(build.log_key, "".join(build.log_chunks or ()).encode())
            self.world.put_build(app, build)
        return self.service.store.download_url(build.log_key)
