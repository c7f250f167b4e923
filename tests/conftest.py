# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that all tests share: where the collection is, and how Hypothesis works."""

from __future__ import annotations

import gc
from pathlib import Path

import hypothesis
import pytest
from ansible.plugins.loader import init_plugin_loader
from ansible.utils.collection_loader import AnsibleCollectionConfig
from hypothesis.configuration import set_hypothesis_home_dir

CHECKOUT = Path(__file__).resolve().parents[1]

# Tests of plugins import the collection as ansible-core does, which has to be set up before the first import.
if AnsibleCollectionConfig.collection_finder is None:
    init_plugin_loader()

set_hypothesis_home_dir(CHECKOUT / ".build" / "hypothesis")
# Each run uses the same examples, so that a failure can be repeated, and stores nothing.
hypothesis.settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("repeatable")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests that share a fixture of their module in one worker, because such a fixture is often expensive."""
    for item in items:
        if isinstance(item, pytest.Function) and item.get_closest_marker("xdist_group") is None and shares(item):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.split("::")[0]))


def pytest_collection_finish() -> None:
    """Exclude the modules and the thousands of tests from garbage collection, because they live until the end."""
    gc.collect()
    gc.freeze()


def shares(item: pytest.Function) -> bool:
    """Return whether the test uses a fixture that its own module defines for all its tests."""
    module = item.nodeid.split("::")[0]
    definitions = item._fixtureinfo.name2fixturedefs.values()
    return any(one.scope == "module" and one.baseid == module for found in definitions for one in found)
