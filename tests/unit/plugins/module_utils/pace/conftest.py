# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits of the product, in virtual time."""

from __future__ import annotations

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._http import pace as _pace

FIRST_WAIT_S = _pace.FIRST_WAIT_S


@pytest.fixture(autouse=True)
def real_waits(no_pauses: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pace, "FIRST_WAIT_S", FIRST_WAIT_S)
