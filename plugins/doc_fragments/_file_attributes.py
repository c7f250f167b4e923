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
      - Permissions of the file, in octal digits within quotes (V('0644')) or symbolic (V(u=rw,g=r)).
      - Without it a new file gets V('0600'), and one that is replaced keeps what it had.
    type: raw
  owner:
    description:
      - Name or number of the user who shall own the file.
    type: str
  group:
    description:
      - Name or number of the group that shall own the file.
    type: str
  seuser:
    description:
      - The user part of the SELinux context. V(_default) is what the policy says.
    type: str
  serole:
    description:
      - The role part of the SELinux context. V(_default) is what the policy says.
    type: str
  setype:
    description:
      - The type part of the SELinux context. V(_default) is what the policy says.
    type: str
  selevel:
    description:
      - The level part of the SELinux context. V(_default) is what the policy says.
    type: str
  attributes:
    description:
      - Attributes of the file in its file system, in the form that C(chattr) takes, for example V(+i).
    type: str
    aliases: [attr]
notes:
  - A task that sets a symbolic O(mode), O(owner), O(group), O(attributes) or a part of the SELinux context runs as a
    module, as with O(run_in=target). O(run_in=controller) is refused for it.
"""
