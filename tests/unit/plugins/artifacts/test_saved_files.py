# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""save(): comparison with the existing file, the result, and check mode."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import (
    CiError,
    LocalFileError,
    OptionError,
    RejectedError,
    ServiceError,
)
from ansible_collections.mobileops.ci.plugins.module_utils._download.destination import ExistingFile
from ansible_collections.mobileops.ci.plugins.module_utils._download.download import (
    Saved,
    checksum_of,
    save_bytes,
)
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import TaskContext
from tests.helpers.service import sha256

from .storage import Download, Storage, gives, names

NEW, OLD, LONGER = b"the new content", b"the old content", b"an old and longer content"
DIGEST = sha256(NEW)
BOTH_MODES = pytest.mark.parametrize("check_mode", [False, True])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file"


def download(path: Path, *responses: bytes, check_mode: bool = False) -> Download:
    return Download(str(path), Storage(*(gives(data) for data in responses)), check_mode)


# Options


@pytest.mark.parametrize("text", [f"sha256:{DIGEST}", f" SHA256:{DIGEST.upper()}\n"])
def test_checksum(text: str) -> None:
    assert checksum_of(text) == DIGEST


def test_no_checksum() -> None:
    assert checksum_of(None) is None


@pytest.mark.parametrize("text", ["", DIGEST, f"sha256:{DIGEST}0", f"sha256:{DIGEST[1:]}", f"x sha256:{DIGEST}"])
def test_invalid_checksum(text: str) -> None:
    with pytest.raises(OptionError, match=r"^checksum must be sha256: followed by 64 hexadecimal digits, got "):
        checksum_of(text)


# Existing files


def test_a_new_file(path: Path) -> None:
    task = download(path, NEW)
    saved = task.run(size=len(NEW))
    assert saved == Saved(str(path), len(NEW), DIGEST, True, False, {}, {"size": len(NEW)})
    assert task.storage.asked == [("url 1", 0)]
    assert path.read_bytes() == NEW
    folder, (part, only_compare) = str(path.parent), task.context_calls[1]
    assert task.context_calls[0] == (folder, True)
    assert (str(Path(part).parent), Path(part).suffix, only_compare) == (folder, ".part", False)
    assert names(path.parent) == ["file"]


def test_a_size_that_the_service_does_not_state(path: Path) -> None:
    saved = download(path, NEW).run()
    assert (saved.size, saved.sha256, saved.after) == (len(NEW), DIGEST, {"size": None})


@BOTH_MODES
@pytest.mark.parametrize("known", ["checksum", "known_sha256"])
@pytest.mark.parametrize("size", [len(NEW), None])
def test_a_known_digest_saves_the_download(path: Path, known: str, size: int | None, *, check_mode: bool) -> None:
    path.write_bytes(NEW)
    task = download(path, check_mode=check_mode)
    saved = task.run(size=size, **{known: DIGEST})
    same = {"size": len(NEW)}
    assert saved == Saved(str(path), len(NEW), DIGEST, False, False, same, same)
    assert task.storage.urls == 0
    assert task.context_calls == [(str(path), check_mode)]


def test_a_checksum_matters_more_than_the_stated_size(path: Path) -> None:
    path.write_bytes(NEW)
    assert download(path).run(size=len(NEW) + 1, checksum=DIGEST).written is False


def test_the_digest_of_an_earlier_download_does_not(path: Path) -> None:
    path.write_bytes(LONGER)
    task = download(path, NEW)
    assert task.run(size=len(NEW), known_sha256=sha256(LONGER)).written is True


@BOTH_MODES
def test_the_checksum_matters_more_than_the_digest_of_an_earlier_download(path: Path, *, check_mode: bool) -> None:
    path.write_bytes(OLD)
    task = download(path, NEW, check_mode=check_mode)
    saved = task.run(size=len(NEW), checksum=DIGEST, known_sha256=sha256(OLD))
    assert saved.written is True
    assert saved.sha256 == DIGEST


@BOTH_MODES
def test_another_known_digest_replaces_the_file(path: Path, *, check_mode: bool) -> None:
    path.write_bytes(OLD)
    replaced: list[str] = []
    task = download(path, NEW, check_mode=check_mode)
    saved = task.run(size=len(NEW), known_sha256=DIGEST, before_replacing=replaced.append)
    before = {"size": len(OLD), "sha256": sha256(OLD)}
    assert saved == Saved(str(path), len(NEW), DIGEST, True, False, before, {"size": len(NEW), "sha256": DIGEST})
    assert (task.storage.urls, replaced) == (int(not check_mode), [sha256(OLD)])
    assert path.read_bytes() == (OLD if check_mode else NEW)


@BOTH_MODES
@pytest.mark.parametrize("size", [len(NEW), None])
def test_a_file_that_differs_is_replaced_after_the_comparison(
    path: Path, size: int | None, *, check_mode: bool
) -> None:
    path.write_bytes(OLD)
    replaced: list[str] = []
    task = download(path, NEW, check_mode=check_mode)
    saved = task.run(size=size, before_replacing=replaced.append)
    before, after = {"size": len(OLD), "sha256": sha256(OLD)}, {"size": size, "sha256": DIGEST}
    shown = size if check_mode else len(NEW)
    assert saved == Saved(str(path), shown, DIGEST, True, False, before, after)
    assert (task.storage.urls, replaced) == (1, [sha256(OLD)])
    assert path.read_bytes() == (OLD if check_mode else NEW)
    assert names(path.parent) == ["file"]


def test_a_file_that_nothing_protects_is_replaced(path: Path) -> None:
    path.write_bytes(OLD)
    path.chmod(0o640)
    assert download(path, NEW).run(size=len(NEW)).written is True
    assert path.read_bytes() == NEW
    assert path.stat().st_mode & 0o777 == 0o640


@BOTH_MODES
@pytest.mark.parametrize("there", [OLD, LONGER])
def test_an_existing_file_is_read_once(
    path: Path, monkeypatch: pytest.MonkeyPatch, there: bytes, *, check_mode: bool
) -> None:
    """Read it once, because it may be large."""
    path.write_bytes(there)
    read: list[str] = []
    original = ExistingFile.sha256

    def reading(self: ExistingFile) -> str:
        read.append(self.path)
        return original(self)

    replaced: list[str] = []
    with monkeypatch.context() as patched:
        patched.setattr(ExistingFile, "sha256", reading)
        download(path, NEW, check_mode=check_mode).run(size=len(NEW), before_replacing=replaced.append)
    assert (read, replaced) == ([str(path)], [sha256(there)])


def test_a_file_is_on_the_disk_before_it_has_its_name(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the content before the name, because a power failure would leave an empty file otherwise."""
    steps: list[str] = []

    def recording(name: str) -> Callable[..., None]:
        original = getattr(os, name)

        def call(*arguments: Any) -> None:
            steps.append(name)
            original(*arguments)

        return call

    with monkeypatch.context() as patched:
        for name in ("fsync", "replace"):
            patched.setattr(os, name, recording(name))
        download(path, NEW).run(size=len(NEW))
    assert steps == ["fsync", "replace"]


@BOTH_MODES
@pytest.mark.parametrize("differs", [False, True])
def test_a_file_that_is_the_same_is_kept_after_the_comparison(path: Path, *, check_mode: bool, differs: bool) -> None:
    path.write_bytes(NEW)
    inode = path.stat().st_ino
    replaced: list[str] = []
    task = download(path, NEW, check_mode=check_mode)
    task.differs = differs
    saved = task.run(size=len(NEW), before_replacing=replaced.append)
    assert (saved.written, saved.attributes_changed, saved.sha256) == (False, differs, DIGEST)
    before, after = {"size": len(NEW)}, {"size": len(NEW)}
    if differs:
        before, after = {**before, "attributes": "not as declared"}, {**after, "attributes": "as declared"}  # type: ignore[dict-item]
    assert (saved.before, saved.after) == (before, after)
    assert task.context_calls == [(str(path.parent), True), (str(path), check_mode)]
    assert (path.stat().st_ino, replaced) == (inode, [])
    assert names(path.parent) == ["file"]


@BOTH_MODES
@pytest.mark.parametrize("force", [False, True])
def test_a_file_that_cannot_be_the_same_is_not_compared(path: Path, *, check_mode: bool, force: bool) -> None:
    """Replace files of another size, and with `force` all files. The digest matters to before_replacing only."""
    path.write_bytes(NEW if force else LONGER)
    replaced: list[str] = []
    task = download(path, NEW, check_mode=check_mode)
    digest = sha256(path.read_bytes())
    before = {"size": path.stat().st_size}
    known = DIGEST if force else None
    saved = task.run(size=len(NEW), known_sha256=known, force=force, before_replacing=replaced.append)
    assert (saved.written, saved.before, saved.after) == (True, before, {"size": len(NEW)})
    assert (replaced, task.storage.urls) == ([digest], int(not check_mode))
    assert saved.sha256 == (known if check_mode else DIGEST)


@BOTH_MODES
def test_a_missing_file_replaces_nothing(path: Path, *, check_mode: bool) -> None:
    replaced: list[str] = []
    saved = download(path, NEW, check_mode=check_mode).run(size=len(NEW), before_replacing=replaced.append)
    assert (replaced, saved.before) == ([], {})
    assert saved.sha256 == (None if check_mode else DIGEST)
    assert path.exists() is not check_mode


@BOTH_MODES
@pytest.mark.parametrize("there", [OLD, LONGER])
def test_a_protected_file_is_not_replaced(path: Path, there: bytes, *, check_mode: bool) -> None:
    path.write_bytes(there)

    def refuse(_digest: str) -> None:
        raise RejectedError("protected")

    with pytest.raises(RejectedError):
        download(path, NEW, check_mode=check_mode).run(size=len(NEW), before_replacing=refuse)
    assert path.read_bytes() == there
    assert names(path.parent) == ["file"]


@BOTH_MODES
def test_a_failed_comparison(path: Path, *, check_mode: bool) -> None:
    path.write_bytes(OLD)
    task = Download(str(path), Storage(gives(b"the", CiError("no", kind="storage"))), check_mode)
    with pytest.raises(CiError, match=r"^no$"):
        task.run(size=len(NEW))
    assert (path.read_bytes(), names(path.parent)) == (OLD, ["file"])


def test_check_mode_also_validates_the_size(path: Path) -> None:
    path.write_bytes(OLD)
    for data in (NEW[:-1], NEW + b"x"):
        with pytest.raises(ServiceError, match=f"{len(NEW)} bytes were announced"):
            download(path, data, check_mode=True).run(size=len(NEW))


@BOTH_MODES
@pytest.mark.parametrize("missing", [os.W_OK, os.X_OK])
def test_a_folder_that_is_not_writable(
    path: Path, monkeypatch: pytest.MonkeyPatch, missing: int, *, check_mode: bool
) -> None:
    """Refuse it before the download. root has all permissions, so the test decides what the folder permits."""
    asked: list[str] = []

    def access(folder: str, mode: int) -> bool:
        asked.append(folder)
        return not mode & missing

    task = download(path, NEW, check_mode=check_mode)
    with monkeypatch.context() as patched:
        patched.setattr(os, "access", access)
        with pytest.raises(LocalFileError, match=f"^dest: no permission to write to the directory {path.parent}\\.$"):
            task.run(size=len(NEW))
    assert (asked, task.storage.urls) == ([str(path.parent)], 0)


def test_a_path_without_a_folder(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    task = download(Path("file"), NEW)
    assert task.run(size=len(NEW)).path == "file"
    assert task.context_calls[0] == (".", True)
    assert path.read_bytes() == NEW
    assert names(path.parent) == ["file"]


def test_an_empty_file_needs_no_request(path: Path) -> None:
    task = download(path)
    saved = task.run(size=0)
    assert (saved.size, saved.sha256, task.storage.urls) == (0, sha256(b""), 0)
    assert path.read_bytes() == b""


# Bytes that the task has already


@BOTH_MODES
def test_bytes_are_written_once(path: Path, *, check_mode: bool) -> None:
    context = TaskContext({}, check_mode=check_mode)
    first = save_bytes(NEW, "file", str(path), {}, context)
    assert first == Saved(str(path), len(NEW), DIGEST, True, False, {}, {"size": len(NEW)})
    assert path.exists() is not check_mode
    path.write_bytes(NEW)
    assert save_bytes(NEW, "file", str(path), {}, context).written is False
    assert save_bytes(NEW, "file", str(path), {}, context, force=True).written is True
    path.write_bytes(OLD)
    saved = save_bytes(NEW, "file", str(path), {}, context)
    assert (saved.written, saved.before) == (True, {"size": len(OLD), "sha256": sha256(OLD)})
    assert path.read_bytes() == (OLD if check_mode else NEW)


# The plan


def a_plan(saved: Saved) -> dict[str, Any]:
    return saved.plan(kind="artifact", app_slug="app", slug="one", name="app.ipa").as_result()


def test_plans() -> None:
    described = {"kind": "artifact", "app_slug": "app", "slug": "one", "name": "app.ipa", "dest": "/x"}
    size = {"size": 3}
    assert a_plan(Saved("/x", 3, DIGEST, True, False, {}, size))["actions"] == [
        {"action": "download", **described, **size}
    ]
    assert a_plan(Saved("/x", 3, DIGEST, False, True, size, size))["actions"] == [
        {"action": "set_attributes", **described, "size": None}
    ]
    assert a_plan(Saved("/x", 3, DIGEST, False, False, size, size))["actions"] == []


def test_differences() -> None:
    new = Saved("/x", 3, DIGEST, True, False, {}, {"size": 3}).plan(kind="", app_slug="", slug="", name="")
    assert new.diff == {"before": {}, "after": {"/x": {"size": 3}}}
    other = Saved("/x", 3, DIGEST, True, False, {"size": 2}, {"size": 3}).plan(kind="", app_slug="", slug="", name="")
    assert other.diff == {"before": {"/x": {"size": 2}}, "after": {"/x": {"size": 3}}}
