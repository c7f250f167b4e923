# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a program and measures its wall time, its processor time and the memory of its process tree."""

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
    """A program of the benchmark failed. The message contains the end of its output."""


@dataclass(frozen=True)
class Measured:
    """Figures of one program.

    `cpu_seconds`: of all its processes. Other work on the machine distorts it less than the wall time.

    `peak_mib`: peak resident memory of the largest process. A process begins with the memory of its parent, so a small
    starter (starter.py, 10 MiB) starts the program.

    `tree_mib`: proportional memory (shared pages count once) of all processes, sampled four times a second.
    """

    seconds: float
    cpu_seconds: float
    peak_mib: float
    tree_mib: float


def run_measured(
    command: Sequence[str], log: Path, *, cwd: Path, env: Mapping[str, str], keep_output: bool = True
) -> Measured:
    """Run a program to its end with its output in the log. Raise ProgramError if it fails.

    Without `keep_output`, only errors are logged.
    """
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
            values = figures.read().split()
            process.wait()
    if process.returncode or len(values) != _FIGURES:
        raise ProgramError(f"{' '.join(command[:4])} ... ended with status {process.returncode}:\n{_tail(log)}")
    seconds, cpu_seconds, peak_kib = map(float, values)
    return Measured(seconds, cpu_seconds, peak_kib / 1024, sampler.peak_bytes / 2**20)


class _Sampler:
    """Samples the memory of a process tree while the `with` block runs."""

    def __init__(self, pid: int) -> None:
        self.peak_bytes = 0
        self._process = psutil.Process(pid)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> _Sampler:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _sample(self) -> None:
        while True:
            with contextlib.suppress(psutil.Error):
                # The starter itself does not count.
                tree = self._process.children(recursive=True)
                self.peak_bytes = max(self.peak_bytes, sum(map(_proportional_bytes, tree)))
            if self._stopped.wait(SAMPLE_INTERVAL_S):
                return


def _proportional_bytes(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.Error):
        return int(process.memory_full_info().pss)
    return 0


def _end_group(group: int) -> None:
    """Kill the processes that a program left running, or the program itself after Ctrl-C."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _tail(log: Path) -> str:
    return log.read_bytes()[-_TAIL_BYTES:].decode(errors="replace").strip()
