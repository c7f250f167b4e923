#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _code_signing_report
short_description: Report on the signing files of all hosts of a play
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Private to the role P(mobileops.ci.code_signing_report#role). It may change or vanish without notice.
options:
  playbook:
    description: Prefix of the variables of the playbook of this collection that runs the role.
    type: str
"""

EXAMPLES = r"""
- name: Write the report
  mobileops.ci._code_signing_report:
  register: __code_signing_report
  run_once: true
"""

RETURN = r"""
report:
  description: Result of each host that has something to report.
  returned: always
  type: dict
  sample: {}
"""
