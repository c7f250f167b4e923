# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook adopt: one task for all apps, an outcome for each host, and messages by cause."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.process import Emulator
from tests.functional.plugins.action.playbook import ELSEWHERE, Playground, Run
from tests.helpers.cases import exhaustive
from tests.helpers.fleet import APPS, ONE, TWO, Fleet
from tests.helpers.service import CERTIFICATES, KEYSTORES, PROFILES, PROJECT_FILES, a_file

GONE = "ffffffffffffffff"
# The first host is not the first app, and its app is not there.
HOSTS = {"Gone": GONE, "Shop": ONE, "Bank": TWO, "no app": ""}
WELL = {"Gone": ("failed", False), "Shop": ("ok", True), "Bank": ("ok", True)}
AGAIN = {"Gone": ("failed", False)}
# Names that mean something to file systems, shells, YAML or Ansible, and files with secrets in them.
NAMES = (
    "../../../escaped",
    "/etc/escaped",
    "{{ 1 + 1 }}.mobileprovision",
    "~/.ssh/$HOME",
    "twice",
    "TWICE",
    "- a: 'b\"\n- c",
)
HOSTILE = [a_file(name, f"c4nary {name}".encode()) for name in NAMES]
KEYSTORE = a_file("release.jks", b"c4nary jks", alias="c4nary", password="c4nary-pw", private_key_password="c4nary-own")
PROJECT_FILE = a_file(
    "vaulted.yml", b"$ANSIBLE_VAULT;1.1;AES256\n3031", user_env_key="VAULTED", exposed_meta_datastore={"NOTE": "c4nary"}
)


@pytest.fixture
def fleet(emulator: Emulator, tmp_path: Path) -> Fleet:
    fleet = Fleet(emulator, tmp_path)
    shop = [a_file("{{ 7 * 6 }}", b"1", is_protected=True)]  # text of the service is not a template
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
    return {event.host: event for event in run.events if event.task == task and event.event != "skipped"}


def outcomes(run: Run) -> dict[str, tuple[str, bool]]:
    return {
        host: (event.event, event.result.get("changed", False))
        for host, event in ended(run, "Report the outcome").items()
    }


def failures(run: Run) -> list[str]:
    return [str(event.result["msg"]) for event in run.events if event.event == "failed"]


def test_each_host_has_an_outcome_of_its_own(fleet: Fleet, ground: Playground) -> None:
    for options, expected in ((("--check", "--diff"), WELL), (("--diff",), WELL), ((), AGAIN)):
        run = adopt(fleet, ground, *options, apps=HOSTS)
        assert run.status == 2, run.screen
        assert outcomes(run) == expected
        lines = [str(line) for line in run.result("Show the summary")["msg"]]
        (missing,) = [line for line in lines if "does not return its content" in line]
        assert missing.endswith("[provisioning profile {{ 7 * 6 }} (Shop)]")
        assert lines[-1].endswith("Not an app: no app.")
        failed = ended(run, "Report the outcome")["Gone"].result
        assert (failed["error"]["kind"], failed["error"]["status"]) == ("not_found", 404)
        assert GONE in failed["msg"]
        if "--diff" in options:
            changes = {host: event.result.get("diff") for host, event in ended(run, "Report the outcome").items()}
            assert "Shop" not in changes["Bank"]["after"]
            assert ONE not in changes["Bank"]["after"]
            assert len(changes["Bank"]["after"].splitlines()) == 2
    assert (ground.play / "host_vars" / "Bank" / "code_signing.yml").is_file()
    (written,) = [path for path in (ground.play / "files").rglob("*") if path.is_file()]
    assert written.read_bytes().startswith(b"$ANSIBLE_VAULT")


def test_a_fleet_is_adopted_in_few_lines_and_a_rollout_changes_nothing(fleet: Fleet, ground: Playground) -> None:
    slugs = APPS[:30]
    shared = [a_file("dist.p12", b"shared", certificate_password="c4nary")]
    own = {slug: [a_file(f"{slug}.mobileprovision", b"profile", is_protected=True)] for slug in slugs}
    held = {slug: {CERTIFICATES: shared, PROFILES: own[slug]} if n % 3 else {} for n, slug in enumerate(slugs)}
    held[slugs[1]] |= {PROFILES: own[slugs[1]] + HOSTILE, KEYSTORES: [KEYSTORE], PROJECT_FILES: [PROJECT_FILE]}
    fleet.holds(held)
    fleet.emulator.options(echo_keystore_secrets=True)
    inventory = ground.play / "fleet.bitrise.yml"
    inventory.write_text("plugin: mobileops.ci.bitrise\nhostname: bitrise_slug\ngroups:\n  ios: NUMBERS\n")
    ios = [slug for n, slug in enumerate(slugs) if n % 3]
    inventory.write_text(inventory.read_text().replace("NUMBERS", json.dumps(f"bitrise_slug in {ios}")))
    env = {"BITRISE_API_BASE_URL": fleet.emulator.api_url, "BITRISE_API_TOKEN": fleet.emulator.tokens["owner"]}

    adopted = ground.run_playbook("mobileops.ci.adopt", inventory, env=env)

    assert adopted.status == 0, adopted.screen
    # A line for each host that changes, one in the recap, and few others.
    assert len(adopted.screen.splitlines()) < 2 * len(slugs) + 40
    assert "Declared once, for group ios: code_signing_certificates" in adopted.screen
    assert len(list((ground.play / "files").rglob("*.p12"))) == 1
    written = [path for path in ground.play.rglob("*") if path.is_file() and path != inventory]
    assert {path.stat().st_mode & 0o777 for path in written} == {0o600}
    assert [path for path in written if b"c4nary" in path.read_bytes()] == []
    assert "does not return its content" in adopted.screen
    fleet.forget()
    done = ground.run_playbook("mobileops.ci.rollout", inventory, env=env)
    assert done.status == 0, done.screen
    assert "20 in sync" in done.screen
    assert {entry["method"] for entry in fleet.emulator.requests()} == {"GET"}
    assert "c4nary" not in adopted.screen + done.screen


@exhaustive
def test_a_failure_of_all_apps_is_reported_once(fleet: Fleet, ground: Playground) -> None:
    hosts = {"no app": "", "Shop": ONE, "Bank": TWO}
    (misspelt,) = failures(adopt(fleet, ground, apps=hosts, adopt_forced=True))
    assert (
        "Nothing was written. adopt_forced is not a variable of this collection; did you mean adopt_force?" in misspelt
    )
    (nothing,) = failures(adopt(fleet, ground, apps={"no app": ""}))
    assert "No host has an app" in nothing
    assert fleet.asked() == {}
    run = adopt(fleet, ground, apps=hosts, code_signing_api_token="wrong-t0ken-c4n4ry")
    (refused,) = failures(run)
    assert "returned 401" in refused
    assert "t0ken-c4n4ry" not in run.screen


def test_an_app_that_changed_and_failed_counts_as_failed(fleet: Fleet, ground: Playground) -> None:
    """Let the last file of an app be a folder, so that it cannot be written after the others."""
    fleet.holds({TWO: {PROFILES: [a_file("dist", b"2")]}})
    variables = ground.play / "host_vars" / "Bank" / "code_signing.yml"
    (variables / "x").mkdir(parents=True)
    run = adopt(fleet, ground, apps={"Bank": TWO}, adopt_force=True)
    assert run.status == 2
    assert "wrote declarations of 1, with " in run.screen
    assert "; 0 had a declaration, 1 failed." in run.screen
    assert f"dest: {variables.parent} cannot be written: " in run.screen


def test_without_an_inventory_there_is_no_folder(fleet: Fleet, ground: Playground) -> None:
    given = ["-e", f"code_signing_api_token={fleet.emulator.tokens['owner']} code_signing_app_slug={TWO}"]
    given += ["-e", f"code_signing_api_url={fleet.emulator.api_url}"]
    refused = ground.run_playbook("mobileops.ci.adopt", "bank,", *given)
    assert ["adopt_dest is required" in message for message in failures(refused)] == [True]
    assert fleet.asked() == {}

    named = ground.run_playbook("mobileops.ci.adopt", "bank,", *given, "-e", "adopt_dest='taken over' adopt_force=''")
    assert named.status == 0, named.screen
    # Where Ansible was started, and not where the collection is.
    assert (ground.home / "taken over" / "host_vars" / "bank" / "code_signing.yml").is_file()
