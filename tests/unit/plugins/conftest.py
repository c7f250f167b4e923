# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the unit tests of plugins."""

from __future__ import annotations

from tests.helpers.plugin_fixtures import no_environment, no_pauses

__all__ = ["no_environment", "no_pauses"]
