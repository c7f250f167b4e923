# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role code_signing, in plays as people may write them: it deals with the hosts that take part, and no other."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ..action.playbook import ELSEWHERE, Playground, Run
from ..helpers.service import PROFILES, a_file
from .fleet import ONE, THREE, TWO, Fleet, declared

ROLE = "mobileops.ci.code_signing"
PURGE = {"code_signing_purge": [PROFILES]}
NOT_TWO = "inventory_hostname != 'two'"

Json = dict[str, Any]


def profiles(name: str) -> list[Json]:
    return [declared(name, b"x", verify="none")]


def include(**keywords: Any) -> Json:
    return {"ansible.builtin.include_role": {"name": ROLE}, **keywords}


@dataclass(frozen=True)
class Site:
    """Apps that are hosts, by the names `one`, `two` and `three`, and in this order."""

    fleet: Fleet
    ground: Playground

    def play(self, *tasks: Json, **play: Any) -> Json:
        return {"hosts": "apps", "tasks": list(tasks), **play}

    def run(self, *plays: Json, hosts: Mapping[str, Json] | None = None, options: Sequence[str] = ()) -> Run:
        """`hosts`: variables of some of them. No host is reached."""
        given = hosts or {}
        apps = {"one": ONE, "two": TWO, "three": THREE}
        own = {host: {"bitrise_app_slug": slug, **given.get(host, {})} for host, slug in apps.items()}
        described = {host: {**ELSEWHERE, **variables} for host, variables in own.items()}
        variables = {"code_signing_profiles": profiles("declared"), "code_signing_max_retries": 0}
        inventory = self.ground.folder / "apps.json"
        inventory.write_text(json.dumps({"apps": {"hosts": described, "vars": variables}}))
        env = {
            "BITRISE_API_BASE_URL": self.fleet.emulator.api_url,
            "BITRISE_API_TOKEN": self.fleet.emulator.tokens["owner"],
            "XDG_STATE_HOME": str(self.ground.home),
        }
        return self.ground.run_plays(plays, "-i", inventory, *options, env=env)

    def held(self) -> dict[str, list[str]]:
        """The names of the profiles of each host."""
        contents = self.fleet.contents(PROFILES)
        return {host: [name for name, _digest in contents[slug]] for host, slug in zip(HOSTS, APPS, strict=True)}


HOSTS, APPS = ("one", "two", "three"), (ONE, TWO, THREE)
OLD, NEW, BOTH = ["old"], ["declared"], ["declared", "old"]


@pytest.fixture
def site(fleet: Fleet, tmp_path: Path) -> Site:
    fleet.holds({slug: {PROFILES: [a_file("old", b"old")]} for slug in APPS})
    return Site(fleet, Playground(tmp_path / "ground"))


def ended(run: Run, task: str) -> dict[str, str]:
    """What a task came to for each host, the last time."""
    name = f"{ROLE} : {task}"
    return {event.host: event.event for event in run.events if event.task == name and "item" not in event.event}


def message(run: Run, host: str) -> str:
    """Of the last failure of that host."""
    (*_others, last) = [event for event in run.events if event.host == host and event.event == "failed"]
    return str(last.result["msg"])


ONCE_MORE = include(vars=PURGE, when=NOT_TWO)
PASSES: dict[str, list[list[Json]]] = {
    "in one play": [[include(), ONCE_MORE]],
    "in two plays": [[include()], [ONCE_MORE]],
    "after a pass that one host has not survived": [
        [
            {"block": [include(vars={"code_signing_max_purge": "{{ 5 if inventory_hostname != 'two' else 'x' }}"})]}
            | {"rescue": [{"ansible.builtin.meta": "clear_host_errors"}]},
            include(when="inventory_hostname == 'two'"),
            include(when=NOT_TWO),
            ONCE_MORE,
        ]
    ],
}


@pytest.mark.parametrize("plays", PASSES.values(), ids=PASSES)
def test_a_host_that_is_left_out_is_left_alone(site: Site, plays: list[list[Json]]) -> None:
    """Also where it has taken part before."""
    run = site.run(*(site.play(*tasks) for tasks in plays))

    assert run.status == 0, run.screen
    assert site.held() == {"one": NEW, "two": BOTH, "three": NEW}


NOT_ONE = {"when": "inventory_hostname != 'one'"}
IN_PLAY: dict[str, Json] = {
    "roles": {"roles": [{"role": ROLE, **NOT_ONE}]},
    "import": {"tasks": [{"ansible.builtin.import_role": {"name": ROLE}, "tags": ["signing"], **NOT_ONE}]},
    "batches": {"tasks": [include(**NOT_ONE)], "serial": 2, "tags": ["signing"]},
}


@pytest.mark.parametrize("play", IN_PLAY.values(), ids=IN_PLAY)
def test_the_first_host_may_be_left_out(site: Site, play: Json) -> None:
    run = site.run({**site.play(), **play}, options=[] if "roles" in play else ["--tags", "signing"])

    assert run.status == 0, run.screen
    assert ended(run, "Outcome") == {"two": "ok", "three": "ok"}
    assert site.held() == {"one": OLD, "two": BOTH, "three": BOTH}


def test_one_task_for_all_apps(site: Site) -> None:
    """And one for each batch, whose size may be a text."""
    run = site.run(site.play(include()), options=["-e", "code_signing_batch=2"])

    assert run.status == 0, run.screen
    (reconciled,) = [event for event in run.events if event.task.endswith("Reconcile the apps") and event.event == "ok"]
    assert [list(batch["apps"]) for batch in reconciled.result["results"]] == [[ONE, TWO], [THREE]]


def test_in_a_rescue(site: Site) -> None:
    fail = {"ansible.builtin.fail": {"msg": "on purpose"}, "when": NOT_TWO}

    run = site.run(site.play({"block": [fail], "rescue": [include()]}))

    assert run.status == 0, run.screen
    assert ended(run, "Outcome") == {"one": "ok", "three": "ok"}
    assert site.held() == {"one": BOTH, "two": OLD, "three": BOTH}


def test_two_hosts_of_one_app(site: Site) -> None:
    """Neither is dealt with, and the others are."""
    run = site.run(site.play(include()), hosts={"three": {"bitrise_app_slug": ONE}})

    assert ended(run, "Outcome") == {"two": "ok"}
    assert site.held() == {"one": OLD, "two": BOTH, "three": OLD}
    assert message(run, "one") == f"App one: Its slug {ONE} is also that of three: an app has one declaration."
    assert "is also that of one: " in message(run, "three")


def test_slugs_that_differ_in_case_are_of_two_apps(site: Site) -> None:
    run = site.run(site.play(include()), hosts={"three": {"bitrise_app_slug": ONE.upper()}})

    assert ended(run, "Outcome") == {"one": "ok", "two": "ok", "three": "failed"}
    assert site.held() == {"one": BOTH, "two": BOTH, "three": OLD}


def test_two_hosts_of_one_app_of_which_one_declares_something(site: Site) -> None:
    run = site.run(site.play(include()), hosts={"three": {"bitrise_app_slug": ONE, "code_signing_profiles": []}})

    assert run.status == 0, run.screen
    assert site.held() == {"one": BOTH, "two": BOTH, "three": OLD}


def test_a_src_that_is_no_text(site: Site) -> None:
    wrong = [{"src": src, "name": str(src)} for src in (5, ["a.mobileprovision"], {"a": 1}, 0, False)]
    declared = [*wrong, {"src": "nowhere.mobileprovision"}]
    run = site.run(site.play(include()), hosts={"one": {"code_signing_profiles": declared}})

    said = message(run, "one")
    assert said.startswith("App one: There is no file nowhere.mobileprovision, neither in ")
    assert said.count("An entry of code_signing_profiles has a src that is not a text.") == len(wrong)
    assert site.held() == {"one": OLD, "two": BOTH, "three": BOTH}


def test_a_src_in_the_vault(site: Site) -> None:
    (site.ground.files / "declared").write_bytes(b"x")
    file = {"src": "vaulted:declared", "verify": "none"}

    run = site.run(site.play(include(vars={"code_signing_profiles": [file]})))

    assert run.status == 0, run.screen
    assert site.held() == dict.fromkeys(HOSTS, BOTH)


def test_a_text_instead_of_a_list(site: Site) -> None:
    run = site.run(site.play(include()), options=["-e", "code_signing_profiles='name=a is_expose=true'"])

    assert message(run, "one") == "App one: An entry of code_signing_profiles is not a dictionary of options."
    assert site.fleet.asked() == {}


def test_what_cannot_be_worked_out_fails(site: Site) -> None:
    """Also where only the task that must not show anything has seen why."""
    # Where files are searched is no list of folders; only one host has a file to search.
    given: Json = {"hosts": {"one": {"code_signing_profiles": [{"src": "a"}]}}}
    run = site.run(site.play(include()), **given, options=["-e", '{"__code_signing_folders": 5}'])

    assert ended(run, "Outcome") == {"two": "ok", "three": "ok"}
    assert site.held() == {"one": OLD, "two": BOTH, "three": BOTH}
    assert "one" in {event.host for event in run.events if event.event == "failed"}
