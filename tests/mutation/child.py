# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the tests of a room with one mutant, in a child process that has already imported the libraries."""

from __future__ import annotations

import contextlib
import importlib
import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import CodeType

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
# A mutant that waits for ever uses no time of the processor. A busy machine may let the others wait for a while.
BLOCKED_S = 45
KILLED, SURVIVED, TIMED_OUT = "killed", "survived", "timed out"


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


def run_tests(tests: Sequence[str], module: str, code: CodeType | None, cpu_s: float | None) -> tuple[str, float]:
    """Run the tests until one fails. Return the outcome and the seconds of processor time."""
    child = os.fork()
    if child == 0:
        os.setsid()
        status = 99
        try:
            if cpu_s is not None:
                resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_s) + 1, int(cpu_s) + 2))
            with open(os.devnull, "w") as devnull:  # noqa: PTH123
                os.dup2(devnull.fileno(), 1)
                os.dup2(devnull.fileno(), 2)
            if code is not None:
                _load(module, code)
            import pytest

            status = int(pytest.main(["-x", "-q", "-n", "0", "-o", "addopts=", "--no-header", *tests]))
        finally:
            os._exit(status)
    return _wait(child, may_block=cpu_s is None)


def _cpu_s(process: int) -> float:
    """Return the seconds of the processor that a process has used so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _wait(child: int, *, may_block: bool) -> tuple[str, float]:
    """Wait for the child. Unless it may block, end it if it uses no time of the processor for `BLOCKED_S`."""
    used, since = 0.0, time.monotonic()
    while True:
        found, status, usage = os.wait4(child, os.WNOHANG)
        if found:
            break
        if not may_block and time.monotonic() - since > BLOCKED_S:
            now = _cpu_s(child)
            if now - used < 0.1:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child, signal.SIGKILL)
                _found, status, usage = os.wait4(child, 0)
                return TIMED_OUT, usage.ru_utime + usage.ru_stime
            used, since = now, time.monotonic()
        time.sleep(0.01)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # processes that the tests have started
    seconds = usage.ru_utime + usage.ru_stime
    if os.WIFSIGNALED(status):
        return TIMED_OUT, seconds
    return (SURVIVED if os.WEXITSTATUS(status) == 0 else KILLED), seconds


__all__ = ["KILLED", "ROOT", "SURVIVED", "TIMED_OUT", "preload", "run_tests"]
