# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of roles and playbooks matches their actions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.action import (
    _abort_stale_builds,
    _adopt,
    _artifact_retention,
    _code_signing_report,
    _doctor,
    _phonegap_rollout,
    _rotate_certificate,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.artifact_options import RETENTION
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.inspection.code_signing_info import INSPECTION
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.variables import Variables
from ansible_collections.mobileops.ci.plugins.plugin_utils._report.writing import Report
from tests.conftest import CHECKOUT
from tests.helpers.documentation import read_yaml

# By role: its variables, those that its documentation does not list, and the options that have the defaults.
ROLES: dict[str, tuple[Variables, set[str], Mapping[str, Any]]] = {
    "artifact_retention": (
        _artifact_retention.VARIABLES,
        {"hosts", "allow_empty", "result"},
        RETENTION.argument_spec,
    ),
    "code_signing_report": (
        _code_signing_report.VARIABLES,
        {"result"},
        {
            **INSPECTION.argument_spec,
            **{
                one.name: {"default": list(one.default) if isinstance(one.default, tuple) else one.default}
                for one in fields(Report)
            },
        },
    ),
}
PLAYBOOKS = {
    "abort_stale_builds": _abort_stale_builds.VARIABLES,
    "adopt": _adopt.VARIABLES,
    "doctor": _doctor.VARIABLES,
    "phonegap_rollout": _phonegap_rollout.VARIABLES,
    "rotate_certificate": _rotate_certificate.VARIABLES,
}


@pytest.mark.parametrize("role", ROLES)
def test_argument_specs_are_what_the_role_accepts(role: str) -> None:
    variables, hidden, defaults = ROLES[role]
    text = (CHECKOUT / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    (documented,) = read_yaml(text)["argument_specs"].values()
    accepted = {f"{variables.prefix}{name}": spec for name, spec in variables.options.items() if name not in hidden}
    assert documented["options"].keys() == accepted.keys()
    for name, spec in accepted.items():
        shown = documented["options"][name]
        for key in ("type", "elements", "choices"):
            assert shown.get(key) == spec.get(key), (name, key)
        for key in ("required", "no_log"):
            assert shown.get(key, False) == spec.get(key, False), (name, key)
        assert shown.get("default") == defaults.get(name.removeprefix(variables.prefix), {}).get("default"), name


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_headers_name_the_variables_of_the_playbook(playbook: str) -> None:
    variables = PLAYBOOKS[playbook]
    text = (CHECKOUT / "playbooks" / f"{playbook}.yml").read_text(encoding="utf-8")
    header = "\n".join(line for line in text.splitlines() if line.startswith("#"))
    named = set(re.findall(rf"^# +({variables.prefix}\w+) +", header, re.MULTILINE))
    # The guard of all playbooks against an empty inventory documents its own variable.
    assert named | {f"{variables.prefix}allow_empty"} == {f"{variables.prefix}{name}" for name in variables.options} | {
        f"{variables.prefix}allow_empty"
    }
