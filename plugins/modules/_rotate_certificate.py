#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _rotate_certificate
short_description: Validate the rotation of a certificate for all hosts of a play
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Private to the playbook C(mobileops.ci.rotate_certificate). It may change or vanish without notice.
options:
  alone:
    description: Whether to validate only this host.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Validate the rotation
  mobileops.ci._rotate_certificate:
  register: __rotate_certificate
  run_once: true
"""

RETURN = r"""
report:
  description: Result of each host that has something to report.
  returned: always
  type: dict
  sample: {}
"""
