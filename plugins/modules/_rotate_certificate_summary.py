#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _rotate_certificate_summary
short_description: Summarize the deletion of old certificates
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Private to the playbook C(mobileops.ci.rotate_certificate). It may change or vanish without notice.
options:
  of:
    description: Name of the variable with the result of C(mobileops.ci._rotate_certificate) for this batch.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show the summary of the deletion
  mobileops.ci._rotate_certificate_summary:
    of: __rotate_certificate_batch
  run_once: true
"""

RETURN = r"""
msg:
  description: Lines about the deleted certificates.
  returned: if there are any
  type: list
  elements: str
  sample: ["Old certificates: 1 deleted in 1 app, in addition to the files above", "Shop: dist-2025.p12 deleted"]
"""
