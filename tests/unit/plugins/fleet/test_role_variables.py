# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of the role's variables, their defaults, and the specification that validates them are equal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.fleet_options import FLEET
from ansible_collections.mobileops.ci.plugins.plugin_utils._code_signing.declaration import PREFIX, SETTINGS, VARIABLES
from tests.emulator.process import CHECKOUT
from tests.helpers.documentation import read_yaml

ROLE = CHECKOUT / "roles" / "code_signing"
RULES = ("mutually_exclusive", "required_together", "required_one_of", "required_if")


def load(path: Path) -> Any:
    return read_yaml(path.read_text(encoding="utf-8"))


def specification(option: dict[str, Any]) -> dict[str, Any]:
    """Return the properties of a variable that both documentation and code specify."""
    found = {key: option[key] for key in ("type", "elements", "choices", "aliases", "no_log", *RULES) if key in option}
    if option.get("options"):
        # The schema of roles has no aliases: the documentation lists them as options.
        named = {
            name: {key: value for key, value in entry.items() if key != "aliases"}
            for original, entry in option["options"].items()
            for name in (original, *entry.get("aliases", ()))
        }
        found["options"] = {name: specification(entry) for name, entry in named.items()}
        for name, entry in named.items():
            found["options"][name]["default"] = entry.get("default")
    # Rules are lists in the one and tuples in the other.
    plain: dict[str, Any] = json.loads(json.dumps(found))
    return plain


def documented() -> dict[str, Any]:
    (entry_point,) = load(ROLE / "meta" / "argument_specs.yml")["argument_specs"].items()
    name, spec = entry_point
    assert not (ROLE / "tasks" / f"{name}.yml").exists()  # ansible-core would validate it with a task on every host
    found: dict[str, Any] = spec["options"]
    return found


def test_documentation_and_validation_are_equal() -> None:
    code = {f"{PREFIX}{name}": specification(dict(spec)) for name, spec in VARIABLES.options.items()}
    for spec in code.values():
        if spec.get("options"):
            spec.pop("no_log", None)  # of the option of the module, whose name holds "key"

    assert {name: specification(spec) for name, spec in documented().items()} == code


def test_documented_defaults_are_those_of_the_module() -> None:
    variables = documented()

    for name in SETTINGS:
        assert variables[f"{PREFIX}{name}"].get("default") == FLEET.argument_spec[name].get("default"), name


def test_defaults_of_the_role_are_the_documented_ones() -> None:
    variables, derived = documented(), f"{PREFIX}app_slug"

    for name, value in load(ROLE / "defaults" / "main.yml").items():
        assert name == derived or variables[name]["default"] == value, name
