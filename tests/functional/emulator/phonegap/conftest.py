# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from tests.emulator.process import Emulator

from .client import Client


@pytest.fixture
def owner(emulator: Emulator) -> Client:
    return Client(emulator)


@pytest.fixture
def member(emulator: Emulator) -> Client:
    return Client(emulator, "member")
