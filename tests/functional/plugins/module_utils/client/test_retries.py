# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Retries: which requests, how many, and after which wait."""

from __future__ import annotations

import email.utils
import threading
import time

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.endpoints import (
    create_file,
    delete_file,
    update_file,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import PROVISIONING_PROFILE as PROFILE
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import (
    CiError,
    NotDoneError,
    TaskStopError,
    UnclearOutcomeError,
)
from ansible_collections.mobileops.ci.plugins.module_utils._http import session as _http
from ansible_collections.mobileops.ci.plugins.module_utils._http.pace import Turn
from tests.helpers.clock import VirtualClock
from tests.helpers.servers import CannedResponse, serving
from tests.helpers.service import APP, PROFILES, Service, a_file

from .conftest import MakeClient


def total(clock: VirtualClock) -> float:
    return sum(clock.slept)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_passing_refusal(service: Service, make_client: MakeClient, status: int) -> None:
    service.emulator.fault(status=status, times=2)
    assert make_client(max_retries=2).app(APP)["slug"] == APP
    assert service.asked() == ["app"] * 3


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_final_refusal(service: Service, make_client: MakeClient, clock: VirtualClock, status: int) -> None:
    service.emulator.fault(status=status, times=1)
    with pytest.raises(CiError):
        make_client(max_retries=5).app(APP)
    assert service.asked() == ["app"]
    assert clock.slept == []


@pytest.mark.parametrize(("token", "kind"), [(None, "forbidden"), ("wrong", "unauthorized")])
def test_refusal_that_looks_like_a_wrong_token(
    service: Service, make_client: MakeClient, token: str | None, kind: str
) -> None:
    """Look up once if the token is wrong, because the service may refuse a low role with 401."""
    service.emulator.fault(status=401, path=f"/apps/{APP}")
    client = make_client(**({"token": token} if token else {}))
    for _call in range(2):
        with pytest.raises(CiError) as caught:
            client.app(APP)
        assert caught.value.kind == kind
        assert caught.value.status == 401
    assert service.asked() == ["app", "apps", "app"]


@pytest.mark.parametrize("fault", [{"status": 502}, {"drop": "before"}], ids=["status", "connection"])
@pytest.mark.parametrize("retries", [0, 1, 4])
def test_number_of_attempts(service: Service, make_client: MakeClient, fault: dict[str, object], retries: int) -> None:
    service.emulator.fault(**fault)
    with pytest.raises(CiError) as caught:
        make_client(max_retries=retries).app(APP)
    assert service.asked() == ["app"] * (retries + 1)
    if "drop" in fault:
        assert (f"Tried {retries + 1} times." in caught.value.message) == (retries > 0)


@pytest.mark.parametrize(
    ("url", "tries"), [("https://nowhere.invalid/v0.1", 2), ("http://127.0.0.1:9", 3)], ids=["unknown host", "refused"]
)
def test_address_that_never_answered(make_client: MakeClient, url: str, tries: int) -> None:
    """Retry only once or twice, because the address is probably wrong."""
    client = make_client(url, max_retries=5)
    with pytest.raises(CiError) as caught:
        client.app(APP)
    assert client.requests_sent == tries
    assert f"Tried {tries} times." in caught.value.message


@pytest.mark.parametrize("fault", [{"drop": "before"}, {"drop": "after"}, {"truncate": True}], ids=str)
def test_harmless_requests_are_repeated(service: Service, make_client: MakeClient, fault: dict[str, object]) -> None:
    service.holds(PROFILES, a_file("dist", b"content"))
    slug = service.files()[0]["slug"]
    client = make_client(max_retries=1)
    for method in ("PATCH", "DELETE"):
        service.emulator.fault(method=method, times=1, **fault)
    assert update_file(client, PROFILE, APP, slug, {"is_expose": False})["is_expose"] is False
    delete_file(client, PROFILE, APP, slug)
    assert service.asked()[:4] == ["patch", "patch", "delete", "delete"]
    assert service.files() == []


@pytest.mark.parametrize(
    "fault", [{"drop": "after"}, {"drop": "before"}, {"truncate": True}, {"malformed": True}], ids=str
)
def test_a_creation_is_never_repeated_blindly(
    service: Service, make_client: MakeClient, fault: dict[str, object]
) -> None:
    service.emulator.fault(method="POST", times=1, **fault)
    with pytest.raises(UnclearOutcomeError):
        create_file(make_client(max_retries=5), PROFILE, APP, "dist", 7)
    assert service.asked() == ["create"]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_creation_that_the_service_broke_off_is_unclear(
    service: Service, make_client: MakeClient, status: int
) -> None:
    service.emulator.fault(method="POST", times=1, status=status)
    with pytest.raises(UnclearOutcomeError) as caught:
        create_file(make_client(max_retries=5), PROFILE, APP, "dist", 7)
    assert (caught.value.kind, caught.value.status) == ("server_error", status)
    assert service.asked() == ["create"]


def test_a_creation_that_was_refused_is_clear(service: Service, make_client: MakeClient) -> None:
    service.emulator.fault(method="POST", times=1, status=400)
    with pytest.raises(CiError) as caught:
        create_file(make_client(max_retries=5), PROFILE, APP, "dist", 7)
    assert not isinstance(caught.value, UnclearOutcomeError)


def test_a_creation_that_was_put_off_is_repeated(service: Service, make_client: MakeClient) -> None:
    service.emulator.fault(method="POST", times=1, status=429)
    assert create_file(make_client(max_retries=1), PROFILE, APP, "dist", 7)["upload_url"]
    assert service.asked() == ["create", "create"]


def test_a_creation_that_was_never_sent_is_repeated(make_client: MakeClient, clock: VirtualClock) -> None:
    client = make_client("http://127.0.0.1:9", max_retries=2)
    with pytest.raises(CiError) as caught:
        create_file(client, PROFILE, APP, "dist", 7)
    assert not isinstance(caught.value, UnclearOutcomeError)
    assert client.requests_sent == 3


def test_pauses_grow_with_full_jitter(
    make_client: MakeClient, service: Service, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_http, "FIRST_DELAY_S", 0.5)
    limits: list[tuple[float, float]] = []

    def longest(low: float, high: float) -> float:
        limits.append((low, high))
        return high

    monkeypatch.setattr(_http.random, "uniform", longest)
    service.emulator.fault(status=502)
    with pytest.raises(CiError):
        make_client(max_retries=8).app(APP)
    expected = [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert clock.slept == expected
    assert limits == [(0, high) for high in expected]


@pytest.mark.parametrize("retries", [1, 5])
def test_a_service_that_stays_overloaded(
    service: Service, make_client: MakeClient, clock: VirtualClock, retries: int
) -> None:
    """Wait up to 15 seconds for each retry, and then end the task."""
    service.emulator.fault(status=503)
    with pytest.raises(TaskStopError) as caught:
        make_client(max_retries=retries).app(APP)
    assert 15 * retries <= total(clock) <= 15 * retries + 10
    assert caught.value.kind == "server_error"
    assert "It served no request for" in caught.value.message
    assert len(service.asked()) < 30


def test_seconds_to_wait(service: Service, make_client: MakeClient, clock: VirtualClock) -> None:
    service.emulator.fault(status=429, retry_after=7, times=1)
    make_client(max_retries=1).app(APP)
    assert total(clock) == pytest.approx(7)


@pytest.mark.parametrize("status", [429, 503])
def test_date_to_wait_for(service: Service, make_client: MakeClient, clock: VirtualClock, status: int) -> None:
    date = email.utils.formatdate(time.time() + 20, usegmt=True)
    service.emulator.fault(status=status, retry_after=date, times=1)
    make_client(max_retries=1).app(APP)
    assert total(clock) == pytest.approx(20, abs=2)


def test_a_wait_that_does_not_fit_in_the_time_limit(
    service: Service, make_client: MakeClient, clock: VirtualClock
) -> None:
    service.emulator.fault(status=429, retry_after=3600)
    with pytest.raises(TaskStopError) as caught:
        make_client(max_retries=5, time_limit=600.0).app(APP)
    assert (caught.value.kind, caught.value.status) == ("rate_limited", 429)
    assert "The service asks to wait 3600 s, until " in caught.value.message
    assert "does not fit in the time_limit of 600 s" in caught.value.message
    assert clock.slept == []
    assert service.asked() == ["app"]


def test_a_limit_that_never_ends(service: Service, make_client: MakeClient, clock: VirtualClock) -> None:
    """End the wait by the time limit of the task, and not by a number of attempts."""
    service.emulator.fault(status=429)
    with pytest.raises(TaskStopError) as caught:
        make_client(max_retries=1, time_limit=600.0).app(APP)
    assert caught.value.kind == "rate_limited"
    assert 580 < total(clock) <= 600


def test_every_request_after_the_end_gets_the_same_error(service: Service, make_client: MakeClient) -> None:
    service.emulator.fault(status=429, retry_after=3600, times=1)
    client = make_client(max_retries=5, time_limit=600.0)
    for _request in range(2):
        with pytest.raises(TaskStopError) as caught:
            client.app(APP)
        assert "asks to wait 3600 s" in caught.value.message
    assert service.asked() == ["app"]


@pytest.mark.parametrize("value", ["soon", "", "-5", "Fri, 99 Foo", "0", "1e400", "99999999999"])
def test_invalid_wait(service: Service, make_client: MakeClient, clock: VirtualClock, value: str) -> None:
    """Ignore the value: the first wait is half a second at most."""
    service.emulator.fault(status=429, retry_after=value, times=1)
    make_client(max_retries=1).app(APP)
    assert 0 < total(clock) <= 0.5


def test_waiting_is_counted(service: Service, make_client: MakeClient) -> None:
    service.emulator.fault(status=429, retry_after=7, times=1)
    client: BitriseClient = make_client(max_retries=1)
    client.app(APP)
    assert (client.gates.waited_s, client.gates.refused) == (7, 1)
    assert client.gates.summary() == "waited 7 s for the service's rate limit, 1 requests refused"


def test_waiting_is_reported(service: Service, make_client: MakeClient) -> None:
    service.emulator.fault(status=429, retry_after=42, times=1)
    client: BitriseClient = make_client(max_retries=1)
    lines: list[str] = []
    client.gates.report_progress = lines.append
    client.app(APP)
    assert len(lines) == 1
    assert lines[0].endswith(" limits requests: the task waits 42 s")


def test_a_request_that_is_always_refused_does_not_hold_up_the_others(
    service: Service, make_client: MakeClient, clock: VirtualClock
) -> None:
    """Continue with other requests, because the host itself has no limit."""
    service.emulator.fault(status=429, path="/apps/other")
    client: BitriseClient = make_client(max_retries=1)
    usual = clock.wait
    pace = client.gates.of(client.api_url).pace

    def wait(condition: threading.Condition, seconds: float | None) -> None:
        usual(condition, seconds)
        # Another request is the probe, and the host serves it.
        turn = pace.claim(-1, clock.monotonic()) if pace.is_closed else None
        if isinstance(turn, Turn):
            pace.note_served(turn, clock.monotonic())

    clock.wait = wait  # type: ignore[method-assign]
    with pytest.raises(CiError) as caught:
        client.app("other")
    assert caught.value.kind == "rate_limited"
    assert not isinstance(caught.value, TaskStopError)
    assert len(service.asked()) == 11


def test_an_interrupt_ends_the_wait(make_client: MakeClient, clock: VirtualClock, service: Service) -> None:
    service.emulator.fault(status=429, retry_after=42)
    client: BitriseClient = make_client(max_retries=1)
    clock.wait = lambda condition, seconds: client.gates.interrupt()  # type: ignore[method-assign]
    with pytest.raises(NotDoneError):
        client.app(APP)
    assert service.asked() == ["app"]


def test_the_time_limit_ends_a_sleep_that_does_not_fit(make_client: MakeClient, clock: VirtualClock) -> None:
    client: BitriseClient = make_client(time_limit=10.0)
    client.sleep(5)
    with pytest.raises(TaskStopError) as caught:
        client.sleep(30)
    assert caught.value.kind == "time_limit"
    assert "time_limit of 10 s" in caught.value.message
    assert clock.slept == [5]


def test_running_requests_get_a_grace_period(service: Service, make_client: MakeClient, clock: VirtualClock) -> None:
    client: BitriseClient = make_client(time_limit=100.0)
    clock.sleep(130)
    assert client.gates.deadline.is_over
    assert client.app(APP)["slug"] == APP
    clock.sleep(31)
    with pytest.raises(TaskStopError):
        client.app(APP)


def test_the_storage_has_a_gate_of_its_own(make_client: MakeClient, clock: VirtualClock) -> None:
    """Continue with requests to the API during a limit of the storage."""
    responses = iter(
        [CannedResponse(503, b"<Code>SlowDown</Code>", {"Retry-After": "9"}), CannedResponse(200, b"", {})]
    )
    with serving(lambda _line: next(responses)) as storage:
        client: BitriseClient = make_client(max_retries=1)
        client.upload(f"{storage.url}/f?s=1", b"x", "upload it")
        assert client.gates.of(storage.url) is not client.gates.of(client.api_url)
    assert total(clock) == 9


def test_requests_are_counted(service: Service, make_client: MakeClient) -> None:
    service.emulator.fault(status=502, times=2)
    client: BitriseClient = make_client(max_retries=2)
    client.app(APP)
    assert client.requests_sent == 3 == len(service.asked())
