# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ASGI application: the gate in front of the API, the storage and the admin path."""

from __future__ import annotations

from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.emulator.phonegap.application import phonegap_app

from .account_endpoints import AccountEndpoints
from .admin import admin_app
from .artifact_endpoints import ArtifactEndpoints
from .build_endpoints import BuildEndpoints
from .endpoint import VERSION
from .file_endpoints import FileEndpoints
from .gate import USER, Gate
from .kinds import STORED_KINDS
from .log_endpoints import LogEndpoints
from .pipeline_endpoints import PipelineEndpoints
from .replies import ApiError, json_reply, not_found, s3_error
from .service import Service
from .shapes import error_response
from .storage import LocalStore
from .storage_endpoint import StorageEndpoint

_PUBLIC_PATHS = frozenset({"/", VERSION, VERSION + "/"})


def build_app(service: Service) -> ASGIApp:
    """Return the complete ASGI application."""
    return Gate(service, _api(service), phonegap_app(service), _storage(service), admin_app(service))


def _api(service: Service) -> ASGIApp:
    async def root(request: Request) -> Response:
        if service.options.root == "404":
            return error_response(not_found(), service.options)
        if service.options.root == "empty":
            return Response(b"")
        return json_reply({"api": "emulator", "version": "v0.1"})

    routes = [Route("/", root), Route(VERSION, root), *AccountEndpoints(service).routes()]
    for kind in STORED_KINDS:
        routes.extend(FileEndpoints(service, kind).routes())
    for endpoint in (BuildEndpoints, LogEndpoints, ArtifactEndpoints, PipelineEndpoints):
        routes.extend(endpoint(service).routes())

    async def handle_error(request: Request, error: Exception) -> Response:
        if isinstance(error, ApiError):
            return error_response(error, service.options)
        assert isinstance(error, HTTPException)
        reply = error_response(ApiError(error.status_code, HTTPStatus(error.status_code).phrase), service.options)
        reply.headers.update(error.headers or {})
        return reply

    starlette = Starlette(routes=routes, exception_handlers={ApiError: handle_error, HTTPException: handle_error})

    async def authenticated(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["state"][USER] is None and scope["path"] not in _PUBLIC_PATHS:
            await error_response(ApiError(401, "Unauthorized"), service.options)(scope, receive, send)
        else:
            await starlette(scope, receive, send)

    return authenticated


def _storage(service: Service) -> ASGIApp:
    store = service.store
    endpoint = StorageEndpoint(store, service.clock, service.world) if isinstance(store, LocalStore) else None

    async def storage(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        if endpoint is None:
            reply = s3_error(404, "NoSuchBucket", "The specified bucket does not exist")
        else:
            reply = await endpoint.respond(request)
        await reply(scope, receive, send)

    return storage
