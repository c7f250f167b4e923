# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options about attributes of files: module_utils._local.file_attributes.ATTRIBUTES."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  mode:
    description:
      - Permissions of the file, as octal digits in quotation marks (V('0644')) or symbolic (V(u=rw,g=r)).
      - If omitted, a new file gets V('0600'), and a replaced file keeps its permissions.
    type: raw
  owner:
    description:
      - Name or number of the user who owns the file.
    type: str
  group:
    description:
      - Name or number of the group that owns the file.
    type: str
  seuser:
    description:
      - SELinux user of the file. V(_default) uses the user of the policy.
    type: str
  serole:
    description:
      - SELinux role of the file. V(_default) uses the role of the policy.
    type: str
  setype:
    description:
      - SELinux type of the file. V(_default) uses the type of the policy.
    type: str
  selevel:
    description:
      - SELinux level of the file. V(_default) uses the level of the policy.
    type: str
  attributes:
    description:
      - Attributes of the file in the format of C(chattr), for example V(+i).
    type: str
    aliases: [attr]
notes:
  - A task that sets a symbolic O(mode), O(owner), O(group), O(attributes) or a part of the SELinux context runs as a
    module, as with O(run_in=target). Such a task rejects O(run_in=controller).
"""
