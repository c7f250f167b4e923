# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parsing of request bodies in all forms that clients of PhoneGap Build send.

These are: a multipart part or form field `data` with JSON, fields named `data[title]`, plain fields, and JSON. Files
may accompany each form, and the body may be empty.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from tests.emulator.model import Json

from .world import api_error

# Invalid bodies lead to an error response, so the parser's log messages are not needed.
logging.getLogger("python_multipart").addHandler(logging.NullHandler())

_BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^;\s]+))', re.IGNORECASE)
_NESTED = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True)
class Upload:
    """A file in a request."""

    name: str
    body: bytes


@dataclass
class Submission:
    """Fields and files of a request."""

    fields: Json = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Return whether a field is present and not empty."""
        return self.fields.get(name) not in (None, "")

    def text(self, name: str) -> str | None:
        """Return a field as text, None if it is absent or null."""
        value = self.fields.get(name)
        if value is None:
            return None
        if isinstance(value, (dict, list)):
            raise api_error(400, f"{name} must be a string")
        return str(value).lower() if isinstance(value, bool) else str(value)

    def flag(self, name: str) -> bool | None:
        """Return a field as a boolean, None if it is absent or empty."""
        value = self.fields.get(name)
        if value is None or value == "" or isinstance(value, bool):
            return value if isinstance(value, bool) else None
        known = {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())
        if known is None:
            raise api_error(400, f"{name} must be true or false")
        return known

    def mapping(self, name: str) -> Json:
        """Return a field that contains an object, or JSON text of one."""
        value = _decoded(self.fields.get(name))
        if value in (None, ""):
            return {}
        if not isinstance(value, dict):
            raise api_error(400, f"{name} must be an object")
        return value

    def names(self, name: str) -> list[str]:
        """Return a field that contains a list, JSON text of one, or names separated by commas."""
        value = _decoded(self.fields.get(name))
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            raise api_error(400, f"{name} must be a list of names")
        return value


async def read_submission(request: Request) -> Submission:
    """Return the fields and files of a request."""
    content_type = request.headers.get("content-type", "")
    raw = await request.body()
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "multipart/form-data":
        return await _multipart(request, content_type, raw)
    text = raw.decode(errors="replace").strip()
    submission = Submission()
    if not text:
        return submission
    if media_type == "application/json" or text[:1] == "{":
        whole = _json_object(text)
        # The object may be the content of `data`, or have a key `data`.
        submission.fields = {**whole, **_json_object(whole.pop("data", {}))}
        return submission
    _gather(submission, parse_qsl(text, keep_blank_values=True))
    return submission


async def _multipart(request: Request, content_type: str, raw: bytes) -> Submission:
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise api_error(400, "the multipart body has no boundary")
    complete = complete_body(raw, (match.group(1) or match.group(2)).encode("latin-1"))

    async def stream() -> Any:
        yield complete
        yield b""

    submission = Submission()
    pairs: list[tuple[str, str]] = []
    try:
        form = await MultiPartParser(request.headers, stream()).parse()
    except (MultiPartException, KeyError):
        raise api_error(400, "the multipart body cannot be read") from None
    for name, value in form.multi_items():
        if not isinstance(value, UploadFile):
            pairs.append((name, value))
        elif name == "data":
            pairs.append((name, (await value.read()).decode(errors="replace")))
        elif value.filename:
            submission.files[name] = Upload(value.filename.replace("\\", "/").rpartition("/")[2], await value.read())
    await form.close()
    _gather(submission, pairs)
    return submission


def complete_body(raw: bytes, boundary: bytes) -> bytes:
    """Return the body with a complete final delimiter.

    Clients that count characters instead of bytes send a Content-Length that is too short, which cuts off the end.
    """
    end = b"\r\n--" + boundary + b"--"
    if raw.rstrip(b"\r\n").endswith(end[2:]):
        return raw
    for kept in range(len(end) - 1, 0, -1):
        if raw.endswith(end[:kept]):
            return raw[:-kept] + end + b"\r\n"
    return raw + end + b"\r\n"


def _gather(submission: Submission, pairs: list[tuple[str, str]]) -> None:
    data: Json = {}
    for name, value in pairs:
        head, bracket, _rest = name.partition("[")
        if name == "data":
            data.update(_json_object(value))
        elif bracket:
            path = _NESTED.findall(name)
            _nest(data if head == "data" else submission.fields.setdefault(head, {}), path, value)
        else:
            submission.fields[name] = value
    # Values in `data` take precedence over other fields.
    submission.fields.update(data)


def _nest(target: Any, path: list[str], value: str) -> None:
    for step in path[:-1]:
        target = target.setdefault(step, {}) if isinstance(target, dict) else None
    if not isinstance(target, dict) or not path:
        raise api_error(400, "the names of the fields contradict each other")
    if path[-1]:
        target[path[-1]] = value
    else:
        raise api_error(400, "lists in names of fields are not understood")


def _json_object(value: Any) -> Json:
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else {}
        except (ValueError, RecursionError):
            raise api_error(400, "data is not valid JSON") from None
    if not isinstance(value, dict):
        raise api_error(400, "data must be a JSON object")
    return value


def _decoded(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value
