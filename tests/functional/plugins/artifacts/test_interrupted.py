# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interrupted downloads, which continue in the same run or in a later one, and never mix bytes of two files."""

from __future__ import annotations

import base64
import fcntl
import os
import tracemalloc
from pathlib import Path

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._download import download as _download
from ansible_collections.mobileops.ci.plugins.module_utils._download.destination import PartialDownload
from ansible_collections.mobileops.ci.plugins.module_utils._http.response_body import CHUNK_BYTES
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import TaskContext
from tests.emulator.generated import GeneratedBytes
from tests.helpers.tasks import validated

from .app import BUILD, AppWithArtifacts, an_artifact

SIZE = 3_000_000
CONTENT = GeneratedBytes("big", SIZE)
SHOW = f"GET /{BUILD}/artifacts/big"
STORAGE = {"method": "GET", "path": "^/_storage/"}


@pytest.fixture(autouse=True)
def big_artifact(app: AppWithArtifacts) -> None:
    app.has({"slug": "big", "title": "app.ipa", "size_bytes": SIZE})


def parts(folder: Path) -> list[Path]:
    return sorted(folder.glob(".*.part"))


def sent(app: AppWithArtifacts) -> list[int]:
    """Return the number of bytes of each response of the storage."""
    return [spec["bytes_out"] for spec in app.service.emulator.requests(area="storage")]


def has_it(app: AppWithArtifacts, folder: Path) -> None:
    assert (folder / "file").read_bytes() == CONTENT.read()
    assert parts(folder) == []
    app.service.forget()
    assert app.download(slug="big").run()["changed"] is False
    assert app.asked() == [SHOW]


def test_continues_in_the_same_run(app: AppWithArtifacts, tmp_path: Path) -> None:
    app.service.emulator.fault(**STORAGE, truncate=0.6, times=1)
    result = app.download(slug="big", max_retries=1).run()
    assert result["sha256"] == CONTENT.sha256()
    assert app.asked() == [SHOW, "get", "get"]
    first, second = sent(app)
    assert first >= 0.6 * SIZE
    assert SIZE - first <= second <= SIZE - first + CHUNK_BYTES
    has_it(app, tmp_path)


def test_continues_in_a_later_run(app: AppWithArtifacts, tmp_path: Path) -> None:
    app.service.emulator.fault(**STORAGE, truncate=0.6, times=1)
    app.service.emulator.fault(**STORAGE, drop="before", nth=2)
    failed = app.download(slug="big").fail()
    (part,) = parts(tmp_path)
    assert failed["error"]["kind"] == "connection"
    assert f"are kept in {part}" in failed["msg"]
    assert 0.6 * SIZE - CHUNK_BYTES <= part.stat().st_size <= 0.6 * SIZE
    missing = SIZE - part.stat().st_size
    assert part.stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "file").exists()
    app.service.emulator.clear_faults()
    app.service.forget()
    assert app.download(slug="big").run(check_mode=True)["changed"] is True
    assert parts(tmp_path) == [part]
    app.service.forget()
    assert app.download(slug="big").run()["sha256"] == CONTENT.sha256()
    assert app.asked() == [SHOW, "get"]
    assert sent(app) == [missing]
    has_it(app, tmp_path)


def test_a_connection_that_breaks_again_and_again_but_goes_forward(app: AppWithArtifacts, tmp_path: Path) -> None:
    app.service.emulator.fault(**STORAGE, truncate=1_300_000, times=2)
    app.download(slug="big").run()  # without any retries
    assert app.asked() == [SHOW, "get", "get", "get"]
    has_it(app, tmp_path)


def test_a_connection_without_progress_fails(app: AppWithArtifacts) -> None:
    app.service.emulator.fault(**STORAGE, truncate=1000)
    assert app.download(slug="big", max_retries=2).fail()["error"]["kind"] == "connection"
    assert app.asked() == [SHOW, *["get"] * 3]


def test_an_expired_url_is_requested_again(app: AppWithArtifacts, tmp_path: Path) -> None:
    app.service.emulator.fault(**STORAGE, truncate=0.4, nth=1)
    app.service.emulator.fault(**STORAGE, advance_s=700, nth=2)
    app.download(slug="big", max_retries=1).run()
    assert app.asked() == [SHOW, "get", "get", SHOW, "get"]
    has_it(app, tmp_path)


def test_a_url_that_expires_at_once_is_requested_again_once(app: AppWithArtifacts) -> None:
    app.service.emulator.fault(**STORAGE, advance_s=700)
    failed = app.download(slug="big").fail()
    assert failed["error"]["kind"] == "signed_url_expired"
    assert app.asked() == [SHOW, "get", SHOW, "get"]


def complete_part(app: AppWithArtifacts, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_partial: PartialDownload) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(PartialDownload, "finish", interrupt)
        with pytest.raises(KeyboardInterrupt):
            app.download(slug="big").run()
    assert parts(folder)[0].stat().st_size == SIZE
    app.service.forget()


def test_of_a_complete_part_one_byte_is_fetched(
    app: AppWithArtifacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete_part(app, tmp_path, monkeypatch)
    app.download(slug="big").run()
    assert (app.asked(), sent(app)) == ([SHOW, "get"], [1])
    has_it(app, tmp_path)


OTHER = GeneratedBytes("other", SIZE).read()


def changes(app: AppWithArtifacts) -> None:
    """Replace the artifact of the slug by another one of the same size."""
    encoded = base64.b64encode(OTHER).decode()
    app.has({"slug": "big", "title": "app.ipa", "content_base64": encoded})


@pytest.mark.parametrize("whole", [False, True])
def test_bytes_of_two_artifacts_are_never_mixed(
    app: AppWithArtifacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    if whole:
        complete_part(app, tmp_path, monkeypatch)
    else:
        interrupted(app, tmp_path)
    changes(app)
    app.download(slug="big").run()
    assert sent(app) == [SIZE]
    assert (tmp_path / "file").read_bytes() == OTHER
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("note", [None, "", '"torn', "\n"])
def test_a_part_of_unknown_content_is_discarded(app: AppWithArtifacts, tmp_path: Path, note: str | None) -> None:
    part = interrupted(app, tmp_path)
    kept = part.with_name(f"{part.name}.tag")
    assert kept.read_text().startswith('"')
    assert kept.stat().st_mode & 0o777 == 0o600
    if note is None:
        kept.unlink()
    else:
        kept.write_text(note)
    app.download(slug="big").run()
    assert sent(app) == [SIZE]
    has_it(app, tmp_path)


def interrupted(app: AppWithArtifacts, folder: Path) -> Path:
    app.service.emulator.fault(**STORAGE, truncate=0.2)
    app.download(slug="big").fail()
    app.service.emulator.clear_faults()
    app.service.forget()
    (part,) = parts(folder)
    return part


def test_the_checksum_detects_a_damaged_part(app: AppWithArtifacts, tmp_path: Path) -> None:
    part = interrupted(app, tmp_path)
    part.write_bytes(b"x" * part.stat().st_size)
    app.download(slug="big", checksum=f"sha256:{CONTENT.sha256()}").run()
    assert app.asked() == [SHOW, "get", SHOW, "get"]
    has_it(app, tmp_path)


def test_a_part_that_is_too_long_is_discarded(app: AppWithArtifacts, tmp_path: Path) -> None:
    part = interrupted(app, tmp_path)
    part.write_bytes(b"x" * (SIZE + 1))
    app.download(slug="big").run()
    assert sent(app) == [SIZE]
    has_it(app, tmp_path)


@pytest.mark.parametrize("trap", ["link", "open to others", "second name", "directory"])
def test_a_part_of_another_user_is_not_changed(app: AppWithArtifacts, tmp_path: Path, trap: str) -> None:
    part = interrupted(app, tmp_path)
    victim = tmp_path / "victim"
    victim.write_text("mine")
    if trap == "open to others":
        part.chmod(0o666)
    else:
        part.unlink()
    if trap == "link":
        part.symlink_to(victim)
    elif trap == "second name":
        os.link(victim, part)
    elif trap == "directory":
        part.mkdir()
    app.download(slug="big").run()
    assert (tmp_path / "file").read_bytes() == CONTENT.read()
    assert victim.read_text() == "mine"
    assert parts(tmp_path) == [part]


def test_two_tasks_do_not_write_to_one_part(app: AppWithArtifacts, tmp_path: Path) -> None:
    part = interrupted(app, tmp_path)
    with part.open("r+b") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        app.download(slug="big").run()
    assert (tmp_path / "file").read_bytes() == CONTENT.read()
    assert parts(tmp_path) == [part]


def test_another_artifact_does_not_continue_that_part(app: AppWithArtifacts, tmp_path: Path) -> None:
    part = interrupted(app, tmp_path)
    app.has(an_artifact("other", "app.ipa", "short"))
    app.download(slug="other").run()
    assert (tmp_path / "file").read_text() == "short"
    assert parts(tmp_path) == [part]


def test_a_full_disk_leaves_no_part(app: AppWithArtifacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def __init__(self, file: object) -> None:
            self._file = file

        def __getattr__(self, name: str) -> object:
            return getattr(self._file, name)

        def write(self, _data: bytes) -> None:
            raise OSError(28, "No space left on device")

    original = PartialDownload.__init__

    def on_full_disk(self: PartialDownload, *arguments: object) -> None:
        original(self, *arguments)  # type: ignore[arg-type]
        self._file = Full(self._file)  # type: ignore[assignment]

    monkeypatch.setattr(PartialDownload, "__init__", on_full_disk)
    failed = app.download(slug="big").fail()
    assert failed["error"]["kind"] == "local_file"
    assert "No space left on device" in failed["msg"]
    assert list(tmp_path.iterdir()) == []


def test_memory_stays_flat(app: AppWithArtifacts) -> None:
    app.has({"slug": "big", "title": "app.ipa", "size_bytes": 40_000_000})
    app.download(slug="big").run(check_mode=True)  # what is imported on the way does not count
    tracemalloc.start()
    try:
        app.download(slug="big").run()
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000


def test_progress_is_reported(app: AppWithArtifacts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_download, "DOWNLOAD_LINE_INTERVAL_S", 0.0)
    said: list[str] = []
    task = app.download(slug="big")
    context = TaskContext(task.env, report_progress=said.append)
    task.spec.execute(validated(task.spec, task.options), context, diff=False)
    assert said[-1] == "artifact app.ipa (slug big): 3 of 3 MiB"
