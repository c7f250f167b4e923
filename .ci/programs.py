# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run programs in the isolated environment.

In contrast to `session.run` of nox, each program gets a process group and a time limit. Processes that it leaves
running, such as an emulator, end with it.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
import time
from pathlib import Path

from isolated import ROOT, isolated_environment

_TIME_LIMIT_S = 30 * 60


class ProgramError(Exception):
    """A program failed, or did less than it should."""


class LeftOutError(Exception):
    """This machine cannot run a session of `make matrix`."""


def run(*command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    """Run a program without input. Print its output, and return it. Raise ProgramError if it fails."""
    words = [str(word) for word in command]
    print(f"$ {shlex.join(words)}", flush=True)
    process = subprocess.Popen(
        words,
        cwd=cwd,
        env=isolated_environment() | {"NO_COLOR": "1", "ANSIBLE_NOCOLOR": "1"} | (env or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        encoding="utf-8",
        errors="replace",
    )
    lines: list[str] = []

    def copy_output() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)

    reader = threading.Thread(target=copy_output, daemon=True)
    reader.start()
    try:
        status = process.wait(_TIME_LIMIT_S)
    except subprocess.TimeoutExpired:
        raise ProgramError(f"{Path(words[0]).name} timed out after {_TIME_LIMIT_S} s") from None
    finally:
        end_group(process.pid)
        reader.join(5)  # a daemon in a process group of its own may keep the pipe open
    if status != 0:
        raise ProgramError(f"{Path(words[0]).name} exited with status {status}")
    return "".join(lines)


def end_group(group: int) -> None:
    """End all processes of a process group."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            return
        time.sleep(0.2)
