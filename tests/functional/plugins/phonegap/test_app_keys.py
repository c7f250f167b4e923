# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of an app, and passwords that a build finds wrong."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import OptionError
from tests.helpers.tasks import check_then_run_then_rerun

from .service import ANDROID, APP_MODULE, BUILD_MODULE, PhoneGap, keystore

SHOP = {"title": "Shop", "version": "1.0", "package": "com.example.shop"}
LOCKED = {"platform": "android", "title": "Release"}
UNLOCKED = {**LOCKED, "passwords": ANDROID}


# Keys


def test_keys_are_chosen(phonegap: PhoneGap) -> None:
    phonegap.holds(SHOP, keys=(UNLOCKED, {"platform": "ios", "title": "Store"}))
    keys = {"android": 1, "ios": {"id": "1", "password": "three"}}
    result = check_then_run_then_rerun(phonegap.app(title="Shop", keys=keys))
    assert result["actions"][0]["signing_keys"] == {"android": 1, "ios": 1}
    assert (result["app"]["signing_keys"]["android"], result["app"]["signing_keys"]["ios"]) == (1, 1)
    assert phonegap.state["keys"]["ios"]["1"]["locked"] is False


@pytest.mark.parametrize("there", [True, False])
def test_a_locked_key_without_passwords(phonegap: PhoneGap, there: bool) -> None:
    phonegap.holds(*([SHOP] if there else []), keys=(LOCKED,))
    task = phonegap.app(title="Shop", src=phonegap.file("index.html"), keys={"android": 1})
    for check_mode in (True, False):
        failed = task.fail(check_mode=check_mode)
        assert failed["error"]["kind"] == "locked_key"
        for words in ("android key 1 (Release)", "keys.android.key_pw and keys.android.keystore_pw", "phonegap_key"):
            assert words in failed["msg"]
    assert {line.split()[0] for line in phonegap.lines_of_failure(task)} == {"GET"}


def test_a_key_in_use_is_unlocked(phonegap: PhoneGap) -> None:
    phonegap.holds({**SHOP, "keys": {"android": 1}}, keys=(LOCKED,))
    task = phonegap.app(title="Shop", keys={"android": {"id": 1}})
    assert task.run()["changed"] is False
    assert "android key 1 (Release) is locked" in task.run()["warnings"][0]
    task = phonegap.app(title="Shop", keys={"android": {"id": 1, **ANDROID}})
    result = check_then_run_then_rerun(task)
    assert [(action["action"], action["kind"], action["slug"]) for action in result["actions"]] == [
        ("unlock", "key", "1")
    ]
    assert phonegap.state["keys"]["android"]["1"]["locked"] is False


def wrongly_unlocked(phonegap: PhoneGap) -> None:
    """Create an app that was built with a key whose password at the service is not that of its keystore."""
    content = base64.b64encode(keystore(ANDROID["keystore_pw"])).decode()
    key = {
        **LOCKED,
        "passwords": {**ANDROID, "keystore_pw": "wrong"},
        "files": {"keystore": {"content_base64": content}},
    }
    phonegap.emulator.options(phonegap_build_seconds=0)
    phonegap.holds({**SHOP, "keys": {"android": 1}}, keys=(key,))
    assert "password was incorrect" in built(phonegap)["error"]


def built(phonegap: PhoneGap) -> dict[str, Any]:
    """Return the result of a build for Android."""
    done = phonegap.make(BUILD_MODULE, app_id=1, platforms=["android"], wait=True).result()
    found: dict[str, Any] = done["build"]["platforms"]["android"]
    return found


def test_passwords_that_a_build_found_wrong_are_sent_again(phonegap: PhoneGap) -> None:
    wrongly_unlocked(phonegap)
    assert phonegap.app(title="Shop", keys={"android": 1}).run()["changed"] is False
    result = check_then_run_then_rerun(phonegap.app(title="Shop", keys={"android": {"id": 1, **ANDROID}}))
    ((action, chosen),) = [(action["action"], action["signing_keys"]) for action in result["actions"]]
    assert (action, chosen) == ("update", {"android": 1})
    assert result["diff"]["before"]["app"]["keys_with_wrong_password"] == ["android key 1 (Release)"]
    assert built(phonegap) == {"status": "complete", "error": None}


def test_passwords_that_are_still_wrong_are_sent_each_time(phonegap: PhoneGap) -> None:
    wrongly_unlocked(phonegap)
    task = phonegap.app(title="Shop", keys={"android": {"id": 1, **ANDROID, "keystore_pw": "wrong too"}})
    assert [task.run()["changed"], built(phonegap)["status"], task.run()["changed"]] == [True, "error", True]


def test_other_failures_of_a_build_take_no_passwords(phonegap: PhoneGap) -> None:
    phonegap.holds(SHOP, keys=(UNLOCKED,))
    app = phonegap.app(title="Shop").run()["app"]
    for platform, words, changed in (
        ("android", "Cannot recover key", True),
        ("android", "Failed to compile plugin", False),
        ("webos", "Keystore was tampered with, or password was incorrect", False),
    ):
        shown = {**app, "keys": {"android": {"id": 1}}, "status": {platform: "error"}, "error": {platform: words}}
        phonegap.emulator.fault(status=200, method="GET", path="/apps/1$", body=json.dumps(shown))
        task = phonegap.app(title="Shop", keys={"android": {"id": 1, **ANDROID}})
        assert task.run(check_mode=True)["changed"] is changed, words
        phonegap.emulator.clear_faults()


@pytest.mark.parametrize(
    ("keys", "kind", "words"),
    [
        ({"android": 5}, "not_found", "this account has no android key 5. It has: 1 (Release)"),
        ({"ios": 1}, "not_found", "this account has no ios key 1. It has: none"),
        ({"android": {"id": 1, "key_pw": "one"}}, "option", "key_pw and keystore_pw must be set together"),
    ],
)
def test_keys_that_cannot_be_chosen(phonegap: PhoneGap, keys: Any, kind: str, words: str) -> None:
    phonegap.holds(SHOP, keys=(LOCKED,))
    failed = phonegap.app(title="Shop", keys=keys).fail()
    assert failed["error"]["kind"] == kind
    assert words in failed["msg"]


def test_keys_as_text(phonegap: PhoneGap) -> None:
    phonegap.holds(SHOP, keys=(UNLOCKED,))
    assert phonegap.app(title="Shop", keys='{"android": 1}').run()["actions"][0]["signing_keys"] == {"android": 1}
    with pytest.raises(OptionError, match="keys must be a dictionary of platforms, got text"):
        APP_MODULE.normalize({"keys": "android=1 key_pw=a b"})
    with pytest.raises(OptionError, match="keys must be a dictionary of platforms"):
        APP_MODULE.normalize({"keys": [1]})


@pytest.mark.parametrize("choice", [None, "", {"id": None, **ANDROID}])
def test_a_key_that_check_mode_would_create(phonegap: PhoneGap, choice: Any) -> None:
    phonegap.holds(SHOP)
    assert phonegap.app(title="Shop", keys={"android": choice}).run(check_mode=True)["changed"] is False
