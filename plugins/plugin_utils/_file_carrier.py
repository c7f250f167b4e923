# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings the controller's files to where a module runs: in the task's temporary folder, mode 0600, for that long."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils._core.errors import LocalFileError
from ..module_utils._local.read_file import Content
from ..module_utils._local.task_files import VARIABLE, pack
from ._task_environment import with_variable


class FileCarrier:
    """Works by the means of an action plugin: its connection, its temporary folder, its task."""

    def __init__(self, action: ActionBase) -> None:
        self._action = action

    def run_with(
        self, files: Mapping[str, Content | LocalFileError], run: Callable[[], dict[str, Any]], *, secret: bool
    ) -> dict[str, Any]:
        """Run the module with these files at hand. `secret`: they must not be on a disk of the controller."""
        action, task = self._action, self._action._task
        environment = task.environment
        try:
            place = self._bring(pack(files), secret=secret)
            task.environment = with_variable(environment, VARIABLE, place)
            result = run()
            if task.async_val and result.get("failed"):
                # The job did not start, so it will not tidy up either.
                remove = action._connection._shell.remove(place)
                action._low_level_execute_command(remove, sudoable=False)
            return result
        except BaseException:
            # After an async task ansible-core leaves this to the job, which there may be none of.
            if task.async_val:
                action.cleanup(force=True)
            raise
        finally:
            task.environment = environment

    def _bring(self, data: bytes, *, secret: bool) -> str:
        action = self._action
        shell = action._connection._shell
        if shell.tmpdir is None:
            action._make_tmp_path()
        place: str = shell.join_path(shell.tmpdir, "task-files.zip")
        if action._connection.has_pipelining:
            # Through a pipe: no copy here, and there one that nobody else can read from the first byte on.
            command = f"umask 077 && cat > {shlex.quote(place)}"
            done = action._low_level_execute_command(command, sudoable=False, in_data=data)
            if done["rc"] != 0:
                raise AnsibleActionFail(f"src: no file could be written to {shell.tmpdir}: {done['stderr'].strip()}")
        elif secret:
            raise AnsibleActionFail(
                f"src: this file is decrypted in memory, and the connection {action._connection.transport} carries "
                "files on disk only; set run_in=controller."
            )
        else:
            action._transfer_data(place, data)
        action._fixup_perms2((shell.tmpdir, place), execute=False)
        return place
