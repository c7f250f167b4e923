# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes the format of whole responses as the switches for lists and values ask for."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

from starlette.responses import Response

from .model import Json
from .options import Options
from .replies import ApiError, html_page, json_reply

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
# Cursors, which clients send back unchanged.
_CURSORS = frozenset({"next", "next_before_timestamp", "next_after_timestamp"})
# Values of protected files, which have their own switch.
_WITHHELD = frozenset({"certificate_password", "download_url"})
_NEW_VALUES: dict[str, dict[Any, Any]] = {
    "project_type": {"ios": "visionos"},
    "artifact_type": {"android-apk": "android-bundle-v2"},
    "status_text": {"error": "timed-out"},
    "account_type": {"organization": "workspace"},
}


def shape(data: Any, options: Options) -> Any:
    """Return a response body in the format that the switches ask for."""
    if options.unset_values != "null" or options.dates != "utc" or options.new_values:
        data = _shape_values(data, options)
    if isinstance(data, dict) and isinstance(data.get("data"), list):
        data = _shape_list(dict(data), options)
    return data


def error_response(error: ApiError, options: Options) -> Response:
    """Return an error response whose text is where the switch puts it."""
    where = options.error_body
    text = error.body.get(error.key, "")
    if where == "empty":
        return Response(status_code=error.status)
    if where == "html":
        return Response(html_page(str(text)), error.status, media_type="text/html")
    body = error.body
    if where != "message" and error.key == "message":
        body = {**{key: value for key, value in body.items() if key != error.key}}
        body[where] = [text] if where == "errors" else text
    return json_reply(body, error.status, escape_html=options.escape_html)


def _shape_list(response: Json, options: Options) -> Json:
    items, paging = response["data"], response.get("paging")
    if isinstance(paging, dict):
        if "next" not in paging and options.last_page != "absent":
            paging = {**paging, "next": "" if options.last_page == "empty" else None}
        response["paging"] = paging
        if not paging.get("next") and paging["total_item_count"] == len(items) and options.paging != "object":
            response["paging"] = None
            if options.paging == "missing":
                del response["paging"]
    if not items and options.empty_list != "array":
        response["data"] = None
        if options.empty_list == "absent" and response.get("paging"):
            del response["data"]
    return response


def _shape_values(data: Any, options: Options) -> Any:
    if isinstance(data, list):
        return [_shape_values(item, options) for item in data]
    if not isinstance(data, dict):
        return data
    changed: Json = {}
    for key, value in data.items():
        if value is None and key not in _WITHHELD and options.unset_values != "null":
            if options.unset_values == "empty":
                changed[key] = ""
        elif isinstance(value, str) and key not in _CURSORS and _TIME.fullmatch(value):
            changed[key] = formatted_time(value, options.dates)
        elif options.new_values and isinstance(value, str):
            changed[key] = _NEW_VALUES.get(key, {}).get(value, value)
        else:
            changed[key] = _shape_values(value, options)
    if options.new_values and data.get("status") == 2 and "status_text" in data:
        changed["status"] = 5
    return changed


def formatted_time(text: str, dates: str) -> str:
    """Return a time of the service in another format."""
    moment = datetime.fromisoformat(text)
    if dates == "offset":
        return moment.astimezone(timezone(timedelta(hours=2))).isoformat(timespec="seconds")
    if dates == "zone":
        return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
    if dates == "nanoseconds":
        return moment.strftime("%Y-%m-%dT%H:%M:%S.") + "123456789Z"
    return text
