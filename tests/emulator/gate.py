# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every request passes here first: request log, latency, faults."""

from __future__ import annotations

import asyncio
import time
import traceback
from http import HTTPStatus
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .connection import CONNECTION, OneSegmentTransport
from .faults import Fault
from .model import Json, User
from .replies import JSON_TYPE, XML_TYPE, json_bytes, s3_error
from .service import Service

USER = "user"
ADMIN_PREFIX = "/_emulator"
STORAGE_PREFIX = "/_storage/"

_HTML = """<!DOCTYPE html>
<html><head><title>{text}</title></head>
<body><center><h1>{text}</h1></center><hr><center>edge</center></body></html>
"""


class Gate:
    """The outermost ASGI application."""

    def __init__(self, service: Service, api: ASGIApp, storage: ASGIApp, admin: ASGIApp) -> None:
        self._service = service
        self._api = api
        self._storage = storage
        self._admin = admin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        activity = self._service.activity
        activity.begin()
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
        is_storage = scope["path"].startswith(STORAGE_PREFIX)
        user: User | None = None
        if not is_storage:
            user = service.world.user_with_token(headers.get(b"authorization", b"").decode("latin-1"))
            scope["state"][USER] = user
        entry = service.log.start(
            scope["method"],
            headers.get(b"host", b"").decode("latin-1"),
            scope["path"],
            scope["query_string"],
            user.username if user else None,
            "storage" if is_storage else "api",
        )
        faults = service.faults.striking(scope["method"], scope["path"])
        delay = service.options.latency_ms / 1000
        deciding: Fault | None = None
        for fault in faults:
            delay += fault.slow_s or 0.0
            service.clock.advance(fault.advance_s or 0.0)
            deciding = fault if fault.decides else deciding
        if faults:
            entry["fault"] = ", ".join(fault.label for fault in faults)
        if delay:
            await asyncio.sleep(delay)
        app = self._storage if is_storage else self._api
        receive, send = _counting(entry, receive, send)
        try:
            if deciding is None:
                await app(scope, receive, send)
            else:
                await _Spoiled(deciding, entry, scope, receive, send).run(app)
        except Exception:
            # A fault of the emulator itself: the client sees a 500, whoever started it sees why.
            traceback.print_exc()
            raise
        entry["seconds"] = round(time.perf_counter() - started, 6)


def _counting(entry: Json, receive: Receive, send: Send) -> tuple[Receive, Send]:
    """Wrap the two channels so that the log learns status and sizes."""

    async def counting_receive() -> Message:
        message = await receive()
        entry["bytes_in"] += len(message.get("body", b""))
        return message

    async def counting_send(message: Message) -> None:
        if message["type"] == "http.response.start":
            entry["status"] = message["status"]
        else:
            entry["bytes_out"] += len(message.get("body", b""))
        await send(message)

    return counting_receive, counting_send


class _Spoiled:
    """One request that a fault has struck."""

    def __init__(self, fault: Fault, entry: Json, scope: Scope, receive: Receive, send: Send) -> None:
        self._fault = fault
        self._entry = entry
        self._scope = scope
        self._receive = receive
        self._send = send
        self._start: dict[str, Any] = {}
        self._body = b""

    async def run(self, app: ASGIApp) -> None:
        fault = self._fault
        if fault.drop == "before" or (fault.status is not None and not fault.after_effect):
            await self._swallow_request()
        else:
            await app(self._scope, self._receive, self._keep)
        if fault.drop:
            await self._drop()
        elif fault.status is not None:
            await self._answer(fault.status)
        elif fault.truncate:
            await self._truncated()
        else:
            await self._malformed()

    async def _keep(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = dict(message)
        else:
            self._body += message.get("body", b"")

    async def _swallow_request(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect" or not message.get("more_body"):
                return

    async def _drop(self) -> None:
        connection: OneSegmentTransport = self._scope["state"][CONNECTION]
        connection.abort()
        # The server must have noticed before it looks for the answer that never comes.
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _answer(self, status: int) -> None:
        fault = self._fault
        is_storage = self._scope["path"].startswith(STORAGE_PREFIX)
        content_type = XML_TYPE if is_storage else JSON_TYPE
        if fault.html:
            content_type, body = "text/html", _HTML.format(text=f"{status} {_reason(status)}").encode()
        elif fault.body is not None:
            body = fault.body.encode()
        elif is_storage:
            body = bytes(s3_error(status, _S3_CODES.get(status, "InternalError"), _reason(status)).body)
        else:
            body = json_bytes({"message": _reason(status)}, escape_html=False)
        headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
        if fault.retry_after is not None:
            headers.append((b"retry-after", str(fault.retry_after).encode()))
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

    async def _truncated(self) -> None:
        wanted = self._fault.truncate
        length = len(self._body) // 2 if wanted is True else min(int(wanted), max(0, len(self._body) - 1))
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": self._body[:length], "more_body": True})
        connection: OneSegmentTransport = self._scope["state"][CONNECTION]
        connection.close()
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _malformed(self) -> None:
        body = self._body[: len(self._body) // 2] + b'"'
        headers = [(name, value) for name, value in self._start["headers"] if name != b"content-length"]
        headers.append((b"content-length", str(len(body)).encode()))
        await self._send({**self._start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


_S3_CODES = {400: "InvalidRequest", 403: "AccessDenied", 404: "NoSuchKey", 429: "SlowDown", 503: "SlowDown"}


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Injected fault"
