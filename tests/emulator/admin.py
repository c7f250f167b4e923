# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The admin path, for tests and rehearsals: nothing in here belongs to the real service."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .clock import parse_time, rfc3339
from .endpoint import resource
from .faults import BadFault
from .fixture_format import BadFixture
from .fixtures import fixture_from, load_fixture
from .gate import ADMIN_PREFIX
from .holds import DROP, GO
from .kinds import KINDS
from .model import App, Artifact, Build, Json, StoredFile
from .options import BadOption
from .phonegap.fixture import Logins
from .phonegap.state import phonegap_state
from .replies import ApiError, bad_request, json_reply
from .service import Service
from .storage import sha256_of


class Admin:
    """Request log, faults, clock, fixtures, options, state."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._first_options = service.options.as_dict()

    def routes(self) -> list[Route]:
        """Paths and what answers them."""

        return [
            resource(ADMIN_PREFIX, get=self.overview),
            resource(f"{ADMIN_PREFIX}/requests", get=self.requests, delete=self.clear_requests),
            resource(f"{ADMIN_PREFIX}/faults", get=self.faults, post=self.add_faults, delete=self.clear_faults),
            resource(f"{ADMIN_PREFIX}/holds", get=self.held, post=self.release),
            resource(f"{ADMIN_PREFIX}/clock", get=self.clock, post=self.move_clock),
            resource(f"{ADMIN_PREFIX}/fixture", post=self.load_fixture),
            resource(f"{ADMIN_PREFIX}/options", get=self.options, post=self.set_options),
            resource(f"{ADMIN_PREFIX}/reset", post=self.reset),
            resource(f"{ADMIN_PREFIX}/state", get=self.state),
        ]

    async def overview(self, request: Request) -> Response:
        """What there is."""
        paths = sorted({route.path for route in self.routes()})
        return json_reply({"paths": paths}, escape_html=False)

    async def requests(self, request: Request) -> Response:
        """The request log."""
        return json_reply(self._service.log.entries(), escape_html=False)

    async def clear_requests(self, request: Request) -> Response:
        """Start the request log again."""
        self._service.log.clear()
        return Response(status_code=204)

    async def faults(self, request: Request) -> Response:
        """What is in force."""
        return json_reply(self._service.faults.as_list(), escape_html=False)

    async def add_faults(self, request: Request) -> Response:
        """One more fault, or several."""
        try:
            added = self._service.faults.add(await _body(request))
        except BadFault as error:
            raise bad_request(str(error)) from None
        return json_reply(added, 201, escape_html=False)

    async def clear_faults(self, request: Request) -> Response:
        """No more faults, and what is held goes on."""
        self._service.faults.clear()
        self._service.holds.release_all()
        return Response(status_code=204)

    async def held(self, request: Request) -> Response:
        """Requests that wait."""
        return json_reply(self._service.holds.as_list(), escape_html=False)

    async def release(self, request: Request) -> Response:
        """Let a request go on, or drop its connection."""
        body = await _body(request)
        order = body if isinstance(body, dict) else {}
        if not isinstance(order.get("n"), int) or order.get("then", GO) not in (GO, DROP) or set(order) - {"n", "then"}:
            raise bad_request("'n' must be the number of a request, 'then' must be 'go' or 'drop'")
        if not self._service.holds.release(order["n"], order.get("then", GO)):
            raise bad_request(f"request {order['n']} is not held")
        return await self.held(request)

    async def clock(self, request: Request) -> Response:
        """The service's time."""
        clock = self._service.clock
        return json_reply({"now": rfc3339(clock.now()), "offset_s": clock.offset}, escape_html=False)

    async def move_clock(self, request: Request) -> Response:
        """Move the service's time."""
        body = await _body(request)
        order = body if isinstance(body, dict) else {}
        if set(order) == {"now"}:
            try:
                self._service.clock.set(parse_time(str(order["now"])))
            except (ValueError, OverflowError):
                raise bad_request("'now' must be a time such as 2026-11-29T10:00:00Z") from None
            return await self.clock(request)
        seconds = order.get("advance_s")
        if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or abs(seconds) > 1e9:
            raise bad_request("'advance_s' must be a number of seconds")
        self._service.clock.advance(seconds)
        return await self.clock(request)

    async def load_fixture(self, request: Request) -> Response:
        """Replace the state; users keep their tokens."""
        tokens = self._service.world.tokens()
        try:
            logins = Logins.of(self._service.phonegap)
            summary = await load_fixture(self._service, tokens, logins, fixture_from(await _body(request)))
        except BadFixture as error:
            raise bad_request(str(error)) from None
        secrets = {
            "tokens": self._service.world.tokens(),
            "phonegap_tokens": self._service.phonegap.tokens(),
            "phonegap_logins": self._service.phonegap.logins(),
        }
        return json_reply({**summary, **secrets}, escape_html=False)

    async def reset(self, request: Request) -> Response:
        """Replace the state, and undo everything that was done on the admin path."""
        service = self._service
        await self.clear_faults(request)
        service.clock.advance(-service.clock.offset)
        service.options.update(self._first_options)
        answer = await self.load_fixture(request)
        service.log.clear()
        return answer

    async def options(self, request: Request) -> Response:
        """All switches."""
        return json_reply(self._service.options.as_dict(), escape_html=False)

    async def set_options(self, request: Request) -> Response:
        """Turn switches."""
        body = await _body(request)
        try:
            self._service.options.update(body if isinstance(body, dict) else {"": body})
        except BadOption as error:
            raise bad_request(str(error)) from None
        return await self.options(request)

    async def state(self, request: Request) -> Response:
        """Everything that the service holds; passwords as digests only."""
        world = self._service.world
        digests = request.query_params.get("digests") == "true"
        apps = {app.slug: await self._app_state(app, digests) for app in world.apps.values()}
        organizations = [
            {"name": organization.name, "slug": organization.slug} for organization in world.organizations.values()
        ]
        users = [{"username": user.username, "slug": user.slug} for user in world.users.values()]
        service = self._service
        phonegap = await phonegap_state(service.phonegap, service.store, service.clock.now())
        return json_reply(
            {"apps": apps, "organizations": organizations, "users": users, "phonegap": phonegap}, escape_html=False
        )

    async def _app_state(self, app: App, digests: bool) -> Json:
        data: Json = {"title": app.title, "owner": app.owner_name, "is_disabled": app.is_disabled}
        for kind in KINDS:
            data[kind.name] = [await self._file_state(item) for item in app.files_of(kind.name).values()]
        data["builds"] = [await self._build_state(build, digests) for build in app.builds.values()]
        return data

    async def _build_state(self, build: Build, digests: bool) -> Json:
        return {
            "slug": build.slug,
            "build_number": build.build_number,
            "status": build.status,
            "secrets": build.secrets,
            "artifacts": [await self._artifact_state(item, digests) for item in build.artifacts.values()],
        }

    async def _artifact_state(self, item: Artifact, digests: bool) -> Json:
        size, digest = await self._service.store.measure(item.key, digests)
        return {
            "slug": item.slug,
            "title": item.title,
            "artifact_type": item.artifact_type,
            "is_public_page_enabled": item.is_public_page_enabled,
            "stored_bytes": size,
            "sha256": digest,
        }

    async def _file_state(self, item: StoredFile) -> Json:
        body = await self._service.store.read(item.key)
        due = item.processed_at is not None and item.processed_at <= self._service.clock.now()
        password = item.certificate_password or (item.exposed_meta_datastore or {}).get("PASSWORD", "")
        return {
            "slug": item.slug,
            "upload_file_name": item.upload_file_name,
            "upload_file_size": item.upload_file_size,
            "processed": item.processed or due,
            "is_expose": item.is_expose,
            "is_protected": item.is_protected,
            "user_env_key": item.user_env_key,
            "stored_bytes": None if body is None else len(body),
            "sha256": None if body is None else sha256_of(body),
            "has_password": bool(password),
            "password_sha256": hashlib.sha256(password.encode()).hexdigest() if password else None,
        }


async def _body(request: Request) -> Any:
    try:
        return json.loads(await request.body())
    except ValueError:
        raise bad_request("the body must be JSON") from None


def admin_app(service: Service) -> Starlette:
    """The admin path as an application of its own: neither logged nor spoiled by faults."""

    async def refuse(request: Request, error: Exception) -> Response:
        if isinstance(error, ApiError):
            return json_reply(error.body, error.status, escape_html=False)
        status = getattr(error, "status_code", 500)
        return json_reply({"message": getattr(error, "detail", "error")}, status, escape_html=False)

    return Starlette(routes=Admin(service).routes(), exception_handlers={ApiError: refuse, 404: refuse, 405: refuse})
