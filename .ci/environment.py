# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make or update .venv in the checkout: environment.py PART, with PART one of run, demo, test, docs.

This runs before anything is installed, so it uses the standard library only. nox makes all other environments.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from isolated import BUILD, ROOT, TOOLS
from package_index import PYTHON, install_environment

VENV = ROOT / ".venv"
UV = f"{TOOLS}/uv"
STAMP = VENV / ".made-by-make.json"
PARTS = ("run", "demo", "test", "docs")  # each contains the parts before it


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in PARTS:
        print(f"usage: environment.py {'|'.join(PARTS)}", file=sys.stderr)
        return 2
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            bring_up_to_date(arguments[0])
        except subprocess.CalledProcessError as error:
            command = " ".join(str(word) for word in error.cmd[:4])
            print(f"Could not make .venv: '{command} ...' failed, see above.", file=sys.stderr)
            return 1
    return 0


def bring_up_to_date(part: str) -> None:
    version = ".".join(str(number) for number in sys.version_info[:3])
    made_for = {"root": str(ROOT), "python": version}
    stamp = read_stamp()
    if {name: stamp.get(name) for name in made_for} != made_for or not Path(PYTHON).exists():
        leave_the_environment()
        print(f"Making .venv with Python {version} ...", flush=True)
        create()
        stamp = {**made_for, "installed": {}}
        STAMP.write_text(json.dumps(stamp), encoding="utf-8")
    digests = {name: digest_of_requirements(name) for name in PARTS}
    position = PARTS.index(part)
    if not any(stamp["installed"].get(name) == digests[name] for name in PARTS[position:]):
        started = time.monotonic()
        print(f"Installing the packages for '{part}' into .venv ...", flush=True)
        install("-r", str(ROOT / "requirements" / f"{part}.txt"))
        stamp["installed"] = {name: digests[name] for name in PARTS[: position + 1]}
        STAMP.write_text(json.dumps(stamp), encoding="utf-8")
        print(f"... done in {time.monotonic() - started:.0f} s.", flush=True)
    link_collection(VENV)


def read_stamp() -> dict[str, Any]:
    """Return the checkout and the Python that .venv was made for, and digests of the requirements installed there."""
    try:
        return dict(json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def leave_the_environment() -> None:
    """Continue with the Python from which the environment was made: an environment cannot replace itself."""
    if sys.prefix != sys.base_prefix:
        base = str(getattr(sys, "_base_executable", None) or sys.executable)
        os.execv(base, [base, "-B", *sys.argv])


def create() -> None:
    """Make .venv. Remove what is in its place, and the folders in .build, which contain virtual environments too."""
    if VENV.is_dir() and any(VENV.iterdir()) and not (VENV / "pyvenv.cfg").exists():
        raise SystemExit(f"{VENV} exists, but is not a virtual environment. Move it to another place.")
    for path in BUILD.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
    VENV.unlink() if VENV.is_symlink() else shutil.rmtree(VENV, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True, env=install_environment())


def install(*requirements: str) -> None:
    """Install packages with uv, which is ten times as fast as pip, or with pip if uv cannot be used here."""
    pip = [PYTHON, "-m", "pip"]
    if not Path(UV).exists():
        subprocess.run([*pip, "install", "-qq", "uv"], check=False, env=install_environment())
    if Path(UV).exists():
        command = [UV, "pip", "install", "--quiet", "--python", PYTHON, *requirements]
        if subprocess.run(command, check=False, env=install_environment()).returncode == 0:
            return
        print("uv failed. Trying pip, which takes longer ...", flush=True)
        # nox uses uv if it is there.
        subprocess.run([*pip, "uninstall", "-qq", "--yes", "uv"], check=True, env=install_environment())
    subprocess.run([*pip, "install", "-qq", *requirements], check=True, env=install_environment())


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


def digest_of_requirements(part: str) -> str:
    digest = hashlib.sha256()
    for file in requirement_files(ROOT / "requirements" / f"{part}.txt"):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def requirement_files(file: Path) -> list[Path]:
    included = re.findall(r"^-r\s+(\S+)", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [file] + [other for name in included for other in requirement_files((file.parent / name).resolve())]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
