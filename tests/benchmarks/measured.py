# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a program and measures it: wall time, and memory of its whole process tree."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

SAMPLE_INTERVAL_S = 0.25
_TAIL_BYTES = 4000


class ProgramError(RuntimeError):
    """A program of the benchmark failed; the message has the end of what it printed."""


@dataclass(frozen=True)
class Measured:
    """`cpu_seconds`: of all its processes; if the machine had other things to do, the wall time says less than this.
    `peak_mib`: resident memory of the biggest process at its peak, told by the kernel. It starts with what the
    benchmark itself has, some 40 MiB, so it says nothing about smaller programs.
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
        started = time.perf_counter()
        process = subprocess.Popen(
            list(command),
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
        stack.callback(_end_group, process.pid)
        with _Sampler(process.pid) as sampler:
            _pid, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise ProgramError(f"{' '.join(command[:4])} ... ended with status {process.returncode}:\n{_tail(log)}")
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, sampler.peak_bytes / 2**20)


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
                tree = [self._process, *self._process.children(recursive=True)]
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
