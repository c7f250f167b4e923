# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make or update .venv in the checkout: environment.py PART, with PART one of run, demo, test, docs.

This runs before anything is installed, so it uses the standard library only.
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
from dataclasses import asdict, dataclass
from pathlib import Path

import venvs

ROOT = venvs.ROOT
BUILD = ROOT / ".build"
VENV = ROOT / ".venv"
STAMP = VENV / ".made-by-make.json"
PARTS = ("run", "demo", "test", "docs")  # each contains the parts before it


@dataclass
class Stamp:
    """The checkout and the Python that .venv was made for, and digests of the requirements that are installed."""

    root: str
    python: str
    installed: dict[str, str]

    @classmethod
    def fresh(cls) -> Stamp:
        return cls(str(ROOT), ".".join(str(number) for number in sys.version_info[:3]), {})

    @classmethod
    def read(cls) -> Stamp | None:
        try:
            return cls(**json.loads(STAMP.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def write(self) -> None:
        STAMP.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    def fits(self) -> bool:
        fresh = self.fresh()
        return (self.root, self.python) == (fresh.root, fresh.python) and (VENV / "bin" / "python").exists()


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
            print(f"Could not make .venv: '{' '.join(error.cmd[:4])} ...' failed, see above.", file=sys.stderr)
            return 1
    return 0


def bring_up_to_date(part: str) -> None:
    stamp = Stamp.read()
    if stamp is None or not stamp.fits():
        leave_the_environment()
        refuse_a_foreign_folder()
        print(f"Making .venv with Python {Stamp.fresh().python} ...", flush=True)
        remove_what_was_built()
        venvs.create(VENV, sys.executable)
        stamp = Stamp.fresh()
        stamp.write()
    digests = {name: digest_of_requirements(name) for name in PARTS}
    position = PARTS.index(part)
    if not any(stamp.installed.get(name) == digests[name] for name in PARTS[position:]):
        started = time.monotonic()
        print(f"Installing the packages for '{part}' into .venv ...", flush=True)
        venvs.install(VENV, "-r", str(ROOT / "requirements" / f"{part}.txt"))
        stamp.installed = {name: digests[name] for name in PARTS[: position + 1]}
        stamp.write()
        print(f"... done in {time.monotonic() - started:.0f} s.", flush=True)
    venvs.link_collection(VENV)


def leave_the_environment() -> None:
    """Continue with the Python from which the environment was made: an environment cannot replace itself."""
    if sys.prefix != sys.base_prefix:
        os.execv(venvs.base_python(), [venvs.base_python(), "-B", *sys.argv])


def refuse_a_foreign_folder() -> None:
    if VENV.is_dir() and any(VENV.iterdir()) and not (VENV / "pyvenv.cfg").exists():
        raise SystemExit(f"{VENV} exists, but is not a virtual environment. Move it to another place.")


def remove_what_was_built() -> None:
    """Remove the folders in .build, which contain virtual environments too."""
    for path in BUILD.iterdir():
        if path.is_dir():
            shutil.rmtree(path)


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
