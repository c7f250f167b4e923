#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _code_signing_play
short_description: Reconcile the apps of all hosts of a play
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Private to the role P(mobileops.ci.code_signing#role). It may change or vanish without notice.
  - Evaluates the variables of the role for all hosts that run the task, and runs M(mobileops.ci.bitrise_code_signing)
    once.
options:
  alone:
    description: Whether to process only the app of this host.
    type: bool
    default: false
  playbook:
    description: Prefix of the variables of the playbook of this collection that runs the task for every host.
    type: str
"""

EXAMPLES = r"""
- name: Reconcile the apps
  mobileops.ci._code_signing_play:
  run_once: true
  no_log: true
  register: __code_signing_play
"""

RETURN = r"""
report:
  description: Result of each host that has something to report.
  returned: always
  type: dict
  sample: {}
"""
