# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Virtual environments. uv makes and fills them where it works, because it is ten times as fast as venv and pip.

This runs before anything is installed, so it uses the standard library only, and does not use nox.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from package_index import uv_environment

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / ".venv" / "bin" / "uv"


def base_python() -> str:
    """Return the Python from which the environment of this process was made."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def create(venv: Path, python: str) -> None:
    """Make an environment with pip. Replace whatever is in its place."""
    if venv.is_symlink():
        venv.unlink()
    elif venv.exists():
        shutil.rmtree(venv)
    venv.parent.mkdir(parents=True, exist_ok=True)
    environment = install_environment()
    if uv := find_uv():
        command = [uv, "venv", "--quiet", "--seed", "--python", python, str(venv)]
        settings = {**environment, **uv_environment(python), "UV_PYTHON_DOWNLOADS": "never"}
        if subprocess.run(command, check=False, env=settings).returncode == 0:
            return
        shutil.rmtree(venv, ignore_errors=True)
    subprocess.run([python, "-m", "venv", str(venv)], check=True, env=environment)


def ensure(venv: Path, python: str, *requirements: str) -> None:
    """Make an environment if it is missing, and install packages into it."""
    if not (venv / "bin" / "python").exists():
        create(venv, python)
    install(venv, *requirements)


def install(venv: Path, *arguments: str) -> None:
    """Install packages. The arguments are those that pip and uv have in common."""
    python = str(venv / "bin" / "python")
    if uv := find_uv() or install_uv(python):
        command = [uv, "pip", "install", "--quiet", "--python", python, *arguments]
        environment = {**install_environment(), **uv_environment(python)}
        if subprocess.run(command, check=False, env=environment).returncode == 0:
            return
        print("uv failed. Trying pip, which takes longer ...", flush=True)
    run_pip(python, "install", "-qq", *arguments)


def run_pip(python: str, *arguments: str) -> None:
    subprocess.run([python, "-m", "pip", *arguments], check=True, env=install_environment())


def find_uv() -> str | None:
    """Return the uv of .venv, or one on PATH that works."""
    if UV.exists():
        return str(UV)
    found = shutil.which("uv")
    if found and subprocess.run([found, "--version"], check=False, capture_output=True).returncode == 0:
        return found
    return None


def install_uv(python: str) -> str | None:
    """Install uv, if this is the Python of .venv."""
    if not python.startswith(str(UV.parent)):
        return None
    command = [python, "-m", "pip", "install", "-qq", "uv"]
    installed = subprocess.run(command, check=False, env=install_environment()).returncode == 0
    return str(UV) if installed else None


def install_environment() -> dict[str, str]:
    """Return the variables of the user, which may name a package index."""
    settings = {"PYTHONNOUSERSITE": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    if not can_write_cache():
        cache = ROOT / ".build" / "cache"
        settings.update(PIP_CACHE_DIR=str(cache / "pip"), UV_CACHE_DIR=str(cache / "uv"))
    ignored = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
    return {name: value for name, value in os.environ.items() if name not in ignored} | settings


def can_write_cache() -> bool:
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    while not folder.exists():
        folder = folder.parent
    return os.access(folder, os.W_OK)


def link_collection(venv: Path) -> None:
    """Make the checkout the collection that all tools in the environment find."""
    link_in(next(venv.glob("lib/python3.*/site-packages")))


def link_in(folder: Path) -> None:
    """Link folder/ansible_collections/mobileops/ci to the checkout."""
    link = folder / "ansible_collections" / "mobileops" / "ci"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink() or link.readlink() != ROOT:
        link.unlink(missing_ok=True)
        link.symlink_to(ROOT, target_is_directory=True)
