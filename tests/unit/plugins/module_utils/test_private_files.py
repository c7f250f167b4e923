# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that this machine keeps: written in one step, readable by the user only, and not outside of their folder."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.text import safe_file_name
from ansible_collections.mobileops.ci.plugins.module_utils._local import read_file as _local_file
from ansible_collections.mobileops.ci.plugins.module_utils._local.read_file import save_privately


def test_saved_file_is_private(tmp_path: Path) -> None:
    path = Path(save_privately(str(tmp_path / "a" / "b"), "name", b"data"))
    assert path == tmp_path / "a" / "b" / "name"
    assert path.read_bytes() == b"data"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_that_is_there_is_replaced_in_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_privately(str(tmp_path), "name", b"old")

    def fail(*_arguments: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(_local_file.os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        save_privately(str(tmp_path), "name", b"new")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"name": b"old"}


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("app", "slug", "dist.p12"), "app_slug_dist.p12"),
        (("app", "../../etc/passwd"), "app_.._.._etc_passwd"),
        (("../x",), "_x"),
        ((".hidden",), "hidden"),
        (("ä b/c\n",), "_b_c_"),
        (("",), "_"),
        (("...",), "_"),
        (("x" * 300,), "x" * 200),
    ],
)
def test_name_made_of_foreign_text(parts: tuple[str, ...], name: str) -> None:
    assert safe_file_name(*parts) == name
