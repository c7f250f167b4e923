# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""phonegap_build: the builds that the task waits for, and messages about builds that fail."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core import polling as _waiting
from ansible_collections.mobileops.ci.plugins.module_utils._http.service_client import ServiceClient
from tests.helpers.tasks import Task

from .service import ANDROID, BUILD_MODULE, PhoneGap

SHOP = {"title": "Shop"}


class Clock:
    """Time for task and service alike: it moves only where a task waits."""

    def __init__(self, phonegap: PhoneGap) -> None:
        self._phonegap = phonegap
        self.seconds = 0.0

    def sleep(self, _client: ServiceClient, seconds: float) -> None:
        self.seconds += seconds
        self._phonegap.emulator.advance(seconds)


@pytest.fixture(autouse=True)
def clock(phonegap: PhoneGap, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(phonegap)
    monkeypatch.setattr(_waiting, "now", lambda: clock.seconds)

    def sleep(client: ServiceClient, seconds: float) -> None:
        clock.sleep(client, seconds)

    monkeypatch.setattr(ServiceClient, "sleep", sleep)
    return clock


def task(phonegap: PhoneGap, **options: Any) -> Task:
    return phonegap.make(BUILD_MODULE, app_id=1, **options)


def test_requests(phonegap: PhoneGap) -> None:
    phonegap.holds(SHOP)
    for options, request in (
        ({"platforms": ["android"]}, "POST /apps/1/build/android"),
        ({"platforms": ["android", "webos"]}, "POST /apps/1/build"),
        ({}, "POST /apps/1/build"),
    ):
        assert phonegap.lines_of(task(phonegap, **options), check_mode=True) == ["GET /apps/1"]
        assert phonegap.lines_of(task(phonegap, **options)) == ["GET /apps/1", request]


def test_only_the_named_ones_are_built(phonegap: PhoneGap) -> None:
    phonegap.holds(SHOP)
    checked = task(phonegap, platforms=["android", "webos"]).run(check_mode=True, diff=True)
    result = task(phonegap, platforms=["android", "webos"]).run(diff=True)
    assert result["build"]["platforms"] == {
        "android": {"status": "pending", "error": None},
        "webos": {"status": "pending", "error": None},
    }
    for key in ("changed", "actions", "diff"):
        assert checked[key] == result[key]
    assert checked["build"]["platforms"] == result["build"]["platforms"]
    assert phonegap.app_state()["status"]["symbian"] == "complete"


def test_waiting(phonegap: PhoneGap, clock: Clock) -> None:
    phonegap.holds(SHOP)
    result = task(phonegap, platforms=["android"], wait=True).run()
    assert result["build"]["platforms"]["android"]["status"] == "complete"
    assert 20 <= clock.seconds <= 30
    failed = task(phonegap, platforms=["android"], wait=True, wait_timeout=5).result()
    assert (failed["error"]["kind"], failed["changed"]) == ("wait_timeout", True)
    assert "builds of app 1 (Shop) are still pending for android" in failed["msg"]
    assert "Run again" not in failed["msg"]  # that would start a new build


def test_a_platform_that_needs_a_key_fails_at_once(phonegap: PhoneGap, clock: Clock) -> None:
    phonegap.holds(SHOP)
    named = task(phonegap, platforms=["android", "ios"], wait=True)
    for check_mode in (True, False):
        failed = named.fail(check_mode=check_mode)
        assert failed["error"]["kind"] == "needs_key"
        assert "cannot be built for ios, because it has no signing key there" in failed["msg"]
    assert phonegap.lines_of_failure(named) == ["GET /apps/1"]
    assert clock.seconds == 0
    result = task(phonegap, wait=True).run()
    assert "cannot be built for ios" in result["warnings"][0]
    assert result["build"]["platforms"]["ios"] == {"status": "needs_key", "error": None}
    assert clock.seconds < 40


def test_a_locked_key(phonegap: PhoneGap) -> None:
    phonegap.holds({**SHOP, "keys": {"android": 1}}, keys=({"platform": "android", "title": "Release"},))
    failed = task(phonegap, platforms=["android"], wait=True).result()
    assert (failed["error"]["kind"], failed["failed"], failed["changed"]) == ("build_failed", True, True)
    assert "android: android signing key is locked. Unlock the key with mobileops.ci.phonegap_key" in failed["msg"]
    assert failed["build"]["platforms"]["android"]["error"] == "android signing key is locked"


def test_messages_of_the_service(phonegap: PhoneGap) -> None:
    key = {"platform": "android", "title": "Release", "passwords": {**ANDROID, "keystore_pw": "wrong"}}
    jks = {"keystore": {"content_base64": "/u3+7QAAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}}
    phonegap.holds({**SHOP, "keys": {"android": 1}}, keys=({**key, "files": jks},))
    failed = task(phonegap, wait=True).result()
    assert "android: Keystore was tampered with, or password was incorrect. Give the right" in failed["msg"]
    assert failed["build"]["platforms"]["webos"]["status"] == "complete"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"platforms": []}, "platforms must name a platform"),
        ({"platforms": [""]}, "platforms must name a platform"),
        ({"platforms": ["amiga"]}, "platform amiga is not supported"),
        ({"wait": True, "wait_interval": 0}, "wait_interval must be greater than 0"),
        ({"app_id": 9}, "app #9 not available"),
    ],
)
def test_clear_errors(phonegap: PhoneGap, options: dict[str, Any], words: str) -> None:
    phonegap.holds(SHOP)
    assert words in task(phonegap).with_options(**options).fail()["msg"]


def test_an_error_while_waiting(phonegap: PhoneGap) -> None:
    phonegap.holds(SHOP)
    phonegap.emulator.fault(status=500, method="GET", nth=2)
    failed = task(phonegap, wait=True).result()
    assert failed["changed"] is True
    assert failed["msg"].endswith("The builds of app 1 (Shop) were queued before that.")
