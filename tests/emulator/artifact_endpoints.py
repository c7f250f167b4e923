# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Endpoints for the artifacts of builds."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from .endpoint import VERSION, Endpoint, caller, json_body, resource, typed
from .model import App, Artifact, Build, Json
from .paging import page_of
from .replies import ApiError, bad_request, not_found
from .world import MAY_RUN_BUILDS

INSTALLABLE = frozenset({"android-apk", "ios-ipa"})


class ArtifactEndpoints(Endpoint):
    """Endpoints for artifacts. The API has no endpoint that creates one."""

    def routes(self) -> list[Route]:
        """Return the routes of this group."""
        base = f"{VERSION}/apps/{{app}}/builds/{{build}}/artifacts"
        return [
            resource(base, get=self.index),
            resource(base + "/{artifact}", get=self.show, patch=self.change, delete=self.delete),
        ]

    async def index(self, request: Request) -> Response:
        """Return a page of the artifacts of a build."""
        _app, build = self._build(request)
        page, paging = page_of(list(build.artifacts.values()), request.query_params, self.service.options)
        return self.reply({"data": [_artifact_data(artifact) for artifact in page], "paging": paging})

    async def show(self, request: Request) -> Response:
        """Return an artifact with its download URL, or redirect to that URL if `download=1` is given."""
        _app, build = self._build(request)
        artifact = self._artifact(build, request)
        if request.query_params.get("download") == "1":
            return RedirectResponse(self.service.store.download_url(artifact.key), 302)
        return self._shown(artifact)

    async def change(self, request: Request) -> Response:
        """Enable or disable the public page of an installable artifact."""
        body = await json_body(request)
        app, build = self._build(request)
        self.world.require(app, caller(request), MAY_RUN_BUILDS)
        artifact = self._artifact(build, request)
        enabled = typed(body, "is_public_page_enabled", bool)
        if enabled is None:
            raise bad_request("is_public_page_enabled is required")
        if artifact.artifact_type not in INSTALLABLE:
            status = int(self.service.options.artifact_page_refused)
            raise ApiError(status, "is_public_page_enabled can only be set for installable artifacts")
        artifact.is_public_page_enabled = enabled
        self.world.put_artifact(app, build, artifact)
        return self._shown(artifact)

    async def delete(self, request: Request) -> Response:
        """Delete an artifact."""
        app, build = self._build(request)
        self.world.require(app, caller(request), MAY_RUN_BUILDS)
        artifact = self._artifact(build, request)
        self.world.remove_artifact(app, build, artifact)
        await self.service.store.delete(artifact.key)
        data = {**_artifact_data(artifact), "expiring_download_url": None, "public_install_page_url": ""}
        return self.reply({"data": data})

    def _build(self, request: Request) -> tuple[App, Build]:
        app = self.app(request)
        return app, self.build(app, request)

    @staticmethod
    def _artifact(build: Build, request: Request) -> Artifact:
        artifact = build.artifacts.get(request.path_params["artifact"])
        if artifact is None:
            raise not_found()
        return artifact

    def _shown(self, artifact: Artifact) -> Response:
        page = f"https://app.bitrise.io/artifact/{artifact.slug}/p/{artifact.page_token}"
        urls = {
            "expiring_download_url": self.service.store.download_url(artifact.key),
            "public_install_page_url": page if artifact.is_public_page_enabled else "",
        }
        return self.reply({"data": {**_artifact_data(artifact), **urls}})


def _artifact_data(artifact: Artifact) -> Json:
    return {
        "title": artifact.title,
        "artifact_type": artifact.artifact_type,
        "artifact_meta": artifact.artifact_meta,
        "is_public_page_enabled": artifact.is_public_page_enabled,
        "slug": artifact.slug,
        "file_size_bytes": artifact.file_size_bytes,
        "intermediate_file_info": artifact.intermediate_file_info,
    }
