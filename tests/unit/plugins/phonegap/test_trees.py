# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives of a directory: equal trees give equal bytes."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import LocalFileError
from ansible_collections.mobileops.ci.plugins.module_utils._local import read_tree as _local_tree
from ansible_collections.mobileops.ci.plugins.module_utils._local.read_tree import read_file_or_tree, read_tree

NAMES = st.text(st.sampled_from("abcÄ. _-"), min_size=1, max_size=6).filter(lambda name: name.strip("."))


def write(root: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.dictionaries(NAMES, st.binary(max_size=50), min_size=1, max_size=5))
def test_the_same_tree_makes_the_same_bytes(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    one, other = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("other")
    write(one, files)
    write(other, dict(reversed(files.items())))
    for path in other.rglob("*"):
        path.chmod(0o700)
        os.utime(path, (1, 1))
    first, second = read_tree(str(one)), read_tree(str(other))
    assert first.data == second.data
    assert first.sha256 == second.sha256
    with zipfile.ZipFile(io.BytesIO(first.data)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files


def test_members_of_the_archive(tmp_path: Path) -> None:
    write(tmp_path, {"index.html": b"x", "js/app.js": b"", "js/deep/er.js": b"z", ".htaccess": b"h", ".git/HEAD": b"g"})
    (tmp_path / "link.html").symlink_to("index.html")
    with zipfile.ZipFile(io.BytesIO(read_file_or_tree(str(tmp_path)).data)) as archive:
        assert archive.namelist() == [".htaccess", "index.html", "js/app.js", "js/deep/er.js", "link.html"]
        assert archive.read("link.html") == b"x"
    assert read_file_or_tree(str(tmp_path / "index.html")).data == b"x"


def test_trees_that_are_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def message(name: str) -> str:
        with pytest.raises(LocalFileError) as caught:
            read_tree(str(tmp_path / name))
        return str(caught.value)

    (tmp_path / "empty").mkdir()
    assert "must contain a file" in message("empty")
    write(tmp_path, {"linked/a": b"x"})
    (tmp_path / "linked" / "up").symlink_to("..")
    assert "is a symbolic link to a directory" in message("linked")
    (tmp_path / "dangling").mkdir()
    (tmp_path / "dangling" / "gone").symlink_to("nowhere")
    assert "gone does not exist" in message("dangling")
    (tmp_path / "names").mkdir()
    (tmp_path / os.fsdecode(b"names/\xff.txt")).write_bytes(b"x")
    assert r"'\udcff.txt'" in message("names")
    write(tmp_path, {"large/a": b"x" * 50, "large/b": b"x" * 60})
    monkeypatch.setattr(_local_tree, "MAX_BYTES", 100)
    assert "must have at most 100 bytes together" in message("large")
