# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a service's responses: JSON bodies, all forms of error bodies, and the XML of the storage."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .._core.errors import ServiceError
from .announced_limits import read_announced_limit
from .redact import Redactor
from .session import Call, as_service_error

if TYPE_CHECKING:
    import requests

_KINDS = {401: "unauthorized", 403: "forbidden", 404: "not_found", 429: "rate_limited"}
# Advice by kind of error, for all services. A service adds its own.
HINTS = {
    "rate_limited": "The service limits the number of requests. Run the task again later.",
    "server_error": "The service has a problem. Run the task again later.",
    "redirect": "The collection does not follow redirects, so that the token goes to no other host. Check api_url.",
}

# No response of an API needs more. The limits bound the memory for a small body, and the depth of recursion.
DEEPEST = 50
MOST_CONTAINERS = 5_000_000
MOST_DIGITS = 100
_ERROR_TEXT_BYTES = 10_000
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def succeeded(response: requests.Response) -> bool:
    """Return whether the status is 2xx. `ok` of requests is true for a redirect that is not followed, too."""
    return 200 <= response.status_code < 300


def is_html(response: requests.Response) -> bool:
    """Return whether the body is a web page."""
    start = response.content[:200].lstrip().lower()
    return bool(response.content) and (
        "html" in response.headers.get("Content-Type", "") or start.startswith((b"<!doctype html", b"<html"))
    )


def is_json(response: requests.Response) -> bool:
    """Return whether the body is JSON."""
    start = response.content[:1]
    return bool(start) and ("json" in response.headers.get("Content-Type", "") or start in (b"{", b"["))


def refusal(call: Call, response: requests.Response, redact: Redactor, hints: Mapping[str, str]) -> ServiceError:
    """Return the error for a response of the API that is not a success."""
    status = response.status_code
    if status >= 500:
        kind = "server_error"
    elif 300 <= status < 400:
        kind = "redirect"
    else:
        kind = _KINDS.get(status, "bad_request")
    hint = hints.get(kind, "")
    wait_s = read_announced_limit(response.headers, None).wait_s
    if kind == "rate_limited" and wait_s:
        hint = f"It asks to wait {wait_s:.0f} s. {hint}"
    return as_service_error(call, response, _error_text(response, redact), kind, hint)


def parse(body: bytes) -> Any:
    """Return the value of a JSON body in UTF-8. Halves of surrogate pairs become U+FFFD.

    Raise ValueError for any other body, for numbers that JSON does not have, and beyond the limits above.
    """
    if body.count(b"[") + body.count(b"{") > MOST_CONTAINERS:
        raise ValueError("it has too many objects and lists")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("its text is not UTF-8") from None
    try:
        value = json.loads(text, parse_constant=_reject_constant, parse_float=_finite, parse_int=_bounded_int)
    except RecursionError:
        raise ValueError("it is too deeply nested") from None
    _check_depth(value)
    return _without_surrogates(value) if _ESCAPED_SURROGATE.search(body) else value


def _reject_constant(text: str) -> Any:
    raise ValueError(f"{text} is not a number of JSON")


def _finite(digits: str) -> float:
    found = float(digits)
    if not math.isfinite(found):
        raise ValueError("it has a number that is too large")
    return found


def _bounded_int(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError("it has a number that is too large")
    return int(digits)


def _check_depth(value: Any) -> None:
    level = [value]
    for _depth in range(DEEPEST):
        level = [item for holder in level for item in _containers(holder)]
        if not level:
            return
    raise ValueError("it is too deeply nested")


def _containers(holder: Any) -> Iterator[Any]:
    items = holder.values() if isinstance(holder, dict) else holder if isinstance(holder, list) else ()
    return (item for item in items if isinstance(item, (dict, list)))


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return [_without_surrogates(item) for item in value] if isinstance(value, list) else value


def _text_of(response: requests.Response) -> str:
    """Return the beginning of a body for a message. It does not guess the encoding, which could take long."""
    return response.content[:_ERROR_TEXT_BYTES].decode("utf-8", "replace")


def _error_text(response: requests.Response, redact: Redactor) -> str:
    """Return the service's error message: the first of message, error_msg, error, errors in the body."""
    try:
        body = parse(response.content)
    except ValueError:
        text = _text_of(response)
        if is_html(response) or text.lstrip().startswith("<"):
            return "an HTML page, not a response of the API"
        return redact.quote(text or response.reason or "")
    if isinstance(body, Mapping):
        for key in ("message", "error_msg", "error"):
            if isinstance(body.get(key), str) and body[key]:
                return redact.quote(body[key]).rstrip(".")
        if isinstance(body.get("errors"), list):
            return redact.quote("; ".join(str(entry) for entry in body["errors"])).rstrip(".")
    return redact.quote(response.reason or "")


def invalid(call: Call, problem: str, status: int | None = None) -> ServiceError:
    """Return the error for a response that the API does not document."""
    message = f"Could not {call.what}: {call.shown}: {problem}. Check api_url, and whether a proxy responds instead."
    return ServiceError(message, kind="invalid_response", **call.details(status=status))


def json_object(call: Call, response: requests.Response, redact: Redactor) -> dict[str, Any]:
    """Return the body of a success. Raise ServiceError of kind invalid_response unless it is a JSON object."""
    if not response.content:
        return {}
    try:
        body = parse(response.content)
    except json.JSONDecodeError:
        body = None
    except ValueError as error:
        problem = f"it returned {response.status_code} with JSON that cannot be used: {redact.quote(str(error))}"
        raise invalid(call, problem, response.status_code) from None
    if not isinstance(body, dict):
        content_type = redact.quote(response.headers.get("Content-Type", "no content type"))
        problem = f"it returned {response.status_code} with something that is not a JSON object ({content_type})"
        raise invalid(call, problem, response.status_code)
    return body


def storage_refusal(call: Call, response: requests.Response, redact: Redactor) -> ServiceError:
    """Return the error for a refusal of the storage, whose body is XML like that of S3."""
    text = _text_of(response)
    code, message = (re.search(rf"<{tag}>([^<]*)</{tag}>", text) for tag in ("Code", "Message"))
    words = redact.quote(": ".join(found[1] for found in (code, message) if found)).rstrip(".")
    if response.status_code == 403 and re.search("expired", words, re.IGNORECASE):
        return as_service_error(
            call,
            response,
            words,
            "signed_url_expired",
            "Run the task again. If it fails again, check the clocks.",
        )
    hint = "The storage has a problem. Run the task again later." if response.status_code >= 500 else ""
    return as_service_error(call, response, words or response.reason, "storage", hint)
