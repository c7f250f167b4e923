# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook rollout with an inventory of many apps: its changes and its output."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret

from tests.functional.plugins.action.playbook import ELSEWHERE, Playground, Run
from tests.helpers.fleet import Fleet, declared
from tests.helpers.service import CERTIFICATES, PROFILES

ROLLOUT = "mobileops.ci.rollout"
PASSWORD = "p4ssw0rd-c4n4ry"
APPS = [f"app{number:02}" for number in range(60)]
DECLARED = {"code_signing_profiles": [declared("{{ inventory_hostname }}", b"x", verify="none")]}
IMPORT = "- import_playbook: mobileops.ci.rollout\n"

Json = dict[str, Any]


class Project:
    """A folder with an inventory in a separate folder, and perhaps a playbook that imports `rollout`."""

    def __init__(self, fleet: Fleet, folder: Path) -> None:
        self.fleet = fleet
        self.ground = Playground(folder / "ground")
        self.folder = self.ground.folder / "project"
        self.inventory = self.folder / "inventories" / "apps.json"
        self.inventory.parent.mkdir(parents=True)

    def has(self, apps: list[str], variables: Json, hosts: dict[str, Json] | None = None) -> None:
        """Create these apps without files, and make them hosts that cannot be reached."""
        self.fleet.holds(apps)
        described = {app: {**ELSEWHERE, "bitrise_app_slug": app, **(hosts or {}).get(app, {})} for app in apps}
        self.inventory.write_text(json.dumps({"all": {"hosts": described, "vars": variables}}))

    def run(self, *options: str, playbook: str | Path = ROLLOUT, **env: str) -> Run:
        given = {
            "BITRISE_API_BASE_URL": self.fleet.emulator.api_url,
            "BITRISE_API_TOKEN": self.fleet.emulator.tokens["owner"],
            "XDG_STATE_HOME": str(self.ground.home),
            "ANSIBLE_SHOW_CUSTOM_STATS": "1",
        }
        run = self.ground.run_playbook(playbook, self.inventory, *options, env={**given, **env})
        assert "Traceback" not in run.screen
        return run

    def writes(self) -> int:
        return sum(entry["method"] != "GET" for entry in self.fleet.emulator.requests())


@pytest.fixture
def project(fleet: Fleet, tmp_path: Path) -> Project:
    return Project(fleet, tmp_path)


def failures(run: Run) -> dict[str, str]:
    return {event.host: str(event.result.get("msg")) for event in run.events if event.event == "failed"}


def test_check_and_diff_of_60_apps_fit_into_200_lines(project: Project) -> None:
    project.has(APPS, DECLARED)

    # ansible-core warns of a variable with a reserved name, in an object.
    run = project.run("--check", "--diff", "-e", "name=x")

    assert run.status == 0, run.screen
    assert "WarningSummary" not in run.screen
    assert len(run.screen.splitlines()) <= 200
    assert "60 apps, 0 in sync, 60 would change, 0 failed" in run.screen
    assert "60 provisioning profiles would be uploaded" in run.screen
    changed = {event.host for event in run.events if event.result.get("changed")}
    assert changed == set(APPS)
    assert project.writes() == 0


def test_one_misspelt_key_of_60_apps(project: Project) -> None:
    wrong = {"src": "dist.p12", "certificate_pasword": PASSWORD}
    # Without a space after the colon, YAML reads the password as a part of the name.
    more = {"code_signing_certificates": [wrong, {"src": "a.p12", f"certificate_password:{PASSWORD}": None}]}
    project.has(APPS, {**DECLARED, "code_signing_certificates": [wrong]}, {APPS[0]: more})

    run = project.run()

    text = "certificates, entry 1: certificate_pasword is not an option here; did you mean certificate_password?"
    assert run.status != 0
    assert all(text in message for message in failures(run).values())
    assert set(failures(run)) == set(APPS)
    assert f"Failed: code_signing_{text}" in run.screen
    assert "entry 2: certificate_password:... is not an option here; did you mean certificate_password?" in run.screen
    assert len(run.screen) < 40_000
    assert PASSWORD not in run.screen + json.dumps([event.result for event in run.events])
    assert project.fleet.asked() == {}


def test_warnings_of_a_task_that_runs_as_a_module_are_text(project: Project) -> None:
    project.has(APPS[:2], {"code_signing_profiles": [declared("dist", b"x", verify="warn")]})

    run = project.run("--check", "-e", "mobileops_ci_run_in=target", "-e", "name=x")

    assert run.status == 0, run.screen
    assert "WarningSummary" not in run.screen
    assert "Provisioning profile dist" in run.screen


def test_a_missing_file_of_each_app_is_one_cause(project: Project) -> None:
    project.has(APPS[:20], {"code_signing_profiles": [{"src": "{{ inventory_hostname }}.mobileprovision"}]})

    run = project.run("--check")

    text = "code_signing_profiles, entry 1: file {}.mobileprovision does not exist"
    assert failures(run) == {app: f"{text.format(app)}." for app in APPS[:20]}
    assert run.screen.count("Failed. For example: ") == 1
    assert "Failed: " not in run.screen
    assert f"{text.format('app00')} " in run.screen
    assert "[20 hosts: app00," in run.screen


def test_wrong_files_of_one_template_are_one_cause(project: Project) -> None:
    entry = declared("{{ inventory_hostname }}.x", b"x")
    project.has(APPS[:20], {"code_signing_profiles": [entry]})

    run = project.run("--check")

    assert set(failures(run)) == set(APPS[:20])
    assert run.screen.count("Failed. For example: ") == 1
    assert "entry 1: Provisioning profile app00.x for the app is invalid" in run.screen
    assert "[20 hosts: app00," in run.screen

    project.has(APPS[:20], {"code_signing_profiles": [{**entry, "verify": "warn"}]})
    run = project.run("--check")

    assert run.status == 0, run.screen
    words = " ".join(run.screen.split())  # ansible-core before 2.19 wraps warnings
    assert words.count("[WARNING]: 20 apps (app00, ") == 1
    assert words.count("for example: Provisioning profile app00.x for app app00: ") == 1
    assert "profile app01.x for" not in words


def encrypted(text: str) -> str:
    """Return a text as ansible-vault encrypts it, with a password that no play knows."""
    return str(VaultLib([("other", VaultSecret(b"unknown"))]).encrypt(text).decode())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a: 1\nb:\n- src: a\n   bad: hidden\n", "invalid YAML: mapping values are not allowed"),
        (encrypted("hidden: 1\n"), "ault"),
        ("- hidden\n", "failed to combine variables"),
    ],
    ids=["YAML", "vault", "list"],
)
def test_a_file_of_variables_that_cannot_be_read(project: Project, content: str, reason: str) -> None:
    project.has(APPS[:2], DECLARED)
    folder = project.inventory.parent / "host_vars"
    folder.mkdir()
    (folder / f"{APPS[1]}.yml").write_text(content)

    run = project.run("--check")

    (message,) = failures(run).values()
    assert run.status == 2
    assert message.startswith(f"ansible-core cannot read the variables of {APPS[1]}. ")
    assert reason in message
    assert "hidden" not in message
    assert f"{APPS[1]}.yml" in message


@pytest.mark.parametrize("playbook", ["doctor", "report", "artifact_retention", "rotate_certificate"])
def test_other_playbooks_name_a_file_that_cannot_be_read(project: Project, playbook: str) -> None:
    project.has(APPS[:2], DECLARED)
    folder = project.inventory.parent / "host_vars"
    folder.mkdir()
    (folder / f"{APPS[1]}.yml").write_text("a: [\n")

    run = project.run("--check", playbook=f"mobileops.ci.{playbook}")

    assert run.status == 2
    assert f"ansible-core cannot read the variables of {APPS[1]}. " in " ".join(run.screen.split())
    assert f"{APPS[1]}.yml" in run.screen


def test_a_wrong_extra_variable_is_reported_once(project: Project) -> None:
    project.has(APPS[:20], DECLARED)

    run = project.run("--check", "-e", "code_signing_concurrency=many")

    text = "Nothing was changed. code_signing_concurrency must be a whole number."
    assert (run.status, list(failures(run).values())) == (2, [text])


def test_a_slug_that_does_not_exist(project: Project) -> None:
    """Name the host, and the slug only because it may be wrong."""
    project.has(APPS[:2], {**DECLARED, "code_signing_app_slug": "missing-{{ inventory_hostname }}"})

    run = project.run("--check")

    slug = f"missing-{APPS[0]}"
    message = failures(run)[APPS[0]]
    assert f"The slug of {APPS[0]} is {slug}." in message
    assert f"app {slug}" not in run.screen


def test_nothing_is_declared(project: Project) -> None:
    """Report no declarations: ansible-core ignores group variables beside a playbook that imports another one."""
    (project.folder / "group_vars").mkdir()
    (project.folder / "group_vars" / "all.yml").write_text(json.dumps(DECLARED))
    (project.folder / "site.yml").write_text(IMPORT)
    project.has(APPS[:2], {"code_signing_theme": 1})

    run = project.run(playbook=project.folder / "site.yml")

    (message,) = failures(run).values()
    assert run.status != 0
    for text in (
        "declared for any host",
        "beside the inventory",
        "roles: [mobileops.ci.code_signing]",
        "code_signing_theme",
    ):
        assert text in message
    assert "set rollout_allow_empty: true" in message

    beside = project.inventory.parent / "host_vars"
    beside.mkdir()
    (beside / "APP00.yml").write_text(json.dumps(DECLARED))
    (message,) = failures(project.run()).values()
    assert message.endswith(
        "These files have no effect, because no group or host has their name: "
        f"{Path('host_vars', 'APP00.yml')} (did you mean app00?)."
    )

    own = project.folder / "plays" / "own.yml"
    own.parent.mkdir()
    own.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "roles": ["mobileops.ci.code_signing"]}]))
    run = project.run(playbook=own)

    (message,) = failures(run).values()
    assert run.status != 0
    assert "set code_signing_allow_empty: true" in message

    run = project.run("-e", "rollout_allow_empty=true")

    assert run.status == 0, run.screen
    assert "2 hosts declare no code-signing file: app00, app01" in run.screen
    assert project.fleet.asked() == {}


def test_a_project_that_imports_the_playbook(project: Project) -> None:
    """Find files beside the started playbook, and change nothing on a second run as a module."""
    certificate = {"src": "dist.p12", "certificate_password": PASSWORD, "verify": "none"}
    one_more: dict[str, Json] = {"app02": {"code_signing_profiles": [], "code_signing_profiles_dir": "x"}}
    project.has(APPS[:3], {"code_signing_certificates": [certificate]}, one_more)
    (project.folder / "files").mkdir()
    (project.folder / "files" / "dist.p12").write_bytes(project.ground.vault(b"content"))
    (project.folder / "site.yml").write_text(IMPORT)

    run = project.run("-vvvv", "--diff", "-e", "rollout_hosts=", playbook=project.folder / "site.yml")

    assert run.status == 0, run.screen
    assert all(project.fleet.contents(CERTIFICATES).values())
    assert project.fleet.contents(PROFILES) == {app: [] for app in APPS[:3]}
    warning = "code_signing_profiles_dir is not a variable of this collection; did you mean code_signing_profiles?"
    assert warning in " ".join(run.screen.split())  # ansible-core before 2.19 breaks the lines of warnings
    custom = re.search(r"CUSTOM STATS.*?(\{.*?\})", run.screen, re.DOTALL)
    assert custom
    assert json.loads(custom[1]) == {"apps": 3, "changed": 3, "failed": 0, "failed_apps": []}
    output = run.screen + json.dumps([event.result for event in run.events])
    assert PASSWORD not in output
    # At most one result for each changed app; the one for all is censored, since it may be large.
    outcomes = [event for event in run.events if event.result.get("changed")]
    assert sorted(event.host for event in outcomes) == APPS[:3]
    assert outcomes[0].result["msg"] == "dist.p12 uploaded"
    (reconciled,) = [event for event in run.events if event.task.endswith("Reconcile the apps")]
    assert "report" not in reconciled.result

    project.fleet.forget()
    run = project.run("-e", "mobileops_ci_run_in=target", "-vvv", playbook=project.folder / "site.yml")

    assert run.status == 0, run.screen
    assert "runs as a module: asked for" in run.screen
    assert "3 apps, 3 in sync, 0 changed, 0 failed" in run.screen
    assert {event.host for event in run.events} == {"app00"}  # hosts without a change cost no task
    assert project.writes() == 0


def test_a_wrong_token_is_reported_once(project: Project) -> None:
    project.has(APPS[:20], DECLARED)

    run = project.run(BITRISE_API_TOKEN="no-token")

    (message,) = failures(run).values()
    assert run.status != 0
    assert "returned 401" in message
    assert project.writes() == 0
