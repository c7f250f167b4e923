# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Marks for tests that `make test` leaves out."""

from __future__ import annotations

import os

import pytest

ALL_CASES = os.environ.get("MOBILEOPS_CI_TEST_CASES") == "all"
exhaustive = pytest.mark.skipif(not ALL_CASES, reason="other tests cover most of it; make matrix runs it")
