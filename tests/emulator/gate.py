# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Middleware in front of all parts of the emulator: request log, rate limit, latency and faults."""

from __future__ import annotations

import asyncio
import contextlib
import time
import traceback
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.emulator.phonegap.access import identify
from tests.emulator.phonegap.application import is_phonegap_path

from .connection import CONNECTION, OneSegmentTransport
from .faults import Fault
from .held_requests import DROP, HeldRequests
from .model import Json
from .rate_limit import RateLimit
from .replies import JSON_TYPE, XML_TYPE, html_page, json_bytes, s3_error
from .service import Service

USER = "user"
OPTIONS = "options"
CONTENT_LENGTH = b"content-length"
ADMIN_PREFIX = "/_emulator"
STORAGE_PREFIX = "/_storage/"

# Names of the areas in the request log.
API = "api"
PHONEGAP = "phonegap"
STORAGE = "storage"


class Gate:
    """The outermost ASGI application."""

    def __init__(self, service: Service, api: ASGIApp, phonegap: ASGIApp, storage: ASGIApp, admin: ASGIApp) -> None:
        self._service = service
        self._apps = {API: api, PHONEGAP: phonegap, STORAGE: storage}
        self._admin = admin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        activity = self._service.activity
        activity.begin()
        send = self._with_date(send)
        try:
            if scope["path"].startswith(ADMIN_PREFIX):
                await self._admin(scope, receive, send)
            else:
                await self._serve(scope, receive, send)
        finally:
            activity.end()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        service = self._service
        started = time.perf_counter()
        headers = {name: value for name, value in scope["headers"] if name in (b"authorization", b"host")}
        area = _area(scope["path"])
        entry = service.log.start(
            scope["method"],
            headers.get(b"host", b"").decode("latin-1"),
            scope["path"],
            scope["query_string"],
            self._caller(area, scope, headers.get(b"authorization", b"").decode("latin-1")),
            area,
        )
        receive, send = _with_counters(entry, receive, send)
        try:
            limit = service.rate_limit()
            if limit is None or not limit.matches(area):
                await self._handle(area, entry, scope, receive, send)
            elif limit.counter.admit(service.clock.now()):
                try:
                    await self._handle(area, entry, scope, receive, self._with_rate_limit(limit, send))
                finally:
                    limit.counter.leave()
            else:
                entry["fault"] = "rate limit"
                await asyncio.sleep(service.options.latency_ms / 1000)
                await _discard_body(receive)
                rate_headers = limit.headers(service.clock.now(), refused=True)
                await _send_response(send, limit.status, *_error_content(area, limit.status), rate_headers)
        finally:
            # Also if the client has closed the connection, which ends in an exception.
            entry["seconds"] = round(time.perf_counter() - started, 6)

    async def _handle(self, area: str, entry: Json, scope: Scope, receive: Receive, send: Send) -> None:
        service = self._service
        faults = service.faults.select(scope["method"], scope["path"], entry["token"])
        options = service.options
        delay = options.latency_ms / 1000
        exclusive: Fault | None = None
        for fault in faults:
            delay += fault.slow_s or 0.0
            service.clock.advance(fault.advance_s or 0.0)
            options = options.for_one_request(fault.switch) if fault.switch else options
            exclusive = fault if fault.is_exclusive else exclusive
        scope["state"][OPTIONS] = options
        if faults:
            entry["fault"] = ", ".join(fault.label for fault in faults)
        if delay:
            await asyncio.sleep(delay)
        app = self._apps[area]
        try:
            if exclusive is None:
                await app(scope, receive, send)
            else:
                await _FaultyRequest(exclusive, entry, scope, receive, send, service.holds).run(app)
        except Exception:
            # A bug of the emulator: the client gets a 500, and standard error shows the reason.
            traceback.print_exc()
            raise

    def _with_date(self, send: Send) -> Send:
        """Return a `send` that adds the header Date with the service's time."""

        async def send_with_date(message: Message) -> None:
            if message["type"] == "http.response.start" and self._service.options.date_header:
                date = (b"date", self._service.clock.http_date().encode())
                message = {**message, "headers": [*message["headers"], date]}
            await send(message)

        return send_with_date

    def _with_rate_limit(self, limit: RateLimit, send: Send) -> Send:
        """Return a `send` that adds the headers of a rate limit."""

        async def send_with_rate_limit(message: Message) -> None:
            if message["type"] == "http.response.start":
                rate_headers = limit.headers(self._service.clock.now(), refused=False)
                message = {**message, "headers": [*message["headers"], *rate_headers]}
            await send(message)

        return send_with_rate_limit

    def _caller(self, area: str, scope: Scope, authorization: str) -> str | None:
        """Return the name of the user or account whose credentials came with the request, or None."""
        if area == PHONEGAP:
            account, _error_text = identify(self._service.phonegap, authorization, scope["query_string"])
            return account.name if account else None
        if area == STORAGE:
            return None
        if self._service.options.bearer == "accept":
            authorization = authorization.removeprefix("Bearer ")
        scope["state"][USER] = user = self._service.world.user_with_token(authorization)
        return user.username if user else None


def _area(path: str) -> str:
    """Return the part of the emulator that serves a path."""
    if path.startswith(STORAGE_PREFIX):
        return STORAGE
    return PHONEGAP if is_phonegap_path(path) else API


def _with_counters(entry: Json, receive: Receive, send: Send) -> tuple[Receive, Send]:
    """Return `receive` and `send` that record the status and the sizes in the request log."""

    async def counted_receive() -> Message:
        message = await receive()
        entry["bytes_in"] += len(message.get("body", b""))
        return message

    async def counted_send(message: Message) -> None:
        if message["type"] == "http.response.start":
            entry["status"] = message["status"]
        else:
            entry["bytes_out"] += len(message.get("body", b""))
        await send(message)

    return counted_receive, counted_send


class _CutError(Exception):
    """Stops an application whose remaining response is not needed."""


class _FaultyRequest:
    """One request that a fault applies to."""

    def __init__(
        self, fault: Fault, entry: Json, scope: Scope, receive: Receive, send: Send, holds: HeldRequests
    ) -> None:
        self._fault = fault
        self._entry = entry
        self._scope = scope
        self._receive = receive
        self._send = send
        self._holds = holds
        self._start: dict[str, Any] = {}
        self._body = b""
        self._left = 0

    async def run(self, app: ASGIApp) -> None:
        fault = self._fault
        if fault.hold:
            await self._hold(app, fault.hold)
            return
        if fault.drop == "before" or (fault.status is not None and not fault.after_effect):
            await _discard_body(self._receive)
        else:
            with contextlib.suppress(_CutError):
                await app(self._scope, self._receive, self._send_until_cut if fault.truncate else self._store_start)
        if fault.drop:
            await self._drop()
        elif fault.status is not None:
            await self._send_error(fault.status)
        elif fault.truncate:
            await self._close_connection()
        else:
            await self._send_malformed()

    async def _hold(self, app: ASGIApp, when: str) -> None:
        """Hold the request before its effect, or hold its response."""
        if when == "before":
            if await self._holds.wait(self._entry, when) == DROP:
                await _discard_body(self._receive)
                await self._drop()
            else:
                await app(self._scope, self._receive, self._send)
            return
        messages: list[Message] = []

        async def collect(message: Message) -> None:
            messages.append(message)

        await app(self._scope, self._receive, collect)
        if await self._holds.wait(self._entry, when) == DROP:
            await self._drop()
            return
        for message in messages:
            await self._send(message)

    async def _store_start(self, message: Message) -> None:
        """Store the first part of the response instead of sending it."""
        if message["type"] == "http.response.start":
            self._start = dict(message)
            return
        self._body = message.get("body", b"")
        if message.get("more_body"):
            # The start of a long response is enough to send a corrupted one.
            raise _CutError

    async def _send_until_cut(self, message: Message) -> None:
        """Send the part of the response before the cut."""
        if message["type"] == "http.response.start":
            self._start = dict(message)
            length = int(dict(message["headers"]).get(CONTENT_LENGTH, 0))
            self._left = self._fault.cut(length)
            await self._send(message)
            return
        body = message.get("body", b"")[: self._left]
        self._left -= len(body)
        await self._send({"type": "http.response.body", "body": body, "more_body": True})
        if message.get("more_body") and not self._left:
            raise _CutError

    async def _drop(self) -> None:
        connection: OneSegmentTransport = self._scope["state"][CONNECTION]
        connection.abort()
        # Wait until uvicorn has noticed the disconnect. Otherwise it reports a missing response.
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _send_error(self, status: int) -> None:
        fault = self._fault
        content_type, body = _error_content(_area(self._scope["path"]), status)
        if fault.html:
            content_type, body = "text/html", html_page(f"{status} {_reason_phrase(status)}")
        elif fault.body is not None:
            body = fault.body.encode()
        more = [] if fault.retry_after is None else [(b"retry-after", str(fault.retry_after).encode())]
        await _send_response(self._send, status, content_type, body, more)

    async def _close_connection(self) -> None:
        connection: OneSegmentTransport = self._scope["state"][CONNECTION]
        connection.close()
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _send_malformed(self) -> None:
        body = self._body[: len(self._body) // 2] + b'"'
        headers = [(name, value) for name, value in self._start["headers"] if name != CONTENT_LENGTH]
        headers.append((b"content-length", str(len(body)).encode()))
        await self._send({**self._start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


async def _discard_body(receive: Receive) -> None:
    """Read and discard the body of a request."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return


def _error_content(area: str, status: int) -> tuple[str, bytes]:
    """Return content type and body of an error response in the format of this part of the emulator."""
    if area == STORAGE:
        return XML_TYPE, bytes(s3_error(status, _S3_CODES.get(status, "InternalError"), _reason_phrase(status)).body)
    key = "error" if area == PHONEGAP else "message"
    return JSON_TYPE, json_bytes({key: _reason_phrase(status)}, escape_html=False)


async def _send_response(
    send: Send, status: int, content_type: str, body: bytes, more: Sequence[tuple[bytes, bytes]] = ()
) -> None:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


_S3_CODES = {400: "InvalidRequest", 403: "AccessDenied", 404: "NoSuchKey", 429: "SlowDown", 503: "SlowDown"}


def _reason_phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Injected fault"
