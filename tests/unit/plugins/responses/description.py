# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses that follow the official description of the API, and odd ones."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

DESCRIPTION = Path(__file__).resolve().parents[3] / "functional" / "emulator" / "bitrise-swagger.json"

# The description has no schema for it: what the reference and clients say.
LOG = {
    "type": "object",
    "properties": {
        "log_chunks": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"chunk": {"type": "string"}, "position": {"type": "integer"}},
            },
        },
        "next_before_timestamp": {"type": "string"},
        "next_after_timestamp": {"type": "string"},
        "is_archived": {"type": "boolean"},
        "expiring_raw_log_url": {"type": "string"},
    },
}

HUGE = (2**63, -(10**30), 10**90)
NUMBERS = (0, 1, 2, 3, 4, 7, *HUGE)
# Two that are equal happen too.
SLUGS = ("s1", "s1", "s2", "../s3")
# Of the right type, and yet not what one would like.
TEXTS = ("x", "dist", "main", "file", "", "2026-01-31T13:00:00Z", "{{ 1 }}", "../../x\0", "\ud800", "ü" * 3)
HOSTILE_TEXTS = ("a\x1b[31mb\x9b2J\r\n", "a\u202eb", "=1+1", "<script>", "n" * 3_000)
SIGNED = (*["https://storage.example/f?X-Amz-Signature=c4nary"] * 9, "ftp://c4nary", "https://[c4nary", "c4nary")
# Responses without these fields are empty, so these fields are odd or omitted less often than others.
NEEDED = frozenset({"", "data", "entry", "paging", "slug", "upload_url"})
PARTICULAR: dict[str, tuple[Any, ...]] = {
    "slug": SLUGS,
    # The same page for ever is refused, so that there is one page, most of the time.
    "next": (*[None, ""] * 5, "s1"),
    **dict.fromkeys(("title", "upload_file_name", "user_env_key"), ("dist", "dist", *TEXTS, *HOSTILE_TEXTS)),
    "artifact_type": ("android-apk", "ios-ipa", "file", None),
    "certificate_password": ("c4nary", ""),
    "original_build_params": ({"environments": [{"key": "A", "value": "c4nary"}]}, "c4nary"),
    **dict.fromkeys(("upload_url", "download_url", "expiring_download_url", "expiring_raw_log_url"), SIGNED),
}
OBJECTS: tuple[Any, ...] = ({}, {"a": {"b": [None, 10**30]}}, None)
# Of another type than the description says, whichever that is.
ODD: tuple[Any, ...] = (None, "", True, -1, 1.5, float("inf"), "7", [], {}, [None], [[]], {"slug": None}, *HUGE)


@cache
def _description() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    return found


class DescribedResponses:
    """Responses of one service. Equal numbers give equal responses."""

    def __init__(self, number: int) -> None:
        self._random = Random(number)

    def to(self, operation: str) -> Any:
        """Return the response to "GET /apps/{app-slug}", which mostly follows the description."""
        method, path = operation.split(" ")
        if path.endswith("/log"):
            return self._of(LOG)
        responses = _description()["paths"][path][method.lower()]["responses"]
        response = next(responses[status] for status in ("200", "201") if status in responses)
        # The response to the abort of a pipeline is not described.
        return self._of(response.get("schema", {"type": "object"}))

    def _of(self, schema: dict[str, Any], name: str = "") -> Any:
        odds = 60 if name in NEEDED else 8
        if not self._random.randrange(odds):
            return self._random.choice(ODD)
        return self._as_described(_resolved(schema), name)

    def _as_described(self, schema: dict[str, Any], name: str) -> Any:
        kind = schema.get("type")
        if name in PARTICULAR:
            return self._random.choice(PARTICULAR[name])
        if "properties" in schema:
            return self._object(schema["properties"])
        if kind == "array":
            return [self._of(schema["items"], "entry") for _turn in range(self._random.randrange(4))]
        if kind == "string":
            return self._random.choice((*TEXTS, *HOSTILE_TEXTS))
        if kind == "integer":
            return self._random.choice(NUMBERS)
        if kind == "boolean":
            return self._random.random() < 0.5
        return self._random.choice(OBJECTS)

    def _object(self, properties: dict[str, Any]) -> dict[str, Any]:
        additional = self._random.choice(({}, {"new_in_2027": {"deep": [1, None]}, "": 0, "ü": "x"}))
        own = {
            name: self._of(schema, name)
            for name, schema in properties.items()
            if self._random.randrange(60 if name in NEEDED else 10)
        }
        return {**additional, **own}


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema or "allOf" in schema:
        name = (schema if "$ref" in schema else schema["allOf"][0])["$ref"].rpartition("/")[2]
        schema = _description()["definitions"][name]
    return schema
