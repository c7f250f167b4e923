# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading fields of the service's objects: as for every service."""

from __future__ import annotations

from ansible_collections.mobileops.ci.plugins.module_utils._fields import flag, number, text

__all__ = ["flag", "number", "text"]
