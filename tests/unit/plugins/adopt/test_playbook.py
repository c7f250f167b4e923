# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook adopt: each host gets the outcome of its app, whatever comes of the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.process import Emulator

from ..action.playbook import ELSEWHERE, Playground, Run
from ..fleet.fleet import ONE, TWO, Fleet
from ..helpers.service import PROFILES, a_file

GONE = "ffffffffffffffff"
# The first host is not the first app, and its app is not there.
APPS = {"Gone": GONE, "Shop": ONE, "Bank": TWO, "no app": ""}
MISSING = "Say what is not in a declaration, and has to be filled in"
WELL = {"Gone": ("failed", False), "Shop": ("ok", True), "Bank": ("ok", True), "no app": ("skipped", False)}
AGAIN = {**WELL, "Shop": ("ok", False), "Bank": ("ok", False)}


@pytest.fixture
def fleet(emulator: Emulator, tmp_path: Path) -> Fleet:
    fleet = Fleet(emulator, tmp_path)
    shop = [a_file("{{ 7 * 6 }}", b"1", is_protected=True)]  # what the service tells is no template
    fleet.holds({ONE: {PROFILES: shop}, TWO: {PROFILES: [a_file("dist", b"2")]}})
    return fleet


@pytest.fixture
def ground(tmp_path: Path) -> Playground:
    return Playground(tmp_path / "ground")


def adopt(fleet: Fleet, ground: Playground, *options: str, apps: dict[str, str], **variables: Any) -> Run:
    given = {
        "code_signing_api_token": fleet.emulator.tokens["owner"],
        "code_signing_api_url": fleet.emulator.api_url,
        "code_signing_max_retries": 0,
        **variables,
    }
    hosts = {host: {"bitrise_app_slug": slug, **ELSEWHERE} for host, slug in apps.items()}
    inventory = ground.play / "fleet.json"
    inventory.write_text(json.dumps({"all": {"hosts": hosts, "vars": given}}))
    return ground.run_playbook("mobileops.ci.adopt", inventory, *options)


def ended(run: Run, task: str) -> dict[str, Any]:
    return {event.host: event for event in run.events if event.task == task}


def outcomes(run: Run) -> dict[str, tuple[str, bool]]:
    return {host: (event.event, event.result.get("changed", False)) for host, event in ended(run, "Outcome").items()}


def said(run: Run) -> dict[str, str]:
    return {host: str(event.result["msg"]) for host, event in ended(run, MISSING).items() if event.event == "ok"}


def test_each_host_has_an_outcome_of_its_own(fleet: Fleet, ground: Playground) -> None:
    for options, expected in ((("--check", "--diff"), WELL), (("--diff",), WELL), ((), AGAIN), (("--check",), AGAIN)):
        run = adopt(fleet, ground, *options, apps=APPS)
        assert run.status == 2, run.screen
        assert outcomes(run) == expected
        # The one that fails comes first, and hides nothing.
        assert said(run).keys() == {"Shop"}
        assert "provisioning profile {{ 7 * 6 }}: the service does not give its bytes" in said(run)["Shop"]
        failed = ended(run, "Outcome")["Gone"].result
        assert (failed["error"]["kind"], failed["error"]["status"]) == ("not_found", 404)
        assert GONE in failed["msg"]
        assert {event.host for event in run.events if event.event == "failed"} == {"Gone"}
        if "--diff" in options:
            changes = {host: event.result.get("diff") for host, event in ended(run, "Outcome").items()}
            assert [path for path in changes["Bank"]["after"] if "Shop" in path or ONE in path] == []
            assert len(changes["Bank"]["after"]) == 2
    assert (ground.play / "host_vars" / "Bank" / "code_signing.yml").is_file()
    (written,) = [path for path in (ground.play / "files").rglob("*") if path.is_file()]
    assert written.read_bytes().startswith(b"$ANSIBLE_VAULT")


def test_all_of_it_fails(fleet: Fleet, ground: Playground) -> None:
    """Then every host that has an app fails, with the one reason; without any app, every host."""
    run = adopt(fleet, ground, apps={"no app": "", "Shop": ONE, "Bank": TWO}, code_signing_concurrency=0)
    failed = {event.host: event.result["msg"] for event in run.events if event.event == "failed"}
    assert failed.keys() == {"no app", "Shop", "Bank"}
    assert all("concurrency" in text for text in failed.values())
    assert fleet.asked() == {}


def test_a_wrong_token(fleet: Fleet, ground: Playground) -> None:
    run = adopt(fleet, ground, apps={"Shop": ONE, "Bank": TWO}, code_signing_api_token="wrong-t0ken-c4n4ry")
    assert outcomes(run) == {"Shop": ("failed", False), "Bank": ("failed", False)}
    assert ended(run, "Outcome")["Bank"].result["error"]["kind"] == "unauthorized"
    assert "t0ken-c4n4ry" not in run.screen


def test_without_an_inventory_there_is_no_folder(fleet: Fleet, ground: Playground) -> None:
    given = ["-e", f"code_signing_api_token={fleet.emulator.tokens['owner']} code_signing_app_slug={TWO}"]
    given += ["-e", f"code_signing_api_url={fleet.emulator.api_url}"]
    refused = ground.run_playbook("mobileops.ci.adopt", "bank,", *given)
    (failed,) = [event for event in refused.events if event.event == "failed"]
    assert failed.result["msg"].startswith("adopt_dest: the inventory is in no folder")
    assert fleet.asked() == {}

    named = ground.run_playbook("mobileops.ci.adopt", "bank,", *given, "-e", "adopt_dest='taken over'")
    assert named.status == 0, named.screen
    # Where Ansible was started, and not where the collection is.
    assert (ground.home / "taken over" / "host_vars" / "bank" / "code_signing.yml").is_file()
