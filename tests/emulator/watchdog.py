# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ends the emulator when its parent process is gone or no requests arrive."""

from __future__ import annotations

import os
from pathlib import Path

from .service import Activity


def process_start(pid: int) -> str | None:
    """Return a value that differs for a later process with the same PID. Return None if the process has ended."""
    if not _PROC.exists():
        return _without_proc(pid)
    try:
        # The process name in parentheses may contain spaces. After it, field 1 is the state, field 20 the start time.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


_PROC = Path("/proc/self/stat")


def _without_proc(pid: int) -> str | None:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return "running"


class Watchdog:
    """Monitor of the parent process and of the time without requests."""

    def __init__(self, parent: int | None, idle_s: float | None, activity: Activity) -> None:
        self._parent = parent
        self._parent_start = process_start(parent) if parent else None
        self._idle_s = idle_s
        self._activity = activity

    def should_exit(self) -> bool:
        """Return whether the emulator has to end."""
        if self._parent and (self._parent_start is None or process_start(self._parent) != self._parent_start):
            return True
        return self._idle_s is not None and self._activity.idle_for() >= self._idle_s
