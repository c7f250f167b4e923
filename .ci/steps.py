# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Steps of a check: run side by side in lanes, each with a log of its own, and summed up in one line."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from isolated import BUILD, ROOT, isolated_environment

LOGS = BUILD / "logs"
_TIME_LIMIT_S = 30 * 60
_TAIL = 60
# First, because whoever shows the output may cut it: what pytest and ansible-test say that failed, and why.
_NAMES_A_FAILURE = re.compile(r"(FAILED|ERROR:?|FATAL:|fatal:|E  ) ")


class StepError(Exception):
    """The step failed; the message says why where the log does not."""


@dataclass
class Log:
    """Where a step writes, and how it runs programs."""

    path: Path
    stream: IO[str]

    def run(self, *command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
        """Run a program without input, and return what it printed."""
        words = [str(word) for word in command]
        start = self.path.stat().st_size
        self.stream.write(f"$ {' '.join(words)}\n")
        self.stream.flush()
        process = subprocess.Popen(
            words,
            cwd=cwd,
            env=isolated_environment() | {"NO_COLOR": "1", "ANSIBLE_NOCOLOR": "1"} | (env or {}),
            stdin=subprocess.DEVNULL,
            stdout=self.stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        _running.add(process.pid)
        try:
            status = process.wait(_TIME_LIMIT_S)
        except subprocess.TimeoutExpired:
            raise StepError(f"still running after {_TIME_LIMIT_S} s") from None
        finally:
            end_group(process.pid)
        if status != 0:
            raise StepError(f"{Path(words[0]).name} exited with {status}")
        with self.path.open(encoding="utf-8", errors="replace") as written:
            written.seek(start)
            return written.read()


@dataclass(frozen=True)
class Step:
    """`work` returns what is worth telling about a success."""

    name: str
    work: Callable[[Log], str | None]


@dataclass
class Outcome:
    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


_running: set[int] = set()
_printing = threading.Lock()


def run_lanes(*lanes: list[Step]) -> bool:
    """Run the lanes side by side, the steps of a lane in order; every step is run, also after a failure."""
    shutil.rmtree(LOGS, ignore_errors=True)
    LOGS.mkdir(parents=True)
    started = time.monotonic()
    outcome = Outcome()
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit("terminated"))
    pool = ThreadPoolExecutor(len(lanes))
    try:
        for done in [pool.submit(run_lane, lane, outcome) for lane in lanes]:
            done.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for group in list(_running):
            end_group(group)
        os._exit(1)
    total = time.monotonic() - started
    print(f"All steps done in {total:.0f} s." if not outcome.failed else f"Failed: {', '.join(outcome.failed)}.")
    print(f"{len(outcome.passed)} passed, {len(outcome.failed)} failed", flush=True)
    return not outcome.failed


def run_lane(lane: list[Step], outcome: Outcome) -> None:
    for step in lane:
        path = LOGS / f"{step.name.replace(' ', '-').replace('/', '-')}.log"
        started = time.monotonic()
        problem = None
        remark = None
        with path.open("w", encoding="utf-8") as stream:
            try:
                remark = step.work(Log(path, stream))
            except (StepError, OSError, subprocess.CalledProcessError) as error:
                problem = str(error)
        report(step.name, time.monotonic() - started, remark, problem, path)
        (outcome.failed if problem else outcome.passed).append(step.name)


def report(name: str, seconds: float, remark: str | None, problem: str | None, path: Path) -> None:
    with _printing:
        print(f"{'FAILED' if problem else 'ok':6}  {name:24} {seconds:6.1f} s   {remark or ''}".rstrip(), flush=True)
        if problem:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            named = [line for line in lines if _NAMES_A_FAILURE.match(line)]
            print(f"{'':8}{problem}; from {path.relative_to(ROOT)}:")
            for line in [*named[:_TAIL], "the end:", *lines[-_TAIL:]]:
                print(f"{'':8}| {line}")
            sys.stdout.flush()


def end_group(group: int) -> None:
    """End what a program left running, such as an emulator that it started."""
    _running.discard(group)
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            return
        time.sleep(0.2)
