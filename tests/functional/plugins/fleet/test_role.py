# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role code_signing in common plays: it manages the hosts that take part, and no others.

Each case is a play with four separate hosts, `a` to `d`. Many plays share one ansible-playbook run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.functional.plugins.action.playbook import ELSEWHERE, Playground, Run, core_version
from tests.helpers.cases import ALL_CASES, exhaustive
from tests.helpers.fleet import Fleet, declared
from tests.helpers.service import PROFILES, a_file

ROLE = "mobileops.ci.code_signing"
MISSING = "f" * 15  # no app has a slug that begins so
ALONE = {"MOBILEOPS_CI_TEST_ALONE": "1"}
OLD = "old"

Json = dict[str, Any]


def role(**keywords: Any) -> Json:
    return {"roles": [{"role": ROLE, **keywords}]}


def include(**keywords: Any) -> Json:
    return {"ansible.builtin.include_role": {"name": ROLE}, **keywords}


def import_role(**keywords: Any) -> Json:
    return {"ansible.builtin.import_role": {"name": ROLE}, **keywords}


def fail(when: str) -> Json:
    return {"ansible.builtin.fail": {"msg": "on purpose"}, "when": when}


def say(text: str) -> Json:
    return {"ansible.builtin.debug": {"msg": f"{text}-{{{{ inventory_hostname }}}}"}}


def own(letters: str) -> str:
    return f"inventory_hostname[-1] in '{letters}'"


@dataclass(frozen=True)
class Case:
    """A play, and what becomes of its hosts: each letter stands for one.

    `failing` hosts have an app that does not exist. `said` are hosts that a text is about, by the text.
    """

    play: Json
    changed: str = "abcd"
    failed: str = ""
    failing: str = ""
    hosts: Mapping[str, Json] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    alone: bool = True  # whether the fall-back does the same
    since: tuple[int, int] = (2, 16)
    variables: Json = field(default_factory=dict)


AFTER = [say("AFTER")]
CASES: dict[str, Case] = {
    "roles": Case(role(), changed="acd", failed="b", failing="b"),
    "import_role": Case({"tasks": [import_role()]}, changed="acd", failed="b", failing="b"),
    "include_role": Case({"tasks": [include()]}, changed="acd", failed="b", failing="b"),
    "a failed host goes no further": Case(
        {**role(), "post_tasks": AFTER}, changed="acd", failed="b", failing="b", said={"AFTER": "acd"}
    ),
    "serial": Case({**role(), "serial": 2}, changed="acd", failed="b", failing="b"),
    "serial, and a batch that declares nothing": Case(
        {**role(), "serial": 2},
        changed="ab",
        hosts={"c": {"code_signing_profiles": []}, "d": {"code_signing_profiles": []}},
    ),
    "rescue around the role": Case(
        {"tasks": [{"block": [import_role()], "rescue": [say("{{ ansible_failed_result.msg }} RESCUED")]}]},
        changed="acd",
        failed="b",
        failing="b",
        said={"404.* RESCUED": "b"},
    ),
    "role in a rescue": Case({"tasks": [{"block": [fail(own("bd"))], "rescue": [include()]}]}, changed="bd"),
    "role in a rescue, imported": Case(
        {"tasks": [{"block": [fail(own("bd"))], "rescue": [import_role()]}]}, changed="bd"
    ),
    "a host waits for its rescue": Case(
        {"tasks": [{"block": [fail(own("b")), import_role()], "rescue": [say("RESCUED")]}]},
        changed="acd",
        said={"RESCUED": "b"},
    ),
    "a host failed earlier": Case({"pre_tasks": [fail(own("a"))], **role()}, changed="bcd"),
    "a host ended its play": Case(
        {"tasks": [{"ansible.builtin.meta": "end_host", "when": own("a")}, import_role()]}, changed="bcd"
    ),
    "end_role of a role around it": Case(
        {"roles": ["around"]},
        changed="acd",
        files={
            "play/roles/around/tasks/main.yml": json.dumps(
                [{"ansible.builtin.meta": "end_role", "when": own("b")}, import_role()]
            )
        },
        since=(2, 18),
    ),
    "ignore_errors": Case(
        {**role(ignore_errors=True), "post_tasks": AFTER},
        changed="acd",
        failed="b",
        failing="b",
        said={"AFTER": "abcd"},
    ),
    "when, false for some": Case(role(when=own("acd")), changed="acd"),
    "when, false for the first": Case(role(when=[True, own("bd")]), changed="d", failed="b", failing="b"),
    "import_role when, false for the first": Case({"tasks": [import_role(when=own("bd"))]}, changed="bd"),
    "include_role when": Case({"tasks": [include(when=own("bd"))]}, changed="bd"),
    "when, false for all": Case(role(when=False), changed=""),
    "in a loop": Case(
        {
            "tasks": [
                include(
                    loop=["one", "two"], vars={"code_signing_profiles": [declared("{{ item }}", b"x", verify="none")]}
                )
            ]
        },
    ),
    "twice": Case({"tasks": [import_role(), import_role(when=own("cd"), vars={"word": "second"})]}),
    "run_once on the role": Case({"tasks": [include(run_once=True)]}, changed="a", alone=False),
    "strategy free": Case({"strategy": "free", **role()}, changed="acd", failed="b", failing="b"),
    "strategy free, when": Case({"strategy": "free", **role(when=own("bd"))}, changed="bd"),
    "strategy host_pinned": Case({"strategy": "host_pinned", **role()}, changed="acd", failed="b", failing="b"),
    "strategy debug": Case({"strategy": "debug", **role()}),
    "delegate_to localhost": Case(role(delegate_to="localhost")),
    "handlers of changed hosts": Case(
        {
            "tasks": [{"block": [import_role()], "notify": "tell"}],
            "handlers": [{"name": "tell", **say("HANDLED")}],
        },
        changed="acd",
        failed="b",
        failing="b",
        said={"HANDLED": "acd"},
    ),
    "hosts that declare nothing are passed over": Case(
        role(), changed="ac", hosts={"b": {"code_signing_profiles": []}, "d": {"code_signing_profiles": ""}}
    ),
    "two hosts of one app": Case(
        role(),
        changed="bd",
        failed="ac",
        hosts={"a": {"bitrise_app_slug": "shared"}, "c": {"bitrise_app_slug": "shared"}},
        said={"app shared has several hosts: .*a, .*c; declare all files of an app for one host": ""},
        alone=False,
    ),
    "an undefined variable in one host": Case(
        role(),
        changed="acd",
        failed="b",
        hosts={"b": {"word": "{{ nothere }}"}},
        said={"code_signing_profiles: 'nothere' is undefined": ""},
    ),
    "no slug": Case(
        role(),
        changed="acd",
        failed="b",
        hosts={"b": {"bitrise_app_slug": ""}},
        said={"the app is unknown: code_signing_app_slug is empty": ""},
    ),
    "no file": Case(
        role(),
        changed="acd",
        failed="b",
        hosts={"b": {"code_signing_profiles": [{"src": "nowhere.p12"}]}},
        said={"entry 1: file nowhere.p12 does not exist.*. Searched for files in .*ground/play, .*ground, ": ""},
    ),
    "a folder": Case(
        role(),
        changed="acd",
        failed="b",
        hosts={"b": {"code_signing_profiles": [{"src": "/tmp"}]}},
        said={"entry 1: file /tmp is a directory. Name a file in it": ""},
    ),
    "a misspelt variable beside others": Case(
        role(),
        changed="acd",
        failed="b",
        hosts={"b": {"code_signing_profile": [], "code_signing_mine": 5}},
        said={"code_signing_profile is not a variable of this collection; did you mean code_signing_profiles": ""},
    ),
    "a variable that differs from host to host": Case(
        role(), hosts={"b": {"code_signing_purge": "provisioning_profiles"}, "c": {"code_signing_concurrency": 1}}
    ),
    "a file in the vault, beside the play": Case(
        role(),
        variables={"code_signing_profiles": [{"src": "vaulted.txt", "name": "{{ word }}", "verify": "none"}]},
        files={"play/files/vaulted.txt": "$VAULT"},
    ),
}
# Of those, the ones that only `make matrix` runs.
LESS_COMMON = (
    "role in a rescue, imported",
    "end_role of a role around it",
    "import_role when, false for the first",
    "when, false for all",
    "twice",
    "run_once on the role",
    "strategy host_pinned",
    "strategy debug",
    "a folder",
    "serial, and a batch that declares nothing",
)
# These end the run, or are about options of the run.
BY_ITSELF: dict[str, tuple[Case, tuple[str, ...]]] = {
    "serial and max_fail_percentage": (
        Case({**role(), "serial": 1, "max_fail_percentage": 0}, changed="a", failed="b", failing="b"),
        (),
    ),
    "max_fail_percentage": (
        Case(
            {**role(), "max_fail_percentage": 30, "post_tasks": AFTER},
            changed="ad",
            failed="bc",
            failing="bc",
            said={"AFTER": ""},
        ),
        (),
    ),
    "any_errors_fatal": (
        Case({**role(), "any_errors_fatal": True, "post_tasks": AFTER}, changed="acd", failed="b", failing="b"),
        (),
    ),
    "limit": (Case(role(), changed="bc"), ("--limit", "x00b,x00c")),
    "tags": (Case(role(tags="signing")), ("--tags", "signing")),
    "skip-tags": (
        Case({**role(tags="signing"), "pre_tasks": [say("BEFORE")]}, changed="", said={"BEFORE": "abcd"}),
        ("--skip-tags", "signing"),
    ),
    "extra variables": (Case(role()), ("-e", '{"word": "extra-{{ inventory_hostname }}"}')),
}


class Plays:
    """Cases become hosts x00a, x00b, ... of the groups x00, x01, ..., and apps of the emulator."""

    def __init__(self, fleet: Fleet, folder: Path) -> None:
        self._fleet = fleet
        self._ground = Playground(folder / "ground")

    def run(self, cases: Iterable[Case], *options: str, env: Mapping[str, str] | None = None) -> Run:
        plays, groups = [], {}
        apps: dict[str, Any] = {}
        for number, case in enumerate(cases):
            group = f"x{number:02}"
            hosts = {f"{group}{letter}": self._host(case, f"{group}{letter}") for letter in "abcd"}
            groups[group] = {"hosts": hosts, "vars": case.variables}
            apps |= {host: {PROFILES: [a_file(OLD, b"old")]} for host in hosts}
            plays.append({"hosts": group, **case.play})
            for name, text in case.files.items():
                path = self._ground.folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(self._ground.vault(b"x") if text == "$VAULT" else text.encode())
        self._fleet.holds(apps)
        common = {"code_signing_profiles": [declared("{{ word }}", b"x", verify="none")], "code_signing_max_retries": 0}
        inventory = self._ground.folder / "apps.json"
        inventory.write_text(json.dumps({"all": {"children": groups, "vars": {**common, "word": "new"}}}))
        connection = {
            "BITRISE_API_BASE_URL": self._fleet.emulator.api_url,
            "BITRISE_API_TOKEN": self._fleet.emulator.tokens["owner"],
            "XDG_STATE_HOME": str(self._ground.home),
        }
        return self._ground.run_plays(plays, "-i", inventory, *options, env={**connection, **(env or {})})

    @staticmethod
    def _host(case: Case, name: str) -> Json:
        letter = name[-1]
        slug = f"{MISSING}{letter}" if letter in case.failing else name
        return {**ELSEWHERE, "bitrise_app_slug": slug, **case.hosts.get(letter, {})}

    def held(self) -> dict[str, list[str]]:
        return {host: [name for name, _digest in files] for host, files in self._fleet.contents(PROFILES).items()}


@pytest.fixture
def plays(fleet: Fleet, tmp_path: Path) -> Plays:
    return Plays(fleet, tmp_path)


def outcomes(run: Run, group: str) -> tuple[str, str]:
    """Return the hosts that a task has reported as changed, and as failed."""
    reported = [event for event in run.events if " : Report the outcome" in event.task and event.host.startswith(group)]
    changed = {event.host[-1] for event in reported if event.event == "ok" and event.result.get("changed")}
    failed = {event.host[-1] for event in reported if event.event == "failed"}
    return "".join(sorted(changed)), "".join(sorted(failed))


def check(case: Case, group: str, run: Run, held: Mapping[str, list[str]]) -> None:
    assert outcomes(run, group) == (case.changed, case.failed)
    uploaded = "".join(host[-1] for host, names in sorted(held.items()) if host.startswith(group) and names != [OLD])
    assert uploaded == case.changed
    for text, letters in case.said.items():
        if letters:
            said = re.findall(rf"{text}-{group}(\w)", run.screen)
            assert "".join(sorted(set(said))) == letters, text
        else:
            messages = [event.result.get("msg") for event in run.events if event.host.startswith(group)]
            assert any(re.search(text, str(message)) for message in messages) == (text != "AFTER"), (text, messages)


@pytest.mark.parametrize(
    "alone", [pytest.param(False, id="together"), pytest.param(True, id="alone", marks=exhaustive)]
)
def test_plays(plays: Plays, alone: bool) -> None:
    """Run also without the private names of ansible-core that list the hosts of a task."""
    core = core_version()
    cases = {name: case for name, case in CASES.items() if case.since <= core and (case.alone or not alone)}
    if not ALL_CASES:
        cases = {name: case for name, case in cases.items() if name not in LESS_COMMON}

    run = plays.run(cases.values(), env=ALONE if alone else None)

    held, wrong = plays.held(), {}
    for number, (name, case) in enumerate(cases.items()):
        try:
            check(case, f"x{number:02}", run, held)
        except AssertionError as error:
            wrong[name] = str(error)
    assert wrong == {}, run.screen
    assert "Traceback" not in run.screen


@exhaustive
@pytest.mark.parametrize("alone", [pytest.param(False, id="together"), pytest.param(True, id="alone")])
@pytest.mark.parametrize("name", BY_ITSELF)
def test_a_play_by_itself(plays: Plays, name: str, alone: bool) -> None:
    case, options = BY_ITSELF[name]

    run = plays.run([case], *options, env=ALONE if alone else None)

    check(case, "x00", run, plays.held())
