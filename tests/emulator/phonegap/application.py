# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ASGI application of PhoneGap Build."""

from __future__ import annotations

import re
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.emulator.endpoint import Handler, resource
from tests.emulator.replies import ApiError
from tests.emulator.service import Service

from .access import identify
from .account_endpoints import AccountEndpoints
from .app_endpoints import AppEndpoints
from .build_endpoints import BuildEndpoints
from .collaborator_endpoints import CollaboratorEndpoints
from .endpoint import ACCOUNT, as_script, error_response
from .key_endpoints import KeyEndpoints
from .routes import API, phonegap_routes

_PUBLIC_ROUTES = frozenset((route.method, route.path) for route in phonegap_routes() if route.is_public)
_SLASHES = re.compile("/{2,}")


def is_phonegap_path(path: str) -> bool:
    """Return whether a path belongs to this API."""
    normalized = normalize_path(path)
    return (
        normalized == API or normalized.startswith((API + "/", "/authorize/")) or normalized in ("/authorize", "/token")
    )


def normalize_path(path: str) -> str:
    """Return a path without double and trailing slashes, which some clients send."""
    return _SLASHES.sub("/", path).rstrip("/") or "/"


def phonegap_app(service: Service) -> ASGIApp:
    """Return the ASGI application."""
    starlette = Starlette(
        routes=_routes(service), exception_handlers={ApiError: _handle_error, HTTPException: _handle_error}
    )

    async def authenticated(scope: Scope, receive: Receive, send: Send) -> None:
        path = normalize_path(scope["path"])
        scope = {**scope, "path": path, "raw_path": path.encode(), "root_path": ""}
        headers = dict(scope["headers"])
        authorization = headers.get(b"authorization", b"").decode("latin-1")
        account, error_text = identify(service.phonegap, authorization, scope["query_string"])
        scope["state"][ACCOUNT] = account
        if account is None and (scope["method"], path) not in _PUBLIC_ROUTES:
            await error_response(401, error_text)(scope, receive, send)
        else:
            await starlette(scope, receive, send)

    return authenticated


def _routes(service: Service) -> list[Route]:
    groups: dict[str, Any] = {
        "account": AccountEndpoints(service),
        "apps": AppEndpoints(service),
        "builds": BuildEndpoints(service),
        "collaborators": CollaboratorEndpoints(service),
        "keys": KeyEndpoints(service),
    }
    by_path: dict[str, dict[str, Handler]] = {}
    for route in phonegap_routes():
        group, _dot, name = route.handler.partition(".")
        by_path.setdefault(route.path, {})[route.method.lower()] = _with_script_support(getattr(groups[group], name))
    return [resource(path, **handlers) for path, handlers in by_path.items()]


def _with_script_support(handler: Handler) -> Handler:
    async def respond(request: Request) -> Response:
        return as_script(await handler(request), request.query_params.get("callback"))

    return respond


async def _handle_error(request: Request, error: Exception) -> Response:
    if isinstance(error, ApiError):
        return error_response(error.status, error.body["error"])
    assert isinstance(error, HTTPException)
    reply = error_response(error.status_code, error.detail)
    reply.headers.update(error.headers or {})
    return reply
