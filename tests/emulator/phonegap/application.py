# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ASGI application of this API."""

from __future__ import annotations

import re
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ..endpoint import Handler, resource
from ..replies import ApiError
from ..service import Service
from .access import identify
from .account_endpoints import AccountEndpoints
from .app_endpoints import AppEndpoints
from .build_endpoints import BuildEndpoints
from .collaborator_endpoints import CollaboratorEndpoints
from .endpoint import ACCOUNT, as_script, error_reply
from .key_endpoints import KeyEndpoints
from .routes import API, phonegap_routes

_OPEN = frozenset((route.method, route.path) for route in phonegap_routes() if route.is_open)
_SLASHES = re.compile("/{2,}")


def serves(path: str) -> bool:
    """Whether a path belongs to this API."""
    plain = tidy(path)
    return plain == API or plain.startswith((API + "/", "/authorize/")) or plain in ("/authorize", "/token")


def tidy(path: str) -> str:
    """Clients end paths with a slash, or have two of them in the middle."""
    return _SLASHES.sub("/", path).rstrip("/") or "/"


def phonegap_app(service: Service) -> ASGIApp:
    """Everything put together."""
    starlette = Starlette(routes=_routes(service), exception_handlers={ApiError: _refuse, HTTPException: _refuse})

    async def authenticated(scope: Scope, receive: Receive, send: Send) -> None:
        path = tidy(scope["path"])
        scope = {**scope, "path": path, "raw_path": path.encode(), "root_path": ""}
        headers = dict(scope["headers"])
        authorization = headers.get(b"authorization", b"").decode("latin-1")
        account, complaint = identify(service.phonegap, authorization, scope["query_string"])
        scope["state"][ACCOUNT] = account
        if account is None and (scope["method"], path) not in _OPEN:
            await error_reply(401, complaint)(scope, receive, send)
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
        by_path.setdefault(route.path, {})[route.method.lower()] = _scripted(getattr(groups[group], name))
    return [resource(path, **handlers) for path, handlers in by_path.items()]


def _scripted(handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        return as_script(await handler(request), request.query_params.get("callback"))

    return answer


async def _refuse(request: Request, error: Exception) -> Response:
    if isinstance(error, ApiError):
        return error_reply(error.status, error.body["error"])
    assert isinstance(error, HTTPException)
    reply = error_reply(error.status_code, error.detail)
    reply.headers.update(error.headers or {})
    return reply
