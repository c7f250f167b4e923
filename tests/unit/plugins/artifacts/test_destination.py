# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Destinations of downloads: paths, names, existing files, and digests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import (
    LocalFileError,
)
from ansible_collections.mobileops.ci.plugins.module_utils._download import destination
from ansible_collections.mobileops.ci.plugins.module_utils._download.destination import (
    Digest,
    ExistingFile,
    WrongSizeError,
    check_writable,
    file_name,
    find_existing,
    path_in,
    path_of,
)
from tests.helpers.service import sha256

from .storage import TAG

# Paths


def test_paths(tmp_path: Path) -> None:
    folder = str(tmp_path)
    assert path_in(f"{folder}/new", "name") == f"{folder}/new"
    assert path_in(folder, "name") == f"{folder}/name"
    assert path_in(f"{folder}/", "name") == f"{folder}/name"
    assert path_of(folder, "a/b") == f"{folder}/a_b"
    assert path_of(folder, "..") == f"{folder}/download"
    assert path_of(folder, "..", "one") == f"{folder}/one"


def test_paths_without_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert path_in("new", "name") == "new"
    check_writable("new")


@pytest.mark.parametrize("dest", ["missing/", "missing/file"])
def test_missing_folders(tmp_path: Path, dest: str) -> None:
    with pytest.raises(LocalFileError, match=f"^dest: the directory {tmp_path}/missing does not exist\\.$"):
        path_in(f"{tmp_path}/{dest}", "name")


def test_a_folder_at_the_path(tmp_path: Path) -> None:
    (tmp_path / "name").mkdir()
    with pytest.raises(LocalFileError, match=f"^dest: {tmp_path}/name is a directory\\. "):
        path_in(str(tmp_path), "name")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("app.ipa", "app.ipa"),
        ("a/b\\c", "a_b_c"),
        ("a\tb\u202e", "a_b_"),
        (". .app", "app"),
        ("app ", "app"),
        ("", "other"),
        (" . ", "other"),
        ("\ud800", "_"),
        ("x" * 255, "x" * 255),
        # 223 bytes of the beginning, and 32 of the end.
        ("x" * 224 + "y" * 32, "x" * 223 + "y" * 32),
        # Half a character is omitted.
        ("x" * 222 + "é" + "y" * 100, "x" * 222 + "y" * 32),
    ],
)
def test_names(text: str, name: str) -> None:
    assert file_name(text, "other") == name


def test_two_names_without_a_usable_character() -> None:
    assert file_name("..", " ") == "download"


# Existing files


def test_no_existing_file(tmp_path: Path) -> None:
    assert find_existing(str(tmp_path / "none")) is None


def test_an_existing_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(destination, "BLOCK_BYTES", 4)
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    found = find_existing(str(path))
    assert found == ExistingFile(str(path), 10)
    assert found.sha256() == sha256(b"0123456789")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("folder", "exists and is not a regular file"),
        ("pipe", "exists and is not a regular file"),
        ("loop", "cannot be used: Too many levels of symbolic links"),
        ("x" * 300, "cannot be used: File name too long"),
        ("a\0b", "cannot be used: .*embedded null .*"),
    ],
)
def test_other_things_at_the_path(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(LocalFileError, match=f"^dest: .*{words}\\.$"):
        find_existing(f"{tmp_path}/{name}")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(LocalFileError, match="cannot be read to compare it: No such file or directory"):
        ExistingFile(str(tmp_path / "none"), 1).sha256()


# Digests


def test_a_digest() -> None:
    digest = Digest(6)
    assert (digest.position, digest.validator, digest.sha256) == (0, "", sha256(b""))
    digest.validator = TAG
    digest.write(b"abc")
    digest.write(b"def")
    assert (digest.position, digest.validator, digest.sha256) == (6, TAG, sha256(b"abcdef"))
    with pytest.raises(WrongSizeError, match=r"^6 bytes were announced, and the download has more than that$"):
        digest.write(b"g")
    assert (digest.position, digest.sha256) == (6, sha256(b"abcdef"))
    digest.restart()
    assert (digest.position, digest.validator, digest.sha256) == (0, "", sha256(b""))


def test_a_digest_without_a_limit() -> None:
    digest = Digest()
    digest.write(b"x" * 100)
    assert digest.position == 100


def test_wrong_sizes() -> None:
    assert str(WrongSizeError(6, 5)) == "6 bytes were announced, and the download has 5"
    assert str(WrongSizeError(6, 0)) == "6 bytes were announced, and the download has 0"
    assert WrongSizeError(6).kind == "invalid_response"
