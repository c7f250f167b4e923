# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Local files of a declaration that are not found."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.plugin_utils._play import search
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.search import FileSearch


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "files" / "ios").mkdir(parents=True)
    (tmp_path / "files" / "distribution.p12").touch()
    (tmp_path / "files" / "ios" / "Shop.mobileprovision").touch()
    (tmp_path / "Shop_apk.jks").touch()
    (tmp_path / "app-00064.p12").touch()
    for name in ("app-00007.p12", "app-00060.p12", "Signing.p12", "SIGNING.p12"):
        (tmp_path / "files" / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("src", "closest"),
    [
        ("distributon.p12", "files/distribution.p12"),
        ("ios/shop.mobileprovison", "files/ios/Shop.mobileprovision"),
        ("Shop-apk.jks", "Shop_apk.jks"),
        ("other.p12", ""),
        ("app-00009.p12", ""),  # equally close to two files of other apps
        ("app-00061.p12", ""),  # equally close to one beside the folder files
        ("signing.p12", ""),  # one name in two spellings
        ("nowhere/distribution.p12", ""),
        ("a\0/b", ""),
    ],
)
def test_the_closest_file_is_named(project: Path, src: str, closest: str) -> None:
    text, _hint = FileSearch().problem(src, {"inventory_dir": str(project)})

    assert text == f"file {src} does not exist" + (f"; did you mean {closest}?" if closest else "")


def test_a_similar_file_is_searched_a_few_times_only(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare names for the first missing files, each once."""
    searched: list[str] = []

    def closest(candidates: list[str], _folders: Any) -> str:
        searched.append(Path(candidates[0]).name)
        return ""

    monkeypatch.setattr(search, "_closest", closest)
    files = FileSearch()
    names = [f"{number}.p12" for number in range(2 * search.MOST_SUGGESTIONS)]
    for name in [*names, *names]:
        files.problem(name, {"inventory_dir": str(project)})
    assert searched == names[: search.MOST_SUGGESTIONS]


def test_folders_of_collections_are_listed_last(project: Path) -> None:
    installed = "/opt/ansible_collections/mobileops/ci/playbooks"
    _text, hint = FileSearch().problem("a", {"ansible_search_path": [installed], "inventory_dir": str(project)})

    assert hint == f"Searched for files in {project}, {installed}, first in files/ of each."


def test_a_folder_without_permission_is_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.stat

    def stat(path: Any, *args: Any, **more: Any) -> os.stat_result:
        if str(path).startswith(f"{project}/files/"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return real(path, *args, **more)

    with monkeypatch.context() as patched:
        patched.setattr(os, "stat", stat)
        text, _hint = FileSearch().problem("distribution.p12", {"inventory_dir": str(project)})

    assert text == f"file distribution.p12 was not found: permission denied for {project}/files"
