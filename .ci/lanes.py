# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run sessions of noxfile.py in two processes at a time, and print one line for each session.

lanes.py [CHOICE], with CHOICE one of those in `lanes_for`. The output of each session goes to .build/logs. nox runs on
a copy of the sources that is a Git repository, so the checkout itself need not be one.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import supported_cores
import working_copy
from isolated import BUILD, ROOT, tool_environment

LOGS = BUILD / "logs"
LINT = (
    "ruff",
    "mypy",
    "yamllint",
    "ansible-lint",
    "docs-check",
    "language",
    "changelog",
    "license-check",
    "extra-checks",
    "antsibull-nox-config",
)
_TAIL = 60
_START = re.compile(r"nox > Running session (\S+)$")
_END = re.compile(r"nox > Session (\S+) (was successful|failed|aborted|skipped|interrupted|raised)\b:?(.*)")
_RESULT = re.compile(r"nox > Result: (.*)")
# A session of antsibull-nox logs this when it has done nothing.
_NOTHING_DONE = re.compile(r"nox > (Skipping .*)")
# Shown first: the names and reasons of failures as pytest and ansible-test print them.
_NAMES_A_FAILURE = re.compile(r"(FAILED|ERROR:?|FATAL:|fatal:|E  ) ")
_printing = threading.Lock()


def lanes_for(choice: str) -> list[list[str]]:
    """Return the sessions of each lane."""
    if choice == "all":
        return [[*LINT, "sanity-quick", "integration-quick", "archive"], ["units"]]
    if choice == "lint":
        return [list(LINT)]
    if choice == "awx":
        return [[f"awx-{core}"] for core in supported_cores.chosen("CORES", supported_cores.AWX)]
    if choice == "matrix":
        return supported_cores.lanes()
    return [[choice]]


@dataclass
class Summary:
    """Names of the sessions that passed and failed so far, and of those that this machine cannot run."""

    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def add(self, name: str, seconds: float, remark: str, problem: str = "") -> None:
        """Print the line of a session, and the end of its log if it failed."""
        (self.failed if problem else self.passed).append(name)
        with _printing:
            print(f"{'FAILED' if problem else 'ok':6}  {name:24} {seconds:6.1f} s   {remark}".rstrip(), flush=True)
            if problem:
                print_log(LOGS / f"{name}.log", problem)

    def leave_out(self, name: str, reason: str) -> None:
        self.left_out.append(name)
        with _printing:
            print(f"left out {name:23} {reason}", flush=True)


def print_log(log: Path, problem: str) -> None:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    named = [line for line in lines if _NAMES_A_FAILURE.match(line)]
    print(f"{'':8}{problem} The log is {log.relative_to(ROOT)}:")
    for line in [*named[:_TAIL], "the end:", *lines[-_TAIL:]]:
        print(f"{'':8}| {line}")
    sys.stdout.flush()


def start(sessions: list[str]) -> subprocess.Popen[str]:
    """Start a nox process, which runs some sessions in order, also after a failure."""
    noxfile = working_copy.SOURCES / "noxfile.py"
    return subprocess.Popen(
        [sys.executable, "-B", "-m", "nox", "--noxfile", noxfile, "--non-interactive", "--sessions", *sessions],
        cwd=ROOT,
        env=tool_environment() | {"MOBILEOPS_CI_CHECKOUT": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        encoding="utf-8",
        errors="replace",
    )


def follow(process: subprocess.Popen[str], sessions: list[str], summary: Summary) -> None:
    """Read the output of nox up to the end, and report each session as it ends."""
    assert process.stdout is not None
    waiting = list(sessions)
    name, started, remark, nothing_done = "", time.monotonic(), "", ""
    log = (LOGS / f"nox-{process.pid}.log").open("w", encoding="utf-8")
    for line in process.stdout:
        if found := _START.match(line):
            name, started, remark, nothing_done = found[1], time.monotonic(), "", ""
            log.close()
            log = (LOGS / f"{name}.log").open("w", encoding="utf-8")
        log.write(line)
        log.flush()
        if found := _RESULT.match(line):
            remark = found[1]
        elif found := _NOTHING_DONE.match(line):
            nothing_done = found[1]
        elif (found := _END.match(line)) and found[1] == name and name in waiting:
            waiting.remove(name)
            if found[2] == "skipped":
                summary.leave_out(name, found[3].strip())
            else:
                problem = nothing_done if found[2] == "was successful" else f"{found[2]}:{found[3]}"
                summary.add(name, time.monotonic() - started, remark, problem)
    log.close()
    process.wait()
    for session in waiting:
        summary.add(session, 0, "", f"nox ended with status {process.returncode} before this session")


def end(process: subprocess.Popen[str]) -> None:
    """End nox, which ends the programs that it runs."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()


def run_lanes(lanes: list[list[str]]) -> bool:
    """Run the lanes at the same time, and print a summary. Return whether all sessions passed."""
    shutil.rmtree(LOGS, ignore_errors=True)
    LOGS.mkdir(parents=True)
    started = time.monotonic()
    summary = Summary()
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit("terminated"))
    running = [(start(lane), lane, summary) for lane in lanes if lane]
    threads = [threading.Thread(target=follow, args=lane, daemon=True) for lane in running]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    except BaseException:
        for process, _sessions, _summary in running:
            end(process)
        raise
    seconds = time.monotonic() - started
    print(f"Failed: {', '.join(summary.failed)}." if summary.failed else f"All sessions done in {seconds:.0f} s.")
    left_out = f", {len(summary.left_out)} left out" if summary.left_out else ""
    print(f"{len(summary.passed)} passed, {len(summary.failed)} failed{left_out}", flush=True)
    return bool(summary.passed) and not summary.failed


def main(arguments: list[str]) -> int:
    os.chdir(ROOT)
    lanes = lanes_for(arguments[0] if arguments else "all")
    working_copy.prepare()
    passed = run_lanes(lanes)
    if arguments[:1] == ["matrix"]:
        print(supported_cores.table())
    return 0 if passed else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("interrupted")
