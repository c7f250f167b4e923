# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection plugin: this machine, which does not count as the controller. With `narrow` it takes files only."""

from __future__ import annotations

from ansible.plugins.connection.local import Connection as LocalConnection

DOCUMENTATION = """
name: elsewhere
short_description: This machine as if it were another
description: [Runs commands here.]
author: [tests]
extends_documentation_fragment: [connection_pipelining]
options:
  narrow:
    description: Whether commands cannot be given any input.
    type: bool
    default: false
    vars: [{name: narrow}]
"""


class Connection(LocalConnection):
    transport = "testing.trouble.elsewhere"

    @property
    def has_pipelining(self) -> bool:
        return not self.get_option("narrow")

    @has_pipelining.setter
    def has_pipelining(self, value: bool) -> None:
        pass
