#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _play_outcome
short_description: Report what was done for all hosts of a play
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Private to the roles and playbooks of this collection. It may change or vanish without notice.
options:
  of:
    description: Name of the registered result.
    type: str
  of_localhost:
    description: Name of a fact of localhost that holds such a result, instead of O(of).
    type: str
  summary:
    description: Whether to show the summary instead of the result of the host.
    type: bool
    default: false
  warnings:
    description: Whether to show the warnings with the result of the host. Needed if no summary shows them.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Show the result
  mobileops.ci._play_outcome:
    of: __code_signing_play
"""

RETURN = r"""
msg:
  description: Result of the host, or the lines of the summary.
  returned: always
  type: raw
  sample: ["Shop: 1 file uploaded."]
"""
