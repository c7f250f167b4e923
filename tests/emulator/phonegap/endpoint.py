# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all parts of this API share: who asks, what they see, how answers go back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ..replies import json_bytes, json_reply
from ..service import Service
from .builds import queue
from .model import ADMIN, DEVELOPER, Account, App
from .views import Views
from .world import refusal

OWNER_ONLY = frozenset({ADMIN})
MAY_BUILD = frozenset({ADMIN, DEVELOPER})
ACCOUNT = "phonegap_account"

_CALLBACK = re.compile(r"[A-Za-z_$][A-Za-z0-9_$.]{0,127}")


class PhoneGapEndpoint:
    """Base of the groups of endpoints."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.world = service.phonegap
        self.store = service.store

    @property
    def now(self) -> float:
        """The service's time."""
        return self.service.clock.now()

    def views(self, request: Request) -> Views:
        """What the caller sees."""
        return Views(self.world, caller(request), self.now)

    def app(self, request: Request, roles: frozenset[str] | None = None) -> App:
        """The app in the path, if the caller can see it (and has one of the roles)."""
        return self.world.app_for(caller(request), request.path_params["id"], roles)

    async def rebuild(self, app: App, platforms: Iterable[str] = ()) -> None:
        """Queue builds of these platforms, or of all; the app is kept with them."""
        seconds = self.service.options.phonegap_build_seconds
        await queue(self.world, self.store, app, self.now, seconds, platforms)

    def redirect(self, key: str) -> Response:
        """To the storage, in the header and in the body."""
        location = self.store.download_url(key)
        return reply({"location": location}, 302, location)


def caller(request: Request) -> Account:
    """Who asks."""
    account: Account = request.scope["state"][ACCOUNT]
    return account


def reply(data: Any, status: int = 200, location: str | None = None) -> Response:
    """A JSON answer."""
    answer = json_reply(data, status, escape_html=False)
    if location is not None:
        answer.headers["location"] = location
    return answer


def as_script(answer: Response, callback: str | None) -> Response:
    """The answer as the call of a function, for pages that load it as a script."""
    if not callback:
        return answer
    if not _CALLBACK.fullmatch(callback):
        raise refusal(400, "callback is not the name of a function")
    body = callback.encode() + b"(" + bytes(answer.body) + b")"
    return Response(body, answer.status_code, media_type="application/javascript; charset=utf-8")


def error_reply(status: int, text: str) -> Response:
    """A refusal."""
    answer = Response(json_bytes({"error": text}, escape_html=False), status, media_type="application/json")
    if status == 401:
        answer.headers["www-authenticate"] = 'Basic realm="Application"'
    return answer
