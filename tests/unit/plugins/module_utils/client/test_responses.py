# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies of responses: JSON within limits, and the messages of refusals of the API and of the storage."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import ServiceError
from ansible_collections.mobileops.ci.plugins.module_utils._http import responses as _responses
from ansible_collections.mobileops.ci.plugins.module_utils._http.redact import Redactor
from ansible_collections.mobileops.ci.plugins.module_utils._http.responses import (
    HINTS,
    invalid,
    is_html,
    is_json,
    json_object,
    parse,
    refusal,
    storage_refusal,
    succeeded,
)
from ansible_collections.mobileops.ci.plugins.module_utils._http.session import Call

from .wire import call, with_body

REDACT = Redactor(["c4nary"])


def refused(status: int, body: bytes = b"{}", **headers: str) -> ServiceError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return refusal(call(), with_body(status, body, named, "Reason"), REDACT, HINTS)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (299, "bad_request"),
        (300, "redirect"),
        (399, "redirect"),
        (400, "bad_request"),
        (401, "unauthorized"),
        (402, "bad_request"),
        (403, "forbidden"),
        (404, "not_found"),
        (405, "bad_request"),
        (429, "rate_limited"),
        (430, "bad_request"),
        (499, "bad_request"),
        (500, "server_error"),
        (599, "server_error"),
    ],
)
def test_kind_of_a_refusal(status: int, kind: str) -> None:
    error = refused(status)
    assert (error.kind, error.status) == (kind, status)
    assert (
        error.message == f"Could not list the apps: GET /apps returned {status}: Reason. {HINTS.get(kind, '')}".strip()
    )
    assert error.reason == f"api.example.com returned {status}: Reason."


@pytest.mark.parametrize(
    ("status", "headers", "is_announced"),
    [(429, {"Retry_After": "7"}, True), (429, {}, False), (503, {"Retry_After": "7"}, False)],
)
def test_the_announced_wait_of_a_limit(status: int, headers: dict[str, str], is_announced: bool) -> None:
    assert ("It asks to wait 7 s. The service limits" in refused(status, **headers).message) is is_announced
    assert ("It asks to wait" in refused(status, **headers).message) is is_announced


@pytest.mark.parametrize(("status", "expected"), [(199, False), (200, True), (299, True), (300, False)])
def test_success(status: int, expected: bool) -> None:
    assert succeeded(with_body(status, b"")) is expected


MESSAGES: dict[str, tuple[bytes, str]] = {
    "message": (b'{"message": "one.", "error": "two"}', "one"),
    "another name": (b'{"message": 1, "error_msg": "", "error": "two"}', "two"),
    "several": (b'{"errors": ["one", 2]}', "one; 2"),
    "several of another type": (b'{"errors": "one"}', "Reason"),
    "list": (b'["message"]', "Reason"),
    "words": (b"no way, c4nary", "no way, ********"),
    "page": (b"<!doctype html>", "an HTML page, not a response of the API"),
    "XML": (b" <Error>x</Error>", "an HTML page, not a response of the API"),
    "nothing": (b"", "Reason"),
}


@pytest.mark.parametrize(("body", "words"), MESSAGES.values(), ids=MESSAGES)
def test_message_of_a_refusal(body: bytes, words: str) -> None:
    assert f"returned 400: {words}." in refused(400, body).message


def test_type_of_a_page() -> None:
    page = "an HTML page, not a response of the API"
    assert page in refused(400, b"words", Content_Type="text/html").message


def test_a_refusal_without_any_words() -> None:
    for body in (b"", b"{}"):
        error = refusal(call(), with_body(400, body), REDACT, {})
        assert error.message == "Could not list the apps: GET /apps returned 400."


@pytest.mark.parametrize("name", ["X-Request-Id", "x-amz-request-id"])
def test_the_id_of_a_request(name: str) -> None:
    assert refusal(call(), with_body(400, b"", {name: "r-1"}), REDACT, {}).request_id == "r-1"


@pytest.mark.parametrize(
    ("body", "content_type", "html", "is_data"),
    [
        (b"", "text/html", False, False),
        (b"", "application/json", False, False),
        (b"words", "text/html; charset=x", True, False),
        (b"  \n<!DOCTYPE HTML>", "", True, False),
        (b"<HTML>", "", True, False),
        (b"<Error>", "application/xml", False, False),
        (b"{}", "", False, True),
        (b"[1]", "", False, True),
        (b"words", "application/json", False, True),
        (b" " * 195 + b"<html>", "", True, False),
        (b" " * 196 + b"<html>", "", False, False),
    ],
)
def test_kind_of_a_body(body: bytes, content_type: str, html: bool, is_data: bool) -> None:
    found = with_body(200, body, {"Content-Type": content_type} if content_type else {})
    assert (is_html(found), is_json(found)) == (html, is_data)


# JSON


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'\xef\xbb\xbf{"a": [1, 2.5, "x", null, true]}', {"a": [1, 2.5, "x", None, True]}),
        (b'{"a\\ud800": ["\\uDFFFb", "\\ud83d\\ude00", {"b": "\\udc00"}, 1]}', None),
        (b"9" * 100, int("9" * 100)),
        (b"[" * 50 + b"]" * 50, None),
    ],
)
def test_json(body: bytes, value: Any) -> None:
    if b"\\ud800" in body:
        value = {"a\ufffd": ["\ufffdb", "\U0001f600", {"b": "\ufffd"}, 1]}
    assert parse(body) == (json.loads(body) if value is None else value)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"9" * 101, "a number that is too large"),
        (b"1e400", "a number that is too large"),
        (b"NaN", "NaN is not a number of JSON"),
        (b"\xff", "not UTF-8"),
        (b"[" * 51 + b"]" * 51, "too deeply nested"),
        (b'{"a":' * 51 + b"1" + b"}" * 51, "too deeply nested"),
        (b"[" * 100_000, "too deeply nested"),
    ],
)
def test_json_beyond_the_limits(body: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse(body)


def test_number_of_objects_and_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _responses.MOST_CONTAINERS == 5_000_000
    monkeypatch.setattr(_responses, "MOST_CONTAINERS", 4)
    assert parse(b'[{}, [], {"a": 1}]') == [{}, [], {"a": 1}]
    for body in (b"[{}, [], {}, {}]", b"[[], [], [], []]", b'{"a": {}, "b": {}, "c": {}, "d": {}}'):
        with pytest.raises(ValueError, match="too many objects and lists"):
            parse(body)


@pytest.mark.parametrize(
    ("status", "body", "value"), [(200, b'{"a": 1}', {"a": 1}), (204, b"", {}), (200, b"", {}), (205, b"{}", {})]
)
def test_json_object(status: int, body: bytes, value: dict[str, Any]) -> None:
    assert json_object(call(), with_body(status, body), REDACT) == value


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (205, b"x", "it returned 205 with something that is not a JSON object (no content type)"),
        (200, b"[]", "it returned 200 with something that is not a JSON object (no content type)"),
        (200, b"NaN", "it returned 200 with JSON that cannot be used: NaN is not a number of JSON"),
    ],
)
def test_success_without_a_json_object(status: int, body: bytes, words: str) -> None:
    with pytest.raises(ServiceError) as caught:
        json_object(call(), with_body(status, body), REDACT)
    assert caught.value.message == (
        f"Could not list the apps: GET /apps: {words}. Check api_url, and whether a proxy responds instead."
    )
    assert (caught.value.kind, caught.value.status, caught.value.path) == ("invalid_response", status, "/apps")


def test_response_that_the_api_does_not_document() -> None:
    error = invalid(call(), "no data")
    assert (error.kind, error.status, error.method) == ("invalid_response", None, "GET")


# The storage

SIGNED = Call("PUT", "https://storage.example.com/f?signature=c4nary", "upload it")


def storage_error(status: int, body: bytes, reason: str | None = "Reason") -> ServiceError:
    return storage_refusal(SIGNED, with_body(status, body, reason=reason), REDACT)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (403, b"<Code>AccessDenied</Code><Message>No access.</Message>", ": AccessDenied: No access."),
        (404, b"<Message>Gone</Message>", ": Gone."),
        (404, b"<Code>NoSuchKey</Code>", ": NoSuchKey."),
        (404, b"words", ": Reason."),
        (401, b"<Message>Request has expired</Message>", ": Request has expired."),
        (404, b"<Message>Request has expired</Message>", ": Request has expired."),
        (499, b"", ": Reason."),
        (500, b"<html>", ": Reason. The storage has a problem. Run the task again later."),
    ],
)
def test_refusal_of_the_storage(status: int, body: bytes, words: str) -> None:
    error = storage_error(status, body)
    assert error.message == f"Could not upload it: PUT at storage.example.com returned {status}{words}"
    assert (error.kind, error.status, error.path) == ("storage", status, None)


def test_refusal_of_the_storage_without_words() -> None:
    for reason in ("", None):
        assert storage_error(404, b"", reason).message.endswith(" returned 404.")


def test_signed_url_that_expired() -> None:
    error = storage_error(403, b"<Code>AccessDenied</Code><Message>Request has EXPIRED</Message>")
    assert error.kind == "signed_url_expired"
    assert error.message.endswith("Request has EXPIRED. Run the task again. If it fails again, check the clocks.")


def test_only_the_beginning_of_a_body_is_searched() -> None:
    """Search 10 000 bytes for the code."""
    code = b"<Code>Late</Code>"
    assert "Late" in storage_error(404, b" " * (10_000 - len(code)) + code).message
    assert "Late" not in storage_error(404, b" " * (10_001 - len(code)) + code).message
