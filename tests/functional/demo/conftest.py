# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.demo.material import Material, fixture, make_material
from tests.emulator.process import Emulator


@pytest.fixture(scope="session")
def material() -> Material:
    return make_material()


@pytest.fixture
def fleet(emulator: Emulator, material: Material) -> Emulator:
    """Return an emulator with the demo's apps in their initial states."""
    emulator.load(fixture(material))
    return emulator
