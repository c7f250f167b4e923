# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In the controller and as a module: the same results, key by key, also for options in unusual forms."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.functional.plugins.action.comparison import HERE, NOWHERE, Case, run_both_ways
from tests.functional.plugins.action.playbook import Playground
from tests.helpers.cases import exhaustive

from .service import PhoneGap

ACCOUNT = {"name": "owner", "token": "hush-hush", "password": "hush-too"}
CASES = (
    ("a platform that needs a key", "build", {"app_id": 1, "platforms": "ios"}),
    ("short and long choice of keys", "app", {"title": "Shop", "keys": {"android": "1", "ios": {"id": 1}}}),
    ("a directory", "app", {"title": "Shop", "src": "www", "version": "2.0", "icon": "icon.png"}),
    ("a directory that is empty", "app", {"title": "Shop", "src": "empty"}),
    ("a file that is not there", "app", {"title": "Shop", "src": "not/there"}),
    ("no choice", "app", {"title": "Shop", "keys": {"amiga": 1}}, NOWHERE),
    (
        "a key from the vault",
        "key",
        {"platform": "windows", "title": "New", "keystore": "vaulted", "password": "hush", "verify": "none"},
    ),
    ("a lost part of a key", "key", {"platform": "ios", "title": "New", "cert": "vaulted", "profile": "not/there"}),
    ("a pending collaborator", "collaborator", {"app_id": 1, "email": "new@example.com", "state": "absent"}),
    ("a login beside the token of the environment", "user_info", {"username": "who@example.com", "password": "hush"}),
    ("an app that is not there", "app_info", {"id": 99}),
)


def _case(title: str, module: str, args: Mapping[str, Any], runs: str = HERE) -> Case:
    keywords = {"diff": True, "check_mode": module == "build"}
    return Case(title, args, f"mobileops.ci.phonegap_{module}", keywords, runs=runs)


@exhaustive
def test_both_ways(phonegap: PhoneGap, tmp_path: Path) -> None:
    ground = Playground(tmp_path)
    for name in ("www/index.html", "www/js/app.js", "icon.png"):
        (ground.files / name).parent.mkdir(parents=True, exist_ok=True)
        (ground.files / name).write_bytes(b"\x89PNG\r\n\x1a\n")
    (ground.files / "empty").mkdir()
    (ground.files / "vaulted").write_bytes(ground.vault(b"decrypted in memory"))
    people = [{"email": "new@example.com", "role": "tester"}]
    keys = [
        {"platform": "android", "title": "Release", "passwords": {"key_pw": "one", "keystore_pw": "two"}},
        {"platform": "ios", "title": "Store", "passwords": {"password": "one"}},
    ]

    def prepare() -> dict[str, Any]:
        app = {"title": "Shop", "collaborators": people}
        phonegap.emulator.load({"phonegap": {"accounts": [ACCOUNT], "apps": [app], "keys": keys}})
        phonegap.emulator.options(phonegap_build_seconds=0)
        connection = {"api_url": phonegap.emulator.phonegap_url, "max_retries": 0}
        return {
            "module_defaults": {"group/mobileops.ci.phonegap": connection},
            "environment": {"PHONEGAP_TOKEN": ACCOUNT["token"]},
        }

    cases = [_case(*case) for case in CASES]
    ways = run_both_ways(
        ground, cases, "-vvv", prepare=prepare, env={"ANSIBLE_INJECT_INVOCATION": "1", "ANSIBLE_PIPELINING": "1"}
    )
    assert ways.differences(cases) == []
    assert ways.wrong_places(cases) == []
    succeeded = {case.title for case in cases if ways.here.event(case.title).event == "ok"}
    assert succeeded == {"short and long choice of keys", "a directory", "a key from the vault"}
    assert phonegap.app_state()["icon"]["filename"] == "icon.png"
