# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The admin path for tests and rehearsals. The real service does not have it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.emulator.phonegap.fixture import Logins
from tests.emulator.phonegap.state import phonegap_state

from .clock import parse_time, rfc3339
from .endpoint import resource
from .faults import BadFault
from .fixture_format import BadFixture
from .fixtures import fixture_from, load_fixture
from .gate import ADMIN_PREFIX
from .held_requests import DROP, GO
from .kinds import STORED_KINDS
from .model import App, Artifact, Build, Json, StoredFile
from .options import BadOption
from .replies import ApiError, bad_request, json_reply
from .service import Service
from .storage import sha256_of


class Admin:
    """Admin endpoints for the request log, faults, clock, fixtures, options and state."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._initial_options = service.options.as_dict()

    def routes(self) -> list[Route]:
        """Return the routes of the admin path."""

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
        """Return the list of admin paths."""
        paths = sorted({route.path for route in self.routes()})
        return json_reply({"paths": paths}, escape_html=False)

    async def requests(self, request: Request) -> Response:
        """Return the request log."""
        return json_reply(self._service.log.entries(), escape_html=False)

    async def clear_requests(self, request: Request) -> Response:
        """Empty the request log and restart its numbering."""
        self._service.log.clear()
        return Response(status_code=204)

    async def faults(self, request: Request) -> Response:
        """Return the active faults."""
        return json_reply(self._service.faults.as_list(), escape_html=False)

    async def add_faults(self, request: Request) -> Response:
        """Add a fault, or a list of faults."""
        try:
            added = self._service.faults.add(await _body(request))
        except BadFault as error:
            raise bad_request(str(error)) from None
        return json_reply(added, 201, escape_html=False)

    async def clear_faults(self, request: Request) -> Response:
        """Remove all faults and release held requests."""
        self._service.faults.clear()
        self._service.holds.release_all()
        return Response(status_code=204)

    async def held(self, request: Request) -> Response:
        """Return the held requests."""
        return json_reply(self._service.holds.as_list(), escape_html=False)

    async def release(self, request: Request) -> Response:
        """Continue a held request, or drop its connection."""
        body = await _body(request)
        command = body if isinstance(body, dict) else {}
        if (
            not isinstance(command.get("n"), int)
            or command.get("then", GO) not in (GO, DROP)
            or set(command) - {"n", "then"}
        ):
            raise bad_request("'n' must be the number of a request, 'then' must be 'go' or 'drop'")
        if not self._service.holds.release(command["n"], command.get("then", GO)):
            raise bad_request(f"request {command['n']} is not held")
        return await self.held(request)

    async def clock(self, request: Request) -> Response:
        """Return the service's time and its offset from the machine's time."""
        clock = self._service.clock
        return json_reply({"now": rfc3339(clock.now()), "offset_s": clock.offset}, escape_html=False)

    async def move_clock(self, request: Request) -> Response:
        """Move or set the service's clock."""
        body = await _body(request)
        command = body if isinstance(body, dict) else {}
        if set(command) == {"now"}:
            try:
                self._service.clock.set(parse_time(str(command["now"])))
            except (ValueError, OverflowError):
                raise bad_request("'now' must be a time such as 2026-11-29T10:00:00Z") from None
            return await self.clock(request)
        seconds = command.get("advance_s")
        if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or abs(seconds) > 1e9:
            raise bad_request("'advance_s' must be a number of seconds")
        self._service.clock.advance(seconds)
        return await self.clock(request)

    async def load_fixture(self, request: Request) -> Response:
        """Replace the state by a fixture. Users keep their tokens."""
        tokens = self._service.world.tokens()
        try:
            logins = Logins.from_world(self._service.phonegap)
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
        """Replace the state and restore faults, clock, switches and request log to their initial values."""
        service = self._service
        await self.clear_faults(request)
        service.clock.advance(-service.clock.offset)
        service.options.update(self._initial_options)
        response = await self.load_fixture(request)
        service.log.clear()
        return response

    async def options(self, request: Request) -> Response:
        """Return all switches."""
        return json_reply(self._service.options.as_dict(), escape_html=False)

    async def set_options(self, request: Request) -> Response:
        """Set switches."""
        body = await _body(request)
        try:
            self._service.options.update(body if isinstance(body, dict) else {"": body})
        except BadOption as error:
            raise bad_request(str(error)) from None
        return await self.options(request)

    async def state(self, request: Request) -> Response:
        """Return the state of the service, with passwords as digests."""
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
        for kind in STORED_KINDS:
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
    """Return the ASGI application of the admin path. Faults and the request log do not apply to it."""

    async def handle_error(request: Request, error: Exception) -> Response:
        if isinstance(error, ApiError):
            return json_reply(error.body, error.status, escape_html=False)
        status = getattr(error, "status_code", 500)
        return json_reply({"message": getattr(error, "detail", "error")}, status, escape_html=False)

    return Starlette(
        routes=Admin(service).routes(),
        exception_handlers={ApiError: handle_error, 404: handle_error, 405: handle_error},
    )
