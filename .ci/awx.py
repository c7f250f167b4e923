# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs as AWX runs them, with the oldest and the newest ansible-core, and the playbook awx_setup.

CORES in the environment picks the versions: CORES="2.16 2.21".
"""

from __future__ import annotations

import os
import shutil
import sys
import zipfile

import matrix
import test_runs
import venvs
from isolated import BUILD, ROOT, find_python, isolated_environment
from steps import Log, Step, StepError

_AREA = BUILD / "awx"
_VERSIONS = ("2.16", "2.21")
# The last release that contains awx.awx. The collection is taken out of it: the rest is half a gigabyte.
_PACKAGE = "ansible>=11,<12"
_COLLECTION = "ansible_collections/awx/awx/"


def lanes() -> list[list[Step]]:
    """Both versions at the same time."""
    chosen = os.environ.get("CORES", "").split() or _VERSIONS
    cores = [core for core in matrix.CORES if core.version in chosen]
    if not cores:
        raise StepError(f"unknown CORES: {' '.join(chosen)}")
    return [steps_for(core, with_setup=core is cores[-1]) for core in cores]


def steps_for(core: matrix.Core, *, with_setup: bool) -> list[Step]:
    """`with_setup`: with ansible-builder, ansible-navigator and the collection awx.awx."""
    venv = _AREA / core.version
    ready: list[bool] = []

    def prepare(log: Log) -> str:
        pythons = [python for version in core.pythons if (python := find_python(version))]
        if not pythons:
            raise StepError(f"ansible-core {core.version} needs Python {', '.join(core.pythons)}")
        requirements = [core.requirement, "-r", str(ROOT / "tests" / "unit" / "requirements.txt")]
        if with_setup:
            requirements += ["-r", str(ROOT / "requirements" / "awx.txt")]
            take_collection(log)
        venvs.ensure(venv, pythons[0], *requirements)
        venvs.link_collection(venv)
        ready.append(True)
        return core.requirement

    def jobs(log: Log) -> str:
        if not ready:
            raise StepError("there is no environment for it")
        env = {
            "PATH": os.pathsep.join([str(venv / "bin"), isolated_environment()["PATH"]]),
            "MOBILEOPS_CI_TEST_AWX": "all",
            **({"MOBILEOPS_CI_TEST_AWX_COLLECTIONS": str(_AREA / "collections")} if with_setup else {}),
        }
        program, folder = str(venv / "bin" / "python"), ROOT / "tests" / "awx"
        return test_runs.pytest_summary(log.run(program, "-m", "pytest", "-q", "-p", "no:xdist", folder, env=env))

    return [Step(f"{core.version} environment", prepare), Step(f"{core.version} jobs", jobs)]


def take_collection(log: Log) -> None:
    """Put awx.awx into a folder of collections."""
    target = _AREA / "collections"
    if (target / _COLLECTION / "MANIFEST.json").exists():
        return
    downloads = _AREA / "downloads"
    shutil.rmtree(downloads, ignore_errors=True)
    env = venvs.install_environment()
    log.run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", downloads, _PACKAGE, env=env)
    (wheel,) = downloads.glob("ansible-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target, [name for name in archive.namelist() if name.startswith(_COLLECTION)])
    wheel.unlink()
