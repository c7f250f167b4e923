# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all unit tests share: one emulator for each worker, emptied for each test that asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from ansible.plugins.loader import init_plugin_loader
from ansible.utils.collection_loader import AnsibleCollectionConfig
from hypothesis.configuration import set_hypothesis_home_dir

from tests.emulator.process import Emulator

CHECKOUT = Path(__file__).resolve().parents[2]

# Tests of plugins import the collection as ansible-core does, which has to be set up before the first import.
if AnsibleCollectionConfig.collection_finder is None:
    init_plugin_loader()

set_hypothesis_home_dir(CHECKOUT / ".build" / "hypothesis")
# The same examples in every run: a failure can be repeated, and nothing is kept between runs.
hypothesis.settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def running_emulator() -> Iterator[Emulator]:
    """An emulator that lives as long as the worker. Tests ask for `emulator`, which is clean."""
    with Emulator("empty") as emulator:
        yield emulator


@pytest.fixture
def emulator(running_emulator: Emulator) -> Emulator:
    """The emulator without apps, faults or history, its clock right and its switches as they were."""
    running_emulator.reset("empty")
    return running_emulator
