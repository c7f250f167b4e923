# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a program and measures it: wall time, and memory of its whole process tree."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

STARTER = Path(__file__).resolve().with_name("starter.py")
SAMPLE_INTERVAL_S = 0.25
_FIGURES = 3
_TAIL_BYTES = 4000


class ProgramError(RuntimeError):
    """A program of the benchmark failed; the message has the end of what it printed."""


@dataclass(frozen=True)
class Measured:
    """`cpu_seconds`: of all its processes; if the machine had other things to do, the wall time says less than this.
    `peak_mib`: resident memory of the biggest process at its peak, from the kernel. A process begins with the memory
    of the one that starts it, so a small starter does that (starter.py, 10 MiB).
    `tree_mib`: proportional memory (shared pages count once) of all processes together, sampled four times a second.
    """

    seconds: float
    cpu_seconds: float
    peak_mib: float
    tree_mib: float


def run_measured(
    command: Sequence[str], log: Path, *, cwd: Path, env: Mapping[str, str], keep_output: bool = True
) -> Measured:
    """Run to the end. The output goes into the log, or nowhere but for errors. Raises ProgramError."""
    with contextlib.ExitStack() as stack:
        errors = stack.enter_context(log.open("wb"))
        output = errors if keep_output else stack.enter_context(open(os.devnull, "wb"))  # noqa: PTH123
        reading, writing = os.pipe()
        figures = stack.enter_context(os.fdopen(reading))
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(STARTER), str(writing), *command],
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            pass_fds=[writing],
            start_new_session=True,
        )
        os.close(writing)
        stack.callback(_end_group, process.pid)
        with _Sampler(process.pid) as sampler:
            found = figures.read().split()
            process.wait()
    if process.returncode or len(found) != _FIGURES:
        raise ProgramError(f"{' '.join(command[:4])} ... ended with status {process.returncode}:\n{_tail(log)}")
    seconds, cpu_seconds, peak_kib = map(float, found)
    return Measured(seconds, cpu_seconds, peak_kib / 1024, sampler.peak_bytes / 2**20)


class _Sampler:
    """Looks at a process tree until it is told to stop."""

    def __init__(self, pid: int) -> None:
        self.peak_bytes = 0
        self._process = psutil.Process(pid)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> _Sampler:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            with contextlib.suppress(psutil.Error):
                # Without the starter itself.
                tree = self._process.children(recursive=True)
                self.peak_bytes = max(self.peak_bytes, sum(map(_proportional_bytes, tree)))
            if self._over.wait(SAMPLE_INTERVAL_S):
                return


def _proportional_bytes(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.Error):
        return int(process.memory_full_info().pss)
    return 0


def _end_group(group: int) -> None:
    """What a program left running, or the program itself after Ctrl-C."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _tail(log: Path) -> str:
    return log.read_bytes()[-_TAIL_BYTES:].decode(errors="replace").strip()
