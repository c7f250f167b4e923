# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the tests about fleets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.emulator.process import Emulator
from tests.helpers.digest_caches import NEW
from tests.helpers.fleet import APPS, Fleet, FleetTask, declared
from tests.helpers.service import PROFILES, a_file


@pytest.fixture
def fleet(emulator: Emulator, tmp_path: Path) -> Fleet:
    """Provide an emulator that has no apps yet."""
    return Fleet(emulator, tmp_path)


@pytest.fixture(autouse=True)
def no_digest_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the cache that the developer's shell has set."""
    monkeypatch.delenv("MOBILEOPS_CI_DIGEST_CACHE", raising=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "caches" / "digests"


@pytest.fixture
def cached(fleet: Fleet, path: Path) -> FleetTask:
    """Return a task for four apps that are in sync."""
    fleet.holds({slug: {PROFILES: [a_file("dist", NEW)]} for slug in APPS[:4]})
    return fleet.task(APPS[:4], provisioning_profiles=[declared("dist", NEW)], digest_cache=str(path))
