# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start an emulator that outlives the task, and return how to reach it as the fact `emulator`.

An action runs in the controller's process. The same with modules takes five processes and two seconds.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Options: `fixture`, `idle` (seconds), and `arguments`, which are further arguments of the emulator."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        collection = find_collection()
        sys.path.insert(0, str(collection))
        process = importlib.import_module("tests.emulator.process")
        # The emulator ends with ansible-playbook, which this worker was forked from.
        arguments = ["--parent", str(os.getppid()), *self._task.args["arguments"]]
        emulator = process.Emulator(self._task.args["fixture"], idle=self._task.args["idle"], arguments=arguments)
        try:
            emulator.start()
        except process.EmulatorError as error:
            raise AnsibleActionFail(str(error)) from error
        return {
            "changed": True,
            "ansible_facts": {
                "setup_emulator_collection": str(collection),
                "emulator": {
                    "api_url": emulator.api_url,
                    "tokens": emulator.tokens,
                    "phonegap": {
                        "api_url": emulator.phonegap_url,
                        "tokens": emulator.phonegap_tokens,
                        "logins": emulator.phonegap_logins,
                    },
                    "admin": emulator.admin_url,
                },
            },
        }


def find_collection() -> Path:
    """Return the collection with its tests: ansible-test runs a copy of the targets without the rest of it."""
    package = importlib.import_module("ansible_collections.mobileops.ci")
    for folder in (Path(__file__).resolve().parents[5], *(Path(path) for path in package.__path__)):
        if (folder / "tests" / "emulator" / "__main__.py").exists():
            return folder
    raise AnsibleActionFail("The collection mobileops.ci has no tests/emulator.")
