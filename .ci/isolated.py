# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run programs in an environment that does not use the settings of the user, and does not write to the home folder.

In contrast to `session.run` of nox, each program gets a process group and a time limit. Processes that it leaves
running, such as an emulator, end with it. From a shell: isolated.py COMMAND [ARGUMENT...].
"""

from __future__ import annotations

import functools
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
HOME = BUILD / "home"
TOOLS = str(ROOT / ".venv" / "bin")
# The oldest Python that modules support. ansible-core 2.23 may drop it.
MODULE_PYTHON = "3.9"
_TIME_LIMIT_S = 30 * 60

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


def real_python_folders() -> list[str]:
    """Return folders of interpreters that pyenv installed. Its shims fail for versions that are not active."""
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = {}
    for folder in versions.glob("3.*/bin"):
        if numbers := re.fullmatch(r"3\.(\d+)\.(\d+)", folder.parent.name):
            found[int(numbers[1]), int(numbers[2])] = str(folder)
    return [found[version] for version in sorted(found, reverse=True)]


@functools.cache
def find_python(version: str) -> str | None:
    """Return a working interpreter of that version (3.9, 3.13, ...) outside of .venv, or None."""
    probe = "import ssl, sys; print('%d.%d' % sys.version_info[:2])"
    for folder in isolated_environment()["PATH"].split(os.pathsep):
        if folder != TOOLS and (found := shutil.which(f"python{version}", path=folder)):
            completed = subprocess.run([found, "-c", probe], check=False, capture_output=True, text=True)
            if completed.stdout.strip() == version:
                return found
    return None


class ProgramError(Exception):
    """A program failed, or did less than it should."""


def run(*command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    """Run a program without input. Print its output, and return it. Raise ProgramError if it fails."""
    words = [str(word) for word in command]
    print(f"$ {shlex.join(words)}", flush=True)
    process = subprocess.Popen(
        words,
        cwd=cwd,
        env=isolated_environment() | {"NO_COLOR": "1", "ANSIBLE_NOCOLOR": "1"} | (env or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        encoding="utf-8",
        errors="replace",
    )
    lines: list[str] = []

    def copy_output() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)

    reader = threading.Thread(target=copy_output, daemon=True)
    reader.start()
    try:
        status = process.wait(_TIME_LIMIT_S)
    except subprocess.TimeoutExpired:
        raise ProgramError(f"{Path(words[0]).name} timed out after {_TIME_LIMIT_S} s") from None
    finally:
        end_group(process.pid)
        reader.join(5)  # a daemon in a process group of its own may keep the pipe open
    if status != 0:
        raise ProgramError(f"{Path(words[0]).name} exited with status {status}")
    return "".join(lines)


def end_group(group: int) -> None:
    """End all processes of a process group."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            return
        time.sleep(0.2)


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.stdout.flush()
    variables = isolated_environment()
    os.environ["PATH"] = variables["PATH"]
    os.execvpe(sys.argv[1], sys.argv[1:], variables)
