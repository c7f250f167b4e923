#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _code_signing_remove
short_description: Delete certificates of the app of a host
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Private to the role P(mobileops.ci.code_signing#role). It may change or vanish without notice.
  - Deletes the build certificates that C(code_signing_removed_certificates) names.
options: {}
"""

EXAMPLES = r"""
- name: Delete certificates that are no longer needed
  mobileops.ci._code_signing_remove:
"""

RETURN = r"""
actions:
  description: Certificates deleted. In check mode, the certificates that would be deleted.
  returned: always
  type: list
  elements: dict
  sample: []
"""
