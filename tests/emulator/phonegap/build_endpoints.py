# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Endpoints to queue builds and to download packages and logs."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from .body import read_submission
from .endpoint import MAY_BUILD, PhoneGapEndpoint, reply
from .model import APP_PLATFORMS
from .world import api_error


class BuildEndpoints(PhoneGapEndpoint):
    """Endpoints for builds, packages and logs."""

    async def build(self, request: Request) -> Response:
        """Queue builds of the given platforms, or of all."""
        app = self.app(request, MAY_BUILD)
        platforms = (await read_submission(request)).names("platforms")
        for platform in platforms:
            _require_platform(platform)
        await self.rebuild(app, platforms)
        return reply(self.views(request).app_detail(app), 202)

    async def build_one(self, request: Request) -> Response:
        """Queue the build of one platform."""
        app = self.app(request, MAY_BUILD)
        platform = request.path_params["platform"]
        _require_platform(platform)
        await self.rebuild(app, [platform])
        return reply(self.views(request).app_detail(app), 202)

    async def download(self, request: Request) -> Response:
        """Return a redirect to the package of a platform."""
        app = self.app(request)
        platform = request.path_params["platform"]
        build = app.builds.get(platform)
        if build is None or build.package_key is None or build.status(self.now) != "complete":
            raise api_error(404, f"app #{app.id} download unavailable for {platform}")
        return self.redirect(build.package_key)

    async def log(self, request: Request) -> Response:
        """Return the log of a build."""
        app = self.app(request)
        platform = request.path_params["platform"]
        build = app.builds.get(platform)
        status = build.status(self.now) if build else None
        if build is None or status not in ("complete", "error"):
            raise api_error(404, f"app #{app.id} log unavailable for {platform}")
        lines = [f"Building {app.title} for {platform}", build.error or "BUILD SUCCESSFUL"]
        return reply({"id": app.id, "log": "\n".join(lines) + "\n"})


def _require_platform(platform: str) -> None:
    if platform not in APP_PLATFORMS:
        raise api_error(400, f"platform {platform} is not supported")
