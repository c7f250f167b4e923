#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _phonegap_rollout
short_description: Roll out an app on a PhoneGap Build service
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Private to the playbook C(mobileops.ci.phonegap_rollout). It may change or vanish without notice.
"""

EXAMPLES = r"""
- name: Roll out an app
  mobileops.ci._phonegap_rollout:
  register: __phonegap_rollout
"""

RETURN = r"""
report:
  description: Result of each host that has something to report.
  returned: always
  type: dict
  sample: {}
"""
