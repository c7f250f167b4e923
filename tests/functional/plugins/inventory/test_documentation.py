# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation matches the plugin."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.plugins.loader import inventory_loader

from ansible_collections.mobileops.ci.plugins.inventory import bitrise
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.apps import APP_FILTER
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.options import BITRISE
from tests.emulator.process import Emulator
from tests.helpers.inventory_sources import NAME

from .conftest import Build, app, members

Fleet = Callable[..., None]
# One document only, as ansible-test 2.16 wants it: the other examples are comments.
EXAMPLES = [
    yaml.safe_load(re.sub(r"^# ", "", "plugin:" + block.partition("plugin:")[2], flags=re.MULTILINE))
    for block in bitrise.EXAMPLES.split("\n\n")
    if "plugin:" in block
]


def test_there_are_examples() -> None:
    assert yaml.safe_load(bitrise.EXAMPLES) == EXAMPLES[0]
    assert len(EXAMPLES) == bitrise.EXAMPLES.count(NAME) == 3


@pytest.mark.parametrize(("name", "option"), sorted({**BITRISE.argument_spec, **APP_FILTER.argument_spec}.items()))
def test_shared_options_are_those_of_the_modules(name: str, option: dict[str, Any]) -> None:
    documented = inventory_loader.get(NAME).option_definitions[name]

    for key in ("type", "default", "choices"):
        assert documented.get(key) == option.get(key)


@pytest.mark.parametrize("example", EXAMPLES, ids=",".join)
def test_examples_run_as_written(
    fleet: Fleet, build: Build, emulator: Emulator, tmp_path: Path, example: dict[str, Any]
) -> None:
    fleet(app("Shop", "aaaa000000000001", project_type="ios", is_public=True), app("News", "aaaa000000000002"))
    token = tmp_path / ".config" / "bitrise" / "token"
    token.parent.mkdir(parents=True)
    token.write_text(emulator.tokens["owner"])

    inventory = build({**example, "strict": True})

    assert len(inventory.hosts) == 2
    if "keyed_groups" in example:
        assert members(inventory) == {"owner_acme": ["News", "Shop"], "public": ["Shop"]}
