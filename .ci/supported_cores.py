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
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from isolated import BUILD, MODULE_PYTHON, ROOT, ProgramError, find_python

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
    "tests/functional/tools",
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
    def copy(self) -> Path:
        return BUILD / "matrix" / self.version / "ansible_collections" / "mobileops" / "ci"

    @property
    def python(self) -> str | None:
        """Return the version of the first Python that works."""
        return next((version for version in self.pythons if find_python(version)), None)

    @property
    def interpreter(self) -> str | None:
        return find_python(self.python) if self.python else None

    @property
    def module_python(self) -> str | None:
        return MODULE_PYTHON if find_python(MODULE_PYTHON) else self.python

    @property
    def problem(self) -> str | None:
        """Return why this machine cannot test this version."""
        if " " in str(ROOT) and not self.spaces:
            return f"ansible-test {self.version} fails in a folder with a space in its name"
        if self.python is None:
            return f"ansible-core {self.version} needs Python {' or '.join(self.pythons)}, and none was found"
        return None


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


def run_part(name: str, work: Callable[[], str]) -> dict[str, object]:
    """Run a part of the tests, and return its cell of the table."""
    started = time.monotonic()
    try:
        result, detail = "passed", work()
    except ProgramError as error:
        result, detail = "failed", str(error)
    print(f"{name} {result}: {detail}", flush=True)
    return {"result": result, "detail": detail, "seconds": round(time.monotonic() - started)}


class DeprecationWatch:
    """Collect the deprecation warnings that ansible-core shows in any process of a virtual environment."""

    def __init__(self, venv: Path) -> None:
        self._log = venv / "deprecations.log"
        (site_packages,) = venv.glob("lib/python3.*/site-packages")
        source = (Path(__file__).parent / "watch_deprecations.py").read_text(encoding="utf-8")
        (site_packages / "mobileops_ci_watch.py").write_text(source, encoding="utf-8")
        (site_packages / "mobileops_ci_watch.pth").write_text(
            f"import mobileops_ci_watch; mobileops_ci_watch.start({str(self._log)!r})\n", encoding="utf-8"
        )

    def run(self, work: Callable[[], str]) -> str:
        """Run a part of the tests. Raise ProgramError if there was a warning."""
        self._log.unlink(missing_ok=True)
        detail = work()
        lines = self._log.read_text(encoding="utf-8").splitlines() if self._log.exists() else []
        if texts := sorted({line for line in lines if not EXPECTED_DEPRECATIONS.search(line)}):
            print(*texts, sep="\n")
            raise ProgramError(f"{len(texts)} deprecation warnings, such as: {texts[0]}")
        return detail


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


def pytest_summary(output: str) -> str:
    """Return the last line of pytest. Raise ProgramError if no test passed."""
    found = re.search(r"^.*\b(\d+) passed.*$", output, flags=re.MULTILINE)
    if found is None:
        raise ProgramError("pytest ran no test")
    return found[0].strip("= ")
