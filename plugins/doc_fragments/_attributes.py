# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes of modules: check mode, diff mode, action groups."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying the target.
  diff_mode:
    description: Returns details on what has changed, or possibly needs changing in check mode, when in diff mode.
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second run changes nothing.
"""

    INFO = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - The module only reads.
  diff_mode:
    support: N/A
    details:
      - The module only reads.
  idempotent:
    support: full
    details:
      - The module only reads.
"""

    BITRISE = r"""
options: {}
attributes:
  action_group:
    description:
      - Use C(group/mobileops.ci.bitrise) in C(module_defaults) to set connection options for all modules of the group.
    support: full
    membership:
      - mobileops.ci.bitrise
"""

    PHONEGAP = r"""
options: {}
attributes:
  action_group:
    description:
      - Use C(group/mobileops.ci.phonegap) in C(module_defaults) to set connection options for all modules of the group.
    support: full
    membership:
      - mobileops.ci.phonegap
"""
