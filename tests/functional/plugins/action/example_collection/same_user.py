# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Become plugin that does not change the user, and so needs no right and no password."""

from __future__ import annotations

from ansible.plugins.become import BecomeBase

DOCUMENTATION = """
name: same_user
short_description: Become oneself
description: [Does not change the user.]
author: [tests]
options:
  become_user: {description: Ignored., default: root, vars: [{name: ansible_become_user}]}
  become_exe: {description: Ignored., default: ""}
  become_flags: {description: Ignored., default: ""}
  become_pass: {description: Ignored., default: ""}
"""


class BecomeModule(BecomeBase):
    name = "testing.example.same_user"

    def build_become_command(self, cmd: str, shell: object) -> str:
        super().build_become_command(cmd, shell)
        return str(self._build_success_command(cmd, shell)) if cmd else cmd
