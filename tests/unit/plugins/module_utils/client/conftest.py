# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock for tests of the client."""

from __future__ import annotations

import pytest

from tests.helpers.clock import VirtualClock


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()
