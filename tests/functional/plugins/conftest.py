# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the functional tests of plugins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.emulator.process import Emulator
from tests.helpers.plugin_fixtures import no_environment, no_pauses
from tests.helpers.service import Service
from tests.helpers.tasks import Tasks

__all__ = ["no_environment", "no_pauses"]


@pytest.fixture
def service(emulator: Emulator) -> Service:
    """Return the emulator with one app that is empty."""
    service = Service(emulator)
    service.holds()
    return service


@pytest.fixture
def tasks(service: Service, tmp_path: Path) -> Tasks:
    return Tasks(service, tmp_path)
