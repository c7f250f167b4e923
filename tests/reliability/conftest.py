# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection has to be found before it is imported, as for the unit tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import tests.unit.conftest  # noqa: F401

from .lab import Lab, laboratory
from .service import InProcess


@pytest.fixture(scope="session")
def in_process() -> InProcess:
    """A service for all tests; each scenario begins with a state of its own."""
    return InProcess()


@pytest.fixture
def lab(in_process: InProcess, tmp_path: Path) -> Iterator[Lab]:
    with laboratory(in_process, tmp_path) as lab:
        yield lab
