# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The archive, as a user gets it: built, installed into an empty folder, and one module run from there."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import venvs
from isolated import BUILD, ROOT, isolated_environment
from steps import Log, StepError

_CLEAN = BUILD / "clean"


def build(log: Log, copy: Path, folder: Path = BUILD / "dist") -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    log.run("ansible-galaxy", "collection", "build", "--output-path", folder, copy)
    return next(folder.glob("mobileops-ci-*.tar.gz"))


def install(log: Log, archive: Path) -> str:
    """With an ansible-core of its own: the one in .venv has the collection already."""
    venvs.ensure(_CLEAN / "venv", venvs.base_python(), "-r", str(ROOT / "requirements" / "run.txt"))
    shutil.rmtree(_CLEAN / "collections", ignore_errors=True)
    galaxy = _CLEAN / "venv" / "bin" / "ansible-galaxy"
    log.run(
        galaxy, "collection", "install", "--offline", "-p", _CLEAN / "collections", archive, env=clean_environment()
    )
    installed = list((_CLEAN / "collections").glob("ansible_collections/mobileops/ci/plugins/modules/*.py"))
    if not installed:
        raise StepError("no module was installed")
    return f"{len(installed)} modules"


def run_module(log: Log) -> str:
    """Ask the emulator for its apps with the installed module."""
    command = [sys.executable, "-m", "tests.emulator", "--port", "0"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=isolated_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log.stream,
        text=True,
    ) as emulator:
        try:
            assert emulator.stdout is not None
            started = json.loads(emulator.stdout.readline() or "{}")
            if not started:
                raise StepError("the emulator did not start")
            output = log.run(
                _CLEAN / "venv" / "bin" / "ansible",
                "localhost",
                "--module-name",
                "mobileops.ci.bitrise_app_info",
                env=clean_environment()
                | {
                    "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1",
                    "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.minimal",
                    "ANSIBLE_LOCALHOST_WARNING": "0",
                    "BITRISE_API_BASE_URL": started["bitrise"],
                    "BITRISE_API_TOKEN": started["tokens"]["owner"],
                },
            )
        finally:
            emulator.terminate()
    return f"{len(apps_in(output))} apps listed"


def apps_in(output: str) -> list[object]:
    status, _arrow, answer = output.partition(" => ")
    apps = json.loads(answer).get("apps") if status.rstrip().endswith("localhost | SUCCESS") else None
    if not apps:
        raise StepError("the module did not list the apps of the emulator")
    return list(apps)


def clean_environment() -> dict[str, str]:
    environment = isolated_environment()
    folders = environment["PATH"].split(":")
    folders[0] = str(_CLEAN / "venv" / "bin")
    return {"PATH": ":".join(folders), "ANSIBLE_COLLECTIONS_PATH": str(_CLEAN / "collections")}
