# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process of ansible-playbook that waits for the result of a task. Without it, a task sends no more requests.

If that process is killed, for example by AWX when a job is canceled, its workers and modules go on. In ansible-core
2.21 they are in a session of their own, so a signal to the process group does not reach them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from .errors import NotDoneError

# Tells a module on the controller which process to watch.
PID_VARIABLE = "MOBILEOPS_CI_CONTROLLER_PID"


class _Watched:
    pid: int | None = None


def watch(pid: int | None) -> None:
    """Watch this process from now on; None watches nothing."""
    _Watched.pid = pid


def watch_from(env: Mapping[str, str]) -> None:
    """Watch the process that the environment of a module names, if it does."""
    text = env.get(PID_VARIABLE, "")
    watch(int(text) if text.isascii() and text.isdigit() else None)


def watched() -> str:
    """Return the watched process as the value of PID_VARIABLE; empty if none is watched."""
    return str(_Watched.pid or "")


def is_gone() -> bool:
    """Return whether the watched process has ended. False if none is watched."""
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
    """End this process at once if the watched one has ended: to hand over a result would block for ever."""
    if is_gone():
        os._exit(1)


def _is_zombie(pid: int) -> bool:
    """Return whether the process has ended and its parent has not noticed yet; False where that cannot be told."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return False
    return fields[:1] == [b"Z"]
