# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Responses in the formats of the service and of its storage."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape

from starlette.responses import Response

JSON_TYPE = "application/json; charset=utf-8"
XML_TYPE = "application/xml"
_HTML = """<!DOCTYPE html>
<html><head><title>{text}</title></head>
<body><center><h1>{text}</h1></center><hr><center>edge</center></body></html>
"""


class ApiError(Exception):
    """An error response. `key` is the JSON key of its text."""

    def __init__(self, status: int, message: str, key: str = "message", extra: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.key = key
        self.body: dict[str, Any] = {**(extra or {}), key: message}


def not_found() -> ApiError:
    """Return the error for an object that is unknown or hidden from the user."""
    return ApiError(404, "Not Found")


def bad_request(message: str) -> ApiError:
    """Return the error for an invalid request."""
    return ApiError(400, message)


def json_bytes(data: Any, escape_html: bool) -> bytes:
    """Return JSON text, escaped like the output of Go's encoder if `escape_html` is set."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    if escape_html:
        text = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    # Requests may contain escaped lone surrogates, which UTF-8 cannot encode.
    return text.encode(errors="replace")


def json_reply(data: Any, status: int = 200, *, escape_html: bool = True) -> Response:
    """Return a JSON response."""
    return Response(json_bytes(data, escape_html), status, media_type=JSON_TYPE)


def html_page(text: str) -> bytes:
    """Return an HTML page like that of a proxy in front of a service."""
    return _HTML.format(text=text).encode()


def s3_error(status: int, code: str, message: str, **details: str) -> Response:
    """Return an XML error response of the storage."""
    parts = {"Code": code, "Message": message, **details, "RequestId": "EMULATOR", "HostId": "emulator"}
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in parts.items())
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'
    return Response(body, status, media_type=XML_TYPE, headers={"x-amz-request-id": "EMULATOR"})
