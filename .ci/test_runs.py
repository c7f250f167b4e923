# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runners of tests. What they call a success may have run nothing, so the tests are counted."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from steps import Log, StepError

_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def sanity(
    log: Log, copy: Path, *arguments: str, program: str = "ansible-test", env: dict[str, str] | None = None
) -> str:
    ignores = [file.name for file in (copy / "tests" / "sanity").glob("ignore*")]
    if ignores:
        raise StepError(f"no ignore entries, please: tests/sanity/{', '.join(ignores)}")
    where = [] if "--controller" in arguments else ["--venv"]
    output = log.run(program, "sanity", *where, "--color", "no", *arguments, cwd=copy, env=env)
    return count(output, r"^Running sanity test", "sanity test")


def integration(
    log: Log, copy: Path, *arguments: str, program: str = "ansible-test", env: dict[str, str] | None = None
) -> str:
    where = [] if "--controller" in arguments else ["--venv", "--python", _PYTHON]
    output = log.run(
        program, "integration", *where, "--color", "no", "--continue-on-error", *arguments, cwd=copy, env=env
    )
    return count(output, r"^Running (?:\S+ )*integration test role", "target")


def unit(log: Log, *, program: str = sys.executable, env: dict[str, str] | None = None) -> str:
    output = log.run(program, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", env=env)
    return pytest_summary(output)


def count(output: str, pattern: str, what: str) -> str:
    found = len(re.findall(pattern, output, flags=re.MULTILINE))
    if not found:
        raise StepError("ansible-test ran no test at all")
    return f"{found} {what}{'' if found == 1 else 's'}"


def pytest_summary(output: str) -> str:
    found = re.search(r"^.*\b(\d+) passed.*$", output, flags=re.MULTILINE)
    if found is None:
        raise StepError("pytest ran no test at all")
    return found[0].strip("= ")
