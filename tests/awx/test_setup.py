# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the playbook awx_setup against a small controller."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from .controller import ENCRYPTED, TOKEN, Controller
from .jobs import BIN, base_environment
from .project import long_form

# The folder that contains ansible_collections/awx/awx.
COLLECTIONS = os.environ.get("MOBILEOPS_CI_TEST_AWX_COLLECTIONS", "")
NAME = "Code signing"
CANARY, WEBHOOK = "t0ken-0f-4-c4n4ry", "https://hooks.example.com/s3cr3t-p4th"
REQUIRED = {"awx_setup_project_url": "https://git.example.com/code-signing.git"}

needs_collection = pytest.mark.skipif(not COLLECTIONS, reason="needs the collection awx.awx: make test-awx")


def run(
    folder: Path, controller: Controller, variables: Mapping[str, Any], *arguments: str, **environment: str
) -> tuple[int, str]:
    (folder / "variables.json").write_text(json.dumps(variables))
    settings = {
        **base_environment(),
        "HOME": str(folder),
        "CONTROLLER_HOST": controller.url,
        "CONTROLLER_OAUTH_TOKEN": TOKEN,
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
        "ANSIBLE_NOCOLOR": "1",
        **({"ANSIBLE_COLLECTIONS_PATH": COLLECTIONS} if COLLECTIONS else {}),
        **environment,
    }
    command = [
        str(BIN / "ansible-playbook"),
        "mobileops.ci.awx_setup",
        "-e",
        f"@{folder / 'variables.json'}",
        *arguments,
    ]
    done = subprocess.run(
        command, env=settings, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, "awx_setup_project_url is required"),
        ({**REQUIRED, "awx_setup_slice": 3}, "did you mean awx_setup_slices"),
        ({**REQUIRED, "awx_setup_slices": 0, "awx_setup_folder": "../x"}, "inside the project, got ../x"),
    ],
)
@needs_collection
def test_rejects_invalid_variables(
    tmp_path: Path, controller: Controller, variables: dict[str, Any], message: str
) -> None:
    status, output = run(tmp_path, controller, variables)
    assert status == 2
    assert message in " ".join(output.split())
    assert controller.log == []


def test_names_a_missing_collection(tmp_path: Path, controller: Controller) -> None:
    if COLLECTIONS:
        pytest.skip("the collection awx.awx is installed")
    status, output = run(tmp_path, controller, REQUIRED)
    assert status == 2
    assert "uses the collection awx.awx, which is not installed" in " ".join(output.split())
    assert controller.log == []


@long_form
@needs_collection
def test_second_run_changes_nothing(tmp_path: Path, controller: Controller) -> None:
    controller.create("notification_templates", {"name": "Chat", "organization": 1, "notification_type": "slack"})
    variables = {
        **REQUIRED,
        "awx_setup_api_token": CANARY,
        "awx_setup_webhook_url": WEBHOOK,
        "awx_setup_image": "registry.example.com/code-signing:1",
        "awx_setup_slices": 4,
        "awx_setup_notifications": "Chat",
        "awx_setup_api_url": "",
    }

    status, output = run(tmp_path, controller, variables, "-vvv", "--diff")

    assert status == 0, output
    assert CANARY not in output
    assert WEBHOOK not in output
    assert sorted(controller.secrets.values()) == sorted([CANARY, WEBHOOK])
    credential = controller.by_name("credentials")[f"{NAME}: Bitrise"]
    assert credential["inputs"] == {"api_token": ENCRYPTED, "api_url": ""}
    source = controller.by_name("inventory_sources")[f"{NAME}: apps"]
    assert (source["overwrite"], source["update_on_launch"], source["source_path"]) == (True, True, "fleet.bitrise.yml")
    templates = controller.by_name("job_templates")
    assert {name.removeprefix(f"{NAME}: "): item["job_slice_count"] for name, item in templates.items()} == {
        "rollout": 4,
        "rotate certificate": 1,
        "report": 1,
        "abort stale builds": 1,
        "doctor": 1,
        "notify": 1,
    }
    assert controller.names_associated("job_templates", f"{NAME}: rollout", "credentials") == [f"{NAME}: Bitrise"]
    assert controller.names_associated("workflow_job_template_nodes", "report", "always_nodes") == ["notify"]
    workflow = f"{NAME}: report, then notify"
    assert controller.names_associated("workflow_job_templates", workflow, "notification_templates_error") == ["Chat"]
    assert controller.by_name("schedules")[f"{NAME}: weekly report"]["enabled"]
    assert {len(survey["spec"]) for survey in controller.surveys.values()} == {1, 2, 3}

    controller.log.clear()
    status, output = run(tmp_path, controller, variables)

    assert status == 0, output
    assert controller.writes == []
    assert "changed=0" in output

    # The playbook reverts a manual change of a template, and keeps the token that is not among the variables.
    templates[f"{NAME}: rollout"]["job_slice_count"] = 9
    del variables["awx_setup_api_token"]
    status, output = run(tmp_path, controller, variables)
    assert status == 0, output
    assert [method for method, _path in controller.writes] == ["PATCH"]
    assert templates[f"{NAME}: rollout"]["job_slice_count"] == 4


@long_form
@needs_collection
def test_check_mode_writes_nothing(tmp_path: Path, controller: Controller) -> None:
    status, output = run(tmp_path, controller, REQUIRED, "--check")
    assert controller.writes == []
    # In check mode the objects do not exist, so a reference to one of them may fail.
    assert status == 0 or "expected 1" in output
