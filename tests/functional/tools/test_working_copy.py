# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The copy of the checkout that ansible-test and other tools use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / ".ci"))

import working_copy


@pytest.fixture(params=["repository", "no repository"])
def checkout(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Create a checkout in a folder with a space in its name, with a copy in it that Git ignores."""
    checkout = tmp_path / "a checkout"
    (checkout / "plugins").mkdir(parents=True)
    (checkout / ".gitignore").write_text("/.build/\n/tests/output/\n__pycache__/\n")
    (checkout / "galaxy.yml").write_text("version: 1.0.0\n")
    (checkout / "plugins" / "tool.sh").write_text("exit\r\n")
    (checkout / "plugins" / "tool.sh").chmod(0o755)
    (checkout / "COPYING").symlink_to("galaxy.yml")
    if request.param == "repository":
        subprocess.run(["git", "init", "--quiet", checkout], check=True)
        subprocess.run(["git", "add", "--all"], cwd=checkout, check=True)
    monkeypatch.setattr(working_copy, "ROOT", checkout)
    monkeypatch.setattr(working_copy, "SOURCES", checkout / ".build" / "copy")
    return checkout


def test_the_copy_has_the_files_of_the_checkout(checkout: Path) -> None:
    (checkout / "plugins" / "__pycache__").mkdir()
    (checkout / "plugins" / "__pycache__" / "tool.pyc").write_text("")
    (checkout / "not added.txt").write_text("new")
    working_copy.refresh(working_copy.SOURCES)
    assert working_copy.project_files() == {".gitignore", "COPYING", "galaxy.yml", "not added.txt", "plugins/tool.sh"}
    assert files_of(working_copy.SOURCES) == working_copy.project_files()
    assert (working_copy.SOURCES / "COPYING").readlink() == Path("galaxy.yml")
    assert (working_copy.SOURCES / "plugins" / "tool.sh").read_bytes() == b"exit\r\n"
    assert os.access(working_copy.SOURCES / "plugins" / "tool.sh", os.X_OK)


def test_an_update_follows_all_changes_and_keeps_what_git_ignores(checkout: Path) -> None:
    copy = working_copy.SOURCES
    working_copy.refresh(copy)
    (copy / "tests" / "output" / "venv").mkdir(parents=True)
    (copy / "tests" / "output" / "venv" / "pyvenv.cfg").write_text("")
    (copy / "galaxy.yml").write_text("changed in the copy")
    (copy / "tests" / "integration.cfg").write_text("made in the copy")
    (checkout / "plugins" / "tool.sh").write_text("changed")
    (checkout / "COPYING").unlink()
    (checkout / "COPYING").mkdir()
    (checkout / "COPYING" / "GPL.txt").write_text("")
    working_copy.refresh(copy)
    assert (copy / "galaxy.yml").read_text() == "version: 1.0.0\n"
    assert (copy / "plugins" / "tool.sh").read_text() == "changed"
    kept = "tests/output/venv/pyvenv.cfg"
    assert files_of(copy) == {".gitignore", "COPYING/GPL.txt", "galaxy.yml", "plugins/tool.sh", kept}


def test_tracked_files_are_copied_and_private_files_are_not(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not (checkout / ".git").exists():
        pytest.skip("there are no tracked files")
    ignored = tmp_path / "ignored by the user"
    ignored.write_text("*.sh\n")
    (tmp_path / ".gitconfig").write_text(f'[core]\n\texcludesFile = "{ignored}"\n')
    monkeypatch.setenv("HOME", str(tmp_path))
    (checkout / ".git" / "info" / "exclude").write_text("private.txt\n")
    for name in ("private.txt", "new.sh"):
        (checkout / "plugins" / name).write_text("")
    working_copy.refresh(working_copy.SOURCES)
    assert files_of(working_copy.SOURCES) == {".gitignore", "COPYING", "galaxy.yml", "plugins/tool.sh"}


def test_the_repository_of_the_checkout_does_not_change(checkout: Path) -> None:
    before = content_of(checkout / ".git")
    working_copy.refresh(working_copy.SOURCES)
    assert content_of(checkout / ".git") == before


def files_of(folder: Path) -> set[str]:
    names = (str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_symlink() or path.is_file())
    return {name for name in names if not name.startswith(".git/")}


def content_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
