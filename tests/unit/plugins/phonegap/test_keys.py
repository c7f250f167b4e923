# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""phonegap_key: every platform and state, what unlocks a key, and what cannot be changed."""

from __future__ import annotations

from typing import Any

import pytest

from ..helpers.tasks import check_then_run_then_rerun
from .service import ANDROID, PhoneGap

FILES = {"ios": ("cert", "profile"), "android": ("keystore",), "blackberry": ("db", "csk"), "windows": ("keystore",)}
TEXTS = {"android": {"alias": "release"}, "winphone": {"publisher_id": "0f0e"}}
PASSWORDS: dict[str, dict[str, str]] = {"android": ANDROID, "winphone": {}}
PLATFORMS = ("ios", "android", "blackberry", "winphone", "windows")


def declared(phonegap: PhoneGap, platform: str, *, passwords: bool = True) -> dict[str, Any]:
    files = {option: phonegap.file(f"{platform}.{option}", option) for option in FILES.get(platform, ())}
    given = PASSWORDS.get(platform, {"password": "one"}) if passwords else {}
    return {"platform": platform, "title": "Release", **files, **TEXTS.get(platform, {}), **given}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform(phonegap: PhoneGap, platform: str) -> None:
    task = phonegap.key(**declared(phonegap, platform))
    result = check_then_run_then_rerun(task)
    assert [action["action"] for action in result["actions"]] == ["create"]
    assert (result["key"]["id"], result["key"]["platform"]) == (1, platform)
    assert result["key"]["locked"] is (None if platform == "winphone" else False)
    assert set(phonegap.state["keys"][platform]["1"]["files"]) == set(FILES.get(platform, ()))
    assert phonegap.lines_of(task) == [f"GET /keys/{platform}"]
    gone = check_then_run_then_rerun(phonegap.key(platform=platform, id=1, state="absent"))
    assert (gone["key"], phonegap.state["keys"]) == (None, {})


def test_requests(phonegap: PhoneGap) -> None:
    task = phonegap.key(**declared(phonegap, "ios"))
    assert phonegap.lines_of(task, check_mode=True) == ["GET /keys/ios"]
    assert phonegap.lines_of(task) == ["GET /keys/ios", "POST /keys/ios"]
    phonegap.emulator.advance(86_400 * 31)
    unlock = task.with_options(locked=False)
    assert phonegap.lines_of(unlock) == ["GET /keys/ios", "PUT /keys/ios/1"]


@pytest.mark.parametrize("platform", [name for name in PLATFORMS if name != "winphone"])
def test_lock_and_unlock(phonegap: PhoneGap, platform: str) -> None:
    locked = phonegap.key(**declared(phonegap, platform, passwords=False))
    assert check_then_run_then_rerun(locked)["key"]["locked"] is True
    unlocked = phonegap.key(**declared(phonegap, platform), locked=False)
    assert [action["action"] for action in check_then_run_then_rerun(unlocked)["actions"]] == ["unlock"]
    phonegap.emulator.advance(86_400 * 31)
    assert check_then_run_then_rerun(unlocked)["changed"] is True
    relocked = phonegap.key(**declared(phonegap, platform), locked=True)
    assert [action["action"] for action in check_then_run_then_rerun(relocked)["actions"]] == ["lock"]
    untouched = phonegap.key(**declared(phonegap, platform))
    assert check_then_run_then_rerun(untouched)["changed"] is False


def test_created_and_left_locked(phonegap: PhoneGap) -> None:
    result = check_then_run_then_rerun(phonegap.key(**declared(phonegap, "android"), locked=True))
    assert result["key"]["locked"] is True
    assert phonegap.state["keys"]["android"]["1"]["passwords_sha256"] == {}


def test_the_title_by_number(phonegap: PhoneGap) -> None:
    phonegap.holds(keys=({"platform": "ios", "title": "Old", "id": 7},))
    result = check_then_run_then_rerun(phonegap.key(platform="ios", id=7, title="New"))
    assert (result["actions"][0]["changes"], result["key"]["title"]) == ({"title": "New"}, "New")


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"platform": "ios", "title": "New"}, "option", "cert, profile: there is no ios key New"),
        ({"platform": "android", "title": "New"}, "option", "keystore, alias: there is no android key New"),
        ({"platform": "winphone", "title": "New"}, "option", "publisher_id: there is no winphone key New"),
        ({"platform": "ios", "title": "New", "alias": "x"}, "option", "alias: a key for ios does not take this"),
        ({"platform": "winphone", "title": "Phone", "locked": False}, "option", "locked: a key for winphone has no"),
        ({"platform": "ios", "title": "Store", "locked": False}, "option", "locked: false takes password for ios"),
        ({"platform": "ios", "id": 9}, "not_found", "id: this account has no ios key 9"),
        ({"platform": "ios", "title": "New", "cert": "/no/such"}, "local_file", "cert: /no/such does not exist"),
        ({"platform": "ios", "title": "Twice", "locked": True}, "duplicates", "with the ids 2, 3"),
        ({"platform": "ios", "title": "Twice", "state": "absent"}, "duplicates", "with the ids 2, 3"),
        ({"platform": "android", "title": "Droid", "alias": "x"}, "immutable", "alias: the android key 1 (Droid) was"),
    ],
)
def test_clear_errors(phonegap: PhoneGap, options: dict[str, Any], kind: str, words: str) -> None:
    phonegap.holds(
        keys=(
            {"platform": "ios", "title": "Store"},
            {"platform": "ios", "title": "Twice"},
            {"platform": "ios", "title": "Twice"},
            {"platform": "winphone", "title": "Phone"},
            {"platform": "android", "title": "Droid"},
        )
    )
    for check_mode in (True, False):
        failed = phonegap.key(**options).fail(check_mode=check_mode)
        assert (failed["error"]["kind"], words in failed["msg"]) == (kind, True), failed["msg"]
    assert {entry["method"] for entry in phonegap.emulator.requests()} <= {"GET"}


def test_another_file_is_another_key(phonegap: PhoneGap) -> None:
    phonegap.key(**declared(phonegap, "ios")).run()
    options = {**declared(phonegap, "ios"), "profile": phonegap.file("renewed.mobileprovision")}
    failed = phonegap.key(**options).fail()
    assert failed["error"]["kind"] == "immutable"
    assert "was made with ios.profile, not with renewed.mobileprovision" in failed["msg"]
    assert "delete this one (state=absent), then create it anew" in failed["msg"]


def test_a_service_that_does_nothing_about_it(phonegap: PhoneGap) -> None:
    phonegap.holds(keys=({"platform": "ios", "title": "Store"},))
    phonegap.emulator.fault(status=200, method="PUT", body='{"id": 1, "title": "Store", "locked": true}')
    failed = phonegap.key(platform="ios", title="Store", password="one", locked=False).fail()
    assert failed["error"]["kind"] == "no_effect"
    assert "locked is still True" in failed["msg"]


@pytest.mark.parametrize("fault", [{"drop": "after"}, {"status": 502, "after_effect": True}])
def test_a_lost_answer_to_a_creation(phonegap: PhoneGap, fault: dict[str, Any]) -> None:
    phonegap.emulator.fault(**fault, method="POST", nth=1)
    assert phonegap.key(**declared(phonegap, "ios")).run()["key"]["id"] == 1
    assert list(phonegap.state["keys"]["ios"]) == ["1"]


def test_a_creation_that_had_no_effect(phonegap: PhoneGap) -> None:
    phonegap.emulator.fault(drop="before", method="POST", nth=1)
    assert "It was not created" in phonegap.key(**declared(phonegap, "ios")).fail()["msg"]
