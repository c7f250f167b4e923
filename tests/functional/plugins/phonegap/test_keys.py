# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""phonegap_key: every platform and state, unlocking, and properties that never change."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.tasks import check_then_run_then_rerun
from tests.signing_files import Authority, Identity, IdentityKind, ProfileType, Team, pkcs12_keystore

from .service import ANDROID, PhoneGap

FILES = {"ios": ("cert", "profile"), "android": ("keystore",), "blackberry": ("db", "csk"), "windows": ("keystore",)}
TEXTS = {"android": {"alias": "release"}, "winphone": {"publisher_id": "0f0e"}}
PASSWORDS: dict[str, dict[str, str]] = {"android": ANDROID, "winphone": {}}
FILE_OPTIONS = ("cert", "profile", "keystore")
PLATFORMS = ("ios", "android", "blackberry", "winphone", "windows")


def declared(phonegap: PhoneGap, platform: str, *, passwords: bool = True) -> dict[str, Any]:
    files = {option: phonegap.file(f"{platform}.{option}", option) for option in FILES.get(platform, ())}
    given = PASSWORDS.get(platform, {"password": "one"}) if passwords else {}
    return {"platform": platform, "title": "Release", "verify": "none", **files, **TEXTS.get(platform, {}), **given}


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
        ({"platform": "ios", "title": "New"}, "option", "cert, profile must be set to create ios key New"),
        ({"platform": "android", "title": "New"}, "option", "keystore, alias must be set to create android key New"),
        ({"platform": "winphone", "title": "New"}, "option", "publisher_id must be set to create winphone key New"),
        ({"platform": "ios", "title": "New", "alias": "x"}, "option", "alias is not an option of a key for ios"),
        (
            {"platform": "winphone", "title": "Phone", "locked": False},
            "option",
            "locked is not an option of a key for winphone",
        ),
        ({"platform": "ios", "title": "Store", "locked": False}, "option", "locked=false requires password for ios"),
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
    assert "was created with ios.profile, not with renewed.mobileprovision" in failed["msg"]
    assert "delete this key (state=absent) and create it again" in failed["msg"]


def test_a_service_that_ignores_the_request(phonegap: PhoneGap) -> None:
    phonegap.holds(keys=({"platform": "ios", "title": "Store"},))
    phonegap.emulator.fault(status=200, method="PUT", body='{"id": 1, "title": "Store", "locked": true}')
    failed = phonegap.key(platform="ios", title="Store", password="one", locked=False).fail()
    assert failed["error"]["kind"] == "no_effect"
    assert "locked is still True" in failed["msg"]


def test_a_failure_half_way_returns_the_actions(phonegap: PhoneGap) -> None:
    phonegap.holds(keys=({"platform": "ios", "title": "Old", "id": 7},))
    phonegap.emulator.fault(status=500, method="PUT", nth=2)
    failed = phonegap.key(platform="ios", id=7, title="New", password="one", locked=False).fail()
    assert (failed["changed"], [action["action"] for action in failed["actions"]]) == (True, ["update"])


@pytest.mark.parametrize("fault", [{"drop": "after"}, {"status": 502, "after_effect": True}])
def test_a_lost_response_to_a_creation(phonegap: PhoneGap, fault: dict[str, Any]) -> None:
    phonegap.emulator.fault(**fault, method="POST", nth=1)
    assert phonegap.key(**declared(phonegap, "ios")).run()["key"]["id"] == 1
    assert list(phonegap.state["keys"]["ios"]) == ["1"]


def test_a_creation_that_had_no_effect(phonegap: PhoneGap) -> None:
    phonegap.emulator.fault(drop="before", method="POST", nth=1)
    assert "The key was not created" in phonegap.key(**declared(phonegap, "ios")).fail()["msg"]


AUTHORITY = Authority.create()
TEAM = Team("ABCDE12345", "Example")
IDENTITY = AUTHORITY.identity(IdentityKind.DISTRIBUTION, TEAM)
OTHER = AUTHORITY.identity(IdentityKind.DISTRIBUTION, TEAM)
DROID = AUTHORITY.android_key(alias="release")


def a_profile(identity: Identity) -> bytes:
    made = AUTHORITY.profile(
        name="Store", type=ProfileType.APP_STORE, bundle_id="com.example.shop", identities=[identity], team=TEAM
    )
    return made.content


def ios(phonegap: PhoneGap, **more: Any) -> dict[str, Any]:
    files = {
        "cert": phonegap.file("dist.p12", IDENTITY.pkcs12("c4nary")),
        "profile": phonegap.file("dist.mobileprovision", a_profile(IDENTITY)),
    }
    return {"platform": "ios", "title": "Store", "password": "c4nary", "verify": "strict", **files, **more}


def android(phonegap: PhoneGap, **more: Any) -> dict[str, Any]:
    store = phonegap.file("release.keystore", pkcs12_keystore([DROID], "c4nary1"))
    passwords = {"key_pw": "c4nary1", "keystore_pw": "c4nary1"}
    return {
        "platform": "android",
        "title": "Store",
        "keystore": store,
        "alias": "release",
        "verify": "strict",
        **passwords,
        **more,
    }


def test_files_that_are_valid(phonegap: PhoneGap) -> None:
    for options in (ios(phonegap), android(phonegap), {**ios(phonegap), "title": "Locked", "password": None}):
        result = check_then_run_then_rerun(phonegap.key(**options))
        assert result["changed"] is True
        # The profile comes from a test's own authority.
        assert [text for text in result.get("warnings", ()) if "signer" not in text] == []


@pytest.mark.parametrize(
    ("make", "wrong", "words"),
    [
        (ios, {"password": "other"}, "cert: The password"),
        (ios, {"cert": "text.p12"}, "cert: This is not a PKCS#12 file but"),
        (ios, {"profile": "text.mobileprovision"}, "profile: This is not a provisioning profile but"),
        (ios, {"profile": "other.mobileprovision"}, "profile: The profile does not embed the certificate in cert"),
        (android, {"alias": "relase"}, "keystore: The keystore holds no alias relase"),
        (android, {"key_pw": "other", "keystore_pw": "other"}, "keystore: The password"),
        (android, {"keystore": "text.keystore"}, "keystore: This is not an Android keystore but"),
    ],
)
def test_files_that_no_build_could_use(phonegap: PhoneGap, make: Any, wrong: dict[str, Any], words: str) -> None:
    for name in ("text.p12", "text.mobileprovision", "text.keystore"):
        phonegap.file(name, "just a text")
    phonegap.file("other.mobileprovision", a_profile(OTHER))
    given = {
        option: f"{phonegap.folder}/{value}" if option in FILE_OPTIONS else value for option, value in wrong.items()
    }
    task = phonegap.key(**make(phonegap, **given))
    for check_mode in (True, False):
        failed = task.fail(check_mode=check_mode)
        assert failed["error"]["kind"] == "verify"
        assert failed["msg"].startswith(f"Nothing was sent. {words}"), failed["msg"]
        assert "c4nary" not in failed["msg"]
    assert phonegap.state["keys"] == {}
    warned = task.with_options(verify="warn").run()
    assert any(text.startswith(words) for text in warned["warnings"])
    assert phonegap.lines_of(task.with_options(title="Another", verify="none"))[-1].startswith("POST")


def test_a_wrong_password_to_unlock(phonegap: PhoneGap) -> None:
    phonegap.key(**ios(phonegap, password=None)).run()
    task = phonegap.key(**ios(phonegap, password="other", locked=False))
    assert task.fail()["error"]["kind"] == "verify"
    assert task.with_options(password="c4nary").run()["key"]["locked"] is False
