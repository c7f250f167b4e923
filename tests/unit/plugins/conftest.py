# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the tests about plugins."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._http import pace as _pace
from ansible_collections.mobileops.ci.plugins.module_utils._http import session as _http
from tests.emulator.process import Emulator

from .helpers.service import Service
from .helpers.tasks import Tasks


@pytest.fixture
def service(emulator: Emulator) -> Service:
    """The emulator with one app that is empty."""
    service = Service(emulator)
    service.holds()
    return service


@pytest.fixture
def tasks(service: Service, tmp_path: Path) -> Tasks:
    return Tasks(service, tmp_path)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeated requests follow at once; how long the pauses are is the subject of tests of their own."""
    monkeypatch.setattr(_http, "FIRST_DELAY_S", 0.0)
    monkeypatch.setattr(_pace, "FIRST_WAIT_S", 0.01)


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the developer's shell has set must not decide a test."""
    names = ["BITRISE_API_TOKEN", "BITRISE_TOKEN", "BITRISE_API_BASE_URL", "XDG_STATE_HOME"]
    names += [f"PHONEGAP_{name}" for name in ("API_URL", "TOKEN", "USERNAME", "PASSWORD")]
    for name in (*names, *(f"{scheme}_PROXY" for scheme in ("HTTP", "HTTPS", "ALL", "NO"))):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
