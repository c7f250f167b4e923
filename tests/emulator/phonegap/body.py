# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What came with a request, in any of the ways in which clients of this service send it.

They are: a multipart part or form field `data` with JSON in it, fields named `data[title]`, plain fields, JSON as it
is, files beside any of these, or nothing at all.
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

from ..model import Json
from .world import refusal

# What it cannot read is answered; it need not be written down on top.
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
        """Whether a field is there and holds something."""
        return self.fields.get(name) not in (None, "")

    def text(self, name: str) -> str | None:
        """A field as text; nothing when it is absent or null."""
        value = self.fields.get(name)
        if value is None:
            return None
        if isinstance(value, (dict, list)):
            raise refusal(400, f"{name} must be a string")
        return str(value).lower() if isinstance(value, bool) else str(value)

    def flag(self, name: str) -> bool | None:
        """A field as a yes or no, which may be spelled out; nothing when it is absent or empty."""
        value = self.fields.get(name)
        if value is None or value == "" or isinstance(value, bool):
            return value if isinstance(value, bool) else None
        known = {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())
        if known is None:
            raise refusal(400, f"{name} must be true or false")
        return known

    def mapping(self, name: str) -> Json:
        """A field that holds an object, perhaps as JSON text."""
        value = _decoded(self.fields.get(name))
        if value in (None, ""):
            return {}
        if not isinstance(value, dict):
            raise refusal(400, f"{name} must be an object")
        return value

    def names(self, name: str) -> list[str]:
        """A field that holds a list, perhaps as text with commas."""
        value = _decoded(self.fields.get(name))
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            raise refusal(400, f"{name} must be a list of names")
        return value


async def submission(request: Request) -> Submission:
    """Everything that came with the request."""
    content_type = request.headers.get("content-type", "")
    raw = await request.body()
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _multipart(request, content_type, raw)
    text = raw.decode(errors="replace").strip()
    found = Submission()
    if not text:
        return found
    if kind == "application/json" or text[:1] == "{":
        whole = _json_object(text)
        # The same object as it would be in `data`, or with `data` around it.
        found.fields = {**whole, **_json_object(whole.pop("data", {}))}
        return found
    _gather(found, parse_qsl(text, keep_blank_values=True))
    return found


async def _multipart(request: Request, content_type: str, raw: bytes) -> Submission:
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise refusal(400, "the multipart body has no boundary")
    whole = completed(raw, (match.group(1) or match.group(2)).encode("latin-1"))

    async def stream() -> Any:
        yield whole
        yield b""

    found = Submission()
    pairs: list[tuple[str, str]] = []
    try:
        form = await MultiPartParser(request.headers, stream()).parse()
    except (MultiPartException, KeyError):
        raise refusal(400, "the multipart body cannot be read") from None
    for name, value in form.multi_items():
        if not isinstance(value, UploadFile):
            pairs.append((name, value))
        elif name == "data":
            pairs.append((name, (await value.read()).decode(errors="replace")))
        elif value.filename:
            found.files[name] = Upload(value.filename.replace("\\", "/").rpartition("/")[2], await value.read())
    await form.close()
    _gather(found, pairs)
    return found


def completed(raw: bytes, boundary: bytes) -> bytes:
    """The body with its last delimiter whole.

    A client that counts characters rather than bytes announces too short a length, so that the end is cut off.
    """
    end = b"\r\n--" + boundary + b"--"
    if raw.rstrip(b"\r\n").endswith(end[2:]):
        return raw
    for kept in range(len(end) - 1, 0, -1):
        if raw.endswith(end[:kept]):
            return raw[:-kept] + end + b"\r\n"
    return raw + end + b"\r\n"


def _gather(found: Submission, pairs: list[tuple[str, str]]) -> None:
    data: Json = {}
    for name, value in pairs:
        head, bracket, _rest = name.partition("[")
        if name == "data":
            data.update(_json_object(value))
        elif bracket:
            path = _NESTED.findall(name)
            _nest(data if head == "data" else found.fields.setdefault(head, {}), path, value)
        else:
            found.fields[name] = value
    # What stands in `data` counts more than fields beside it.
    found.fields.update(data)


def _nest(target: Any, path: list[str], value: str) -> None:
    for step in path[:-1]:
        target = target.setdefault(step, {}) if isinstance(target, dict) else None
    if not isinstance(target, dict) or not path:
        raise refusal(400, "the names of the fields contradict each other")
    if path[-1]:
        target[path[-1]] = value
    else:
        raise refusal(400, "lists in names of fields are not understood")


def _json_object(value: Any) -> Json:
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else {}
        except (ValueError, RecursionError):
            raise refusal(400, "data is not valid JSON") from None
    if not isinstance(value, dict):
        raise refusal(400, "data must be a JSON object")
    return value


def _decoded(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value
