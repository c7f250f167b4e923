# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the tests that inspect signing files of the service."""

from __future__ import annotations

import pytest

from tests.emulator.process import Emulator

from .signing import Inspection, Material


@pytest.fixture(scope="session")
def material() -> Material:
    return Material()


@pytest.fixture
def inspection(emulator: Emulator) -> Inspection:
    return Inspection(emulator)
