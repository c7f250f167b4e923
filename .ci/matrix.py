# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sanity, unit and integration tests with every supported ansible-core, as far as this machine has the Pythons.

The tests of signing files run with four versions of cryptography, too, from the oldest to the newest that is supported.
CORES in the environment picks some versions of ansible-core: CORES="2.16 2.21". CRYPTOGRAPHY picks some versions of
cryptography. If only one of the two is given, the other kind is left out.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import test_runs
import venvs
import working_copy
from isolated import BUILD, MODULE_PYTHON, ROOT, find_python, isolated_environment
from steps import Log, Step, StepError, run_lanes

# Of the tests that run playbooks both ways, those of seldom cases too.
_ALL_CASES = {"MOBILEOPS_CI_TEST_CASES": "all"}


@dataclass(frozen=True)
class Core:
    """One version of ansible-core, the controller Pythons to try it with, the best first, and what it needs."""

    version: str
    requirement: str
    pythons: tuple[str, ...]
    sanity: tuple[str, ...] = ()
    spaces: bool = True  # whether it works in a folder with a space in its name

    @property
    def area(self) -> Path:
        return BUILD / "matrix" / self.version

    @property
    def copy(self) -> Path:
        return self.area / "ansible_collections" / "mobileops" / "ci"

    def program(self, name: str) -> str:
        return str(self.area / "venv" / "bin" / name)

    def path(self) -> dict[str, str]:
        return {"PATH": os.pathsep.join([str(self.area / "venv" / "bin"), isolated_environment()["PATH"]])}


CORES = (
    Core("2.16", "ansible-core ~= 2.16.0", ("3.11", "3.12"), spaces=False),
    Core("2.18", "ansible-core ~= 2.18.0", ("3.12", "3.11", "3.13")),
    Core("2.19", "ansible-core ~= 2.19.0", ("3.11", "3.12", "3.13")),
    Core("2.20", "ansible-core ~= 2.20.0", ("3.13", "3.12", "3.14")),
    Core("2.21", "ansible-core ~= 2.21.0", ("3.12", "3.13", "3.14")),
    # Its pylint test wants a plugin from a Git host.
    Core("2.22", "ansible-core >= 2.22.0rc1, < 2.23", ("3.13", "3.14"), sanity=("--skip-test", "pylint")),
)


# The oldest version of cryptography that is allowed, the newest, and two between.
CRYPTOGRAPHY = {"42": "== 42.0.*", "44": "== 44.0.*", "47": "== 47.*", "newest": ">= 50"}
SIGNING_TESTS = (
    "tests/unit/plugins/signing",
    "tests/unit/signing_files",
    "tests/functional/plugins/signing",
    "tests/functional/plugins/inspection",
    "tests/functional/signing_files",
)


def steps_with(version: str) -> list[Step]:
    """Return the steps that run the tests of signing files with one version of cryptography."""
    venv = BUILD / "matrix" / f"cryptography-{version}" / "venv"

    def signing(log: Log) -> str:
        python = find_python("3.12") or sys.executable
        requirements = str(ROOT / "tests" / "unit" / "requirements.txt")
        core = "ansible-core ~= 2.19.0"
        venvs.ensure(venv, python, core, f"cryptography {CRYPTOGRAPHY[version]}", "-r", requirements)
        venvs.link_collection(venv)
        program = str(venv / "bin" / "python")
        shown = log.run(program, "-c", "import cryptography; print(cryptography.__version__)").split()[-1]
        env = isolated_environment() | _ALL_CASES
        output = log.run(program, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", *SIGNING_TESTS, env=env)
        return f"cryptography {shown}, {test_runs.pytest_summary(output)}"

    return [Step(f"cryptography {version}", signing)]


def steps_for(core: Core, python: str, version: str) -> list[Step]:
    ready: list[bool] = []

    def prepare(log: Log) -> str:
        requirements = str(ROOT / "tests" / "unit" / "requirements.txt")
        venvs.ensure(core.area / "venv", python, core.requirement, "-r", requirements)
        venvs.link_collection(core.area / "venv")
        working_copy.refresh_for_ansible_test(core.copy)
        shown = log.run(core.program("ansible"), "--version", env=core.path())
        ready.append(True)
        found = re.search(r"core (\S+)\]", shown)
        return f"ansible-core {found[1] if found else '?'}, Python {version}"

    def sanity(log: Log) -> str:
        require_environment()
        return test_runs.sanity(log, core.copy, *core.sanity, program=core.program("ansible-test"), env=core.path())

    def unit(log: Log) -> str:
        require_environment()
        return test_runs.unit(log, program=core.program("python"), env=core.path() | _ALL_CASES)

    def integration(log: Log) -> str:
        require_environment()
        modules = MODULE_PYTHON if find_python(MODULE_PYTHON) else version
        where = ("--controller", f"origin:python=venv/{version}", "--target", f"controller:python=venv/{modules}")
        program = core.program("ansible-test")
        return (
            f"{test_runs.integration(log, core.copy, *where, program=program, env=core.path())}, modules on {modules}"
        )

    def require_environment() -> None:
        if not ready:
            raise StepError("there is no environment for it")

    works = {"environment": prepare, "sanity": sanity, "unit": unit, "integration": integration}
    return [Step(f"{core.version} {name}", work) for name, work in works.items()]


def main() -> int:
    chosen, versions = os.environ.get("CORES", "").split(), os.environ.get("CRYPTOGRAPHY", "").split()
    if not chosen and not versions:
        chosen, versions = [core.version for core in CORES], list(CRYPTOGRAPHY)
    known = [*(core.version for core in CORES), *CRYPTOGRAPHY]
    if unknown := {*chosen, *versions} - set(known):
        print(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(known)}")
        return 2
    working_copy.prepare_home(sys.executable)
    lanes: list[list[Step]] = [[], []]
    left_out = []
    for core in [core for core in CORES if core.version in chosen]:
        pythons = [(python, version) for version in core.pythons if (python := find_python(version))]
        if " " in str(ROOT) and not core.spaces:
            left_out.append(f"ansible-core {core.version} (there is a space in the name of the folder)")
        elif pythons:
            min(lanes, key=len).extend(steps_for(core, *pythons[0]))
        else:
            left_out.append(f"ansible-core {core.version} (needs Python {', '.join(core.pythons)})")
    for version in versions:
        min(lanes, key=len).extend(steps_with(version))
    fine = run_lanes(*(lane for lane in lanes if lane)) if any(lanes) else False
    print(f"Left out: {', '.join(left_out) or 'nothing'}.")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
