# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transfer the controller's files to the host of a module: into the task's temporary folder, with mode 0600."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils._core.errors import LocalFileError
from ..module_utils._core.text import name_some
from ..module_utils._local.read_file import Content
from ..module_utils._local.task_files import VARIABLE, pack
from ._task_environment import with_variable


class FileTransfer:
    """Transfer files with the connection and the temporary folder of an action plugin."""

    def __init__(self, action: ActionBase) -> None:
        self._action = action

    def run_with(
        self,
        files: Mapping[str, Content | LocalFileError],
        run: Callable[[], dict[str, Any]],
        *,
        decrypted: Sequence[str],
    ) -> dict[str, Any]:
        """Run the module with these files. `decrypted`: paths of files to keep off the disks of the controller."""
        action, task = self._action, self._action._task
        environment = task.environment
        try:
            path = self._transfer(pack(files), decrypted)
            task.environment = with_variable(environment, VARIABLE, path)
            result = run()
            if task.async_val and result.get("failed"):
                # The job did not start, so it will not remove the archive.
                remove = action._connection._shell.remove(path)
                action._low_level_execute_command(remove, sudoable=False)
            return result
        except BaseException:
            # ansible-core leaves the clean-up of an async task to its job, which may not exist.
            if task.async_val:
                action.cleanup(force=True)
            raise
        finally:
            task.environment = environment

    def _transfer(self, data: bytes, decrypted: Sequence[str]) -> str:
        action = self._action
        shell = action._connection._shell
        if shell.tmpdir is None:
            action._make_tmp_path()
        path: str = shell.join_path(shell.tmpdir, "task-files.zip")
        if action._connection.has_pipelining:
            # A pipe leaves no copy on the controller, and umask protects the file from its first byte on.
            command = f"umask 077 && cat > {shlex.quote(path)}"
            done = action._low_level_execute_command(command, sudoable=False, in_data=data)
            if done["rc"] != 0:
                raise AnsibleActionFail(f"src: could not write to {shell.tmpdir}: {done['stderr'].strip()}")
        elif decrypted:
            raise AnsibleActionFail(
                f"src: the content of {name_some(decrypted, 3)} is decrypted in memory, but the connection "
                f"{action._connection.transport} can only transfer files on disk. Set run_in=controller."
            )
        else:
            action._transfer_data(path, data)
        action._fixup_perms2((shell.tmpdir, path), execute=False)
        return path
