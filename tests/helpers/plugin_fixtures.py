# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for all tests of plugins. The conftest.py of each folder of such tests imports them."""

from __future__ import annotations

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._http import pace as _pace
from ansible_collections.mobileops.ci.plugins.module_utils._http import session as _http


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeat requests at once. Separate tests cover the length of the waits."""
    monkeypatch.setattr(_http, "FIRST_DELAY_S", 0.0)
    monkeypatch.setattr(_pace, "FIRST_WAIT_S", 0.01)


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the variables of the developer's shell, which must not affect a test."""
    names = [
        "BITRISE_API_TOKEN",
        "BITRISE_TOKEN",
        "BITRISE_API_BASE_URL",
        "XDG_STATE_HOME",
        "MOBILEOPS_CI_DIGEST_CACHE",
    ]
    names += [f"PHONEGAP_{name}" for name in ("API_URL", "TOKEN", "USERNAME", "PASSWORD")]
    for name in (*names, *(f"{scheme}_PROXY" for scheme in ("HTTP", "HTTPS", "ALL", "NO"))):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
