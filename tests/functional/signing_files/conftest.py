# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same authority, team and identity as in the unit tests."""

from __future__ import annotations

from tests.unit.signing_files.conftest import authority, identity, team

__all__ = ["authority", "identity", "team"]
