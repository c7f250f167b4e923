#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _doctor
short_description: Check whether the playbooks of this collection work here
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Private to the playbook C(mobileops.ci.doctor). It may change or vanish without notice.
options: {}
"""

EXAMPLES = r"""
- name: Run the checks
  mobileops.ci._doctor:
  register: __doctor
  run_once: true
"""

RETURN = r"""
failure:
  description: Result of a task that fails. Empty if all checks pass.
  returned: always
  type: dict
  sample: {}
"""
