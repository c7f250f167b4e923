# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watch the process of ansible-playbook that waits for the result of a task. After its end, a task sends no requests.

If that process is killed, for example when AWX cancels a job, its workers and modules continue to run. In
ansible-core 2.21 they have a session of their own, so a signal to the process group does not reach them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from .errors import NotDoneError

# Environment variable that names the process to watch to a module on the controller.
PID_VARIABLE = "MOBILEOPS_CI_CONTROLLER_PID"


class _Watched:
    pid: int | None = None


def watch(pid: int | None) -> None:
    """Watch this process from now on. None stops watching."""
    _Watched.pid = pid


def watch_from(env: Mapping[str, str]) -> None:
    """Watch the process that the environment of a module names, if it names one."""
    text = env.get(PID_VARIABLE, "")
    watch(int(text) if text.isascii() and text.isdigit() else None)


def watched() -> str:
    """Return the watched process as the value of PID_VARIABLE, or "" if no process is watched."""
    return str(_Watched.pid or "")


def is_gone() -> bool:
    """Return whether the watched process has ended. False if no process is watched."""
    pid = _Watched.pid
    if pid is None or os.getppid() == pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # a process of another user, or no process id
        return False
    return _is_zombie(pid)


def check() -> None:
    """Raise NotDoneError if the watched process has ended."""
    if is_gone():
        raise NotDoneError("The task was stopped, because ansible-playbook has ended.")


def exit_if_gone() -> None:
    """End this process at once if the watched process has ended. Handing over a result would block for ever."""
    if is_gone():
        os._exit(1)


def _is_zombie(pid: int) -> bool:
    """Return whether the process has ended and its parent has not reaped it yet. False if that is unknown."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return False
    return fields[:1] == [b"Z"]
