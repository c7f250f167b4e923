# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection plugin for this machine, which does not count as the controller. With `narrow` it accepts files only."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ansible.plugins.connection.local import Connection as LocalConnection

DOCUMENTATION = """
name: elsewhere
short_description: This machine as if it were another
description: [Runs commands here.]
author: [tests]
extends_documentation_fragment: [connection_pipelining]
options:
  narrow:
    description: Rejects any input of commands.
    type: bool
    default: false
    vars: [{name: narrow}]
"""


class Connection(LocalConnection):
    transport = "testing.example.elsewhere"

    @property
    def has_pipelining(self) -> bool:
        return not self.get_option("narrow")

    @has_pipelining.setter
    def has_pipelining(self, value: bool) -> None:
        pass

    def exec_command(self, *args: Any, **more: Any) -> Any:
        """Write down the modes of files that came as input, and the places of other files with such bytes."""
        result = super().exec_command(*args, **more)
        if os.environ.get("WATCH"):
            places = [*Path.home().glob(".ansible/tmp/**/*"), *Path.cwd().glob("*")]
            found = [path for path in places if path.is_file() and b"the bytes of a signing" in path.read_bytes()]
            with open(os.environ["WATCH"], "a", encoding="utf-8") as file:  # noqa: PTH123
                for path in found:
                    brought = path.name == "task-files.zip" and self.has_pipelining
                    file.write(f"{oct(path.stat().st_mode & 0o777)}\n" if brought else f"{path}\n")
        return result
