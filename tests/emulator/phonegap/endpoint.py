# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Base class and helpers of the PhoneGap Build endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tests.emulator.replies import json_bytes, json_reply
from tests.emulator.service import Service

from .builds import queue_builds
from .model import ADMIN, DEVELOPER, Account, App
from .views import Views
from .world import api_error

OWNER_ONLY = frozenset({ADMIN})
MAY_BUILD = frozenset({ADMIN, DEVELOPER})
ACCOUNT = "phonegap_account"

_CALLBACK = re.compile(r"[A-Za-z_$][A-Za-z0-9_$.]{0,127}")


class PhoneGapEndpoint:
    """Base class of the groups of endpoints."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.world = service.phonegap
        self.store = service.store

    @property
    def now(self) -> float:
        """Return the service's time in seconds since the epoch."""
        return self.service.clock.now()

    def views(self, request: Request) -> Views:
        """Return the JSON forms for the caller."""
        return Views(self.world, caller(request), self.now)

    def app(self, request: Request, roles: frozenset[str] | None = None) -> App:
        """Return the app named in the path. Raise ApiError if the caller cannot see it or lacks the role."""
        return self.world.app_for(caller(request), request.path_params["id"], roles)

    async def rebuild(self, app: App, platforms: Iterable[str] = ()) -> None:
        """Queue builds of these platforms, or of all, and store the app."""
        seconds = self.service.options.phonegap_build_seconds
        await queue_builds(self.world, self.store, app, self.now, seconds, platforms)

    def redirect(self, key: str) -> Response:
        """Return a redirect to the storage, with the location in header and body."""
        location = self.store.download_url(key)
        return reply({"location": location}, 302, location)


def caller(request: Request) -> Account:
    """Return the account that sent the request."""
    account: Account = request.scope["state"][ACCOUNT]
    return account


def reply(data: Any, status: int = 200, location: str | None = None) -> Response:
    """Return a JSON response."""
    response = json_reply(data, status, escape_html=False)
    if location is not None:
        response.headers["location"] = location
    return response


def as_script(response: Response, callback: str | None) -> Response:
    """Return the response as a JSONP function call if a callback is given."""
    if not callback:
        return response
    if not _CALLBACK.fullmatch(callback):
        raise api_error(400, "callback is not the name of a function")
    body = callback.encode() + b"(" + bytes(response.body) + b")"
    return Response(body, response.status_code, media_type="application/javascript; charset=utf-8")


def error_response(status: int, text: str) -> Response:
    """Return an error response."""
    response = Response(json_bytes({"error": text}, escape_html=False), status, media_type="application/json")
    if status == 401:
        response.headers["www-authenticate"] = 'Basic realm="Application"'
    return response
