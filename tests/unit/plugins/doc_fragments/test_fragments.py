# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each documentation fragment matches one option group."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.artifact_options import ARTIFACT
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.build_options import BUILD
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.file_modules import FILE_FILTER
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.file_options import (
    CERTIFICATE_PASSWORD,
    ENV_KEY,
    FILE,
    KEYSTORE,
    REPLACE_ORDER,
    STATE,
    VERIFY,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.options import APP, BITRISE, LIMIT
from ansible_collections.mobileops.ci.plugins.module_utils._core.option_groups import (
    CONCURRENCY,
    RUN,
    TRANSPORT,
    OptionGroup,
)
from ansible_collections.mobileops.ci.plugins.module_utils._core.polling import WAIT
from ansible_collections.mobileops.ci.plugins.module_utils._local.file_attributes import ATTRIBUTES
from ansible_collections.mobileops.ci.plugins.module_utils._phonegap.phonegap_options import APP_ID, LOGIN
from ansible_collections.mobileops.ci.plugins.module_utils._phonegap.phonegap_options import (
    CONNECTION as PHONEGAP_CONNECTION,
)
from tests.helpers.documentation import COLLECTION, MODULES, PLUGINS, asks_a_service, documentation, read_yaml, spec_of

CONNECTION = OptionGroup(
    {name: option for name, option in BITRISE.argument_spec.items() if name not in TRANSPORT.argument_spec}
)
GROUPS = {
    "_bitrise": CONNECTION,
    "_bitrise.app": APP,
    "_bitrise.limit": LIMIT,
    "_bitrise_artifacts.artifact": ARTIFACT,
    "_bitrise_builds.build": BUILD,
    "_bitrise_files.certificate": CERTIFICATE_PASSWORD,
    "_bitrise_files.env_key": ENV_KEY,
    "_bitrise_files.file": FILE,
    "_bitrise_files.filter": FILE_FILTER,
    "_bitrise_files.keystore": KEYSTORE,
    "_bitrise_files.replace_order": REPLACE_ORDER,
    "_bitrise_files.state": STATE,
    "_bitrise_files.verify": VERIFY,
    "_file_attributes": ATTRIBUTES,
    "_phonegap": PHONEGAP_CONNECTION,
    "_phonegap.app": APP_ID,
    "_phonegap.login": LOGIN,
    "_run_in": RUN,
    "_transport": TRANSPORT,
    "_transport.concurrency": CONCURRENCY,
    "_transport.inventory": TRANSPORT,
    "_transport.inventory_concurrency": CONCURRENCY,
    "_waiting": WAIT,
}


def fragments() -> dict[str, Any]:
    """Return the YAML of every fragment, by the name that modules use."""
    found = {}
    for path in sorted((PLUGINS / "doc_fragments").glob("_*.py")):
        if path.stem == "__init__":
            continue
        source = importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.doc_fragments.{path.stem}")
        for variant, text in vars(source.ModuleDocFragment).items():
            if variant.isupper():
                name = path.stem if variant == "DOCUMENTATION" else f"{path.stem}.{variant.lower()}"
                found[name] = read_yaml(text)
    return found


def used_by(name: str, folder: str = "modules") -> set[str]:
    source = importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.{folder}.{name}")
    named = read_yaml(source.DOCUMENTATION).get("extends_documentation_fragment", [])
    return {fragment.removeprefix(f"{COLLECTION}.") for fragment in named}


def test_each_fragment_with_options_is_an_option_group() -> None:
    with_options = {name: set(text["options"]) for name, text in fragments().items() if text.get("options")}
    assert with_options == {name: set(group.argument_spec) for name, group in GROUPS.items()}


def test_every_fragment_is_used() -> None:
    of_inventory = {name for name in used_by("bitrise", "inventory") if name.startswith("_")}
    assert of_inventory.union(*map(used_by, MODULES)) == set(fragments())


@pytest.mark.parametrize("module", MODULES)
def test_a_module_names_the_fragments_of_its_groups(module: str) -> None:
    """Describe an option of a group in its fragment only."""
    options = set(spec_of(module).options.argument_spec)
    used = used_by(module)
    for name, group in GROUPS.items():
        assert (name in used) <= (set(group.argument_spec) <= options), name
    service = module.split("_", maxsplit=1)[0]
    assert ({f"_{service}", "_transport"} <= used) is asks_a_service(module)


def test_every_module_is_documented() -> None:
    assert sorted(documentation()) == MODULES
    for text in documentation().values():
        assert text["examples"]
        assert text["return"]
