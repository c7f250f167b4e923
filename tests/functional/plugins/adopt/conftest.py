# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports of an app of the emulator."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.emulator.process import Emulator
from tests.helpers.fleet import ONE, THREE, TWO, Fleet
from tests.helpers.service import PROFILES, a_file

from .exports import HELD, Export


@pytest.fixture
def export(emulator: Emulator, tmp_path: Path) -> Export:
    """Return an export of three apps: one with files of each kind, one with a profile, and one without files."""
    fleet = Fleet(emulator, tmp_path)
    fleet.holds({ONE: HELD, TWO: {PROFILES: [a_file("dist", b"c4n4ry")]}, THREE: {}})
    return Export(fleet, tmp_path / "dest")
