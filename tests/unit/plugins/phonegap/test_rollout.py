# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook phonegap_rollout and the play of the guide: what is left to do after each state, said before."""

from __future__ import annotations

import json
import re
import shutil
import sys
import textwrap
from collections.abc import Mapping
from typing import Any

import yaml

from tests.signing_files import Authority, IdentityKind, Team
from tests.unit.conftest import CHECKOUT

from ..action.comparison import seldom
from ..helpers.documentation import ansible
from .service import BUILD_ENTRY, PhoneGap, keystore

KEY, APP, BUILD, DIRECTORY, DOWNLOAD = (
    "Make sure that the signing keys are there and unlocked",
    "Make sure that the app is there",
    "Build it, unless it is built already",
    "Make a directory for the packages",
    "Download the packages",
)
PASSWORDS = {"key_pw": "c4nary-key", "keystore_pw": "c4nary-keystore"}
# What counts of several in a loop stands last.
STATES = ("skipping", "ok", "changed", "failed", "fatal")


class Plays:
    """Runs of one playbook with variables, and what its tasks came to."""

    def __init__(self, phonegap: PhoneGap, playbook: str, variables: Mapping[str, Any]) -> None:
        self._phonegap = phonegap
        self._playbook = playbook
        self._variables = {"ansible_python_interpreter": sys.executable, **variables}

    def run(self, *arguments: str, **variables: Any) -> dict[str, str]:
        """By task its state; `screen` has everything."""
        # In a file: -vvvv repeats what is given on the command line.
        declared = self._phonegap.file("variables.json", json.dumps({**self._variables, **variables}))
        done = ansible(
            "playbook",
            self._playbook,
            *("-i", "localhost,", "-c", "local", "-e", f"@{declared}", *arguments),
            cwd=self._phonegap.folder,
            env={
                "PHONEGAP_API_URL": self._phonegap.emulator.phonegap_url,
                "PHONEGAP_TOKEN": self._phonegap.emulator.phonegap_tokens["owner"],
            },
        )
        self.screen = done.stdout + done.stderr
        found: dict[str, str] = {}
        for task, shown in re.findall(r"(?ms)^TASK \[(.*?)\] \**\n(.*?)(?=^TASK|^PLAY|\Z)", done.stdout):
            states = re.findall(rf"(?m)^({'|'.join(STATES)}):", shown)
            found[task] = max(states, key=STATES.index)
        return found


def rollout(phonegap: PhoneGap, **more: Any) -> Plays:
    """One app with one key for Android, which takes the right password."""
    phonegap.emulator.options(phonegap_build_seconds=0)
    phonegap.file("www/index.html")
    declared = {
        "phonegap_rollout_app": {"title": "Shop", "src": str(phonegap.folder / "www"), "version": "1.0"},
        "phonegap_rollout_keys": [key(phonegap)],
        "phonegap_rollout_dest": str(phonegap.folder / "packages"),
    }
    return Plays(phonegap, "mobileops.ci.phonegap_rollout", {**declared, **more})


def key(phonegap: PhoneGap, **more: Any) -> dict[str, Any]:
    store = phonegap.file("release.keystore", keystore(PASSWORDS["keystore_pw"]))
    return {"platform": "android", "title": "Release", "keystore": store, "alias": "release", **PASSWORDS, **more}


def test_a_corrected_password_converges(phonegap: PhoneGap) -> None:
    plays = rollout(phonegap)
    wrong = plays.run(phonegap_rollout_keys=[key(phonegap, keystore_pw="wrong")])
    assert wrong == {KEY: "changed", APP: "changed", BUILD: "fatal"}
    assert "password was incorrect" in plays.screen
    to_do = {KEY: "ok", APP: "changed", BUILD: "changed", DIRECTORY: "changed"}
    assert plays.run("--check") == {**to_do, DOWNLOAD: "skipping"}
    assert plays.run("-vvvv", "--diff") == {**to_do, DOWNLOAD: "changed"}
    assert not [secret for secret in PASSWORDS.values() if secret in plays.screen]
    done = {KEY: "ok", APP: "ok", BUILD: "skipping", DIRECTORY: "ok", DOWNLOAD: "ok"}
    assert plays.run() == done
    # The key is locked again by now: it is unlocked, and nothing else is to be done.
    phonegap.emulator.advance(7200)
    assert plays.run("--check") == plays.run() == {**done, KEY: "changed"}


@seldom
def test_a_corrected_password_of_a_key_that_was_locked_since(phonegap: PhoneGap) -> None:
    plays = rollout(phonegap)
    plays.run(phonegap_rollout_keys=[key(phonegap, keystore_pw="wrong")])
    phonegap.emulator.advance(7200)
    to_do = {KEY: "changed", APP: "ok", BUILD: "changed", DIRECTORY: "changed"}
    assert plays.run("--check") == {**to_do, DOWNLOAD: "skipping"}
    assert plays.run() == {**to_do, DOWNLOAD: "changed"}


@seldom
def test_check_mode_says_what_is_left_to_do(phonegap: PhoneGap) -> None:
    plays = rollout(phonegap, phonegap_rollout_keys=[], phonegap_rollout_platforms=["android", "webos"])
    new = {KEY: "skipping", APP: "changed", BUILD: "skipping", DIRECTORY: "changed", DOWNLOAD: "skipping"}
    assert plays.run("--check") == new
    done = {KEY: "skipping", APP: "ok", BUILD: "skipping", DIRECTORY: "ok", DOWNLOAD: "ok"}
    assert plays.run() == {**new, BUILD: "changed", DOWNLOAD: "changed"}
    assert plays.run("--check") == done
    shutil.rmtree(phonegap.folder / "packages")
    assert plays.run("--check") == {**done, DIRECTORY: "changed", DOWNLOAD: "skipping"}
    assert plays.run() == {**done, DIRECTORY: "changed", DOWNLOAD: "changed"}
    # A build that somebody else has begun.
    phonegap.emulator.options(phonegap_build_seconds=3600)
    plays.run(phonegap_rollout_app={"id": 1, "version": "1.0", "debug": True}, phonegap_rollout_timeout=1)
    phonegap.emulator.options(phonegap_build_seconds=0)
    changed = {"phonegap_rollout_app": {"id": 1, "version": "1.0"}}
    assert plays.run("--check", **changed) == {**done, BUILD: "changed", DOWNLOAD: "skipping"}
    assert plays.run(**changed) == {**done, BUILD: "changed", DOWNLOAD: "changed"}


@seldom
def test_check_mode_with_a_key_that_is_not_chosen_yet(phonegap: PhoneGap) -> None:
    """Not there yet, or there and locked."""
    phonegap.holds({"title": "Shop", "version": "1.0"})
    ios = {name: phonegap.file(name) for name in ("cert", "profile")}
    declared = [{"platform": "ios", "title": "Store", "password": "one", **ios}]
    plays = rollout(phonegap, phonegap_rollout_keys=declared, phonegap_rollout_platforms=["ios"])
    said = {KEY: "changed", APP: "ok", BUILD: "skipping", DIRECTORY: "changed", DOWNLOAD: "skipping"}
    assert plays.run("--check") == said
    phonegap.holds(
        {"title": "Shop", "version": "1.0"},
        keys=({"platform": "ios", "title": "Store", "cert_name": "cert", "provision": "profile"},),
    )
    assert plays.run("--check") == said
    assert plays.run() == dict.fromkeys((KEY, APP, BUILD, DIRECTORY, DOWNLOAD), "changed")


def guide(phonegap: PhoneGap) -> Plays:
    """The play as the guide has it, without the tasks about the other service."""
    text = (CHECKOUT / "docs" / "docsite" / "rst" / "two_services.rst").read_text(encoding="utf-8")
    block = re.search(r"code-block:: yaml\n\n(.*?)\n(?=\S)", text, re.DOTALL)
    assert block
    (play,) = yaml.safe_load(textwrap.dedent(block[1]))
    play["tasks"] = [task for task in play["tasks"] if not any("bitrise" in name for name in task)]
    play["module_defaults"]["group/mobileops.ci.phonegap"]["api_url"] = phonegap.emulator.phonegap_url
    phonegap.emulator.options(phonegap_build_seconds=0)
    identity = Authority.create().identity(IdentityKind.DISTRIBUTION, Team("A1B2C3D4E5", "Acme"))
    phonegap.file("files/distribution.p12", identity.pkcs12("right"))
    for name in ("files/shop.mobileprovision", "files/www/index.html"):
        phonegap.file(name)
    token = phonegap.emulator.phonegap_tokens["owner"]
    variables = {"phonegap_token": token, "shop_version": "1.0", "certificate_password": "right"}
    return Plays(phonegap, phonegap.file("guide.yml", yaml.safe_dump([play])), variables)


@seldom
def test_the_guide_builds_again_after_a_failure(phonegap: PhoneGap) -> None:
    plays = guide(phonegap)
    new = ["changed", "changed", "skipping", "skipping"]
    assert [*plays.run("--check").values()] == new
    assert [*plays.run(certificate_password="wrong").values()] == ["changed", "changed", "fatal"]
    assert "password was incorrect" in plays.screen
    assert [*plays.run("--check").values()] == ["ok", "changed", "changed", "skipping"]
    assert [*plays.run().values()] == ["ok", "changed", "changed", "changed"]
    assert [*plays.run().values()] == ["ok", "ok", "skipping", "ok"]
    # Builds that were never waited for.
    phonegap.emulator.options(phonegap_build_seconds=3600)
    phonegap.make(BUILD_ENTRY, app_id=1).run()
    phonegap.emulator.options(phonegap_build_seconds=0)
    assert [*plays.run("--check").values()] == ["ok", "ok", "changed", "skipping"]
    assert [*plays.run().values()][:3] == ["ok", "ok", "changed"]
