# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies of the checkout where ansible-test, ansible-galaxy and nox need them.

ansible-test rejects a symbolic link. It skips a copy below a folder that an outer Git repository ignores, with exit
status 0. So each copy is in a real folder ansible_collections/mobileops/ci, and is a Git repository of its own.
antsibull-nox makes such copies too, but each time in a new folder, so that ansible-test would make its virtual
environments again for each run.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
from pathlib import Path

from isolated import BUILD, HOME, ROOT, isolated_environment
from package_index import write_pip_configuration

_NAME = Path("ansible_collections") / "mobileops" / "ci"
COPY = BUILD / "copy" / _NAME  # for ansible-test, which keeps its virtual environments in it
SOURCES = BUILD / "sources" / _NAME  # the sources only

# Folders that are not part of the project, for a checkout without Git.
_NOT_PROJECT_FOLDERS = {".git", ".venv", ".build", ".cache", "dist", "__pycache__", ".ansible", ".hypothesis"}

# Versions of pip for which ansible-test downloads a script, up to ansible-core 2.17, up to 2.19, and later.
_PIP_VERSIONS = ("23.1.2", "24.2", "25.2")

# Does the same as that script, with the package index only.
_GET_PIP = """\
import subprocess, sys
packages = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
sys.exit(subprocess.call([{python!r}, "-m", "pip", "--python", sys.executable, "install", "-q"] + packages))
"""


def prepare() -> None:
    """Update both copies, and the home folder of the tests."""
    refresh_for_ansible_test(COPY)
    refresh(SOURCES)
    prepare_home(sys.executable)


def refresh(copy: Path) -> None:
    """Make a copy, or update it. Keep tests/output, which holds the environments of ansible-test."""
    copy.mkdir(parents=True, exist_ok=True)
    if not (copy / ".git").exists():
        subprocess.run(["git", "init", "--quiet", str(copy)], check=True, env=isolated_environment())
    files = project_files()
    for file in files:
        target = copy / file
        if not is_same(ROOT / file, target):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            shutil.copy2(ROOT / file, target, follow_symlinks=False)
    remove_all_but(copy, files)


def project_files() -> list[Path]:
    """Return the files that Git tracks or would add. Without Git, return all files that no tool made."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
        if listed.returncode == 0:
            tracked = {os.fsdecode(name) for name in listed.stdout.split(b"\0") if name}
            return sorted(Path(name) for name in tracked if os.path.lexists(ROOT / name))
    found = []
    for folder, subfolders, names in os.walk(ROOT):
        relative = Path(folder).relative_to(ROOT)
        subfolders[:] = [
            name
            for name in subfolders
            if name not in _NOT_PROJECT_FOLDERS
            and not name.endswith("_cache")
            and relative / name != Path("tests/output")
        ]
        found += [relative / name for name in names if not name.endswith((".pyc", ".tar.gz", ".swp"))]
    return sorted(found)


def is_same(file: Path, other: Path) -> bool:
    if file.is_symlink() or other.is_symlink():
        return file.is_symlink() and other.is_symlink() and file.readlink() == other.readlink()
    return other.exists() and file.stat().st_mode == other.stat().st_mode and filecmp.cmp(file, other, shallow=False)


def remove_all_but(copy: Path, files: list[Path]) -> None:
    keep = {copy / file for file in files}
    for folder, subfolders, names in os.walk(copy, topdown=False):
        here = Path(folder)
        top = here.relative_to(copy).parts
        if top[:1] == (".git",) or top[:2] == ("tests", "output"):
            continue
        for path in [here / name for name in names]:
            if path not in keep:
                path.unlink()
        for path in [here / name for name in subfolders]:
            if path.is_symlink() and path not in keep:
                path.unlink()
            elif not path.is_symlink() and path.is_dir() and not any(path.iterdir()):
                path.rmdir()


def refresh_for_ansible_test(copy: Path) -> None:
    """Update a copy, and write integration.cfg: ansible-test ignores the variables of isolated_environment()."""
    refresh(copy)
    environment = isolated_environment()
    settings = {"async_dir": environment["ANSIBLE_ASYNC_DIR"], "remote_tmp": environment["ANSIBLE_REMOTE_TMP"]}
    lines = ["[defaults]", *(f"{name} = {value}" for name, value in settings.items())]
    configuration = copy / "tests" / "integration" / "integration.cfg"
    configuration.write_text("\n".join(lines) + "\n", encoding="utf-8")


def prepare_home(python: str) -> None:
    """Write the settings of pip for ansible-test, and a replacement for the script that it would download."""
    write_pip_configuration(python, HOME)
    cache = HOME / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in _PIP_VERSIONS:
        (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(_GET_PIP.format(python=python), encoding="utf-8")
