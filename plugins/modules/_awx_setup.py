#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _awx_setup
short_description: Validate the variables of the playbook awx_setup
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Private to the playbook C(mobileops.ci.awx_setup). It may change or vanish without notice.
  - Reads the variables of the host of the task. It has no options.
"""

EXAMPLES = r"""
- name: Validate the variables
  mobileops.ci._awx_setup:
  register: __awx_setup
"""

RETURN = r"""
settings:
  description: The variables without their prefix, with defaults and without secrets.
  returned: success
  type: dict
  sample: {project: Mobile}
"""
