# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run jobs as AWX does, and the playbook awx_setup, with one version of ansible-core."""

from __future__ import annotations

import os
import shutil
import sys
import zipfile

import programs
import venvs
from isolated import BUILD, ROOT, isolated_environment
from supported_cores import UNIT_REQUIREMENTS, Core, pytest_summary

_AREA = BUILD / "awx"
# The last release that contains awx.awx. Only that collection is extracted: the rest is half a gigabyte.
_PACKAGE = "ansible>=11,<12"
_COLLECTION = "ansible_collections/awx/awx/"


def run_jobs(core: Core, *, with_setup: bool) -> str:
    """Run the jobs. `with_setup` adds ansible-builder, ansible-navigator and the collection awx.awx."""
    venv = _AREA / core.version
    python, _version = core.find_python()
    requirements = [core.requirement, "-r", UNIT_REQUIREMENTS]
    env = {
        "PATH": os.pathsep.join([str(venv / "bin"), isolated_environment()["PATH"]]),
        "MOBILEOPS_CI_TEST_AWX": "all",
    }
    if with_setup:
        requirements += ["-r", str(ROOT / "requirements" / "awx.txt")]
        take_collection()
        env["MOBILEOPS_CI_TEST_AWX_COLLECTIONS"] = str(_AREA / "collections")
    venvs.ensure(venv, python, *requirements)
    venvs.link_collection(venv)
    output = programs.run(venv / "bin" / "python", "-m", "pytest", "-q", "-p", "no:xdist", "tests/awx", env=env)
    return f"{core.requirement}, {pytest_summary(output)}"


def take_collection() -> None:
    """Put awx.awx into a folder of collections."""
    target = _AREA / "collections"
    if (target / _COLLECTION / "MANIFEST.json").exists():
        return
    downloads = _AREA / "downloads"
    shutil.rmtree(downloads, ignore_errors=True)
    downloads.mkdir(parents=True)
    venvs.run_pip(sys.executable, "download", "-q", "--no-deps", "-d", str(downloads), _PACKAGE)
    (wheel,) = downloads.glob("ansible-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(target, [name for name in packed.namelist() if name.startswith(_COLLECTION)])
    wheel.unlink()
