#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _adopt
short_description: Write the signing files of all hosts of a play as declarations
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Private to the playbook C(mobileops.ci.adopt). It may change or vanish without notice.
options:
  alone:
    description: Whether to process only the app of this host.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Write declarations and files
  mobileops.ci._adopt:
  register: __adopt
  run_once: true
"""

RETURN = r"""
report:
  description: Result of each host that has something to report.
  returned: always
  type: dict
  sample: {}
"""
