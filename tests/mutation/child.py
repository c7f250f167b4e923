# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs tests with one mutant, or without, in a child process that has already imported the libraries."""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import CodeType
from typing import IO

import pytest

from .plugins import Plugin, Traces
from .rooms import UTILS

ROOT = Path(__file__).resolve().parents[2]
_PACKAGE = "ansible_collections.mobileops.ci.plugins.module_utils"
# Modules that the tests of all rooms import.
_PRELOADED = (
    "ansible.module_utils.basic",
    "ansible.module_utils.common.arg_spec",
    "cryptography.hazmat.primitives.serialization.pkcs12",
    "cryptography.x509",
    "hypothesis.strategies",
    "pytest",
    "requests",
    "starlette.applications",
    "yaml",
)
# Seconds between two looks at a child.
_INTERVAL_S = 0.02
KILLED, SURVIVED, TIMED_OUT = "killed", "survived", "timed out"
# Statuses of pytest: all tests passed, or none was there; a test or the collection failed.
_PASSED, _FAILED = {0, 5}, {1, 2, 3, 4}
# Statuses of a child: a mutant that cannot be imported, and a failure of this program.
_NOT_IMPORTED, _BROKEN = 90, 99


def _load(module: str, code: CodeType) -> None:
    """Install the mutant as its module before other code imports that module."""
    import tests.conftest  # noqa: F401  # finds the collection

    name = f"{_PACKAGE}.{module.removesuffix('.py').replace('/', '.')}"
    parent_name, _dot, module_name = name.rpartition(".")
    parent = importlib.import_module(parent_name)
    spec = spec_from_file_location(name, UTILS / module)
    assert spec
    mutated = module_from_spec(spec)
    sys.modules[name] = mutated
    exec(code, vars(mutated))  # noqa: S102
    setattr(parent, module_name, mutated)


def preload() -> None:
    """Import the modules that every child needs."""
    for name in _PRELOADED:
        __import__(name)


@dataclass(frozen=True)
class Usage:
    """Seconds of processor time, and seconds in which no thread was ready to run.

    Neither depends on how busy the machine is.
    """

    cpu_s: float
    waited_s: float

    def limit(self) -> Usage:
        """Return what a mutant may use if the tests use this much without one."""
        return Usage(3 * self.cpu_s + 5, 3 * self.waited_s + 20)


@dataclass(frozen=True)
class Run:
    """The outcome of a run of tests, and what it used. The rest is empty if the process was killed."""

    outcome: str
    used: Usage
    traces: Traces
    failed: str | None


def run_tests(
    files: Sequence[str], plugin: Plugin, mutant: tuple[str, CodeType] | None = None, most: Usage | None = None
) -> Run:
    """Run the tests of these files until one fails, and use at most `most`. A mutant is its module and its code."""
    with tempfile.TemporaryFile() as result_file:
        child = os.fork()
        if child == 0:
            os.setsid()
            status = _BROKEN
            try:
                status = _run_in_child(files, plugin, mutant, most, result_file)
            finally:
                os._exit(status)
        try:
            outcome, used = _wait(child, most)
        except KeyboardInterrupt:
            os.killpg(child, signal.SIGKILL)
            raise
        result_file.seek(0)
        content = result_file.read()
    traces, failed = pickle.loads(content) if content else ({}, None)  # noqa: S301  # written by the child
    return Run(outcome, used, traces, failed)


def _run_in_child(
    files: Sequence[str],
    plugin: Plugin,
    mutant: tuple[str, CodeType] | None,
    most: Usage | None,
    result_file: IO[bytes],
) -> int:
    """Return the status of pytest, or _NOT_IMPORTED."""
    if most is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (int(most.cpu_s) + 1, int(most.cpu_s) + 2))
    with open(os.devnull, "w") as devnull:  # noqa: PTH123
        os.dup2(devnull.fileno(), 1)
        os.dup2(devnull.fileno(), 2)
    if mutant is not None:
        try:
            _load(*mutant)
        except Exception:  # whatever the mutant raises
            return _NOT_IMPORTED
    options = ["-x", "-q", "-n", "0", "-o", "addopts=", "--no-header", *files]
    status = int(pytest.main(options, plugins=[plugin]))
    pickle.dump((plugin.traces, plugin.failed), result_file)
    result_file.flush()
    return status


def _is_waiting(process: int) -> bool:
    """Return whether no thread of the process runs or is ready to run."""
    for stat in Path(f"/proc/{process}/task").glob("*/stat"):
        with contextlib.suppress(OSError):
            if stat.read_text().rpartition(")")[2].split()[0] in {"R", "D"}:
                return False
    return True


def _wait(child: int, most: Usage | None) -> tuple[str, Usage]:
    """Wait for the child. End it if it waits for longer than `most` permits."""
    waited_s, since, is_late = 0.0, time.monotonic(), False
    while True:
        found, status, usage = os.wait4(child, 0 if is_late else os.WNOHANG)
        if found:
            break
        time.sleep(_INTERVAL_S)
        now = time.monotonic()
        if _is_waiting(child):
            waited_s += now - since
        since = now
        if most is not None and waited_s > most.waited_s:
            is_late = True
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # processes that the tests have started
    used = Usage(usage.ru_utime + usage.ru_stime, waited_s)
    if os.WIFSIGNALED(status):
        return TIMED_OUT, used
    code = os.WEXITSTATUS(status)
    if code not in _PASSED | _FAILED | {_NOT_IMPORTED}:
        raise RuntimeError(f"The tests ended with status {code}")
    return (SURVIVED if code in _PASSED else KILLED), used


__all__ = ["KILLED", "ROOT", "SURVIVED", "TIMED_OUT", "Run", "Usage", "preload", "run_tests"]
