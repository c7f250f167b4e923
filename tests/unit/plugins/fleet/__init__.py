# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the task that is about many apps."""

import pytest

# What the helpers assert is shown like what tests assert.
pytest.register_assert_rewrite(f"{__name__}.fleet")
