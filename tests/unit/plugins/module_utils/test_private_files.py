# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that this machine keeps: written in one step, for nobody else to read, nowhere but where they belong."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils import _local_file
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.journal import Journal
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import BUILD_CERTIFICATE as CERTIFICATE
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import PROVISIONING_PROFILE as PROFILE
from ansible_collections.mobileops.ci.plugins.module_utils._local_file import safe_file_name, save_privately


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


def test_notes_of_replacements(tmp_path: Path) -> None:
    journal = Journal({"XDG_STATE_HOME": str(tmp_path)})
    assert journal.interrupted(PROFILE, "app") == {}
    journal.begin(PROFILE, "app", "NEW", ["B", "A"])
    journal.begin(PROFILE, "app", "NEWER", ["C"])
    journal.begin(PROFILE, "app2", "OTHER", ["D"])
    journal.begin(CERTIFICATE, "app", "CERT", ["E"])
    assert journal.interrupted(PROFILE, "app") == {"NEW": frozenset("AB"), "NEWER": frozenset("C")}
    assert journal.interrupted(CERTIFICATE, "app") == {"CERT": frozenset("E")}
    journal.finish(PROFILE, "app", "NEW")
    journal.finish(PROFILE, "app", "NEVER")
    assert journal.interrupted(PROFILE, "app") == {"NEWER": frozenset("C")}


def test_notes_of_an_app_whose_slug_begins_another(tmp_path: Path) -> None:
    journal = Journal({"XDG_STATE_HOME": str(tmp_path)})
    journal.begin(PROFILE, "a_b", "NEW", ["A"])
    assert journal.interrupted(PROFILE, "a") == {}


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"kind": 1}', '{"kind": "provisioning_profile"}', "\udcff"])
def test_damaged_note_is_passed_over(tmp_path: Path, text: str) -> None:
    journal = Journal({"XDG_STATE_HOME": str(tmp_path)})
    journal.begin(PROFILE, "app", "NEW", ["A"])
    (note,) = (path for path in tmp_path.rglob("*") if path.is_file())
    note.write_bytes(text.encode(errors="surrogateescape"))
    assert journal.interrupted(PROFILE, "app") == {}


def test_notes_lie_below_the_home_of_the_task(tmp_path: Path) -> None:
    Journal({"HOME": str(tmp_path)}).begin(PROFILE, "app", "NEW", ["A"])
    (note,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert note.is_relative_to(tmp_path / ".local" / "state" / "mobileops.ci")
    assert stat.S_IMODE(note.stat().st_mode) == 0o600


@pytest.mark.parametrize("env", [{}, {"HOME": ""}, {"XDG_STATE_HOME": "relative"}, {"XDG_STATE_HOME": "/dev/null/x"}])
def test_no_place_for_notes_is_no_error(env: dict[str, str]) -> None:
    journal = Journal(env)
    journal.begin(PROFILE, "app", "NEW", ["A"])
    assert journal.interrupted(PROFILE, "app") == {}
    journal.finish(PROFILE, "app", "NEW")
