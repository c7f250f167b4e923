# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP endpoint of the emulator's own storage, with the error messages of S3."""

from __future__ import annotations

import asyncio
import hashlib
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .clock import Clock, rfc3339
from .connection import CONNECTION, OneSegmentTransport
from .generated import Content, GeneratedBytes
from .replies import JSON_TYPE, html_page, s3_error
from .signed_urls import ALGORITHM, SignatureChecker
from .storage import LocalStore
from .world import World

_REQUIRED = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders")
_SECONDS = re.compile(r"[0-9]{1,6}")
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


class StorageEndpoint:
    """Serves all paths under `/_storage/`."""

    def __init__(self, store: LocalStore, clock: Clock, world: World) -> None:
        self._store = store
        self._clock = clock
        self._world = world
        self._checker = SignatureChecker(store.signing_key)

    async def respond(self, request: Request) -> Response:
        """Serve a PUT or GET through a signed URL."""
        error = self._error(request)
        if error is not None:
            return error
        key = request.scope["path"].removeprefix(self._store.prefix)
        if request.method == "PUT":
            return await self._put(request, key)
        return self._get(request, key)

    def _error(self, request: Request) -> Response | None:
        headers = request.headers
        query = dict(parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True))
        signed = "X-Amz-Signature" in query
        if signed and "authorization" in headers:
            return s3_error(
                400,
                "InvalidArgument",
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string "
                "parameter or the Authorization header should be specified",
                ArgumentName="Authorization",
            )
        if not signed:
            return s3_error(403, "AccessDenied", "Access Denied")
        missing = [name for name in _REQUIRED if name not in query]
        if missing or query["X-Amz-Algorithm"] != ALGORITHM or not _SECONDS.fullmatch(query["X-Amz-Expires"]):
            return s3_error(400, "AuthorizationQueryParametersError", "Error parsing the X-Amz query parameters")
        return self._body_error(request) or self._time_error(query) or self._signature_error(request, query)

    @staticmethod
    def _body_error(request: Request) -> Response | None:
        if request.method != "PUT":
            return None
        if "transfer-encoding" in request.headers:
            return s3_error(
                501, "NotImplemented", "A header you provided implies functionality that is not implemented"
            )
        if "content-length" not in request.headers:
            return s3_error(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
        return None

    def _time_error(self, query: dict[str, str]) -> Response | None:
        try:
            signed_at = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except ValueError:
            return s3_error(400, "AuthorizationQueryParametersError", "X-Amz-Date must be in the ISO8601 Long Format")
        now = datetime.fromtimestamp(self._clock.now(), UTC)
        if now < signed_at - timedelta(minutes=15):
            return s3_error(403, "AccessDenied", "Request is not yet valid")
        expires = signed_at + timedelta(seconds=int(query["X-Amz-Expires"]))
        if now > expires:
            return s3_error(
                403,
                "AccessDenied",
                "Request has expired",
                Expires=rfc3339(expires.timestamp()) or "",
                ServerTime=rfc3339(now.timestamp()) or "",
            )
        return None

    def _signature_error(self, request: Request, query: dict[str, str]) -> Response | None:
        path = request.scope["raw_path"].decode("latin-1")
        if self._checker.matches(request.method, path, query, request.headers):
            return None
        return s3_error(
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method.",
        )

    async def _put(self, request: Request, key: str) -> Response:
        try:
            body = await request.body()
        except ClientDisconnect:
            return s3_error(400, "IncompleteBody", "The request body terminated unexpectedly")
        options = request.state.options
        if options.upload != "stored":
            # A proxy between client and storage responds instead of the storage.
            pages = {"lost_html": ("text/html", html_page("200 OK")), "lost_json": (JSON_TYPE, b"{}")}
            media_type, page = pages.get(options.upload, (None, b""))
            return Response(page, media_type=media_type)
        if options.upload_after_confirm == "refused" and self._world.has_processed(key):
            return s3_error(403, "AccessDenied", "Access Denied")
        self._store.receive(key, body)
        headers = {"x-amz-request-id": "EMULATOR"}
        if options.upload_etag != "none":
            headers["ETag"] = _etag(body if options.upload_etag == "md5" else b"parts of " + body)
        return Response(b"", headers=headers)

    def _get(self, request: Request, key: str) -> Response:
        body = self._store.blobs.get(key)
        if body is None:
            return s3_error(404, "NoSuchKey", "The specified key does not exist.")
        headers = {"ETag": _etag(body), "Accept-Ranges": "bytes", "x-amz-request-id": "EMULATOR"}
        range_header = request.headers.get("range")
        if range_header and request.headers.get("if-range") not in (None, headers["ETag"]):
            range_header = None
        span = _span(range_header, len(body)) if range_header else None
        if span is None:
            return _bytes_reply(body, 0, len(body), 200, headers)
        start, end = span
        if start >= len(body):
            size = str(len(body))
            reply = s3_error(416, "InvalidRange", "The requested range is not satisfiable", ActualObjectSize=size)
            reply.headers["Content-Range"] = f"bytes */{size}"
            return reply
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(body)}"
        return _bytes_reply(body, start, end, 206, headers)


class GeneratedResponse(Response):
    """Response that sends bytes as they are generated, and stops when the client disconnects."""

    media_type = "binary/octet-stream"

    def __init__(self, content: GeneratedBytes, start: int, end: int, status: int, headers: dict[str, str]) -> None:
        super().__init__(None, status, {**headers, "Content-Length": str(end - start)})
        self._chunks = content.chunks(start, end)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection: OneSegmentTransport = scope["state"][CONNECTION]
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for chunk in self._chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            # Otherwise a fast client would block the event loop for all others.
            await asyncio.sleep(0)
            if connection.is_closing():
                return
        await send({"type": "http.response.body", "body": b""})


def _bytes_reply(body: Content, start: int, end: int, status: int, headers: dict[str, str]) -> Response:
    if isinstance(body, GeneratedBytes):
        return GeneratedResponse(body, start, end, status, headers)
    return Response(body[start:end], status, headers, "binary/octet-stream")


def _etag(body: Content) -> str:
    if isinstance(body, GeneratedBytes):
        return f'"{body.etag}"'
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


def _span(header: str, length: int) -> tuple[int, int] | None:
    """Return start and end of a single range. Return None for other values, which HTTP allows to ignore."""
    match = _RANGE.fullmatch(header)
    if match is None or match.group(0) == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        return (max(0, length - int(last)), length) if int(last) else (length, length)
    end = min(int(last) + 1, length) if last else length
    return (int(first), end) if not last or int(last) >= int(first) else None
