# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables and forms in the guide to AWX, and in the documentation of the playbook awx_setup."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader

from ansible_collections.mobileops.ci.plugins.action._awx_setup import VARIABLES, _mistakes
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.evaluation import Evaluator
from tests.functional.docs.yaml_blocks import CHECKOUT, blocks

from .controller import Controller
from .project import credential_type, long_form, setup_tasks
from .test_setup import CANARY, NAME, REQUIRED, needs_collection, run

YAML = {block.name: block.text for block in blocks()}
INPUTS, INJECTORS = "awx_guide-3", "awx_guide-4"
# Each with the variables that it adds to.
VARIABLE_FILES = {
    "awx_guide-1": "",
    "awx_guide-2": "".join(f"{name}: {value}\n" for name, value in REQUIRED.items()),
    "playbook_awx_setup-1": "",
}


@pytest.mark.parametrize("name", VARIABLE_FILES)
def test_variables_are_accepted(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BITRISE_API_TOKEN", CANARY)
    given = yaml.safe_load(VARIABLE_FILES[name] + YAML[name])
    read = VARIABLES.read("localhost", given, Evaluator(DataLoader()))
    assert read.problems == []
    assert read.unknown == []
    assert _mistakes(read.values) == []
    assert {f"awx_setup_{option}" for option in read.values} == set(given)


@long_form
@needs_collection
@pytest.mark.parametrize("name", VARIABLE_FILES)
def test_setup_with_variables(name: str, tmp_path: Path, controller: Controller) -> None:
    for credential in ("Git", "Vault"):
        kind = controller.create("credential_types", {"name": credential, "kind": "scm"})
        controller.create("credentials", {"name": credential, "credential_type": kind["id"], "organization": 1})
    (tmp_path / "awx_setup.yml").write_text(VARIABLE_FILES[name] + YAML[name], encoding="utf-8")

    status, output = run(tmp_path, controller, {}, "-e", "@awx_setup.yml", BITRISE_API_TOKEN=CANARY)

    assert status == 0, output
    given = yaml.safe_load(YAML[name])
    project = controller.by_name("projects")[NAME]
    assert project["scm_url"] == given.get("awx_setup_project_url", REQUIRED["awx_setup_project_url"])
    assert ("awx_setup_api_token" in given) == (CANARY in controller.secrets.values())
    used = controller.names_associated("job_templates", f"{NAME}: rollout", "credentials")
    assert ("Vault" in used) == ("awx_setup_vault_credential" in given)
    if "awx_setup_schedule" in given:
        assert controller.by_name("schedules")[f"{NAME}: weekly report"]["rrule"] == given["awx_setup_schedule"]


def test_credential_type_in_the_web_interface() -> None:
    """Compare both forms of the guide with the credential type that the playbook creates."""
    created = credential_type("Bitrise")
    for field in created["inputs"]["fields"]:
        field.pop("help_text", None)
    assert yaml.safe_load(YAML[INPUTS]) == created["inputs"]
    assert yaml.safe_load(YAML[INJECTORS]) == created["injectors"]


def test_questions_in_the_web_interface() -> None:
    """Compare the variables that the guide lists with those of the surveys that the playbook creates."""
    tasks = [task for block in setup_tasks("jobs") for task in block.get("block", ())]
    templates = [task["awx.awx.job_template"] for task in tasks if "awx.awx.job_template" in task]
    surveys = [template["survey_spec"]["spec"] for template in templates if "survey_spec" in template]
    created = {question["variable"] for survey in surveys for question in survey}
    guide = (CHECKOUT / "docs" / "docsite" / "rst" / "awx_guide.rst").read_text(encoding="utf-8")
    listed = re.search(r"The answer variables are (.*?)\. Do not", guide, re.DOTALL)
    assert listed
    assert set(re.findall(r"``(\w+)``", listed[1])) == created
