# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An environment in which neither the user's settings count nor the user's files are touched.

As a program it runs a command in it: isolated.py COMMAND [ARGUMENT...].
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
# The oldest Python that modules support; ansible-core 2.23 and later may no longer do.
MODULE_PYTHON = "3.9"

# Variables of tools that would change what is run, or where it writes.
_FOREIGN = re.compile(
    r"(ANSIBLE|BITRISE|MOBILEOPS|MOLECULE|PHONEGAP|PYTHON|PYTEST|COVERAGE|GIT|MAKE|MYPY|RUFF|XDG)(_|[A-Z]*$)|VIRTUAL_ENV|MFLAGS|(ALL|HTTPS?|NO)_PROXY$",
    re.IGNORECASE,
)


def isolated_environment() -> dict[str, str]:
    HOME.mkdir(parents=True, exist_ok=True)
    configuration = BUILD / "ansible.cfg"
    if not configuration.exists():
        configuration.write_text("# Empty: the settings of ansible-core, not those of the user.\n", encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not _FOREIGN.match(name)}
    return environment | {
        "HOME": str(HOME),
        "PATH": os.pathsep.join(
            [str(ROOT / ".venv" / "bin"), *real_python_folders(), os.environ.get("PATH", os.defpath)]
        ),
        "ANSIBLE_CONFIG": str(configuration),
        "ANSIBLE_HOME": str(HOME / ".ansible"),
        # Their defaults are below the home folder in the system's list of users, whatever HOME is.
        "ANSIBLE_ASYNC_DIR": str(HOME / ".ansible_async"),
        "ANSIBLE_REMOTE_TMP": str(HOME / ".ansible" / "tmp"),
        "LC_ALL": "C.UTF-8",
        "PYTHONNOUSERSITE": "1",
        "PYTHONPYCACHEPREFIX": str(BUILD / "pycache"),
    }


def real_python_folders() -> list[str]:
    """Interpreters of a version manager, ahead of its shims: a shim of a version that is not active only fails."""
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = {}
    for folder in versions.glob("3.*/bin"):
        if numbers := re.fullmatch(r"3\.(\d+)\.(\d+)", folder.parent.name):
            found[int(numbers[1]), int(numbers[2])] = str(folder)
    return [found[version] for version in sorted(found, reverse=True)]


def find_python(version: str) -> str | None:
    """The interpreter of that version (3.9, 3.13, ...) outside of .venv, if there is one that works."""
    path = isolated_environment()["PATH"].partition(os.pathsep)[2]  # without .venv
    for folder in path.split(os.pathsep):
        found = shutil.which(f"python{version}", path=folder)
        command = [found or "false", "-c", "import ssl, sys; print('%d.%d' % sys.version_info[:2])"]
        answer = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if answer.stdout.strip() == version:
            return found
    return None


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.stdout.flush()
    variables = isolated_environment()
    os.environ["PATH"] = variables["PATH"]
    os.execvpe(sys.argv[1], sys.argv[1:], variables)
