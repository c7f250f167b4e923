# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is tried again, how often, and after which pause."""

from __future__ import annotations

import email.utils
import time

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils import _http
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import PROVISIONING_PROFILE as PROFILE
from ansible_collections.mobileops.ci.plugins.module_utils._errors import CiError, UnclearOutcomeError

from ...helpers.service import APP, PROFILES, Service, a_file
from .conftest import MakeClient, Time


def total(clock: Time) -> float:
    return sum(clock.slept)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_passing_refusal(service: Service, make_client: MakeClient, status: int) -> None:
    service.emulator.fault(status=status, times=2)
    assert make_client(max_retries=2).app(APP)["slug"] == APP
    assert service.asked() == ["app"] * 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_final_refusal(service: Service, make_client: MakeClient, clock: Time, status: int) -> None:
    service.emulator.fault(status=status, times=1)
    with pytest.raises(CiError):
        make_client(max_retries=5).app(APP)
    assert service.asked() == ["app"]
    assert clock.slept == []


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": "before"}], ids=["status", "connection"])
@pytest.mark.parametrize("retries", [0, 1, 4])
def test_number_of_tries(service: Service, make_client: MakeClient, fault: dict[str, object], retries: int) -> None:
    service.emulator.fault(**fault)
    with pytest.raises(CiError) as caught:
        make_client(max_retries=retries).app(APP)
    assert service.asked() == ["app"] * (retries + 1)
    if "drop" in fault:
        assert (f"Tried {retries + 1} times." in caught.value.message) == (retries > 0)


@pytest.mark.parametrize("fault", [{"drop": "before"}, {"drop": "after"}, {"truncate": True}], ids=str)
def test_what_does_no_harm_twice_is_repeated(
    service: Service, make_client: MakeClient, fault: dict[str, object]
) -> None:
    service.holds(PROFILES, a_file("dist", b"content"))
    slug = service.files()[0]["slug"]
    client = make_client(max_retries=1)
    for method in ("PATCH", "DELETE"):
        service.emulator.fault(method=method, times=1, **fault)
    assert client.update_file(PROFILE, APP, slug, {"is_expose": False})["is_expose"] is False
    client.delete_file(PROFILE, APP, slug)
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
        make_client(max_retries=5).create_file(PROFILE, APP, "dist", 7)
    assert service.asked() == ["create"]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_creation_that_the_service_broke_off_is_unclear(
    service: Service, make_client: MakeClient, status: int
) -> None:
    service.emulator.fault(method="POST", times=1, status=status)
    with pytest.raises(UnclearOutcomeError) as caught:
        make_client(max_retries=5).create_file(PROFILE, APP, "dist", 7)
    assert (caught.value.kind, caught.value.status) == ("server_error", status)
    assert service.asked() == ["create"]


def test_a_creation_that_was_refused_is_clear(service: Service, make_client: MakeClient) -> None:
    service.emulator.fault(method="POST", times=1, status=400)
    with pytest.raises(CiError) as caught:
        make_client(max_retries=5).create_file(PROFILE, APP, "dist", 7)
    assert not isinstance(caught.value, UnclearOutcomeError)


def test_a_creation_that_was_put_off_is_repeated(service: Service, make_client: MakeClient) -> None:
    service.emulator.fault(method="POST", times=1, status=429)
    assert make_client(max_retries=1).create_file(PROFILE, APP, "dist", 7)["upload_url"]
    assert service.asked() == ["create", "create"]


def test_a_creation_that_was_never_sent_is_repeated(make_client: MakeClient, clock: Time) -> None:
    client = make_client("http://127.0.0.1:9", max_retries=2)
    with pytest.raises(CiError) as caught:
        client.create_file(PROFILE, APP, "dist", 7)
    assert not isinstance(caught.value, UnclearOutcomeError)
    assert client.requests_sent == 3


def test_pauses_grow_with_full_jitter(
    make_client: MakeClient, service: Service, clock: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_http, "FIRST_DELAY_S", 0.5)
    limits: list[tuple[float, float]] = []

    def longest(low: float, high: float) -> float:
        limits.append((low, high))
        return high

    monkeypatch.setattr(_http.random, "uniform", longest)
    service.emulator.fault(status=503)
    with pytest.raises(CiError):
        make_client(max_retries=8).app(APP)
    expected = [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert clock.slept == expected
    assert limits[:8] == [(0, high) for high in expected]


def test_seconds_to_wait(service: Service, make_client: MakeClient, clock: Time) -> None:
    service.emulator.fault(status=429, retry_after=7, times=1)
    make_client(max_retries=1).app(APP)
    assert total(clock) == pytest.approx(7)


@pytest.mark.parametrize("status", [429, 503])
def test_date_to_wait_for(service: Service, make_client: MakeClient, clock: Time, status: int) -> None:
    date = email.utils.formatdate(time.time() + 20, usegmt=True)
    service.emulator.fault(status=status, retry_after=date, times=1)
    make_client(max_retries=1).app(APP)
    assert total(clock) == pytest.approx(20, abs=2)


def test_date_that_has_passed(service: Service, make_client: MakeClient, clock: Time) -> None:
    date = email.utils.formatdate(time.time() - 3600, usegmt=True)
    service.emulator.fault(status=429, retry_after=date, times=1)
    make_client(max_retries=1).app(APP)
    assert total(clock) == 0


def test_too_long_a_wait_is_told_instead(service: Service, make_client: MakeClient, clock: Time) -> None:
    service.emulator.fault(status=429, retry_after=3600)
    with pytest.raises(CiError) as caught:
        make_client(max_retries=5).app(APP)
    assert "It asks to wait 3600 s." in caught.value.message
    assert clock.slept == []
    assert service.asked() == ["app"]


@pytest.mark.parametrize("value", ["soon", "", "-5", "Fri, 99 Foo"])
def test_senseless_wait(service: Service, make_client: MakeClient, clock: Time, value: str) -> None:
    service.emulator.fault(status=429, retry_after=value, times=1)
    make_client(max_retries=1).app(APP)
    assert total(clock) == 0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(None, None), ("", None), ("0", 0), ("2.5", 2.5), ("-1", 0), ("soon", None), ("Thu, 01 Jan 1970 00:00:00 GMT", 0)],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert _http.retry_after_s(value) == seconds


def test_requests_are_counted(service: Service, make_client: MakeClient) -> None:
    service.emulator.fault(status=503, times=2)
    client: BitriseClient = make_client(max_retries=2)
    client.app(APP)
    assert client.requests_sent == 3 == len(service.asked())
