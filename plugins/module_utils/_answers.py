# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a service's answers: JSON bodies, every form of error body, and the XML of the storage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.mobileops.ci.plugins.module_utils._errors import ServiceError
from ansible_collections.mobileops.ci.plugins.module_utils._http import Call, as_service_error
from ansible_collections.mobileops.ci.plugins.module_utils._redact import Redactor
from ansible_collections.mobileops.ci.plugins.module_utils._told_limits import told_by

if TYPE_CHECKING:
    import requests

_KINDS = {401: "unauthorized", 403: "forbidden", 404: "not_found", 429: "rate_limited"}
# What to do next, where it is the same for every service; a service adds its own.
HINTS = {
    "rate_limited": "The service limits the number of requests. Run the task again later.",
    "server_error": "The service has a problem. Run the task again later.",
    "redirect": "The collection does not follow redirects, so that the token goes to no other host. Check api_url.",
}


def succeeded(response: requests.Response) -> bool:
    """Any 2xx. For requests a redirect that is not followed would be "ok" too."""
    return 200 <= response.status_code < 300


def is_html(response: requests.Response) -> bool:
    """Whether the body is a page for people."""
    start = response.content[:200].lstrip().lower()
    return bool(response.content) and (
        "html" in response.headers.get("Content-Type", "") or start.startswith((b"<!doctype html", b"<html"))
    )


def is_json(response: requests.Response) -> bool:
    """Whether the body is JSON."""
    start = response.content[:1]
    return bool(start) and ("json" in response.headers.get("Content-Type", "") or start in (b"{", b"["))


def refusal(call: Call, response: requests.Response, redact: Redactor, hints: Mapping[str, str]) -> ServiceError:
    """The error for an answer of the API that is not a success."""
    status = response.status_code
    if status >= 500:
        kind = "server_error"
    elif 300 <= status < 400:
        kind = "redirect"
    else:
        kind = _KINDS.get(status, "bad_request")
    hint = hints.get(kind, "")
    wait_s = told_by(response.headers, None).wait_s
    if kind == "rate_limited" and wait_s:
        hint = f"It asks to wait {wait_s:.0f} s. {hint}"
    return as_service_error(call, response, _words(response, redact), kind, hint)


def _words(response: requests.Response, redact: Redactor) -> str:
    """What the service says of an error: the first of message, error_msg, error, errors that is there."""
    try:
        body = response.json()
    except ValueError:
        if is_html(response) or response.text.lstrip().startswith("<"):
            return "an HTML page, not an answer of the API"
        return redact.quote(response.text or response.reason or "")
    if isinstance(body, Mapping):
        for key in ("message", "error_msg", "error"):
            if isinstance(body.get(key), str) and body[key]:
                return redact.quote(body[key]).rstrip(".")
        if isinstance(body.get("errors"), list):
            return redact.quote("; ".join(str(entry) for entry in body["errors"])).rstrip(".")
    return redact.quote(response.reason or "")


def invalid(call: Call, problem: str, status: int | None = None) -> ServiceError:
    message = f"Could not {call.what}: {call.shown}: {problem}. Check api_url, and whether a proxy answers instead."
    return ServiceError(message, kind="invalid_response", **call.details(status=status))


def json_object(call: Call, response: requests.Response, redact: Redactor) -> dict[str, Any]:
    """The body of a success. Raises ServiceError of kind invalid_response for what is not a JSON object."""
    if response.status_code == 204 or not response.content:
        return {}
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        content_type = redact.quote(response.headers.get("Content-Type", "no content type"))
        problem = f"it answered {response.status_code} with something that is not a JSON object ({content_type})"
        raise invalid(call, problem, response.status_code)
    return body


def storage_refusal(call: Call, response: requests.Response, redact: Redactor) -> ServiceError:
    """The error for an answer of the storage, which says it in XML as S3 does."""
    text = response.text[:10_000]
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
    return as_service_error(call, response, words or response.reason or "", "storage", hint)
