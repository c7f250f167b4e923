# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies of the checkout for ansible-test, ansible-galaxy, ansible-lint and nox.

ansible-test rejects a symbolic link. It skips a copy below a folder that an outer Git repository ignores, with exit
status 0. So each copy is in a real folder ansible_collections/mobileops/ci, and is a Git repository of its own.
antsibull-nox makes such copies too, but each time in a new folder, so that ansible-test would make its virtual
environments again for each run.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from isolated import BUILD, HOME, ROOT, isolated_environment, tool_environment
from package_index import PYTHON, write_pip_configuration

_NAME = Path("ansible_collections") / "mobileops" / "ci"
COPY = BUILD / "copy" / _NAME  # for ansible-test, with its virtual environments and integration.cfg
SOURCES = BUILD / "sources" / _NAME  # for all other tools

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
    prepare_home()


def refresh(copy: Path) -> None:
    """Make a copy, or update it. Keep what Git ignores, such as tests/output with the environments of ansible-test.

    The repository of the copy adds the files of the checkout to an index of their own, and then brings the copy to
    that state.
    """
    copy.mkdir(parents=True, exist_ok=True)
    repository = copy / ".git"
    git("init", "--quiet", cwd=copy)
    checkout = {"GIT_DIR": str(repository), "GIT_WORK_TREE": str(ROOT), "GIT_INDEX_FILE": str(repository / "checkout")}
    git("read-tree", "--empty", cwd=ROOT, env=checkout)
    if (listed := files_in_repository()) is None:
        git("add", "--all", cwd=ROOT, env=checkout)
    else:
        git("update-index", "--add", "-z", "--stdin", cwd=ROOT, env=checkout, text="\0".join(listed))
    tree = git("write-tree", cwd=ROOT, env=checkout).strip()
    git("read-tree", "--reset", "-u", tree, cwd=copy)
    git("clean", "-fdq", cwd=copy)


def files_in_repository() -> list[str] | None:
    """Return the files that the repository of the checkout tracks or would add, or None if it is no repository."""
    if not (ROOT / ".git").exists():
        return None
    # Its own index and .git/info/exclude count: the copy must not lose a tracked file, or get a private one.
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT).split("\0")
    return [name for name in listed if (ROOT / name).is_symlink() or (ROOT / name).is_file()]


def project_files() -> set[str]:
    """Return the names of all files of the checkout when the copy was made."""
    return set(git("ls-files", "-z", cwd=SOURCES).split("\0")) - {""}


def git(*arguments: str, cwd: Path, env: dict[str, str] | None = None, text: str = "") -> str:
    """Run Git with the settings of the user, who may ignore more files, but do not change content."""
    command = ["git", "-c", "core.autocrlf=false", *arguments]
    variables = tool_environment() | (env or {})
    done = subprocess.run(
        command, cwd=cwd, check=True, input=text, stdout=subprocess.PIPE, encoding="utf-8", env=variables
    )
    return done.stdout


def refresh_for_ansible_test(copy: Path) -> None:
    """Update a copy, and write integration.cfg: ansible-test ignores the variables of isolated_environment()."""
    refresh(copy)
    environment = isolated_environment()
    settings = {"async_dir": environment["ANSIBLE_ASYNC_DIR"], "remote_tmp": environment["ANSIBLE_REMOTE_TMP"]}
    lines = ["[defaults]", *(f"{name} = {value}" for name, value in settings.items())]
    configuration = copy / "tests" / "integration" / "integration.cfg"
    configuration.write_text("\n".join(lines) + "\n", encoding="utf-8")


def prepare_home() -> None:
    """Write the settings of pip for ansible-test, and a replacement for the script that it would download."""
    write_pip_configuration(HOME)
    cache = HOME / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in _PIP_VERSIONS:
        file = cache / f"get_pip_{version.replace('.', '_')}.py"
        file.write_text(_GET_PIP.format(python=PYTHON), encoding="utf-8")
