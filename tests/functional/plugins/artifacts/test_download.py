# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_artifact_download: path of the file, comparison, writes, and check mode."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.service import sha256

from .app import BUILD, AppWithArtifacts, an_artifact

TEXT = "the app\n" * 100
DIGEST = sha256(TEXT.encode())
LIST, SHOW = f"GET /{BUILD}/artifacts", f"GET /{BUILD}/artifacts/one"


@pytest.fixture(autouse=True)
def one_artifact(app: AppWithArtifacts) -> None:
    app.has(an_artifact("one", "app.apk", TEXT, artifact_type="android-apk"))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != "state")


def test_new_file(app: AppWithArtifacts, tmp_path: Path) -> None:
    result = app.download(slug="one").run(diff=True)
    assert (result["changed"], result["size"], result["sha256"]) == (True, len(TEXT), DIGEST)
    assert result["dest"] == str(tmp_path / "file")
    assert result["artifact"]["title"] == "app.apk"
    assert [action["action"] for action in result["actions"]] == ["download"]
    assert result["diff"] == {"before": {}, "after": {result["dest"]: {"size": len(TEXT)}}}
    assert (tmp_path / "file").read_text() == TEXT
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600
    assert app.asked() == [SHOW, "get"]
    assert names(tmp_path) == ["file"]


def test_check_mode_has_the_same_result_and_writes_nothing(app: AppWithArtifacts, tmp_path: Path) -> None:
    task = app.download(title="app.apk")
    checked = task.run(check_mode=True, diff=True)
    assert app.asked() == [LIST, SHOW]
    assert list(tmp_path.iterdir()) == []
    done = task.run(diff=True)
    for key in ("changed", "actions", "diff", "dest", "size", "artifact"):
        assert checked[key] == done[key], key
    assert set(checked) == set(done)
    assert checked["sha256"] is None


def identity(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mode, found.st_mtime_ns, found.st_ctime_ns


@pytest.mark.parametrize("check_mode", [True, False])
def test_second_run_downloads_nothing(app: AppWithArtifacts, tmp_path: Path, check_mode: bool) -> None:
    task = app.download(slug="one")
    task.run()
    # Everything but when it was read.
    before = identity(tmp_path / "file")
    app.service.forget()
    again = task.run(check_mode=check_mode, diff=True)
    assert app.asked() == [SHOW]
    assert (again["changed"], again["actions"], again["sha256"]) == (False, [], DIGEST)
    assert again["diff"]["before"] == again["diff"]["after"]
    assert identity(tmp_path / "file") == before


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("there", [TEXT, TEXT.replace("app", "owl")])
def test_a_file_of_the_same_size_from_elsewhere_is_compared(
    app: AppWithArtifacts, tmp_path: Path, there: str, check_mode: bool
) -> None:
    (tmp_path / "file").write_text(there)
    result = app.download(slug="one").run(check_mode=check_mode, diff=True)
    assert app.asked() == [SHOW, "get"]
    assert result["changed"] is (there != TEXT)
    assert result["sha256"] == DIGEST
    assert (tmp_path / "file").read_text() == (there if check_mode else TEXT)
    assert names(tmp_path) == ["file"]
    if result["changed"]:
        assert result["diff"]["after"][result["dest"]] == {"size": len(TEXT), "sha256": DIGEST}


def test_checksum_decides_without_a_download(app: AppWithArtifacts, tmp_path: Path) -> None:
    (tmp_path / "file").write_text(TEXT)
    assert app.download(slug="one", checksum=f"sha256:{DIGEST.upper()}").run()["changed"] is False
    assert app.asked() == [SHOW]


def test_wrong_checksum_changes_nothing(app: AppWithArtifacts, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    failed = app.download(slug="one", checksum="sha256:" + "0" * 64).fail()
    assert failed["error"]["kind"] == "checksum"
    assert DIGEST in failed["msg"]
    assert (tmp_path / "file").read_text() == "old"
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("checksum", ["md5:abc", DIGEST, "sha256:xyz", ""])
def test_checksum_of_another_form(app: AppWithArtifacts, checksum: str) -> None:
    assert app.download(slug="one", checksum=checksum).fail()["error"]["kind"] == "option"
    assert app.asked() == []


def test_force_downloads_again(app: AppWithArtifacts) -> None:
    task = app.download(slug="one", force=True)
    task.run()
    assert task.run(check_mode=True)["changed"] is True
    app.service.forget()
    assert task.run()["changed"] is True
    assert app.asked() == [SHOW, "get"]


def test_a_replaced_file_keeps_its_mode(app: AppWithArtifacts, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    (tmp_path / "file").chmod(0o644)
    app.download(slug="one").run()
    assert (tmp_path / "file").read_text() == TEXT
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o644


def test_mode(app: AppWithArtifacts, tmp_path: Path) -> None:
    assert app.download(slug="one", mode="0640").run()["changed"] is True
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640
    assert app.download(slug="one", mode=0o640).run()["changed"] is False
    changed = app.download(slug="one", mode="0444").run(check_mode=True, diff=True)
    assert [action["action"] for action in changed["actions"]] == ["set_attributes"]
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640
    assert changed["diff"]["before"] != changed["diff"]["after"]
    done = app.download(slug="one", mode="0444").run(diff=True)
    assert (done["actions"], done["diff"]) == (changed["actions"], changed["diff"])
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o444


@pytest.mark.parametrize("check_mode", [True, False])
def test_attributes_that_cannot_be_set_are_refused_before_the_download(app: AppWithArtifacts, check_mode: bool) -> None:
    assert (
        app.download(slug="one", mode="rwx")
        .fail(check_mode=check_mode)["msg"]
        .startswith("mode must consist of octal digits")
    )
    assert app.asked() == [SHOW]


@pytest.mark.parametrize("slash", ["", "/"])
def test_directory(app: AppWithArtifacts, tmp_path: Path, slash: str) -> None:
    (tmp_path / "releases").mkdir()
    result = app.download(slug="one", dest=f"{tmp_path}/releases{slash}").run()
    assert result["dest"] == str(tmp_path / "releases" / "app.apk")
    assert names(tmp_path / "releases") == ["app.apk"]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../x", "_.._x"),
        ("a\0b", "a_b"),
        ("/etc/passwd", "_etc_passwd"),
        ("..", "one"),
        ("...", "one"),
        ("", "one"),
        ("a\\b\nc", "a_b_c"),
        ("\u202egpj.apk", "_gpj.apk"),
        (".ssh", "ssh"),
        ("Café 1.ipa", "Café 1.ipa"),
        ("x" * 300 + ".dSYM.zip", "x" * 223 + "x" * 23 + ".dSYM.zip"),
    ],
)
def test_titles_do_not_lead_out_of_the_directory(app: AppWithArtifacts, tmp_path: Path, title: str, name: str) -> None:
    app.has(an_artifact("one", title, TEXT))
    (tmp_path / "a" / "b").mkdir(parents=True)
    result = app.download(slug="one", dest=f"{tmp_path}/a/b/").run()
    assert result["dest"] == str(tmp_path / "a" / "b" / name)
    assert names(tmp_path) == ["a"]
    assert names(tmp_path / "a") == ["b"]
    assert names(tmp_path / "a" / "b") == [name]


def test_a_link_at_dest_is_replaced_and_not_followed(app: AppWithArtifacts, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("mine")
    (tmp_path / "file").symlink_to(tmp_path / "elsewhere")
    app.download(slug="one").run()
    assert (tmp_path / "elsewhere").read_text() == "mine"
    assert not (tmp_path / "file").is_symlink()
    assert (tmp_path / "file").read_text() == TEXT


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("dest", "words"),
    [
        ("missing/", "does not exist"),
        ("missing/file", "does not exist"),
        ("taken", "is a directory"),
        ("pipe", "not a regular file"),
        ("a\0b", "cannot be used"),
        ("", "must not be empty"),
    ],
)
def test_invalid_dest(app: AppWithArtifacts, tmp_path: Path, dest: str, words: str, check_mode: bool) -> None:
    (tmp_path / "taken" / "app.apk").mkdir(parents=True)
    os.mkfifo(tmp_path / "pipe")
    failed = app.download(slug="one", dest=dest and f"{tmp_path}/{dest}").fail(check_mode=check_mode)
    assert words in failed["msg"]
    assert "get" not in app.asked()


def test_artifact_that_is_not_there(app: AppWithArtifacts, tmp_path: Path) -> None:
    for option in ({"slug": "none"}, {"title": "none"}):
        failed = app.download(**option).fail()
        assert failed["error"]["kind"] == "not_found"
        assert "Only builds create artifacts. mobileops.ci.bitrise_artifact_info" in failed["msg"]
    assert list(tmp_path.iterdir()) == []


def test_service_states_another_size(app: AppWithArtifacts, tmp_path: Path) -> None:
    for size in (len(TEXT) - 1, len(TEXT) + 1):
        app.has(an_artifact("one", "app.apk", TEXT, file_size_bytes=size))
        failed = app.download(slug="one").fail()
        assert failed["error"]["kind"] == "invalid_response"
        assert "bytes were announced" in failed["msg"]
        assert list(tmp_path.iterdir()) == []


def test_empty_artifact(app: AppWithArtifacts, tmp_path: Path) -> None:
    app.has({"slug": "one", "title": "empty", "size_bytes": 0})
    assert app.download(slug="one").run()["size"] == 0
    assert (tmp_path / "file").read_bytes() == b""
    assert app.download(slug="one").run()["changed"] is False


def test_no_signed_url_anywhere(app: AppWithArtifacts) -> None:
    app.service.emulator.fault(method="GET", path="^/_storage/", status=403)
    results: list[dict[str, Any]] = [app.download(slug="one").fail()]
    app.service.emulator.clear_faults()
    results.append(app.download(slug="one").run(diff=True))
    for result in results:
        assert "X-Amz" not in str(result)
        assert "_storage" not in str(result)
