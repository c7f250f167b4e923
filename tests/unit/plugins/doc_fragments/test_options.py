# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of each module matches the options that it accepts."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any

import pytest

from tests.helpers.documentation import COLLECTION, MODULES, PLUGINS, asks_a_service, documentation, read_yaml, spec_of

EACH_MODULE = pytest.mark.parametrize("module", MODULES)


def documented(options: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the documented options in the form of an argument specification, without defaults of the form."""
    found = {}
    for name, option in options.items():
        found[name] = {
            "type": option["type"],
            "required": option.get("required", False),
            "default": option.get("default"),
            "choices": sorted(option.get("choices", [])),
            "aliases": sorted(option.get("aliases", [])),
            "elements": option.get("elements"),
            "options": documented(option["suboptions"]) if "suboptions" in option else None,
        }
    return found


def accepted(specification: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    found = {}
    for name, option in specification.items():
        found[name] = {
            "type": option["type"],
            "required": option.get("required", False),
            "default": option.get("default"),
            "choices": sorted(option.get("choices", [])),
            "aliases": sorted(option.get("aliases", [])),
            "elements": option.get("elements"),
            "options": accepted(option["options"]) if "options" in option else None,
        }
    return found


@EACH_MODULE
def test_documented_options_match_the_code(module: str) -> None:
    shown = documented(documentation()[module]["doc"]["options"])
    real = accepted(spec_of(module).options.argument_spec)
    assert shown.keys() == real.keys()
    for name, option in real.items():
        assert shown[name] == option, name


@EACH_MODULE
def test_environment_variables_are_documented(module: str) -> None:
    options = documentation()[module]["doc"]["options"]
    specification = spec_of(module).options.argument_spec
    assert any("fallback" in option for option in specification.values()) is asks_a_service(module)
    for name, option in specification.items():
        text = " ".join(options[name]["description"])
        variables = option["fallback"][1] if "fallback" in option else []
        assert variables == [found for found in re.findall(r"E\((\w+)\)", text) if found in variables]
        # The interface's own variables are read through a fallback, or they are not read.
        own = [
            found
            for found in re.findall(r"E\((\w+)\)", text)
            if found.startswith(("BITRISE_", "PHONEGAP_", "MOBILEOPS_"))
        ]
        assert own == variables


@EACH_MODULE
def test_rules_between_options_are_documented(module: str) -> None:
    """Check that the description of some option of each rule names the others."""
    options = documentation()[module]["doc"]["options"]
    rules = spec_of(module).options.rules
    # The text about files describes more than their rule: content requires a name.
    groups = [set(rule) for rule in rules.get("required_one_of", ()) if "content" not in rule]
    groups += [set(rule) for kind in ("mutually_exclusive", "required_together") for rule in rules.get(kind, ())]
    groups += [{option, *others} for option, _value, others in rules.get("required_if", ())]
    for group in groups:
        named = {option: set(re.findall(r"O\((\w+)", " ".join(options[option]["description"]))) for option in group}
        assert any(group - {option} <= names for option, names in named.items()), f"{module}: {sorted(group)}"


NO_SECRETS = ("update_password", "secret_environments", "secret_environments_as")


@EACH_MODULE
def test_secrets_are_marked(module: str) -> None:
    def check(specification: Mapping[str, Any], inside: str = "") -> None:
        for name, option in specification.items():
            secret = re.search(r"token|password|content|secret|_pw$", name) and name not in NO_SECRETS
            # The names of secret variables are shown, and their values are not.
            secret = secret or (inside, name) == ("secret_environments", "value")
            assert bool(option.get("no_log")) is bool(secret), name
            check(option.get("options", {}), name)

    check(spec_of(module).options.argument_spec)


@EACH_MODULE
def test_entry_has_the_name_of_its_module(module: str) -> None:
    assert spec_of(module).name == module


def test_action_group_holds_exactly_the_modules() -> None:
    runtime = read_yaml((PLUGINS.parent / "meta" / "runtime.yml").read_text())
    connected = list(filter(asks_a_service, MODULES))
    # The private modules of roles pass module_defaults on.
    groups = {
        group: [module for module in members if not module.startswith("_")]
        for group, members in runtime["action_groups"].items()
    }
    for group, members in groups.items():
        assert members == [module for module in connected if module.startswith(f"{group}_")]
    assert sorted(itertools.chain(*groups.values())) == connected


@EACH_MODULE
def test_attributes(module: str) -> None:
    attributes = documentation()[module]["doc"]["attributes"]
    assert attributes["check_mode"]["support"] == "full"
    assert attributes["diff_mode"]["support"] == ("N/A" if module.endswith(("_info", "_doctor")) else "full")
    groups = [f"{COLLECTION}.{module.split('_', maxsplit=1)[0]}"] if asks_a_service(module) else None
    assert attributes.get("action_group", {}).get("membership") == groups
    assert attributes["idempotent"]["support"] in ("full", "partial", "N/A")
