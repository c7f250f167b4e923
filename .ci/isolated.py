# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The environment of all checks: it does not use the settings of the user, and does not write to the home folder.

As a program, run a command in it: isolated.py COMMAND [ARGUMENT...].
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
HOME = BUILD / "home"
TOOLS = str(ROOT / ".venv" / "bin")
# The oldest Python that modules support. ansible-core 2.23 may drop it.
MODULE_PYTHON = "3.9"

# Variables of tools that would change what is run, or where it writes.
_FOREIGN = re.compile(
    r"(ANSIBLE|BITRISE|MOBILEOPS|MOLECULE|PHONEGAP|PYTHON|PYTEST|COVERAGE|GIT|MAKE|MYPY|RUFF|XDG)(_|[A-Z]*$)|VIRTUAL_ENV|MFLAGS|(ALL|HTTPS?|NO)_PROXY$",
    re.IGNORECASE,
)


def isolated_environment() -> dict[str, str]:
    """Return the variables for a program that is tested, or that runs tests."""
    HOME.mkdir(parents=True, exist_ok=True)
    configuration = BUILD / "ansible.cfg"
    if not configuration.exists():
        configuration.write_text("# Empty: the settings of ansible-core, not those of the user.\n", encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not _FOREIGN.match(name)}
    folders = [TOOLS, *real_python_folders()]
    folders += [folder for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if folder not in folders]
    return environment | {
        "HOME": str(HOME),
        "PATH": os.pathsep.join(folders),
        "ANSIBLE_CONFIG": str(configuration),
        "ANSIBLE_HOME": str(HOME / ".ansible"),
        # Their defaults are below the home folder in the system's list of users, whatever HOME is.
        "ANSIBLE_ASYNC_DIR": str(HOME / ".ansible_async"),
        "ANSIBLE_REMOTE_TMP": str(HOME / ".ansible" / "tmp"),
        "LC_ALL": "C.UTF-8",
        "PYTHONNOUSERSITE": "1",
        "PYTHONPYCACHEPREFIX": str(BUILD / "pycache"),
    }


def tool_environment() -> dict[str, str]:
    """Return the variables for nox, which installs packages with the index, caches and proxies of the user."""
    needed = {name: value for name, value in os.environ.items() if re.search(r"(?i)^XDG_|_PROXY$", name)}
    isolated = isolated_environment()
    unchanged = {name: os.environ[name] for name in ("HOME",) if name in os.environ}
    return {name: value for name, value in isolated.items() if not name.startswith("ANSIBLE_")} | needed | unchanged


def pyenv_root() -> Path:
    return Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")


def real_python_folders() -> list[str]:
    """Return folders of interpreters that pyenv installed. Its shims fail for versions that are not active."""
    versions = pyenv_root() / "versions"
    found = {}
    for folder in versions.glob("3.*/bin"):
        if numbers := re.fullmatch(r"3\.(\d+)\.(\d+)", folder.parent.name):
            found[int(numbers[1]), int(numbers[2])] = str(folder)
    return [found[version] for version in sorted(found, reverse=True)]


def find_python(version: str) -> str | None:
    """Return a working interpreter of that version (3.9, 3.13, ...) outside of .venv, or None."""
    for folder in isolated_environment()["PATH"].split(os.pathsep):
        if folder == TOOLS:
            continue
        found = shutil.which(f"python{version}", path=folder)
        command = [found or "false", "-c", "import ssl, sys; print('%d.%d' % sys.version_info[:2])"]
        completed = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if completed.stdout.strip() == version:
            return found
    return None


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.stdout.flush()
    variables = isolated_environment()
    os.environ["PATH"] = variables["PATH"]
    os.execvpe(sys.argv[1], sys.argv[1:], variables)
