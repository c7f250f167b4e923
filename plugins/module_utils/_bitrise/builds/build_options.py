# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Option groups of modules for one build."""

from __future__ import annotations

from ..._core.option_groups import OptionGroup

BUILD = OptionGroup({"build_slug": {"type": "str", "required": True}})
