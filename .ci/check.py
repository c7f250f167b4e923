# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every check and every test, or those of one word, such as check.py lint; the words are at the end of this file."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import awx
import clean_install
import docs_site
import test_runs
import venvs
import working_copy
from isolated import BUILD, MODULE_PYTHON, ROOT, find_python, isolated_environment
from steps import Log, Step, StepError, run_lanes

_NAME = Path("ansible_collections") / "mobileops" / "ci"
_COPY = BUILD / "copy" / _NAME  # ansible-test's; it keeps its environments there
_SOURCES = BUILD / "sources" / _NAME  # nothing but the sources


def tool(*command: str, cwd: Path = ROOT) -> Step:
    """A program for which its exit status says it all."""
    name = " ".join([command[0], *(word for word in command[1:2] if word.isalpha())])

    def work(log: Log) -> None:
        log.run(*command, cwd=cwd)

    return Step(name, work)


def types(log: Log) -> str:
    """Twice: the plugins go by the name of the collection, the tests by the name of their folder."""
    folder = BUILD / "by-name"
    venvs.link_in(folder)
    settings = ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(BUILD / "mypy")]
    by_name = {"MYPYPATH": os.pathsep.join([str(folder), str(ROOT / ".ci")])}
    checked = 0
    problem = None
    for place, names in (
        (folder, ["ansible_collections/mobileops/ci/plugins"]),
        (ROOT, ["tests", "extensions", ".ci"]),
    ):
        try:
            output = log.run("mypy", *settings, *names, cwd=place, env=by_name)
        except StepError as error:
            problem = error
        else:
            checked += int(re.findall(r"no issues found in (\d+)", output)[0])
    if problem:
        raise problem
    return f"{checked} files"


def oldest_python() -> list[str]:
    """For ansible-test: what modules have to run on. The unit tests import everything on the own one."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    oldest = MODULE_PYTHON if find_python(MODULE_PYTHON) else version
    return ["--controller", f"origin:python=venv/{version}", f"--target-python={oldest}"]


def with_others(test: str, requirements: str) -> Callable[[Log], str]:
    """One of the tests that need programs by others, from an environment of their own."""

    def work(log: Log) -> str:
        venv = BUILD / requirements
        venvs.ensure(venv, venvs.base_python(), "-r", str(ROOT / "requirements" / f"{requirements}.txt"))
        venvs.link_collection(venv)
        env = {
            "PATH": os.pathsep.join([str(venv / "bin"), isolated_environment()["PATH"]]),
            "MOBILEOPS_CI_TEST_ANSIBLE": str(ROOT / ".venv" / "bin"),
        }
        path = ROOT / "tests" / "functional" / test
        return test_runs.pytest_summary(log.run(venv / "bin" / "python", "-m", "pytest", "-q", path, env=env))

    return work


def scenarios(log: Log) -> str:
    found = sorted((ROOT / "extensions" / "molecule").glob("*/molecule.yml"))
    if not found:
        raise StepError("there is no scenario in extensions/molecule")
    log.run("molecule", "test", "--all", cwd=ROOT / "extensions")
    return ", ".join(file.parent.name for file in found)


def linters() -> list[Step]:
    """Those that ask Git what belongs to the project look at a copy, which is a repository in any case."""
    return [
        tool("ruff", "check", "."),
        tool("ruff", "format", "--check", "."),
        Step("mypy", types),
        tool("yamllint", "--strict", ".", cwd=_SOURCES),
        tool("ansible-lint", "--offline", "--profile", "production", cwd=_SOURCES),
        tool(
            "antsibull-docs",
            "lint-collection-docs",
            "--plugin-docs",
            "--skip-rstcheck",
            "--validate-collection-refs",
            "self",
            ".",
        ),
        tool("antsibull-changelog", "lint"),
        tool("reuse", "lint", cwd=_SOURCES),
    ]


def packaging(folder: Path) -> list[Step]:
    archives: list[Path] = []

    def build(log: Log) -> str:
        archives.append(clean_install.build(log, _SOURCES, folder))
        return archives[0].name

    def install(log: Log) -> str:
        if not archives:
            raise StepError("there is no archive")
        return clean_install.install(log, archives[0])

    return [
        Step("build", build),
        Step("install from archive", install),
        Step("run installed module", clean_install.run_module),
    ]


def words_of(variable: str) -> list[str]:
    return os.environ.get(variable, "").split()


def sanity_in_short(log: Log) -> str:
    """Run ansible-test sanity without pylint and pep8, whose rules ruff checks too, and with the oldest Python only."""
    return test_runs.sanity(log, _COPY, *oldest_python(), "--skip-test", "pylint", "--skip-test", "pep8")


def lanes_for(choice: str) -> list[list[Step]]:
    sanity = Step("ansible-test sanity", lambda log: test_runs.sanity(log, _COPY))
    integration = Step("ansible-test integration", lambda log: test_runs.integration(log, _COPY, *words_of("TARGET")))
    molecule = Step("molecule", scenarios)
    if choice == "all":
        swift = Step("emulator with Swift", with_others("emulator/check_swift.py", "peers"))
        slow = [Step("ansible-test sanity", sanity_in_short), integration, molecule, swift]
        return [slow, [*linters(), Step("unit tests", test_runs.unit), *packaging(BUILD / "dist")]]
    if choice == "awx":
        return awx.lanes()
    return {
        "lint": [linters()],
        "sanity": [[sanity]],
        "integration": [[integration]],
        "molecule": [[molecule]],
        "page": [[Step("page in a browser", with_others("report/check_browser.py", "browser"))]],
        "fuzz": [[Step("made-up requests", with_others("emulator/check_schemathesis.py", "peers"))]],
        "docs": [[Step("documentation", docs_site.build)]],
        "build": [packaging(ROOT / "dist")[:1]],
    }[choice]


def main(arguments: list[str]) -> int:
    choice = arguments[0] if arguments else "all"
    working_copy.refresh_for_ansible_test(_COPY)
    working_copy.refresh(_SOURCES)
    working_copy.prepare_home(sys.executable)
    return 0 if run_lanes(*lanes_for(choice)) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
