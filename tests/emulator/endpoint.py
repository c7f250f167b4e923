# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Base class and helpers of the API endpoints."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .build_rules import settle
from .model import App, Build, Json, User
from .replies import bad_request, json_reply, not_found
from .service import Service
from .shapes import shape

VERSION = "/v0.1"


Handler = Callable[[Request], Awaitable[Response]]


def resource(path: str, **handlers: Handler) -> Route:
    """Return a route with one handler per method, so that a 405 response can list all methods."""
    by_method = {method.upper(): handler for method, handler in handlers.items()}
    if "GET" in by_method:
        by_method["HEAD"] = by_method["GET"]

    async def respond(request: Request) -> Response:
        return await by_method[request.method](request)

    return Route(path, respond, methods=list(by_method))


class Endpoint:
    """Base class of the groups of endpoints."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.world = service.world

    def reply(self, data: Any, status: int = 200) -> Response:
        """Return a JSON response in the form that the switches ask for."""
        options = self.service.options
        return json_reply(shape(data, options), status, escape_html=options.escape_html)

    def build(self, app: App, request: Request) -> Build:
        """Return the build named in the path, updated to the current time. Raise ApiError 404 if it is unknown."""
        build = app.builds.get(request.path_params["build"])
        if build is None:
            raise not_found()
        return self.settled(app, build)

    def settled(self, app: App, build: Build) -> Build:
        """Return a build after updating it to the current time."""
        if settle(build, self.service.clock.now()):
            self.world.put_build(app, build)
        return build

    def app(self, request: Request) -> App:
        """Return the app named in the path. Raise ApiError 404 if the caller cannot see it."""
        return self.world.app_for(caller(request), request.path_params["app"])


def caller(request: Request) -> User:
    """Return the user whose token came with the request."""
    user: User = request.state.user
    return user


async def json_body(request: Request) -> Json:
    """Return the body as an object, regardless of the Content-Type. An empty body gives an empty object."""
    raw = await request.body()
    if not raw.strip():
        return {}
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        raise bad_request("Invalid request body, JSON decode failed") from None
    if not isinstance(data, dict):
        raise bad_request("Invalid request body, an object is expected")
    return data


def typed(body: Json, name: str, expected: type | tuple[type, ...]) -> Any:
    """Return a value of the body, or None if it is absent or null. Raise ApiError 400 if it has another type."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is int):
        raise bad_request(f"Invalid value for parameter '{name}'")
    return value
