# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules that list apps, keys and the account, and the documentation of their results."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.documented_results import check_results

from .service import (
    ANDROID,
    APP_INFO,
    BUILD_MODULE,
    COLLABORATOR_MODULE,
    DOWNLOAD_MODULE,
    KEY_INFO,
    USER_INFO,
    PhoneGap,
)
from .test_apps import PNG
from .test_keys import declared

KEYS = ({"platform": "ios", "title": "Store"}, {"platform": "android", "title": "Store"})


@pytest.fixture(autouse=True)
def account(phonegap: PhoneGap) -> None:
    people = [{"email": "new@example.com", "role": "tester"}]
    phonegap.holds({"title": "Shop", "collaborators": people}, {"title": "Menu"}, {"title": "Menu"}, keys=KEYS)


def found(phonegap: PhoneGap, entry: Any, **options: Any) -> list[tuple[Any, ...]]:
    (items,) = (value for key, value in phonegap.make(entry, **options).run().items() if key != "changed")
    return [(item["id"], item["title"]) for item in items]


def test_apps(phonegap: PhoneGap) -> None:
    assert found(phonegap, APP_INFO) == [(1, "Shop"), (2, "Menu"), (3, "Menu")]
    assert found(phonegap, APP_INFO, title="Menu") == [(2, "Menu"), (3, "Menu")]
    assert found(phonegap, APP_INFO, title="None") == []
    assert phonegap.lines_of(phonegap.make(APP_INFO, id=2)) == ["GET /apps/2"]
    assert phonegap.make(APP_INFO, id=9).fail()["error"]["kind"] == "not_found"
    shop = phonegap.make(APP_INFO, id=1).run(check_mode=True)["apps"][0]
    assert shop["collaborators"][1] == {"id": None, "email": "new@example.com", "role": "tester", "pending": True}
    assert (shop["status"]["android"], shop["status"]["ios"]) == ("complete", None)


def test_keys(phonegap: PhoneGap) -> None:
    assert found(phonegap, KEY_INFO) == [(1, "Store"), (1, "Store")]
    assert found(phonegap, KEY_INFO, platform="ios", title="Store") == [(1, "Store")]
    assert found(phonegap, KEY_INFO, title="None") == []
    assert phonegap.lines_of(phonegap.make(KEY_INFO, platform="ios", id=1)) == ["GET /keys/ios/1"]
    assert phonegap.make(KEY_INFO, platform="ios", id=9).fail()["error"]["kind"] == "not_found"


def test_user(phonegap: PhoneGap) -> None:
    user = phonegap.make(USER_INFO).run()["user"]
    assert (user["email"], user["username"]) == ("owner@example.com", None)
    assert user["apps"][0] == {"id": 1, "title": "Shop", "role": "owner"}
    assert user["signing_keys"] == [
        {"id": 1, "platform": "ios", "title": "Store"},
        {"id": 1, "platform": "android", "title": "Store"},
    ]


def test_invalid_responses(phonegap: PhoneGap) -> None:
    for body in ('{"apps": [{"title": "x"}]}', '{"apps": 3}', "{}", "[]", "no JSON"):
        phonegap.emulator.clear_faults()
        phonegap.emulator.fault(status=200, body=body)
        assert phonegap.make(APP_INFO).fail()["error"]["kind"] == "invalid_response"
        assert phonegap.make(KEY_INFO).fail()["error"]["kind"] == "invalid_response"


def test_info_results_are_as_documented(phonegap: PhoneGap) -> None:
    failed = phonegap.make(APP_INFO, id=9).fail()
    check_results("phonegap_app_info", phonegap.make(APP_INFO).run(), failed)
    check_results("phonegap_key_info", phonegap.make(KEY_INFO).run(), failed)
    check_results("phonegap_user_info", phonegap.make(USER_INFO).run(), failed)


def test_results_are_as_documented(phonegap: PhoneGap, tmp_path: Any) -> None:
    phonegap.emulator.options(phonegap_build_seconds=0)
    failed = phonegap.make(APP_INFO, id=9).fail()
    new = phonegap.app(title="New", src=phonegap.file("index.html"), icon=phonegap.file("icon.png", PNG), version="1")
    keys = {"android": {"id": 1, **ANDROID}}
    apps = [new.run(), phonegap.app(id=1, keys=keys).run()]
    phonegap.holds({"title": "Shop", "keys": {"android": 1}}, keys=KEYS[1:])
    apps.append(phonegap.app(id=1, keys=keys).run(check_mode=True))
    check_results("phonegap_app", *apps, failed)
    people = [phonegap.make(COLLABORATOR_MODULE, app_id=1, email="a@example.com", role="dev").run()]
    member = phonegap.make(COLLABORATOR_MODULE, app_id=1, email="member@example.com", role="dev")
    check_results("phonegap_collaborator", *people, member.run(), member.with_options(role="tester").run(), failed)
    check_results("phonegap_build", phonegap.make(BUILD_MODULE, app_id=1, platforms=["webos"]).run(), failed)
    download = phonegap.make(DOWNLOAD_MODULE, app_id=1, platform="webos", dest=str(tmp_path))
    check_results("phonegap_download", download.run(), failed)
    ios = phonegap.key(**declared(phonegap, "ios"))
    android = phonegap.key(platform="android", id=1, title="Renamed")
    check_results("phonegap_key", ios.run(), android.run(), failed)
