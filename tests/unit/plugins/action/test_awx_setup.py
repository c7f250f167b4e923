# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of the playbook awx_setup. The tests in tests/awx run the playbook."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader

from ansible_collections.mobileops.ci.plugins.action._awx_setup import DEFAULTS, VARIABLES, _mistakes, _warnings
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.evaluation import Evaluator


def messages(**variables: Any) -> list[str]:
    given = {"awx_setup_project_url": "https://git.example.com/x.git", **variables}
    read = VARIABLES.read("localhost", given, Evaluator(DataLoader()))
    return [problem.message for problem in (*read.problems, *(one.problem for one in read.unknown))] + _mistakes(
        read.values
    )


def test_a_url_without_a_token_has_no_effect() -> None:
    assert _warnings({"api_url": "https://ci.example.com/v0.1", "api_token": "x"}) == []
    assert _warnings({}) == []
    (found,) = _warnings({"api_url": "https://ci.example.com/v0.1"})
    assert found.startswith("awx_setup_api_url has no effect without awx_setup_api_token.")


def test_defaults_are_valid() -> None:
    assert messages() == []
    assert messages(**{f"awx_setup_{name}": value for name, value in DEFAULTS.items()}) == []
    assert messages(awx_setup_slices="", awx_setup_schedule=None, awx_setup_notifications="Chat\nMail") == []


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("project_url", " ", "awx_setup_project_url is required"),
        ("slices", "many", "awx_setup_slices must be a whole number"),
        ("slices", 101, "between 1 and 100, got 101"),
        ("slice", 2, "did you mean awx_setup_slices"),
        ("inventory_file", "/etc/hosts", "inside the project, got /etc/hosts"),
        ("schedule", "weekly", "a start and a recurrence rule"),
        ("registry_credential", "Registry", "needs awx_setup_image"),
        ("update_secrets", "perhaps", "true or false"),
    ],
)
def test_mistakes(name: str, value: Any, message: str) -> None:
    (found,) = messages(**{f"awx_setup_{name}": value})
    assert message in found
