# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the tests about PhoneGap Build."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.emulator.process import Emulator

from .service import PhoneGap


@pytest.fixture
def phonegap(emulator: Emulator, tmp_path: Path) -> PhoneGap:
    """Provide an empty account."""
    return PhoneGap(emulator, tmp_path)
