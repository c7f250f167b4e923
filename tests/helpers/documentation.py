# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of the modules, and their specifications."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ansible.plugins.loader import fragment_loader
from ansible.utils.plugin_docs import get_docstring

from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import ModuleSpec

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
# Those with an underscore are private to roles and playbooks.
MODULES = sorted(path.stem for path in (PLUGINS / "modules").glob("*.py") if not path.stem.startswith("_"))
COLLECTION = "mobileops.ci"
NO_SETTINGS = Path(__file__).with_name("empty.cfg")


def read_yaml(text: str) -> Any:
    """Return the content of a YAML document. The parser of libyaml is several times as fast as that in Python."""
    return yaml.load(text, Loader=yaml.CSafeLoader)


def ansible(program: str, *arguments: str, **settings: Any) -> subprocess.CompletedProcess[str]:
    """Run one of ansible-core's programs with the interpreter of the tests, without the developer's settings."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    env |= {"ANSIBLE_CONFIG": str(NO_SETTINGS), "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "0"}
    env |= settings.pop("env", {})
    command = [sys.executable, "-m", "ansible", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=env, **settings)


@cache
def documentation() -> dict[str, dict[str, Any]]:
    """Return by module: doc, examples and return, with the fragments merged in, as ansible-doc reads them."""
    found = {}
    for module in MODULES:
        path = str(PLUGINS / "modules" / f"{module}.py")
        doc, examples, returned, _metadata = get_docstring(
            path, fragment_loader, collection_name=COLLECTION, plugin_type="module"
        )
        found[module] = {"doc": doc, "examples": examples, "return": returned}
    return found


def asks_a_service(module: str) -> bool:
    """Return True if the module has the options of a connection."""
    return "api_token" in spec_of(module).options.argument_spec


def spec_of(module: str) -> ModuleSpec:
    """Return the only specification that a module executes."""
    source = importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.modules.{module}")
    (spec,) = (value for value in vars(source).values() if isinstance(value, ModuleSpec))
    return spec
