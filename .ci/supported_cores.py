# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The supported versions of ansible-core and cryptography, and the table of results in build/matrix.json."""

from __future__ import annotations

import fcntl
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import programs
import venvs
import working_copy
from isolated import BUILD, MODULE_PYTHON, ROOT, find_python, isolated_environment
from programs import LeftOutError, ProgramError

TABLE = ROOT / "build" / "matrix.json"
PARTS = ("sanity", "units", "integration")
TESTS = ("tests/unit", "tests/functional", "tests/awx")
# Deprecations that tests cause on purpose: with a version that only tests name, and by reading all keys of a result.
EXPECTED_DEPRECATIONS = re.compile(r"version 9\.0\.0|`timedout\.frame`")
# Those of code that does not depend on ansible-core.
WITHOUT_CORE = (
    "tests/functional/emulator",
    "tests/functional/plugins/module_utils",
    "tests/functional/plugins/signing",
    "tests/functional/signing_files",
    "tests/unit/docs",
    "tests/unit/plugins/module_utils",
    "tests/unit/plugins/signing",
    "tests/unit/signing_files",
    "tests/unit/tools",
)
# Adds the rare cases of functional tests, with the oldest and the newest ansible-core.
ALL_CASES = {"MOBILEOPS_CI_TEST_CASES": "all"}
UNIT_REQUIREMENTS = str(ROOT / "tests" / "unit" / "requirements.txt")


@dataclass(frozen=True)
class Core:
    """A version of ansible-core, with the Pythons of the controller in order of preference."""

    version: str
    requirement: str
    pythons: tuple[str, ...]
    sanity: tuple[str, ...] = ()
    spaces: bool = True  # whether ansible-test works in a folder with a space in its name
    private_modules: bool = True  # whether validate-modules accepts a module whose name starts with "_"

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

    def find_python(self) -> tuple[str, str]:
        """Return the path and the version of the first Python that works."""
        for version in self.pythons:
            if found := find_python(version):
                return found, version
        raise LeftOutError(f"ansible-core {self.version} needs Python {' or '.join(self.pythons)}, and none was found")


# Runs a part of the tests; the text is the version of Python on the controller.
Works = Mapping[str, Callable[[Core, str], str]]

CORES = (
    Core("2.16", "ansible-core ~= 2.16.0", ("3.11", "3.12"), spaces=False, private_modules=False),
    Core("2.17", "ansible-core ~= 2.17.0", ("3.12", "3.11"), spaces=False),
    Core("2.18", "ansible-core ~= 2.18.0", ("3.12", "3.11", "3.13")),
    Core("2.19", "ansible-core ~= 2.19.0", ("3.11", "3.12", "3.13")),
    Core("2.20", "ansible-core ~= 2.20.0", ("3.13", "3.12", "3.14")),
    Core("2.21", "ansible-core ~= 2.21.0", ("3.12", "3.13", "3.14")),
    # Its pylint test installs a plugin from a Git host.
    Core("2.22", "ansible-core >= 2.22.0rc1, < 2.23", ("3.13", "3.14"), sanity=("--skip-test", "pylint")),
)
AWX = ("2.16", "2.21")
# The oldest supported version of cryptography, the newest, and two between.
CRYPTOGRAPHY = {"42": "== 42.0.*", "44": "== 44.0.*", "47": "== 47.*", "newest": ">= 50"}
SIGNING_TESTS = (
    "tests/unit/plugins/signing",
    "tests/unit/signing_files",
    "tests/functional/plugins/signing",
    "tests/functional/plugins/inspection",
    "tests/functional/signing_files",
)


def chosen(variable: str, known: Iterable[str]) -> list[str]:
    """Return the versions that an environment variable names, or all if it is empty."""
    names = list(known)
    requested = os.environ.get(variable, "").split()
    if unknown := set(requested) - set(names):
        sys.exit(f"{variable}: unknown version {', '.join(sorted(unknown))}, known are {', '.join(names)}")
    return requested or names


def lanes() -> list[list[str]]:
    """Return the sessions of `make matrix` in two lanes. If one of the variables is set, leave the other kind out."""
    cores = [f"core-{core.version}" for core in CORES if core.version in chosen("CORES", (c.version for c in CORES))]
    libraries = [f"cryptography-{version}" for version in chosen("CRYPTOGRAPHY", CRYPTOGRAPHY)]
    if os.environ.get("CORES") and not os.environ.get("CRYPTOGRAPHY"):
        libraries = []
    if os.environ.get("CRYPTOGRAPHY") and not os.environ.get("CORES"):
        cores = []
    sessions = [*cores, *libraries]
    return [sessions[::2], sessions[1::2]]


def test_core(core: Core, parts: list[str], works: Works) -> str:
    """Run the parts of the tests with one version of ansible-core, and record the results. Raise if one fails."""
    try:
        if " " in str(ROOT) and not core.spaces:
            raise LeftOutError(f"ansible-test {core.version} fails in a folder with a space in its name")
        python, version = core.find_python()
    except LeftOutError as error:
        record(core.version, {"left_out": str(error)})
        raise
    venvs.ensure(core.area / "venv", python, core.requirement, "-r", UNIT_REQUIREMENTS)
    venvs.link_collection(core.area / "venv")
    working_copy.refresh_for_ansible_test(core.copy)
    shown = programs.run(core.program("ansible"), "--version", env=core.path())
    found = re.search(r"core (\S+)\]", shown)
    row: dict[str, object] = {"ansible_core": found[1] if found else "?", "python": version}
    row["module_python"] = module_python(version)
    failed = []
    watch = DeprecationWatch(core)
    for part in parts:
        started = time.monotonic()
        watch.start()
        try:
            detail, result = works[part](core, version), "passed"
            if core is CORES[-1]:
                watch.check()
        except ProgramError as error:
            detail, result = str(error), "failed"
            failed.append(f"{part}: {error}")
        row[part] = {"result": result, "detail": detail, "seconds": round(time.monotonic() - started)}
        print(f"{part} {result}: {detail}", flush=True)
        record(core.version, row)
    if failed:
        raise ProgramError("; ".join(failed))
    details = [f"{part} {row[part]['detail']}" for part in parts if isinstance(row[part], dict)]  # type: ignore[index]
    return f"{row['ansible_core']}, Python {version}: {', '.join(details)}"


def module_python(controller: str) -> str:
    return MODULE_PYTHON if find_python(MODULE_PYTHON) else controller


class DeprecationWatch:
    """Collect the deprecation warnings that ansible-core shows in any process of a virtual environment."""

    def __init__(self, core: Core) -> None:
        self._log = core.area / "deprecations.log"
        (site,) = (core.area / "venv").glob("lib/python3.*/site-packages")
        source = (Path(__file__).parent / "watch_deprecations.py").read_text(encoding="utf-8")
        (site / "mobileops_ci_watch.py").write_text(source, encoding="utf-8")
        (site / "mobileops_ci_watch.pth").write_text(
            f"import mobileops_ci_watch; mobileops_ci_watch.start({str(self._log)!r})\n", encoding="utf-8"
        )

    def start(self) -> None:
        """Forget what other parts wrote."""
        self._log.unlink(missing_ok=True)

    def check(self) -> None:
        """Raise ProgramError if there was a warning since the start."""
        lines = self._log.read_text(encoding="utf-8").splitlines() if self._log.exists() else []
        texts = sorted({line for line in lines if not EXPECTED_DEPRECATIONS.search(line)})
        if not texts:
            return
        print(*texts, sep="\n")
        raise ProgramError(f"{len(texts)} deprecation warnings, such as: {texts[0]}")


def read_table() -> dict[str, dict[str, object]]:
    return dict(json.loads(TABLE.read_text(encoding="utf-8"))) if TABLE.exists() else {}


def record(name: str, row: dict[str, object]) -> None:
    """Put a row into build/matrix.json. Two processes may do so at the same time."""
    TABLE.parent.mkdir(exist_ok=True)
    with (BUILD / "matrix.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        rows = read_table() | {name: row}
        order = [core.version for core in CORES] + [f"cryptography {version}" for version in CRYPTOGRAPHY]
        ordered = {key: rows[key] for key in order if key in rows}
        TABLE.write_text(json.dumps(ordered, indent=2) + "\n", encoding="utf-8")


def table() -> str:
    """Return the table as text."""
    lines = [f"{'version':20} {'Python':8} {'sanity':8} {'units':8} {'integration':12}"]
    for name, row in read_table().items():
        cells = [part["result"] if isinstance(part := row.get(key), dict) else "-" for key in PARTS]
        shown = row.get("ansible_core", name)
        remark = row.get("left_out", "")
        lines.append(
            f"{shown!s:20} {row.get('python', '-')!s:8} {cells[0]:8} {cells[1]:8} {cells[2]:12} {remark}".rstrip()
        )
    return "\n".join([*lines, f"See {TABLE.relative_to(ROOT)}."])


def test_cryptography(version: str) -> str:
    """Run the tests of signing files with one version of cryptography."""
    venv = BUILD / "matrix" / f"cryptography-{version}" / "venv"
    python = find_python("3.12") or sys.executable
    requirements = ("ansible-core ~= 2.19.0", f"cryptography {CRYPTOGRAPHY[version]}", "-r", UNIT_REQUIREMENTS)
    venvs.ensure(venv, python, *requirements)
    venvs.link_collection(venv)
    program = str(venv / "bin" / "python")
    shown = programs.run(program, "-c", "import cryptography; print(cryptography.__version__)").split()[-1]
    started, name = time.monotonic(), f"cryptography {version}"
    row: dict[str, object] = {"cryptography": shown}
    detail, result = "interrupted", "failed"
    try:
        output = programs.run(
            program, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", *SIGNING_TESTS, env=ALL_CASES
        )
        detail, result = pytest_summary(output), "passed"
    except ProgramError as error:
        detail = str(error)
        raise
    finally:
        row["units"] = {"result": result, "detail": detail, "seconds": round(time.monotonic() - started)}
        record(name, row)
    return f"cryptography {shown}, {detail}"


def pytest_summary(output: str) -> str:
    """Return the last line of pytest. Raise ProgramError if no test passed."""
    found = re.search(r"^.*\b(\d+) passed.*$", output, flags=re.MULTILINE)
    if found is None:
        raise ProgramError("pytest ran no test")
    return found[0].strip("= ")
