# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# /// script
# dependencies = ["nox >= 2025.10.14", "antsibull-nox >= 1.10, < 2"]
# ///

"""All checks and tests, as sessions of nox: `nox --list` shows them.

`make` runs the same sessions with .ci/lanes.py, two at a time. The sessions use the tools in .venv, which they make if
it is missing. Sessions with packages that do not fit there have virtual environments in .build. The sessions
yamllint, license-check, extra-checks and antsibull-nox-config are those of antsibull-nox, see antsibull-nox.toml.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

# `make` runs nox on a copy of the sources, and names the checkout here.
CHECKOUT = Path(os.environ.get("MOBILEOPS_CI_CHECKOUT") or Path(__file__).resolve().parent)
sys.path.insert(0, str(CHECKOUT / ".ci"))

import archive  # noqa: E402
import awx  # noqa: E402
import docs_site  # noqa: E402
import release  # noqa: E402
import supported_cores  # noqa: E402
import venvs  # noqa: E402
import working_copy  # noqa: E402
from isolated import BUILD, MODULE_PYTHON, ROOT, find_python, isolated_environment, tool_environment  # noqa: E402
from programs import LeftOutError, ProgramError, run  # noqa: E402
from supported_cores import Core, pytest_summary  # noqa: E402

if "MOBILEOPS_CI_CHECKOUT" not in os.environ:
    subprocess.run([str(CHECKOUT / ".ci" / "with-venv"), "test"], check=True)
    working_copy.prepare()
    os.environ.update(tool_environment())

import antsibull_nox  # noqa: E402
import nox  # noqa: E402

PYTHON = str(ROOT / ".venv" / "bin" / "python")
PYTHON_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"

nox.options.default_venv_backend = "none"
antsibull_nox.load_antsibull_nox_toml()


def end(_number: int, _frame: FrameType | None) -> None:
    """End the programs of the session, too."""
    raise KeyboardInterrupt


signal.signal(signal.SIGTERM, end)


def session(
    name: str, *, default: bool = False
) -> Callable[[Callable[[list[str]], str | None]], Callable[[list[str]], str | None]]:
    """Make a function a session. It gets the arguments after `--`, and returns what to show about a success."""

    def decorate(work: Callable[[list[str]], str | None]) -> Callable[[list[str]], str | None]:
        def wrapper(running: nox.Session) -> None:
            try:
                remark = work(list(running.posargs))
            except (ProgramError, OSError, subprocess.CalledProcessError) as error:
                running.error(str(error))
            except LeftOutError as error:
                running.skip(str(error))
            if remark:
                running.log(f"Result: {remark}")

        wrapper.__doc__ = work.__doc__
        nox.session(name=name, python=False, default=default)(wrapper)
        return work

    return decorate


def count(output: str, pattern: str, what: str) -> str:
    """Count what ansible-test ran. It ends with status 0, too, if it finds no test."""
    found = len(re.findall(pattern, output, flags=re.MULTILINE))
    if not found:
        raise ProgramError("ansible-test ran no test")
    return f"{found} {what}{'' if found == 1 else 's'}"


def words_of(variable: str) -> list[str]:
    return os.environ.get(variable, "").split()


# Linters


@session("ruff", default=True)
def ruff(_arguments: list[str]) -> str | None:
    """Check Python code, and its format."""
    run("ruff", "check", ".")
    run("ruff", "format", "--check", ".")
    return None


@session("mypy", default=True)
def mypy(_arguments: list[str]) -> str:
    """Check types: plugins by the name of the collection, all other code by the names of its folders."""
    folder = BUILD / "by-name"
    venvs.link_in(folder)
    settings = ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(BUILD / "mypy")]
    paths = {"MYPYPATH": os.pathsep.join([str(folder), str(ROOT / ".ci")])}
    checked = 0
    problems = []
    for place, names in (
        (folder, ["ansible_collections/mobileops/ci/plugins"]),
        (ROOT, ["tests", "extensions", ".ci", "noxfile.py"]),
    ):
        try:
            output = run("mypy", *settings, *names, cwd=place, env=paths)
        except ProgramError as error:
            problems.append(str(error))
        else:
            checked += int(re.findall(r"no issues found in (\d+)", output)[0])
    if problems:
        raise ProgramError(problems[0])
    return f"{checked} files"


@session("ansible-lint", default=True)
def ansible_lint(_arguments: list[str]) -> str | None:
    """Check playbooks and roles with the profile "production"."""
    run("ansible-lint", "--offline", "--profile", "production", cwd=working_copy.SOURCES)
    return None


@session("docs-check", default=True)
def docs_check(_arguments: list[str]) -> str | None:
    """Check the documentation of plugins and the guides, and their references."""
    run(
        "antsibull-docs",
        "lint-collection-docs",
        "--plugin-docs",
        "--skip-rstcheck",
        "--validate-collection-refs",
        "self",
        ".",
    )
    return None


@session("language", default=True)
def language(_arguments: list[str]) -> str:
    """Check that texts keep the rules of language in CONTRIBUTING.md."""
    return run(PYTHON, "-m", "tests.unit.docs.language").splitlines()[-1]


@session("changelog", default=True)
def changelog(_arguments: list[str]) -> str | None:
    """Check the changelog fragments."""
    run("antsibull-changelog", "lint")
    return None


# Tests


@session("units", default=True)
def units(arguments: list[str]) -> str:
    """Run the unit tests. Arguments are those of pytest."""
    return run_units(PYTHON, arguments)


def run_units(python: str, arguments: list[str], env: dict[str, str] | None = None) -> str:
    output = run(python, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", "--durations=60", *arguments, env=env)
    return pytest_summary(output)


@session("sanity", default=True)
def sanity(arguments: list[str]) -> str:
    """Run ansible-test sanity with all Pythons. Arguments are those of ansible-test."""
    return run_sanity(working_copy.COPY, ["--venv", *arguments])


@session("sanity-quick")
def sanity_quick(_arguments: list[str]) -> str:
    """Run ansible-test sanity with the oldest Python, without what other sessions of `make test` check."""
    oldest = MODULE_PYTHON if find_python(MODULE_PYTHON) else PYTHON_VERSION
    where = ["--controller", f"origin:python=venv/{PYTHON_VERSION}", f"--target-python={oldest}"]
    # Checked by ruff, docs-check, changelog and yamllint.
    elsewhere = ("pylint", "pep8", "ansible-doc", "changelog", "yamllint")
    return run_sanity(working_copy.COPY, [*where, *(word for test in elsewhere for word in ("--skip-test", test))])


def run_sanity(
    copy: Path, arguments: list[str], program: str = "ansible-test", env: dict[str, str] | None = None
) -> str:
    if ignores := [file.name for file in (copy / "tests" / "sanity").glob("ignore*")]:
        raise ProgramError(f"ignore entries are not allowed: tests/sanity/{', '.join(ignores)}")
    output = run(program, "sanity", "--color", "no", *arguments, cwd=copy, env=env)
    return count(output, r"^Running sanity test", "sanity test")


@session("integration", default=True)
def integration(arguments: list[str]) -> str:
    """Run ansible-test integration. Arguments, or TARGET in the environment, are names of targets."""
    return integrate(*(arguments or words_of("TARGET")))


@session("integration-quick")
def integration_quick(_arguments: list[str]) -> str:
    """Run ansible-test integration without the target that repeats others as modules."""
    # tests/functional/plugins/action/test_both_ways.py compares the two ways with fewer modules.
    return integrate("--exclude", "both_ways")


def integrate(*arguments: str) -> str:
    return run_integration(working_copy.COPY, ["--venv", "--python", PYTHON_VERSION, *arguments])


def run_integration(
    copy: Path,
    arguments: list[str],
    program: str = "ansible-test",
    env: dict[str, str] | None = None,
    *,
    allow_deprecations: bool = True,
) -> str:
    output = run(program, "integration", "--color", "no", "--continue-on-error", *arguments, cwd=copy, env=env)
    # ansible-test has a virtual environment of its own, which DeprecationWatch does not see.
    if not allow_deprecations and (found := re.search(r"\[DEPRECATION WARNING\].*", output)):
        raise ProgramError(f"there are deprecation warnings, such as: {found[0]}")
    return count(output, r"^Running (?:\S+ )*integration test role", "target")


@session("molecule", default=True)
def molecule(_arguments: list[str]) -> str:
    """Run the molecule scenarios of the roles."""
    found = sorted((ROOT / "extensions" / "molecule").glob("*/molecule.yml"))
    if not found:
        raise ProgramError("there is no scenario in extensions/molecule")
    run("molecule", "test", "--all", cwd=ROOT / "extensions")
    return ", ".join(file.parent.name for file in found)


def run_with_others(test: str, requirements: str) -> str:
    """Run a test that needs other programs, in a virtual environment of its own."""
    venv = BUILD / requirements
    venvs.ensure(venv, venvs.base_python(), "-r", str(ROOT / "requirements" / f"{requirements}.txt"))
    venvs.link_collection(venv)
    env = {
        "PATH": os.pathsep.join([str(venv / "bin"), isolated_environment()["PATH"]]),
        "MOBILEOPS_CI_TEST_ANSIBLE": str(ROOT / ".venv" / "bin"),
    }
    path = ROOT / "tests" / "functional" / test
    return pytest_summary(run(venv / "bin" / "python", "-m", "pytest", "-q", path, env=env))


@session("swift")
def swift(_arguments: list[str]) -> str:
    """Test the emulator with OpenStack Swift as its store, which checks signatures as S3 does."""
    return run_with_others("emulator/check_swift.py", "peers")


@session("fuzz")
def fuzz(_arguments: list[str]) -> str:
    """Send requests to the emulator that are made from the API description of the service."""
    return run_with_others("emulator/check_schemathesis.py", "peers")


@session("page")
def page(_arguments: list[str]) -> str:
    """Test the page of the report in a browser."""
    return run_with_others("report/check_browser.py", "browser")


# Documentation, archive and release


@session("docs")
def docs(_arguments: list[str]) -> str:
    """Build the documentation site in .build/docs."""
    return docs_site.build()


@session("archive")
def archive_works(_arguments: list[str]) -> str:
    """Build the archive, install it into an empty folder, and use it with the emulator in it."""
    built = archive.build(BUILD / "dist")
    if problems := archive.problems_of_content(built):
        raise ProgramError("; ".join(problems))
    return archive.run_installed(archive.install(built), keep_tests=True)


@session("build")
def build(_arguments: list[str]) -> str:
    """Build the archive in dist, and import it as Galaxy does."""
    built = archive.build(ROOT / "dist")
    if problems := archive.problems_of_content(built):
        raise ProgramError("; ".join(problems))
    return f"{built.relative_to(ROOT)}, {archive.import_as_galaxy(built)}"


@session("release-check")
def release_check(_arguments: list[str]) -> str:
    """Check version, changelog, tag and archive before a release."""
    return release.check()


# Other versions of ansible-core and of libraries


def core_sanity(core: Core, _python: str) -> str:
    program, env = core.program("ansible-test"), core.path()
    if core.private_modules:
        return run_sanity(core.copy, ["--venv", *core.sanity], program, env)
    # ansible-core 2.16 takes each module whose name starts with "_" for a deprecated module of ansible-core.
    tests = run_sanity(core.copy, ["--venv", *core.sanity, "--skip-test", "validate-modules"], program, env)
    private = sorted((core.copy / "plugins" / "modules").glob("_*.py"))
    left_out = [word for file in private for word in ("--exclude", str(file.relative_to(core.copy)))]
    run_sanity(core.copy, ["--venv", "--test", "validate-modules", *left_out], program, env)
    return f"{tests}, and validate-modules for public modules"


def core_units(core: Core, _python: str) -> str:
    oldest, newest = supported_cores.CORES[0], supported_cores.CORES[-1]
    rare = supported_cores.ALL_CASES if core in (oldest, newest) else {}
    # Once is enough for tests without ansible-core. Some have rare cases that no other target runs.
    ignored = [] if core is newest else [f"--ignore={path}" for path in supported_cores.WITHOUT_CORE]
    return run_units(core.program("python"), [*supported_cores.TESTS, *ignored], core.path() | rare)


def core_integration(core: Core, python: str) -> str:
    modules = supported_cores.module_python(python)
    where = ["--controller", f"origin:python=venv/{python}", "--target", f"controller:python=venv/{modules}"]
    newest = core is supported_cores.CORES[-1]
    program, env = core.program("ansible-test"), core.path()
    return f"{run_integration(core.copy, where, program, env, allow_deprecations=not newest)}, modules on {modules}"


def add_core_session(core: Core) -> None:
    @session(f"core-{core.version}")
    def test(arguments: list[str]) -> str:
        works: supported_cores.Works = {"sanity": core_sanity, "units": core_units, "integration": core_integration}
        parts = arguments or words_of("PARTS") or list(supported_cores.PARTS)
        return supported_cores.test_core(core, parts, works)

    test.__doc__ = f"Run sanity, unit and integration tests with ansible-core {core.version}, or the parts named."


def add_awx_session(core: Core) -> None:
    @session(f"awx-{core.version}")
    def jobs(_arguments: list[str]) -> str:
        return awx.run_jobs(core, with_setup=core.version == supported_cores.AWX[-1])


def add_cryptography_session(version: str) -> None:
    @session(f"cryptography-{version}")
    def signing(_arguments: list[str]) -> str:
        return supported_cores.test_cryptography(version)


for supported in supported_cores.CORES:
    add_core_session(supported)
    if supported.version in supported_cores.AWX:
        add_awx_session(supported)
for library_version in supported_cores.CRYPTOGRAPHY:
    add_cryptography_session(library_version)
