# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook phonegap_rollout and the play of the guide: each run matches its check mode, and converges."""

from __future__ import annotations

import json
import re
import shutil
import sys
import textwrap
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader

from ansible_collections.mobileops.ci.plugins.action._phonegap_rollout import VARIABLES
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.evaluation import Evaluator
from tests.conftest import CHECKOUT
from tests.helpers.cases import exhaustive
from tests.helpers.documentation import ansible
from tests.signing_files import Authority, IdentityKind, Team

from .service import BUILD_MODULE, PhoneGap, keystore

try:  # ansible-core 2.19 and later: only trusted text is a template
    from ansible.template import trust_as_template as trusted
except ImportError:

    def trusted(value: str) -> str:
        return value


# Steps of the playbook.
KEY, APP, BUILD, DIRECTORY, DOWNLOAD = "key", "app", "builds", "folder", "package"
PASSWORDS = {"key_pw": "c4nary-key", "keystore_pw": "c4nary-keystore"}
# The state of several loop items is the last one in this list.
STATES = ("skipping", "ok", "changed", "failed", "fatal")


class Plays:
    """Runs of one playbook with variables, and what its tasks came to."""

    def __init__(self, phonegap: PhoneGap, playbook: str, variables: Mapping[str, Any]) -> None:
        self._phonegap = phonegap
        self._playbook = playbook
        self._variables = {"ansible_python_interpreter": sys.executable, **variables}

    def run(self, *arguments: str, **variables: Any) -> dict[str, str]:
        """Return the state of each task by its name, and set `screen` to the whole output."""
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


class Rollouts(Plays):
    """Runs of the playbook. Its summary has a line for each step."""

    def run(self, *arguments: str, **variables: Any) -> dict[str, str]:
        states = super().run(*arguments, **variables)
        self.outcome = states.get("Report the outcome")
        found: dict[str, str] = {}
        for step, state in re.findall(r'^ +"([^"]*): (ok|changed)",?$', self.screen, re.MULTILINE):
            (kind,) = (kind for kind in (KEY, APP, BUILD, DIRECTORY, DOWNLOAD) if kind in step.split()[:2])
            found[kind] = max(state, found.get(kind, state), key=STATES.index)
        return found


def rollout(phonegap: PhoneGap, **more: Any) -> Rollouts:
    """Create an app with a key for Android that takes the right password."""
    phonegap.emulator.options(phonegap_build_seconds=0)
    phonegap.file("www/index.html")
    declared = {
        "phonegap_rollout_app": {"title": "Shop", "src": str(phonegap.folder / "www"), "version": "1.0"},
        "phonegap_rollout_keys": [key(phonegap)],
        "phonegap_rollout_dest": str(phonegap.folder / "packages"),
    }
    return Rollouts(phonegap, "mobileops.ci.phonegap_rollout", {**declared, **more})


def key(phonegap: PhoneGap, **more: Any) -> dict[str, Any]:
    store = phonegap.file("release.keystore", keystore(PASSWORDS["keystore_pw"]))
    return {
        "platform": "android",
        "title": "Release",
        "keystore": store,
        "alias": "release",
        "verify": "none",
        **PASSWORDS,
        **more,
    }


def test_the_example_of_the_header(phonegap: PhoneGap) -> None:
    """Run the example from the folder of the file, with the source beside it, and without an inventory."""
    text = (CHECKOUT / "playbooks" / "phonegap_rollout.yml").read_text(encoding="utf-8")
    command, example = re.findall(r"(?m)^# (ansible-playbook .*)\n#\n(?:#.*\n)+?#\n((?:#   .*\n)+)", text)[0]
    phonegap.emulator.options(phonegap_build_seconds=0)
    phonegap.file("shop.yml", re.sub("(?m)^# {3}", "", example))
    phonegap.file("www/index.html")
    env = {
        "PHONEGAP_API_URL": phonegap.emulator.phonegap_url,
        "PHONEGAP_TOKEN": phonegap.emulator.phonegap_tokens["owner"],
    }
    declared = [{**key(phonegap), "keystore": "release.keystore"}]
    # In a file: -vvvv repeats what is given on the command line.
    more = ["-e", f"@{phonegap.file('more.json', json.dumps({'phonegap_rollout_keys': declared}))}"]
    done = ansible("playbook", *command.split()[1:], *more, "-vvvv", "--diff", cwd=phonegap.folder, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "changed=1" in done.stdout
    assert [path.name for path in (phonegap.folder / "packages").iterdir()] == ["Shop-release.apk"]
    assert [secret for secret in PASSWORDS.values() if secret in done.stdout + done.stderr] == []
    # An inventory of one host is reached without ssh, and blank answers mean the defaults.
    blank = {"phonegap_rollout_dest": "", "phonegap_rollout_platforms": None, "phonegap_rollout_timeout": ""}
    done = ansible(
        "playbook",
        *command.split()[1:],
        *more,
        "-i",
        "localhost,",
        "-e",
        json.dumps({**blank, "phonegap_rollout_dest_dir": "x"}),
        cwd=phonegap.folder,
        env=env,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "changed=0" in done.stdout
    suspected = "phonegap_rollout_dest_dir is not a variable of this collection; did you mean phonegap_rollout_dest?"
    assert suspected in " ".join((done.stdout + done.stderr).split())


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({"app": None}, "phonegap_rollout_app is required"),
    "an undefined variable": (
        {"app": {"title": "Shop", "src": trusted("{{ inventory_dir }}/www")}},
        "phonegap_rollout_app: 'inventory_dir' is undefined",
    ),
    "a misspelt option": (
        {"app": {"title": "Shop", "scr": "www"}},
        "phonegap_rollout_app: scr is not an option here; did you mean src?",
    ),
    "neither title nor id": (
        {"app": {"src": "www"}},
        "phonegap_rollout_app: one of the following is required: id, title",
    ),
    "a misspelt option of a key": (
        {"keys": [{"platform": "android", "title": "x", "keystor_pw": "c4nary"}]},
        "phonegap_rollout_keys, entry 1: keystor_pw is not an option here; did you mean keystore_pw?",
    ),
    "a misspelt variable": (
        {"platform": "ios"},
        "phonegap_rollout_platform is not a variable of this collection; did you mean phonegap_rollout_platforms?",
    ),
    "a wrong type": ({"timeout": "soon"}, "phonegap_rollout_timeout must be a number"),
}


@pytest.mark.parametrize(("variables", "message"), WRONG.values(), ids=WRONG)
def test_mistakes_are_named(variables: dict[str, Any], message: str) -> None:
    given = {
        "phonegap_rollout_app": {"title": "Shop"},
        **{f"phonegap_rollout_{name}": variables[name] for name in variables},
    }
    read = VARIABLES.read("localhost", given, Evaluator(DataLoader()))
    assert [*(problem.text for problem in read.problems), *(one.problem.text for one in read.unknown)] == [message]


def test_a_mistake_sends_nothing(phonegap: PhoneGap) -> None:
    plays = rollout(phonegap)
    plays.run("-vvvv", phonegap_rollout_app={"title": "Shop", "scr": "c4nary"})
    assert plays.outcome == "fatal"
    assert "did you mean src?" in plays.screen
    assert "c4nary" not in plays.screen
    assert phonegap.lines() == []


@exhaustive
def test_a_corrected_password_converges(phonegap: PhoneGap) -> None:
    plays = rollout(phonegap)
    wrong = plays.run(phonegap_rollout_keys=[key(phonegap, keystore_pw="wrong")])
    assert wrong == {KEY: "changed", APP: "changed"}
    assert plays.outcome == "fatal"
    assert "password was incorrect" in plays.screen
    to_do = {KEY: "ok", APP: "changed", BUILD: "changed", DIRECTORY: "changed"}
    assert plays.run("--check") == to_do
    assert plays.run("-vvvv", "--diff") == {**to_do, DOWNLOAD: "changed"}
    assert not [secret for secret in PASSWORDS.values() if secret in plays.screen]
    done = {KEY: "ok", APP: "ok", DIRECTORY: "ok", DOWNLOAD: "ok"}
    assert plays.run() == done
    # The key is locked again by now: it is unlocked, and nothing else is to be done.
    phonegap.emulator.advance(7200)
    assert plays.run("--check") == plays.run() == {**done, KEY: "changed"}


@exhaustive
def test_a_corrected_password_of_a_key_that_was_locked_since(phonegap: PhoneGap) -> None:
    plays = rollout(phonegap)
    plays.run(phonegap_rollout_keys=[key(phonegap, keystore_pw="wrong")])
    phonegap.emulator.advance(7200)
    to_do = {KEY: "changed", APP: "ok", BUILD: "changed", DIRECTORY: "changed"}
    assert plays.run("--check") == to_do
    assert plays.run() == {**to_do, DOWNLOAD: "changed"}


@exhaustive
def test_check_mode_says_what_is_left_to_do(phonegap: PhoneGap) -> None:
    plays = rollout(phonegap, phonegap_rollout_keys=[], phonegap_rollout_platforms=["android", "webos"])
    new = {APP: "changed", DIRECTORY: "changed"}
    assert plays.run("--check") == new
    done = {APP: "ok", DIRECTORY: "ok", DOWNLOAD: "ok"}
    assert plays.run() == {**new, BUILD: "changed", DOWNLOAD: "changed"}
    assert plays.run("--check") == done
    shutil.rmtree(phonegap.folder / "packages")
    assert plays.run("--check") == {APP: "ok", DIRECTORY: "changed"}
    assert plays.run() == {**done, DIRECTORY: "changed", DOWNLOAD: "changed"}
    # A build that another client has started.
    phonegap.emulator.options(phonegap_build_seconds=3600)
    plays.run(phonegap_rollout_app={"id": 1, "version": "1.0", "debug": True}, phonegap_rollout_timeout=1)
    phonegap.emulator.options(phonegap_build_seconds=0)
    changed = {"phonegap_rollout_app": {"id": 1, "version": "1.0"}}
    assert plays.run("--check", **changed) == {APP: "ok", BUILD: "changed", DIRECTORY: "ok"}
    assert plays.run(**changed) == {**done, BUILD: "changed", DOWNLOAD: "changed"}


@exhaustive
def test_check_mode_with_a_key_that_is_not_chosen_yet(phonegap: PhoneGap) -> None:
    """Use a key that does not exist yet, or that exists and is locked."""
    phonegap.holds({"title": "Shop", "version": "1.0"})
    ios = {name: phonegap.file(name) for name in ("cert", "profile")}
    declared = [{"platform": "ios", "title": "Store", "password": "one", "verify": "none", **ios}]
    plays = rollout(phonegap, phonegap_rollout_keys=declared, phonegap_rollout_platforms=["ios"])
    said = {KEY: "changed", APP: "ok", DIRECTORY: "changed"}
    assert plays.run("--check") == said
    phonegap.holds(
        {"title": "Shop", "version": "1.0"},
        keys=({"platform": "ios", "title": "Store", "cert_name": "cert", "provision": "profile"},),
    )
    assert plays.run("--check") == said
    assert plays.run() == dict.fromkeys((KEY, APP, BUILD, DIRECTORY, DOWNLOAD), "changed")


def guide(phonegap: PhoneGap) -> Plays:
    """Return the play of the guide, without the tasks of the other service."""
    text = (CHECKOUT / "docs" / "docsite" / "rst" / "two_services.rst").read_text(encoding="utf-8")
    block = re.search(r"code-block:: yaml\n\n(.*?)\n(?=\S)", text, re.DOTALL)
    assert block
    (play,) = yaml.safe_load(textwrap.dedent(block[1]))
    play["tasks"] = [task for task in play["tasks"] if not any("bitrise" in name for name in task)]
    # The service is to detect the wrong password, not the module.
    play["tasks"][0]["mobileops.ci.phonegap_key"]["verify"] = "none"
    del play["module_defaults"]["group/mobileops.ci.bitrise"]
    play["module_defaults"]["group/mobileops.ci.phonegap"]["api_url"] = phonegap.emulator.phonegap_url
    phonegap.emulator.options(phonegap_build_seconds=0)
    identity = Authority.create().identity(IdentityKind.DISTRIBUTION, Team("A1B2C3D4E5", "Acme"))
    phonegap.file("files/distribution.p12", identity.pkcs12("right"))
    for name in ("files/shop.mobileprovision", "files/www/index.html"):
        phonegap.file(name)
    token = phonegap.emulator.phonegap_tokens["owner"]
    variables = {"phonegap_token": token, "shop_version": "1.0", "certificate_password": "right"}
    return Plays(phonegap, phonegap.file("guide.yml", yaml.safe_dump([play])), variables)


@exhaustive
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
    phonegap.make(BUILD_MODULE, app_id=1).run()
    phonegap.emulator.options(phonegap_build_seconds=0)
    assert [*plays.run("--check").values()] == ["ok", "ok", "changed", "skipping"]
    assert [*plays.run().values()][:3] == ["ok", "ok", "changed"]
