# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers as the official description of the API has them, and as they come when something is odd."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

DESCRIPTION = Path(__file__).resolve().parents[2] / "emulator" / "bitrise-swagger.json"

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

HUGE = (2**63, -(10**30), 10**4000)
# Of the right type, and yet not what one would like.
TEXTS = ("x", "dist", "main", "file", "", "2026-01-31T13:00:00Z", "{{ 1 }}", "../../x\0", "\ud800", "ü" * 3)
URLS = ("https://storage.example/f?X-Amz-Signature=c4nary", "ftp://x", "https://[", "not a URL")
# Of another type than the description says, whichever that is.
ODD = (None, "", True, -1, 1.5, float("inf"), "7", [], {}, [None], [[]], {"slug": None}, *HUGE)


@cache
def _description() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    return found


@cache
def answers_to(operation: str) -> st.SearchStrategy[Any]:
    """What the service may answer to "GET /apps/{app-slug}": mostly as described."""
    method, path = operation.split(" ")
    if path.endswith("/log"):
        return _of(LOG)
    responses = _description()["paths"][path][method.lower()]["responses"]
    schema = next(responses[status]["schema"] for status in ("200", "201") if status in responses)
    return _of(schema)


def _of(schema: dict[str, Any], name: str = "") -> st.SearchStrategy[Any]:
    as_described = _as_described(_resolved(schema), name)
    if name in ("data", ""):
        # Without these there is nothing to look into, so they are odd less often.
        return _mostly(as_described, 30)
    return _mostly(as_described, 6)


def _mostly(usual: st.SearchStrategy[Any], often: int) -> st.SearchStrategy[Any]:
    odd = st.sampled_from(ODD)
    return st.integers(0, often).flatmap(lambda choice: usual if choice else odd)


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema or "allOf" in schema:
        name = (schema if "$ref" in schema else schema["allOf"][0])["$ref"].rpartition("/")[2]
        schema = _description()["definitions"][name]
    return schema


def _as_described(schema: dict[str, Any], name: str) -> st.SearchStrategy[Any]:
    kind = schema.get("type")
    if "properties" in schema:
        return _object(schema["properties"])
    if kind == "array":
        return st.lists(_of(schema["items"], "entry"), max_size=3)
    if kind == "string":
        if name == "slug":
            # Two that are equal happen too.
            return st.sampled_from(("s1", "s1", "s2", "../s3"))
        return st.sampled_from(URLS if name.endswith("_url") else TEXTS)
    if kind == "integer":
        return st.sampled_from((0, 1, 2, 3, 4, 7, *HUGE))
    if kind == "boolean":
        return st.booleans()
    return st.sampled_from(({}, {"a": {"b": [None, 10**30]}}, None))


def _object(properties: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    known = st.fixed_dictionaries({name: _of(schema, name) for name, schema in properties.items()})
    missing = st.sets(st.sampled_from(sorted(properties)), max_size=2)
    more = st.sampled_from(({}, {}, {"new_in_2027": {"deep": [1, None]}, "": 0, "ü": "c4nary"[::-1]}))

    def put_together(parts: tuple[dict[str, Any], set[str], dict[str, Any]]) -> dict[str, Any]:
        own, left_out, additional = parts
        # A slug is what everything hangs on: left out less often than the rest.
        return {key: value for key, value in {**additional, **own}.items() if key == "slug" or key not in left_out}

    return st.tuples(known, missing, more).map(put_together)
