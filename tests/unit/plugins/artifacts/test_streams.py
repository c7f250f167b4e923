# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads that break, expire or have wrong bytes, and lines of progress."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import (
    CiError,
    ConnectionFailedError,
    ServiceError,
)
from ansible_collections.mobileops.ci.plugins.module_utils._download.destination import Digest
from ansible_collections.mobileops.ci.plugins.module_utils._download.download import TotalProgress
from tests.helpers.service import sha256

from .storage import STARTED, Clock, Download, Response, Storage, broken, clock, expired, gives, names

MIB = 2**20
# A connection that breaks after this many bytes is retried without a limit.
STEP = b"x" * MIB
SHORT = STEP[:-1]


def download(path: Path, *responses: Response) -> Download:
    return Download(str(path / "file"), Storage(*responses))


# Interruptions


def test_a_download_that_progresses_continues_without_a_limit(tmp_path: Path) -> None:
    task = download(tmp_path, broken(STEP), broken(STEP), gives(b"end"))
    saved = task.run(size=2 * MIB + 3)
    assert task.storage.asked == [("url 1", 0), ("url 1", MIB), ("url 1", 2 * MIB)]
    assert saved.sha256 == sha256(STEP * 2 + b"end")


def test_a_download_that_does_not_progress_ends(tmp_path: Path) -> None:
    task = download(tmp_path, broken(STEP), broken(SHORT))
    with pytest.raises(ConnectionFailedError):
        task.run(size=3 * MIB)
    assert task.storage.asked == [("url 1", 0), ("url 1", MIB)]
    assert names(tmp_path) == []


@pytest.mark.parametrize("data", [b"", STEP])
def test_another_error_ends_the_download(tmp_path: Path, data: bytes) -> None:
    task = download(tmp_path, gives(data, ServiceError("refused", kind="storage")))
    with pytest.raises(ServiceError, match=r"^refused$"):
        task.run(size=2 * MIB)
    assert task.storage.asked == [("url 1", 0)]


def test_a_url_that_expires_is_requested_again(tmp_path: Path) -> None:
    task = download(tmp_path, expired(b"abc"), gives(b"def"))
    assert task.run(size=6).sha256 == sha256(b"abcdef")
    assert task.storage.asked == [("url 1", 0), ("url 2", 3)]


def test_a_url_that_expires_again_at_once_is_an_error(tmp_path: Path) -> None:
    task = download(tmp_path, expired(b"abc"), expired(SHORT))
    with pytest.raises(CiError, match="expired"):
        task.run()
    assert task.storage.asked == [("url 1", 0), ("url 2", 3)]


def test_a_url_may_expire_again_after_progress(tmp_path: Path) -> None:
    task = download(tmp_path, expired(), expired(STEP), expired(STEP), gives(b"end"))
    assert task.run(size=2 * MIB + 3).size == 2 * MIB + 3
    assert [url for url, _start in task.storage.asked] == ["url 1", "url 2", "url 3", "url 4"]


def test_a_url_may_expire_again_after_a_broken_connection(tmp_path: Path) -> None:
    """Request a new URL if another one has been used for some time."""
    task = download(tmp_path, expired(), broken(STEP), expired(b"abc"), gives(b"end"))
    assert task.run(size=MIB + 6).size == MIB + 6
    assert task.storage.asked == [("url 1", 0), ("url 2", 0), ("url 2", MIB), ("url 3", MIB + 3)]


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_failed_download_leaves_no_thread(tmp_path: Path, *, check_mode: bool) -> None:
    """End the thread that computes digests."""
    (tmp_path / "file").write_bytes(STEP * 3)
    task = Download(str(tmp_path / "file"), Storage(gives(STEP * 2, ServiceError("refused"))), check_mode)
    with pytest.raises(ServiceError):
        task.run(size=3 * MIB)
    assert [thread.name for thread in threading.enumerate() if "sha256" in thread.name] == []


# Sizes and checksums


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"abcde", "6 bytes were announced, and the download has 5"),
        (b"abcdefg", "6 bytes were announced, and the download has more than that"),
    ],
)
def test_another_size(tmp_path: Path, data: bytes, words: str) -> None:
    task = download(tmp_path, gives(data))
    with pytest.raises(ServiceError) as failed:
        task.run(size=6, identity="one")
    assert failed.value.kind == "invalid_response"
    assert failed.value.message == f"Could not download artifact app.ipa: {words}."
    assert names(tmp_path) == []


def test_a_wrong_checksum(tmp_path: Path) -> None:
    task = download(tmp_path, gives(b"abc"))
    with pytest.raises(ServiceError) as failed:
        task.run(size=3, checksum="0" * 64, identity="one")
    assert failed.value.kind == "checksum"
    found = f"its SHA-256 is {sha256(b'abc')}, but checksum requires {'0' * 64}. dest was not changed."
    assert failed.value.message == f"Could not download artifact app.ipa: {found}"
    assert names(tmp_path) == []


def interrupted(folder: Path) -> None:
    with pytest.raises(ConnectionFailedError):
        download(folder, broken(b"abc")).run(size=6, identity="one")
    assert len(names(folder)) == 2


@pytest.mark.parametrize("size", [6, None])
def test_a_later_run_continues(tmp_path: Path, size: int | None) -> None:
    interrupted(tmp_path)
    task = download(tmp_path, gives(b"def"))
    saved = task.run(size=size, identity="one", checksum=sha256(b"abcdef"))
    assert (saved.size, saved.sha256) == (6, sha256(b"abcdef"))
    assert task.storage.requests == [("url 1", 3, '"tag"')]
    assert names(tmp_path) == ["file"]


def test_wrong_bytes_of_an_earlier_run_are_received_again(tmp_path: Path) -> None:
    interrupted(tmp_path)
    task = download(tmp_path, gives(b"DEF"), gives(b"ABCDEF"))
    assert task.run(size=6, identity="one", checksum=sha256(b"ABCDEF")).sha256 == sha256(b"ABCDEF")
    assert task.storage.requests == [("url 1", 3, '"tag"'), ("url 2", 0, "")]
    assert (tmp_path / "file").read_bytes() == b"ABCDEF"


def test_bytes_that_are_wrong_twice(tmp_path: Path) -> None:
    interrupted(tmp_path)
    task = download(tmp_path, gives(b"DEF"), gives(b"wrong!"))
    with pytest.raises(ServiceError, match=sha256(b"wrong!")):
        task.run(size=6, identity="one", checksum=sha256(b"ABCDEF"))
    assert names(tmp_path) == []


def test_content_that_has_changed_starts_again(tmp_path: Path) -> None:
    interrupted(tmp_path)

    def other(sink: Digest) -> None:
        sink.restart()
        gives(b"ABCDEF")(sink)

    assert download(tmp_path, other).run(size=6, identity="one").sha256 == sha256(b"ABCDEF")
    assert (tmp_path / "file").read_bytes() == b"ABCDEF"


# Progress


def waiting(own: Clock, *moments: float) -> Response:
    """Return a response of one MiB at each of these moments."""

    def respond(sink: Digest) -> None:
        for moment in moments:
            own.now = STARTED + moment
            sink.write(STEP)

    return respond


def test_lines_of_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with clock(monkeypatch) as own:
        task = download(tmp_path, waiting(own, 1, 4.9, 5, 9.9, 10, 14.9, 15, 30))
        task.run(size=8 * MIB)
    assert task.lines == [f"artifact app.ipa: {number} of 8 MiB" for number in (3, 5, 7, 8)]


def test_lines_of_progress_without_a_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with clock(monkeypatch) as own:
        task = download(tmp_path, waiting(own, 5))
        task.run()
    assert task.lines == ["artifact app.ipa: 1 MiB"]


def test_progress_that_is_counted_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[int] = []
    with clock(monkeypatch) as own:
        task = download(tmp_path, waiting(own, 1, 6, 20))
        task.run(size=3 * MIB, progress=noted.append)
    assert noted == [MIB, 2 * MIB, 3 * MIB]
    assert task.lines == []


def test_progress_of_several_files(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    with clock(monkeypatch) as own:
        total = TotalProgress("build 7", [3 * MIB, 5 * MIB], lines.append)
        total.note("one", MIB)
        own.now += 4.9
        total.note("one", MIB)
        assert lines == []
        own.now += 0.1
        total.note("two", 4 * MIB)
        own.now += 4.9
        total.finish()
        total.note("one", 3 * MIB)
        own.now += 0.1
        total.note("one", 3 * MIB)
        own.now += 20
        total.finish()
        total.note("two", 5 * MIB)
        own.now += 4.9
        total.note("two", 5 * MIB)
    assert lines == [
        "build 7: 0 of 2 files, 5 of 8 MiB",
        "build 7: 1 of 2 files, 7 of 8 MiB",
        "build 7: 2 of 2 files, 8 of 8 MiB",
    ]


def test_progress_of_files_of_unknown_size(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    with clock(monkeypatch) as own:
        total = TotalProgress("build 7", [MIB, None], lines.append)
        own.now += 5
        total.note("one", MIB)
    assert lines == ["build 7: 0 of 2 files, 1 MiB"]
