# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for jobs of AWX."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.process import Emulator

from .controller import Controller, serving
from .jobs import EXAMPLE
from .project import Awx, Files, make_files


@pytest.fixture(scope="session")
def files() -> Files:
    return make_files()


@pytest.fixture(scope="session")
def service() -> Iterator[Emulator]:
    with Emulator("empty") as emulator:
        yield emulator


@pytest.fixture
def awx(service: Emulator, files: Files, tmp_path: Path) -> Awx:
    service.clear_faults()
    service.options(latency_ms=0)
    return Awx.create(service, files, tmp_path)


@pytest.fixture
def controller() -> Iterator[Controller]:
    playbooks = tuple(path.name for path in EXAMPLE.glob("*.yml"))
    with serving(Controller(playbooks)) as controller:
        controller.create("organizations", {"name": "Default"})
        yield controller
