# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The partial file beside the destination of a download: its bytes, its attributes, and disks with problems."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import (
    CiError,
    LocalFileError,
    RejectedError,
    ServiceError,
)
from ansible_collections.mobileops.ci.plugins.module_utils._download import destination
from ansible_collections.mobileops.ci.plugins.module_utils._download.destination import (
    PartialDownload,
    WrongSizeError,
)
from tests.helpers.service import sha256

from .storage import TAG, names


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "file"


@pytest.fixture
def open_partials() -> Iterator[list[PartialDownload]]:
    opened: list[PartialDownload] = []
    yield opened
    for partial in opened:
        partial.discard()


@pytest.fixture
def partial_of(target: Path, open_partials: list[PartialDownload]) -> Callable[..., PartialDownload]:
    def make(identity: str | None = "one", limit: int | None = None) -> PartialDownload:
        open_partials.append(PartialDownload(str(target), identity, limit))
        return open_partials[-1]

    return make


def interrupted(partial: PartialDownload, data: bytes, error: BaseException | None = None) -> str:
    """Receive some bytes, fail, and return the message of the error."""
    error = error or ServiceError("broken")
    partial.validator = TAG
    partial.write(data)
    partial.give_up(error)
    return error.message if isinstance(error, CiError) else ""


def test_a_partial_file_is_published(target: Path, partial_of: Callable[..., PartialDownload]) -> None:
    for identity in ("one", None):
        partial = partial_of(identity)
        partial.validator = TAG
        partial.write(b"abc")
        assert (partial.taken_over, partial.validator) == (0, TAG)
        assert not target.exists()
        partial.finish()
        partial.publish()
        assert target.read_bytes() == b"abc"
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        assert names(target.parent) == ["file"]
        target.unlink()


def test_a_partial_file_is_beside_its_target(target: Path, partial_of: Callable[..., PartialDownload]) -> None:
    for identity in ("one", None):
        partial = partial_of(identity)
        folder, name = os.path.split(partial.path)
        assert (folder, name[0], name[-5:]) == (str(target.parent), ".", ".part")


def test_a_long_write(partial_of: Callable[..., PartialDownload], monkeypatch: pytest.MonkeyPatch) -> None:
    """Pass the bytes to the system at once, so that a killed process has them."""
    monkeypatch.setattr(destination, "WRITE_BYTES", 4)
    for identity in ("one", None):
        partial = partial_of(identity)
        partial.write(b"0123456789")
        assert Path(partial.path).read_bytes() == b"0123456789"


def test_bytes_beyond_the_limit_are_not_written(partial_of: Callable[..., PartialDownload]) -> None:
    partial = partial_of(limit=3)
    partial.write(b"abc")
    with pytest.raises(WrongSizeError):
        partial.write(b"d")
    assert Path(partial.path).read_bytes() == b"abc"


def test_a_later_run_takes_the_bytes_over(
    target: Path, partial_of: Callable[..., PartialDownload], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(destination, "BLOCK_BYTES", 4)
    message = interrupted(partial_of(limit=12), b"0123456789")
    part = next(target.parent.glob(".*.part"))
    assert message == f"broken The first 10 bytes are kept in {part}. The next run continues from there."
    partial = partial_of(limit=12)
    assert partial.path == str(part)
    assert (partial.position, partial.taken_over, partial.validator) == (10, 10, TAG)
    partial.write(b"ab")
    assert partial.sha256 == sha256(b"0123456789ab")
    partial.finish()
    partial.publish()
    assert target.read_bytes() == b"0123456789ab"
    assert names(target.parent) == ["file"]


def test_the_last_byte_of_a_complete_part_is_received_again(partial_of: Callable[..., PartialDownload]) -> None:
    interrupted(partial_of(limit=6), b"abcdef")
    partial = partial_of(limit=6)
    assert (partial.position, partial.taken_over) == (5, 5)
    partial.write(b"f")
    assert (partial.sha256, Path(partial.path).read_bytes()) == (sha256(b"abcdef"), b"abcdef")


def test_all_bytes_count_without_a_known_size(partial_of: Callable[..., PartialDownload]) -> None:
    interrupted(partial_of(), b"abcdef")
    assert partial_of().position == 6


def test_a_killed_download_of_an_empty_file(partial_of: Callable[..., PartialDownload]) -> None:
    partial = partial_of(limit=0)
    path = Path(partial.path)
    partial.discard()
    # A process that is killed leaves both files.
    for left, data in ((path, ""), (path.with_name(f"{path.name}.tag"), TAG)):
        left.write_text(data)
        left.chmod(0o600)
    partial = partial_of(limit=0)
    assert (partial.path, partial.position, partial.validator) == (str(path), 0, TAG)


def test_a_part_that_is_longer_than_the_file_is_discarded(partial_of: Callable[..., PartialDownload]) -> None:
    interrupted(partial_of(), b"abcdefg")
    partial = partial_of(limit=6)
    assert (partial.position, partial.taken_over, partial.validator) == (0, 0, "")
    assert Path(partial.path).read_bytes() == b""


def test_a_part_of_unknown_content_is_discarded(partial_of: Callable[..., PartialDownload]) -> None:
    interrupted(partial_of(), b"abc")
    partial = partial_of()
    Path(f"{partial.path}.tag").write_text("")
    partial.give_up(KeyboardInterrupt())
    partial = partial_of(limit=6)
    assert (partial.position, Path(partial.path).read_bytes()) == (0, b"")


def test_a_restart_forgets_the_bytes(partial_of: Callable[..., PartialDownload]) -> None:
    interrupted(partial_of(), b"abcdef")
    partial = partial_of()
    partial.restart()
    assert (partial.position, partial.taken_over, partial.validator) == (0, 0, "")
    partial.write(b"xyz")
    assert (Path(partial.path).read_bytes(), partial.sha256) == (b"xyz", sha256(b"xyz"))


def test_a_new_validator_is_noted_at_once(partial_of: Callable[..., PartialDownload]) -> None:
    partial = partial_of()
    partial.validator = TAG
    assert Path(f"{partial.path}.tag").read_text() == TAG
    partial.validator = '"other"'
    assert Path(f"{partial.path}.tag").read_text() == '"other"'


@pytest.mark.parametrize("error", [LocalFileError("full"), RejectedError("protected")])
def test_a_problem_here_leaves_no_part(
    target: Path, partial_of: Callable[..., PartialDownload], error: CiError
) -> None:
    assert interrupted(partial_of(), b"abc", error) == str(error)
    assert names(target.parent) == []


def test_an_interruption_without_a_message(target: Path, partial_of: Callable[..., PartialDownload]) -> None:
    interrupted(partial_of(), b"abc", KeyboardInterrupt())
    assert len(names(target.parent)) == 2
    assert partial_of().position == 3


@pytest.mark.parametrize(("identity", "tag", "data"), [(None, TAG, b"abc"), ("one", "", b"abc"), ("one", TAG, b"")])
def test_a_part_that_cannot_continue_is_removed(
    target: Path, partial_of: Callable[..., PartialDownload], identity: str | None, tag: str, data: bytes
) -> None:
    partial = partial_of(identity)
    partial.validator = tag
    partial.write(data)
    error = ServiceError("broken")
    partial.give_up(error)
    assert error.notes == []
    assert names(target.parent) == []


def test_a_discarded_file(target: Path, partial_of: Callable[..., PartialDownload]) -> None:
    for identity in ("one", None):
        partial = partial_of(identity)
        partial.write(b"abc")
        partial.discard()
        assert names(target.parent) == []


def test_a_restart_ends_the_thread(partial_of: Callable[..., PartialDownload]) -> None:
    partial = partial_of()
    partial.write(b"x" * 2**21)
    assert hashing() == 1
    partial.restart()
    assert hashing() == 0
    partial.write(b"x" * 2**21)
    partial.give_up(ServiceError("broken"))
    assert hashing() == 0


def hashing() -> int:
    """Return the number of threads that compute digests."""
    return len([thread for thread in threading.enumerate() if "sha256" in thread.name])


def open_files() -> int:
    return len([*Path("/dev/fd").iterdir()])


def test_files_are_closed(partial_of: Callable[..., PartialDownload]) -> None:
    before = open_files()
    partial = partial_of()
    partial.validator = TAG
    partial.write(b"abc")
    assert open_files() == before + 2
    partial.give_up(ServiceError("broken"))
    assert open_files() == before
    partial = partial_of()
    partial.finish()
    partial.publish()
    assert open_files() == before


# Attributes of the replaced file


def test_the_mode_of_the_replaced_file(target: Path, partial_of: Callable[..., PartialDownload]) -> None:
    target.touch()
    target.chmod(0o4751)
    partial = partial_of()
    partial.inherit()
    assert stat.S_IMODE(Path(partial.path).stat().st_mode) == 0o751


def test_no_replaced_file(partial_of: Callable[..., PartialDownload]) -> None:
    partial = partial_of()
    partial.inherit()
    assert stat.S_IMODE(Path(partial.path).stat().st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
@pytest.mark.parametrize(("user", "group"), [(65534, 0), (0, 65534), (65533, 65534)])
def test_the_owner_of_the_replaced_file(
    target: Path, partial_of: Callable[..., PartialDownload], user: int, group: int
) -> None:
    target.touch()
    os.chown(target, user, group)
    partial = partial_of()
    partial.inherit()
    found = Path(partial.path).stat()
    assert (found.st_uid, found.st_gid) == (user, group)


def test_an_owner_that_cannot_be_set(
    target: Path, partial_of: Callable[..., PartialDownload], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set the owner only if it differs, and continue without it."""
    target.touch()
    target.chmod(0o640)
    asked: list[tuple[int, int]] = []

    def chown(_path: str, user: int, group: int) -> None:
        asked.append((user, group))
        raise PermissionError

    partial = partial_of()
    with monkeypatch.context() as patched:
        patched.setattr(os, "chown", chown)
        partial.inherit()
        assert asked == []
        patched.setattr(os, "geteuid", lambda: target.stat().st_uid + 1)
        partial.inherit()
    assert asked == [(target.stat().st_uid, target.stat().st_gid)]
    assert stat.S_IMODE(Path(partial.path).stat().st_mode) == 0o640


# Disks with problems


class Disk:
    """A file on a disk where every change fails."""

    def write(self, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    def seek(self, _position: int) -> None:
        raise OSError(5, "Input/output error")

    def flush(self) -> None:
        raise OSError(5, "Input/output error")

    def close(self) -> None:
        raise OSError(5, "Input/output error")


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (lambda partial: partial.write(b"abc"), "No space left on device"),
        (lambda partial: partial.restart(), "Input/output error"),
        (lambda partial: partial.finish(), "Input/output error"),
    ],
)
def test_a_disk_with_a_problem(
    target: Path, monkeypatch: pytest.MonkeyPatch, step: Callable[[PartialDownload], None], reason: str
) -> None:
    def fdopen(handle: int, *_mode: str | int) -> Disk:
        os.close(handle)
        return Disk()

    with monkeypatch.context() as patched:
        patched.setattr(os, "fdopen", fdopen)
        partial = PartialDownload(str(target), None, None)
    with pytest.raises(LocalFileError, match=f"^dest: {target} cannot be written: {reason}\\.$") as failed:
        step(partial)
    partial.give_up(failed.value)
    assert names(target.parent) == []


def test_a_target_that_cannot_be_replaced(target: Path, partial_of: Callable[..., PartialDownload]) -> None:
    target.mkdir()
    partial = partial_of()
    partial.write(b"abc")
    partial.finish()
    with pytest.raises(LocalFileError, match=f"^dest: {target} cannot be written: Is a directory\\.$"):
        partial.publish()


@pytest.mark.parametrize("identity", ["one", None])
def test_a_folder_that_disappears(tmp_path: Path, identity: str | None) -> None:
    with pytest.raises(LocalFileError, match="cannot be written: No such file or directory"):
        PartialDownload(str(tmp_path / "none" / "file"), identity, None)


def test_a_note_that_cannot_be_written(
    target: Path, partial_of: Callable[..., PartialDownload], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    partial = partial_of()
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail)
        with pytest.raises(LocalFileError, match=f"^dest: {target} cannot be written: No space left on device\\.$"):
            partial.validator = TAG
        with pytest.raises(LocalFileError, match=f"^dest: {target} cannot be written: No space left on device\\.$"):
            partial.finish()


def test_an_error_without_a_text(
    target: Path, partial_of: Callable[..., PartialDownload], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_paths: str) -> None:
        raise OSError("odd")

    partial = partial_of()
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", fail)
        with pytest.raises(LocalFileError, match=f"^dest: {target} cannot be written: odd\\.$"):
            partial.publish()
