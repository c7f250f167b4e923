# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One emulator for each worker, which is emptied for each test that uses it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulator.process import Emulator


@pytest.fixture(scope="session")
def running_emulator() -> Iterator[Emulator]:
    """Start an emulator that lives as long as the worker. Tests use `emulator`, which is clean."""
    with Emulator("empty") as emulator:
        yield emulator


@pytest.fixture
def emulator(running_emulator: Emulator) -> Emulator:
    """Return the emulator without apps, faults or history, with its clock and switches as at its start."""
    running_emulator.reset("empty")
    return running_emulator
