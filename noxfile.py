# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# /// script
# dependencies = ["nox >= 2025.10.14", "antsibull-nox >= 1.10, < 2"]
# ///

"""All checks and tests, as sessions of nox: `nox --list` shows them.

`make` runs the same sessions with .ci/lanes.py, two at a time. The sessions use the tools in .venv, which they make if
it is missing. Sessions with packages that do not fit there have virtual environments in .build/nox. The sessions
yamllint, license-check, extra-checks and antsibull-nox-config are those of antsibull-nox, see antsibull-nox.toml.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType

# `make` runs nox on a copy of the sources, and names the checkout here.
CHECKOUT = Path(os.environ.get("MOBILEOPS_CI_CHECKOUT") or Path(__file__).resolve().parent)
sys.path.insert(0, str(CHECKOUT / ".ci"))

import archive  # noqa: E402
import docs_site  # noqa: E402
import isolated  # noqa: E402
import release  # noqa: E402
import supported_cores as supported  # noqa: E402
import working_copy  # noqa: E402
from environment import link_collection, link_in  # noqa: E402
from isolated import BUILD, ROOT, TOOLS, ProgramError, find_python, isolated_environment, run  # noqa: E402
from package_index import PYTHON, install_environment  # noqa: E402
from supported_cores import Core, pytest_summary, record, run_part  # noqa: E402

if "MOBILEOPS_CI_CHECKOUT" not in os.environ:
    subprocess.run([str(CHECKOUT / ".ci" / "with-venv"), "test"], check=True)
    working_copy.prepare()
    os.environ.update(isolated.tool_environment())

import antsibull_nox  # noqa: E402
import nox  # noqa: E402

PYTHON_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
Work = Callable[[nox.Session], str | None]

nox.options.default_venv_backend = "none"
nox.options.envdir = str(BUILD / "nox")
antsibull_nox.load_antsibull_nox_toml()


def end(_number: int, _frame: FrameType | None) -> None:
    """End the programs of the session, too."""
    raise KeyboardInterrupt


signal.signal(signal.SIGTERM, end)


def session(
    name: str, title: str = "", *, default: bool = False, own_venv: bool = False, python: str | None = None
) -> Callable[[Work], Work]:
    """Make a function, which returns what to show about a success, a session.

    It uses .venv, or its own virtual environment, for which it has to call `install`.
    """

    def decorate(work: Work) -> Work:
        def wrapper(running: nox.Session) -> None:
            try:
                remark = work(running)
            except (ProgramError, OSError, subprocess.CalledProcessError) as error:
                running.error(str(error))
            if remark:
                running.log(f"Result: {remark}")

        wrapper.__doc__ = title or work.__doc__
        backend, interpreter = ("uv|virtualenv", python) if own_venv else ("none", False)
        nox.session(name=name, python=interpreter, venv_backend=backend, reuse_venv=True, default=default)(wrapper)
        return work

    return decorate


def install(running: nox.Session, *requirements: str, link: bool = True) -> dict[str, str]:
    """Install packages into the virtual environment of a session. Return the variables for programs that use it."""
    running.install(*requirements, env=install_environment())
    if link:
        link_collection(Path(running.bin).parent)
    return {"PATH": os.pathsep.join([running.bin, isolated_environment()["PATH"]])}


def file_of(requirements: str) -> str:
    return f"-r{ROOT / 'requirements' / requirements}.txt"


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
def ruff(_running: nox.Session) -> str | None:
    """Check Python code, and its format."""
    run("ruff", "check", ".")
    run("ruff", "format", "--check", ".")
    return None


@session("mypy", default=True)
def mypy(_running: nox.Session) -> str:
    """Check types: plugins by the name of the collection, all other code by the names of its folders."""
    folder = BUILD / "by-name"
    link_in(folder)
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
def ansible_lint(_running: nox.Session) -> str | None:
    """Check playbooks and roles with the profile "production"."""
    run("ansible-lint", "--offline", "--profile", "production", cwd=working_copy.SOURCES)
    return None


@session("docs-check", default=True)
def docs_check(_running: nox.Session) -> str | None:
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
def language(_running: nox.Session) -> str:
    """Check that texts keep the rules of language in CONTRIBUTING.md."""
    return run("python", "-m", "tests.unit.docs.language").splitlines()[-1]


@session("changelog", default=True)
def changelog(_running: nox.Session) -> str | None:
    """Check the changelog fragments."""
    run("antsibull-changelog", "lint")
    return None


# Tests


@session("units", default=True)
def units(running: nox.Session) -> str:
    """Run the unit tests. Arguments are those of pytest."""
    return run_pytest("--durations=60", *running.posargs)


def run_pytest(*arguments: str, env: dict[str, str] | None = None) -> str:
    return pytest_summary(run("python", "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", *arguments, env=env))


@session("sanity", default=True)
def sanity(running: nox.Session) -> str:
    """Run ansible-test sanity with all Pythons. Arguments are those of ansible-test."""
    return run_sanity(working_copy.COPY, "--venv", *running.posargs)


@session("sanity-quick")
def sanity_quick(_running: nox.Session) -> str:
    """Run ansible-test sanity with the oldest Python, without what other sessions of `make test` check."""
    oldest = isolated.MODULE_PYTHON if find_python(isolated.MODULE_PYTHON) else PYTHON_VERSION
    where = ["--controller", f"origin:python=venv/{PYTHON_VERSION}", f"--target-python={oldest}"]
    # Checked by ruff, docs-check, changelog and yamllint.
    elsewhere = ("pylint", "pep8", "ansible-doc", "changelog", "yamllint")
    return run_sanity(working_copy.COPY, *where, *(word for test in elsewhere for word in ("--skip-test", test)))


def run_sanity(copy: Path, *arguments: str, env: dict[str, str] | None = None) -> str:
    if ignores := [file.name for file in (copy / "tests" / "sanity").glob("ignore*")]:
        raise ProgramError(f"ignore entries are not allowed: tests/sanity/{', '.join(ignores)}")
    output = run("ansible-test", "sanity", "--color", "no", *arguments, cwd=copy, env=env)
    return count(output, r"^Running sanity test", "sanity test")


@session("integration", default=True)
def integration(running: nox.Session) -> str:
    """Run ansible-test integration. Arguments, or TARGET in the environment, are names of targets."""
    return integrate(*(running.posargs or words_of("TARGET")))


@session("integration-quick")
def integration_quick(_running: nox.Session) -> str:
    """Run ansible-test integration without the target that repeats others as modules."""
    # tests/functional/plugins/action/test_both_ways.py compares the two ways with fewer modules.
    return integrate("--exclude", "both_ways")


def integrate(*arguments: str) -> str:
    return run_integration(working_copy.COPY, "--venv", "--python", PYTHON_VERSION, *arguments)


def run_integration(
    copy: Path, *arguments: str, env: dict[str, str] | None = None, allow_deprecations: bool = True
) -> str:
    words = ["integration", "--color", "no", "--continue-on-error", *arguments]
    output = run("ansible-test", *words, cwd=copy, env=env)
    # ansible-test has a virtual environment of its own, which DeprecationWatch does not see.
    if not allow_deprecations and (found := re.search(r"\[DEPRECATION WARNING\].*", output)):
        raise ProgramError(f"there are deprecation warnings, such as: {found[0]}")
    return count(output, r"^Running (?:\S+ )*integration test role", "target")


@session("molecule", default=True)
def molecule(_running: nox.Session) -> str:
    """Run the molecule scenarios of the roles."""
    found = sorted((ROOT / "extensions" / "molecule").glob("*/molecule.yml"))
    if not found:
        raise ProgramError("there is no scenario in extensions/molecule")
    run("molecule", "test", "--all", cwd=ROOT / "extensions")
    return ", ".join(file.parent.name for file in found)


def run_with_others(running: nox.Session, test: str, requirements: str) -> str:
    """Run a test that needs other programs."""
    env = install(running, file_of(requirements)) | {"MOBILEOPS_CI_TEST_ANSIBLE": TOOLS}
    return pytest_summary(run("python", "-m", "pytest", "-q", f"tests/functional/{test}", env=env))


@session("swift", own_venv=True)
def swift(running: nox.Session) -> str:
    """Test the emulator with OpenStack Swift as its store, which checks signatures as S3 does."""
    return run_with_others(running, "emulator/check_swift.py", "peers")


@session("fuzz", own_venv=True)
def fuzz(running: nox.Session) -> str:
    """Send requests to the emulator that are made from the API description of the service."""
    return run_with_others(running, "emulator/check_schemathesis.py", "peers")


@session("page", own_venv=True)
def page(running: nox.Session) -> str:
    """Test the page of the report in a browser."""
    return run_with_others(running, "report/check_browser.py", "browser")


# Documentation, archive and release


@session("docs")
def docs(_running: nox.Session) -> str:
    """Build the documentation site in .build/docs."""
    return docs_site.build()


@session("archive", own_venv=True)
def archive_works(running: nox.Session) -> str:
    """Build the archive, install it into an empty folder, and use it with the emulator in it."""
    venv = install(running, file_of("run"), link=False)
    built = archive.build(BUILD / "dist")
    archive.check_content(built)
    return archive.try_out(built, venv, keep_tests=True)


@session("build", own_venv=True)
def build(running: nox.Session) -> str:
    """Build the archive in dist, and import it as Galaxy does."""
    venv = install(running, file_of("importer"), link=False)
    built = archive.build(ROOT / "dist")
    archive.check_content(built)
    return f"{built.relative_to(ROOT)}, {archive.import_as_galaxy(built, venv)}"


@session("release-check", own_venv=True)
def release_check(running: nox.Session) -> str:
    """Check version, changelog, tag and archive before a release."""
    return release.check(install(running, file_of("run"), file_of("importer"), link=False))


# Other versions of ansible-core and of libraries


def core_sanity(core: Core, env: dict[str, str]) -> str:
    if core.private_modules:
        return run_sanity(core.copy, "--venv", *core.sanity, env=env)
    # ansible-core 2.16 takes each module whose name starts with "_" for a deprecated module of ansible-core.
    tests = run_sanity(core.copy, "--venv", *core.sanity, "--skip-test", "validate-modules", env=env)
    private = sorted((core.copy / "plugins" / "modules").glob("_*.py"))
    left_out = [word for file in private for word in ("--exclude", str(file.relative_to(core.copy)))]
    run_sanity(core.copy, "--venv", "--test", "validate-modules", *left_out, env=env)
    return f"{tests}, and validate-modules for public modules"


def core_units(core: Core, env: dict[str, str]) -> str:
    rare = supported.ALL_CASES if core in (supported.CORES[0], supported.CORES[-1]) else {}
    # Once is enough for tests without ansible-core. Some have rare cases that no other target runs.
    ignored = [] if core is supported.CORES[-1] else [f"--ignore={path}" for path in supported.WITHOUT_CORE]
    return run_pytest("--durations=60", *supported.TESTS, *ignored, env=env | rare)


def core_integration(core: Core, env: dict[str, str]) -> str:
    target = f"controller:python=venv/{core.module_python}"
    where = ["--controller", f"origin:python=venv/{core.python}", "--target", target]
    tests = run_integration(core.copy, *where, env=env, allow_deprecations=core is not supported.CORES[-1])
    return f"{tests}, modules on {core.module_python}"


def add_core_session(core: Core) -> None:
    works = {"sanity": core_sanity, "units": core_units, "integration": core_integration}
    title = f"Run sanity, unit and integration tests with ansible-core {core.version}, or the parts named."

    @session(f"core-{core.version}", title, own_venv=not core.problem, python=core.interpreter)
    def test(running: nox.Session) -> str:
        if core.problem:
            record(core.version, {"left_out": core.problem})
            running.skip(core.problem)
        env = install(running, core.requirement, "-r", supported.UNIT_REQUIREMENTS)
        working_copy.refresh_for_ansible_test(core.copy)
        found = re.search(r"core (\S+)\]", run("ansible", "--version", env=env))
        shown = found[1] if found else "?"
        row: dict[str, object] = {"ansible_core": shown, "python": core.python, "module_python": core.module_python}
        details: list[str] = []
        failed: list[str] = []
        for part in running.posargs or words_of("PARTS") or supported.PARTS:
            work = partial(works[part], core, env)
            if core is supported.CORES[-1]:
                work = partial(supported.DeprecationWatch(Path(running.bin).parent).run, work)
            cell = run_part(part, work)
            row[part] = cell
            record(core.version, row)
            (details if cell["result"] == "passed" else failed).append(f"{part}: {cell['detail']}")
        if failed:
            raise ProgramError("; ".join(failed))
        return f"{shown}, Python {core.python}, {', '.join(details)}"


def add_awx_session(core: Core) -> None:
    title = f"Run jobs as AWX does, and the playbook awx_setup, with ansible-core {core.version}."

    @session(f"awx-{core.version}", title, own_venv=not core.problem, python=core.interpreter)
    def jobs(running: nox.Session) -> str:
        if core.problem:
            running.skip(core.problem)
        requirements = [core.requirement, "-r", supported.UNIT_REQUIREMENTS]
        variables = {"MOBILEOPS_CI_TEST_AWX": "all"}
        if core.version == supported.AWX[-1]:  # adds ansible-builder, ansible-navigator and the collection awx.awx
            requirements.append(file_of("awx"))
            variables["MOBILEOPS_CI_TEST_AWX_COLLECTIONS"] = str(download_awx_collection())
        env = install(running, *requirements) | variables
        output = run("python", "-m", "pytest", "-q", "-p", "no:xdist", "tests/awx", env=env)
        return f"{core.requirement}, {pytest_summary(output)}"


def download_awx_collection() -> Path:
    """Extract awx.awx from the last package of Ansible that contains it. The rest is half a gigabyte."""
    target = BUILD / "awx" / "collections"
    collection = "ansible_collections/awx/awx/"
    if not (target / collection / "MANIFEST.json").exists():
        downloads = BUILD / "awx" / "downloads"
        shutil.rmtree(downloads, ignore_errors=True)
        words = ["-m", "pip", "download", "-q", "--no-deps", "-d", str(downloads), "ansible>=11,<12"]
        subprocess.run([PYTHON, *words], check=True, env=install_environment())
        (wheel,) = downloads.glob("ansible-*.whl")
        with zipfile.ZipFile(wheel) as packed:
            packed.extractall(target, [name for name in packed.namelist() if name.startswith(collection)])
        wheel.unlink()
    return target


def add_cryptography_session(version: str) -> None:
    title = f"Run the tests of signing files with cryptography {version}."

    @session(f"cryptography-{version}", title, own_venv=True, python=find_python("3.12"))
    def signing(running: nox.Session) -> str:
        requirement = f"cryptography {supported.CRYPTOGRAPHY[version]}"
        env = install(running, "ansible-core ~= 2.19.0", requirement, "-r", supported.UNIT_REQUIREMENTS)
        shown = run("python", "-c", "import cryptography; print(cryptography.__version__)", env=env).split()[-1]
        cell = run_part("units", partial(run_pytest, *supported.SIGNING_TESTS, env=env | supported.ALL_CASES))
        record(f"cryptography {version}", {"cryptography": shown, "units": cell})
        if cell["result"] == "failed":
            raise ProgramError(str(cell["detail"]))
        return f"cryptography {shown}, {cell['detail']}"


for supported_core in supported.CORES:
    add_core_session(supported_core)
    if supported_core.version in supported.AWX:
        add_awx_session(supported_core)
for library_version in supported.CRYPTOGRAPHY:
    add_cryptography_session(library_version)
