# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One attempt of a request: its options, its limits, and its body."""

from __future__ import annotations

import io
from typing import Any

import pytest
import requests
import urllib3

from ansible_collections.mobileops.ci.plugins.module_utils._core import controller_process
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import (
    CiError,
    NotDoneError,
    OptionError,
    ServiceError,
)
from ansible_collections.mobileops.ci.plugins.module_utils._http import session as _http
from ansible_collections.mobileops.ci.plugins.module_utils._http.response_body import BoundedBody, Limits
from ansible_collections.mobileops.ci.plugins.module_utils._http.session import Call, as_service_error
from tests.helpers.clock import VirtualClock

from .wire import API, Wire, call, new_session, response, wire, with_body

__all__ = ["wire"]


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[Limits]:
    """Return the limits of the bodies, in order."""
    found: list[Limits] = []

    def bounded(raw: Any, monotonic: Any, limits: Limits) -> BoundedBody:
        found.append(limits)
        return BoundedBody(raw, monotonic, limits)

    monkeypatch.setattr(_http, "BoundedBody", bounded)
    return found


# The request


def test_options_of_a_request(wire: Wire, clock: VirtualClock) -> None:
    wire.outcomes = [response]
    session = new_session(clock, timeout=7.0, ca_path="/ca", env={"https_proxy": "http://proxy:1"})
    session.send(call("POST", params={"a": 1}, json={"b": 2}, headers={"X-Y": "z"}))
    assert wire.options == [
        {
            "timeout": 7.0,
            "proxies": {"https": "http://proxy:1"},
            "verify": "/ca",
            "allow_redirects": False,
            "stream": True,
        }
    ]
    (sent,) = wire.sent
    assert (sent.method, sent.url, sent.body, sent.headers["X-Y"]) == ("POST", f"{API}/apps?a=1", b'{"b": 2}', "z")


def test_bytes_of_a_request(wire: Wire, clock: VirtualClock) -> None:
    wire.outcomes = [response]
    new_session(clock).send(call("PUT", data=b"x"))
    assert wire.sent[0].body == b"x"


def test_plain_http_needs_no_bundle(wire: Wire, clock: VirtualClock) -> None:
    wire.outcomes = [response]
    new_session(clock, ca_path="/ca").send(Call("GET", "http://127.0.0.1/apps", "list", "/apps"))
    assert wire.options[0]["verify"] is True


@pytest.mark.parametrize("validate_certs", [True, False])
def test_warnings_about_certificates(
    clock: VirtualClock, monkeypatch: pytest.MonkeyPatch, validate_certs: bool
) -> None:
    """Suppress them only if the task does not validate certificates."""
    disabled: list[object] = []
    monkeypatch.setattr(urllib3, "disable_warnings", disabled.append)
    new_session(clock, validate_certs=validate_certs)
    assert disabled == ([] if validate_certs else [urllib3.exceptions.InsecureRequestWarning])


@pytest.mark.parametrize(
    ("timeout", "passed_s", "expected"),
    [(30.0, 0, 30.0), (30.0, 1030, 30.0), (30.0, 1050, 10.0), (30.0, 1059.5, 1.0), (0.1, 1059.5, 0.1), (0.1, 0, 0.1)],
)
def test_timeout_near_the_end_of_the_task(
    wire: Wire, clock: VirtualClock, timeout: float, passed_s: float, expected: float
) -> None:
    """Use the rest of the time limit and its grace period, but at least a second, unless the timeout is shorter."""
    wire.outcomes = [response]
    session = new_session(clock, timeout=timeout)
    clock.sleep(passed_s)
    session.send(call())
    assert wire.options[0]["timeout"] == pytest.approx(expected)


def test_nothing_is_sent_after_the_end_of_ansible(
    wire: Wire, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controller_process, "is_gone", lambda: True)
    session = new_session(clock)
    with pytest.raises(NotDoneError):
        session.send(call())
    assert (wire.sent, session.sent) == ([], 0)


@pytest.mark.parametrize("prepared", ["https://evil.example/", ""])
def test_url_that_names_another_host_after_its_preparation(
    wire: Wire, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch, prepared: str
) -> None:
    def prepare(_session: requests.Session, _request: requests.Request) -> requests.PreparedRequest:
        found = requests.PreparedRequest()
        found.url = prepared
        return found

    monkeypatch.setattr(requests.Session, "prepare_request", prepare)
    with pytest.raises(OptionError, match="does not name one host"):
        new_session(clock).send(call())
    assert wire.sent == []


@pytest.mark.parametrize("is_kept", [True, False])
def test_url_about_whose_host_parsers_disagree(
    wire: Wire, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch, is_kept: bool
) -> None:
    """Refuse it, also if its preparation keeps it as it is."""
    url = "https://evil.example\\@api.example.com/"

    def prepare(_session: requests.Session, _request: requests.Request) -> requests.PreparedRequest:
        found = requests.PreparedRequest()
        found.url = url
        return found

    if is_kept:
        monkeypatch.setattr(requests.Session, "prepare_request", prepare)
    with pytest.raises(OptionError, match="does not name one host"):
        new_session(clock).send(Call("GET", url, "list", "/apps"))
    assert wire.sent == []


@pytest.mark.parametrize(("path", "shown"), [("/apps", "GET /apps"), (None, "GET at api.example.com")])
def test_a_call_in_messages(path: str | None, shown: str) -> None:
    found = Call("GET", f"{API}/apps?signature=c4nary", "list", path)
    assert found.shown == shown
    assert found.details(status=1) == {"method": "GET", "path": path, "status": 1}
    assert found.repeatable


def test_secrets_and_users_are_not_in_messages(wire: Wire, clock: VirtualClock) -> None:
    wire.outcomes = [OSError("x")]
    with pytest.raises(CiError) as caught:
        new_session(clock, max_retries=0).send(Call("GET", "https://me:c4nary@api.example.com/x", "list", "/x"))
    assert caught.value.message.startswith("Could not list: the connection to api.example.com ended")
    assert "c4nary" not in caught.value.message + str(caught.value.reason)


@pytest.mark.parametrize("words", ["", "words"])
def test_error_of_a_response(words: str) -> None:
    error = as_service_error(call(), with_body(418, b""), words, "storage", "Advice.")
    expected = f"returned 418{': words' if words else ''}."
    assert error.message == f"Could not list the apps: GET /apps {expected} Advice."
    assert error.reason == f"api.example.com {expected}"
    assert (error.kind, error.status, error.method, error.request_id) == ("storage", 418, "GET", None)


def test_close_returns_the_connections(clock: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """End them in a process that does not keep sessions."""
    closed: list[requests.Session] = []

    def close(session: requests.Session) -> None:
        closed.append(session)

    monkeypatch.setattr(requests.Session, "close", close)
    session = new_session(clock)
    assert closed == []
    session.close()
    assert len(closed) == 1


# The limits of a body


@pytest.mark.parametrize(
    ("status", "most_bytes", "may_be_cut"),
    [(199, 1024**2, True), (200, 64 * 1024**2, False), (299, 64 * 1024**2, False), (300, 1024**2, True)],
)
def test_limits_of_a_response(
    wire: Wire, clock: VirtualClock, limits: list[Limits], status: int, most_bytes: int, may_be_cut: bool
) -> None:
    wire.outcomes = [lambda: response(status, b"")]
    new_session(clock, timeout=7.0).send(call())
    assert limits == [Limits(7, 28, most_bytes, may_be_cut=may_be_cut)]


def test_limits_of_a_transfer(wire: Wire, clock: VirtualClock, limits: list[Limits]) -> None:
    """Allow the rest of the time limit and its grace period."""
    wire.outcomes = [response]
    new_session(clock, timeout=7.0).download(call(most_bytes=99), io.BytesIO)
    assert limits == [Limits(7, 1060, 99, is_transfer=True)]


def test_limits_of_a_refused_transfer(wire: Wire, clock: VirtualClock, limits: list[Limits]) -> None:
    wire.outcomes = [lambda: response(404)]
    new_session(clock, timeout=7.0).download(call(most_bytes=99), io.BytesIO)
    assert limits == [Limits(7, 28, 1024**2, may_be_cut=True)]


# The body


def error_of(wire: Wire, clock: VirtualClock, found: requests.Response, *, is_download: bool) -> CiError:
    wire.outcomes = [found]
    session = new_session(clock, max_retries=0)
    with pytest.raises(CiError) as caught:
        session.download(call(most_bytes=10), io.BytesIO) if is_download else session.send(call())
    return caught.value


def test_the_body_of_a_response_is_read(wire: Wire, clock: VirtualClock) -> None:
    found = response(200, b"words")
    wire.outcomes = [found]
    assert new_session(clock).send(call()).content == b"words"


@pytest.mark.parametrize("is_download", [False, True])
@pytest.mark.parametrize("status", [200, 404])
def test_a_body_that_ends_early(wire: Wire, clock: VirtualClock, is_download: bool, status: int) -> None:
    found = response(status, b"words")
    found.headers["Content-Length"] = "6"
    assert error_of(wire, clock, found, is_download=is_download).kind == "connection"


@pytest.mark.parametrize("length", ["5", "", "x", "-1"])
@pytest.mark.parametrize("is_download", [False, True])
def test_a_body_whose_length_is_right_or_unknown(
    wire: Wire, clock: VirtualClock, length: str, is_download: bool
) -> None:
    found = response(200, b"words")
    found.headers["Content-Length"] = length
    wire.outcomes = [found]
    session = new_session(clock, max_retries=0)
    if is_download:
        sink = io.BytesIO()
        session.download(call(), lambda: sink)
        assert sink.getvalue() == b"words"
    else:
        assert session.send(call()).content == b"words"


@pytest.mark.parametrize(("method", "encoding"), [("HEAD", None), ("GET", "identity")])
def test_a_length_that_is_not_that_of_the_body(
    wire: Wire, clock: VirtualClock, method: str, encoding: str | None
) -> None:
    found = response(200, b"" if method == "HEAD" else b"words", {"Content-Encoding": encoding} if encoding else {})
    found.headers["Content-Length"] = "99"
    wire.outcomes = [found]
    assert new_session(clock, max_retries=0).send(call(method)).status_code == 200


def test_a_refusal_that_is_cut_is_complete(wire: Wire, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "MOST_BYTES_OF_REFUSAL", 3)
    found = response(404, b"words")
    found.headers["Content-Length"] = "5"
    wire.outcomes = [found]
    assert new_session(clock, max_retries=0).send(call()).content == b"wor"


@pytest.mark.parametrize("is_download", [False, True])
def test_a_body_that_is_too_large(
    wire: Wire, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch, is_download: bool
) -> None:
    monkeypatch.setattr(_http, "MOST_BYTES", 10)
    error = error_of(wire, clock, response(200, b"x" * 11), is_download=is_download)
    assert isinstance(error, ServiceError)
    assert (error.kind, error.status) == ("invalid_response", 200)
    assert "returned 200: more than 10 bytes." in error.message


class Broken(io.BytesIO):
    """A body that ends with an error after its bytes."""

    def __init__(self, error: Exception) -> None:
        super().__init__(b"words")
        self._error = error

    def read1(self, size: int | None = -1, /) -> bytes:
        found = super().read1(size)
        if not found:
            raise self._error
        return found


@pytest.mark.parametrize("is_download", [False, True])
@pytest.mark.parametrize(
    ("error", "kind"),
    [(TimeoutError(), "timeout"), (ConnectionResetError(), "connection"), (requests.ConnectionError(), "connection")],
)
def test_a_body_that_breaks_off(
    wire: Wire, clock: VirtualClock, error: Exception, kind: str, is_download: bool
) -> None:
    found = response()
    found.raw = urllib3.HTTPResponse(Broken(error), preload_content=False)
    assert error_of(wire, clock, found, is_download=is_download).kind == kind


@pytest.mark.parametrize("part", ["head", "body", "download"])
def test_a_message_names_the_timeout_that_applied(wire: Wire, clock: VirtualClock, part: str) -> None:
    """Name the shorter timeout near the end of the task."""
    found = response()
    found.raw = urllib3.HTTPResponse(Broken(TimeoutError()), preload_content=False)
    wire.outcomes = [TimeoutError() if part == "head" else found]
    session = new_session(clock, timeout=30.0, max_retries=0)
    clock.sleep(1050)
    with pytest.raises(
        CiError, match=r": api\.example\.com did not respond within 10 s \(GET /apps\)\. Raise timeout, or"
    ):
        session.download(call(), io.BytesIO) if part == "download" else session.send(call())
