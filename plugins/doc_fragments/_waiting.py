# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of modules that can wait: module_utils._core.polling.WAIT."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until the build is finished.
    type: bool
    default: false
  wait_timeout:
    description:
      - Maximum number of seconds to wait. The task fails when the time is over.
    type: float
    default: 3600
  wait_interval:
    description:
      - Seconds between two polls.
    type: float
    default: 10
"""
