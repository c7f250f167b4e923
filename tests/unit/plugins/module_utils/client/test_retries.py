# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Retries of one request, without a socket: how many, after which wait, and which error ends them."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest
import requests
import urllib3

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import (
    CiError,
    ConnectionFailedError,
    OptionError,
    ServiceError,
    TaskStopError,
    UnclearOutcomeError,
)
from ansible_collections.mobileops.ci.plugins.module_utils._http import session as _http
from ansible_collections.mobileops.ci.plugins.module_utils._http.session import Call, HttpSession, back_off_s
from tests.helpers.clock import VirtualClock

from .wire import API, Wire, call, new_session, response, wire

__all__ = ["wire"]

# The fixture no_pauses replaces it.
FIRST_DELAY_S = _http.FIRST_DELAY_S
POOL = urllib3.HTTPSConnectionPool("api.example.com")
BROKEN = requests.ConnectionError(urllib3.exceptions.ProtocolError("Connection aborted."))
REFUSED = requests.ConnectionError(urllib3.exceptions.NewConnectionError(POOL, "refused"))
WRONG_OPTION = requests.exceptions.InvalidURL("bad URL")
UNTRUSTED = requests.exceptions.SSLError("TLS CA certificate bundle")


def error_of(session: HttpSession, request: Call) -> CiError:
    with pytest.raises(CiError) as caught:
        session.send(request)
    return caught.value


@pytest.fixture
def longest_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "FIRST_DELAY_S", FIRST_DELAY_S)
    monkeypatch.setattr(_http.random, "uniform", lambda low, high: low + high)


@pytest.mark.usefixtures("longest_delays")
def test_delays_double_up_to_half_a_minute() -> None:
    assert [back_off_s(failures) for failures in range(1, 9)] == [0.5, 1, 2, 4, 8, 16, 30, 30]


@pytest.mark.parametrize("status", [502, 504])
@pytest.mark.parametrize("retries", [0, 1, 2])
@pytest.mark.usefixtures("longest_delays")
def test_a_failing_gateway_is_retried(wire: Wire, clock: VirtualClock, status: int, retries: int) -> None:
    wire.outcomes = [lambda: response(status)]
    session = new_session(clock, max_retries=retries)
    assert session.send(call()).status_code == status
    assert session.sent == len(wire.sent) == retries + 1
    assert clock.slept == [0.5, 1.0][:retries]


@pytest.mark.parametrize("status", [500, 501, 505, 502])
def test_a_server_error_that_is_not_retried(wire: Wire, clock: VirtualClock, status: int) -> None:
    """Retry neither other statuses nor a request that must not be repeated."""
    wire.outcomes = [lambda: response(status)]
    found = new_session(clock, max_retries=5).send(call(repeatable=status != 502))
    assert found.status_code == status
    assert len(wire.sent) == 1


@pytest.mark.parametrize("status", [200, 404, 499])
def test_other_statuses_are_served_requests(wire: Wire, clock: VirtualClock, status: int) -> None:
    wire.outcomes = [lambda: response(status)]
    session = new_session(clock)
    assert session.send(call()).status_code == status
    assert session.gates.of(API).pace.served == 1


@pytest.mark.usefixtures("longest_delays")
def test_a_broken_connection_is_retried(wire: Wire, clock: VirtualClock) -> None:
    wire.outcomes = [BROKEN]
    error = error_of(new_session(clock, max_retries=2), call())
    assert isinstance(error, ConnectionFailedError)
    assert error.message.endswith("Tried 3 times.")
    assert clock.slept == [0.5, 1.0]
    assert len(wire.sent) == 3
    assert error.reason == "The connection to api.example.com ended before the response was complete."


def test_a_single_attempt_is_not_counted_in_the_message(wire: Wire, clock: VirtualClock) -> None:
    wire.outcomes = [BROKEN]
    error = error_of(new_session(clock, max_retries=0), call())
    assert "Tried" not in error.message


@pytest.mark.parametrize("repeatable", [True, False])
def test_an_option_that_makes_requests_impossible(wire: Wire, clock: VirtualClock, repeatable: bool) -> None:
    """Report it as an option, because no request was sent, and do not retry."""
    wire.outcomes = [WRONG_OPTION]
    error = error_of(new_session(clock, max_retries=5), call(repeatable=repeatable))
    assert isinstance(error, OptionError)
    assert (len(wire.sent), error.method, error.path) == (1, "GET", "/apps")


def test_an_untrusted_certificate_is_not_retried(wire: Wire, clock: VirtualClock) -> None:
    wire.outcomes = [OSError("Could not find a suitable TLS CA certificate bundle")]
    error = error_of(new_session(clock, max_retries=5), call())
    assert (error.kind, len(wire.sent)) == ("tls", 1)


def test_a_request_with_an_unclear_outcome_is_not_repeated(wire: Wire, clock: VirtualClock) -> None:
    wire.outcomes = [BROKEN]
    assert isinstance(error_of(new_session(clock, max_retries=5), call("POST", repeatable=False)), UnclearOutcomeError)
    assert len(wire.sent) == 1


def test_a_request_that_was_never_sent_is_repeated(wire: Wire, clock: VirtualClock) -> None:
    wire.outcomes = [REFUSED, lambda: response(200)]
    assert new_session(clock, max_retries=1).send(call("POST", repeatable=False)).status_code == 200


@pytest.mark.parametrize(("was_up", "tries"), [(False, 3), (True, 5)])
def test_a_host_that_never_responded_is_retried_twice(
    wire: Wire, clock: VirtualClock, was_up: bool, tries: int
) -> None:
    wire.outcomes = [lambda: response(200)] if was_up else [REFUSED]
    session = new_session(clock, max_retries=4)
    if was_up:
        session.send(call())
        wire.outcomes = [REFUSED]
    assert f"Tried {tries} times." in error_of(session, call()).message


@pytest.mark.parametrize("env", [{}, {"https_proxy": "http://proxy:1"}], ids=["host", "proxy"])
def test_an_unknown_name_is_retried_once(wire: Wire, clock: VirtualClock, env: dict[str, str]) -> None:
    """Retry it once, because the name of the host or of the proxy is probably wrong."""
    error = urllib3.exceptions.NewConnectionError(POOL, "unknown")
    error.__cause__ = socket.gaierror(-2, "Name or service not known")
    wire.outcomes = [requests.ConnectionError(error)]
    found = error_of(new_session(clock, max_retries=4, env=env), call())
    assert (found.kind, len(wire.sent)) == ("proxy" if env else "dns", 2)
    assert found.message.endswith("Tried 2 times.")


def test_a_host_that_breaks_off_connections_is_retried_as_often_as_allowed(wire: Wire, clock: VirtualClock) -> None:
    """Count only connections that were refused for a wrong address."""
    wire.outcomes = [BROKEN]
    assert "Tried 5 times." in error_of(new_session(clock, max_retries=4), call()).message


# Refusals


@pytest.mark.parametrize(
    ("status", "repeatable", "retries", "tries"),
    [
        (429, True, 1, 2),
        (429, False, 1, 2),
        (503, True, 1, 2),
        (503, False, 1, 1),
        (429, True, 0, 1),
        (503, True, 0, 1),
    ],
)
def test_a_refusal(wire: Wire, clock: VirtualClock, status: int, repeatable: bool, retries: int, tries: int) -> None:
    """Retry it, unless a request with status 503 may have had an effect."""
    wire.outcomes = [response(status), response(200)]
    found = new_session(clock, max_retries=retries).send(call("POST", repeatable=repeatable))
    assert found.status_code == (200 if tries == 2 else status)
    assert len(wire.sent) == tries


def test_an_isolated_503_waits_alone(wire: Wire, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let other requests pass while this one waits."""
    session = new_session(clock, max_retries=1)
    closed: list[bool] = []
    gate = session.gates.of(API)
    monkeypatch.setattr(session.gates, "sleep", lambda _seconds: closed.append(gate.pace.is_closed))
    wire.outcomes = [response(503), response(200)]
    assert session.send(call()).status_code == 200
    assert closed == [False]


def test_a_second_503_of_the_same_request_closes_the_gate(wire: Wire, clock: VirtualClock) -> None:
    wire.outcomes = [response(503), response(503), response(200)]
    session = new_session(clock, max_retries=1)
    assert session.send(call()).status_code == 200
    assert session.gates.refused == 2
    assert session.gates.waited_s > 0


@pytest.mark.parametrize("status", [429, 503])
def test_an_announced_wait(wire: Wire, clock: VirtualClock, status: int) -> None:
    wire.outcomes = [response(status, headers={"Retry-After": "7"}), response(200)]
    new_session(clock, max_retries=1).send(call())
    assert clock.slept == [7]


@pytest.mark.parametrize("status", [200, 429])
def test_the_date_of_the_service_counts_for_its_waits(wire: Wire, clock: VirtualClock, status: int) -> None:
    """Use the clock of an earlier response for a date in one without a clock."""
    date, later = "Fri, 02 Jan 2026 00:00:00 GMT", "Fri, 02 Jan 2026 00:00:20 GMT"
    wire.outcomes = [
        response(200, headers={"Date": date}),
        response(status, headers={"Retry-After": later, "RateLimit-Remaining": "0"}),
        response(200),
    ]
    session = new_session(clock, max_retries=1)
    session.send(call())
    session.send(call())
    if status == 200:
        session.send(call())
    assert clock.slept == [20]


def test_a_host_that_stays_overloaded_ends_the_task(wire: Wire, clock: VirtualClock) -> None:
    wire.outcomes = [lambda: response(503)]
    with pytest.raises(TaskStopError):
        new_session(clock, max_retries=1).send(call())
    assert 15 <= clock.monotonic() < 30


@pytest.mark.parametrize("outcome", [BROKEN, lambda: response(500), lambda: response(502)], ids=["none", "500", "502"])
def test_a_host_that_goes_down_ends_the_task(
    wire: Wire, clock: VirtualClock, outcome: Callable[[], requests.Response] | Exception
) -> None:
    """Wait behind the gate, a quarter of a minute for each retry, after three requests have failed."""
    wire.outcomes = [lambda: response(200)]
    session = new_session(clock, max_retries=2)
    session.send(call())
    wire.outcomes = [outcome]
    for _request in range(2):
        session.send(call()) if not isinstance(outcome, Exception) else error_of(session, call())
    with pytest.raises(TaskStopError) as caught:
        session.send(call())
    assert 30 <= clock.monotonic() < 45
    assert "It served no request for" in caught.value.message


def test_a_request_waits_for_a_host_that_comes_back(wire: Wire, clock: VirtualClock) -> None:
    wire.outcomes = [lambda: response(200)]
    session = new_session(clock, max_retries=2)
    session.send(call())
    for outcome in (BROKEN, lambda: response(500)):
        wire.outcomes = [BROKEN]
        for _request in range(2):
            error_of(session, call())
        wire.outcomes = [outcome, outcome, outcome, outcome, lambda: response(201)]
        assert session.send(call()).status_code == 201


def test_an_untrusted_certificate_behind_the_gate_is_reported(wire: Wire, clock: VirtualClock) -> None:
    wire.outcomes = [lambda: response(200)]
    session = new_session(clock, max_retries=0)
    session.send(call())
    wire.outcomes = [OSError("Could not find a suitable TLS CA certificate bundle")]
    for _request in range(2):
        error_of(session, call())
    assert error_of(session, call()).kind == "tls"


def test_a_request_that_the_host_always_refuses(wire: Wire, clock: VirtualClock) -> None:
    """Give it up after ten refusals for each retry, if the host serves other requests meanwhile."""
    session = new_session(clock, max_retries=2)
    pace = session.gates.of(API).pace

    def refuse() -> requests.Response:
        pace.served += 1  # by another thread
        return response(429)

    wire.outcomes = [refuse]
    assert session.send(call()).status_code == 429
    assert len(wire.sent) == 21


def test_a_server_error_behind_the_gate_is_given_up_too(wire: Wire, clock: VirtualClock) -> None:
    session = new_session(clock, max_retries=1)
    pace = session.gates.of(API).pace
    wire.outcomes = [lambda: response(500)]
    for _request in range(2):
        session.send(call())

    def fail() -> requests.Response:
        pace.served += 1
        return response(500)

    wire.outcomes = [fail]
    assert session.send(call()).status_code == 500
    assert len(wire.sent) == 2 + 11


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_task_without_retries_gets_each_response(wire: Wire, clock: VirtualClock, status: int) -> None:
    """Return the response of every request, also if the host failed before."""
    wire.outcomes = [lambda: response(status)]
    session = new_session(clock, max_retries=0)
    assert [session.send(call()).status_code for _request in range(4)] == [status] * 4


# Errors that are no failures of the host


def test_an_error_of_the_caller_gives_its_turn_back(wire: Wire, clock: VirtualClock) -> None:
    wire.outcomes = [lambda: response(200, b"x")]
    session = new_session(clock)

    def open_sink() -> bytearray:
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError):
        session.download(call(), open_sink)  # type: ignore[arg-type,return-value]
    assert session.gates.of(API).pace.under_way == 0


def test_the_default_error_of_a_host_that_ends_the_task(wire: Wire, clock: VirtualClock) -> None:
    wire.outcomes = [lambda: response(503)]
    with pytest.raises(TaskStopError) as caught:
        new_session(clock, max_retries=1).send(call())
    assert caught.value.message.startswith("api.example.com returned 503. It served no request for")
    assert (caught.value.kind, caught.value.status) == ("server_error", 503)


def test_another_error_of_a_host_that_ends_the_task(wire: Wire, clock: VirtualClock) -> None:
    session = new_session(clock, max_retries=1)
    own = HttpSession(
        session.transport,
        session.gates,
        session.redact,
        {"X-Own": "1"},
        lambda _call, _response: ServiceError("own", kind="storage"),
    )
    wire.outcomes = [lambda: response(503)]
    with pytest.raises(TaskStopError) as caught:
        own.send(call(headers={"X-More": "2"}))
    assert caught.value.kind == "storage"
    assert (wire.sent[0].headers["X-Own"], wire.sent[0].headers["X-More"]) == ("1", "2")
