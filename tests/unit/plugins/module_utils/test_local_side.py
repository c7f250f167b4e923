# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine that runs a task is not as it should be: an error that names the option, and nothing half done."""

from __future__ import annotations

import io
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.adopt.module import CODE_SIGNING_EXPORT
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import LocalFileError, OptionError
from ansible_collections.mobileops.ci.plugins.module_utils._http.transport_options import Transport
from ansible_collections.mobileops.ci.plugins.module_utils._local import read_file as _local_file
from ansible_collections.mobileops.ci.plugins.module_utils._local.read_file import can_save_in, read_file
from tests.emulator.process import Emulator

from ..fleet.fleet import ONE, Fleet, declared
from ..helpers.service import PROFILES, Service, a_file, sha256
from ..helpers.tasks import Tasks
from ..helpers.users import somebody_else

OPTIONS: dict[str, Any] = {"timeout": 30.0, "max_retries": 5, "validate_certs": True, "time_limit": 600.0}
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


@contextmanager
def full_disk(free_bytes: int = 0) -> Iterator[None]:
    """No file of this process can become larger than this."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (free_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def transport_error(env: dict[str, str], ca_path: str | None) -> str:
    with pytest.raises(OptionError) as caught:
        Transport.from_options({**OPTIONS, "ca_path": ca_path}, env)
    return caught.value.message


@pytest.mark.parametrize("named", ["ca_path", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_certificate_authorities_that_cannot_be_read(named: str) -> None:
    def error(path: str) -> str:
        return transport_error({} if named == "ca_path" else {named: path}, path if named == "ca_path" else None)

    with somebody_else() as folder:
        (folder / "closed").mkdir()
        (folder / "closed" / "ca.pem").write_text(PEM)
        (folder / "file.pem").write_text(PEM)
        (folder / "file.pem").chmod(0)
        os.mkfifo(folder / "pipe")
        (folder / "loop").symlink_to(folder / "loop")
        (folder / "closed").chmod(0)
        for path in (folder / "closed" / "ca.pem", folder / "closed", folder / "file.pem"):
            assert error(str(path)) == f"{named}: {path} cannot be read: Permission denied."
        assert "neither a file nor a directory" in error(str(folder / "pipe"))
        assert error(str(folder / "loop")).startswith(f"{named}: ")
    assert error("/nowhere/ca.pem") == f"{named}: /nowhere/ca.pem does not exist on the host that sends the requests."
    assert error("a\0b").startswith(f"{named}: ")
    assert error("x" * 5000).startswith(f"{named}: ")


def test_pem_text_instead_of_a_path() -> None:
    message = transport_error({}, PEM * 100)
    assert message == "ca_path must be the path to a file, got PEM text. Save the text to a file."


def test_where_a_copy_can_be_saved() -> None:
    with somebody_else() as folder:
        (folder / "closed" / "inner").mkdir(parents=True)
        (folder / "read-only").mkdir()
        (folder / "file").touch()
        (folder / "link").symlink_to("nowhere")
        (folder / "closed").chmod(0)
        (folder / "read-only").chmod(0o500)
        for usable in (folder, folder / "new", folder / "new" / "deeper"):
            assert can_save_in(str(usable))
        for place in ("closed", "closed/inner", "closed/new/x", "read-only", "read-only/new", "file", "file/x", "link"):
            assert not can_save_in(str(folder / place)), place
    assert not can_save_in("/a\0b")


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("place", ["{}/closed/copies", "/a\0b"])
def test_backup_dir_that_cannot_be_used(service: Service, tasks: Tasks, check_mode: bool, place: str) -> None:
    service.holds(PROFILES, a_file("dist", b"old"))
    tasks.listing().run()  # imports what is imported late
    with somebody_else() as folder:
        (folder / "closed").mkdir(0)
        task = tasks.file(PROFILES, b"new content", backup_dir=place.format(folder), backup_required=True)
        failed = task.fail(check_mode=check_mode)
    assert failed["error"]["kind"] == "backup"
    assert "backup_dir: " in failed["msg"]
    assert service.contents() == [("dist", sha256(b"old"))]


def test_disk_that_is_full(service: Service, tasks: Tasks, tmp_path: Path) -> None:
    """A copy that must be made cannot, so nothing is replaced; one that may fail becomes a warning."""
    service.holds(PROFILES, a_file("dist", b"old" * 1000))
    copies = tmp_path / "copies"
    task = tasks.file(PROFILES, b"new content", backup_dir=str(copies), backup_required=True)
    with full_disk():
        failed = task.fail()
        assert failed["error"]["kind"] == "backup"
        assert "cannot be written: File too large" in failed["msg"]
        assert list(copies.iterdir()) == []
        assert service.contents() == [("dist", sha256(b"old" * 1000))]
        assert len(task.with_options(backup_required=False).run()["warnings"]) == 1
    assert service.contents() == [("dist", sha256(b"new content"))]


@pytest.mark.parametrize("free_bytes", [0, 100, 9000])
def test_digest_cache_on_a_disk_that_is_full(emulator: Emulator, tmp_path: Path, free_bytes: int) -> None:
    fleet = Fleet(emulator, tmp_path)
    fleet.holds([ONE])
    path = tmp_path / "digests"
    task = fleet.task([ONE], provisioning_profiles=[declared("dist", b"content")], digest_cache=str(path))
    with full_disk(free_bytes):
        result = task.run()
    assert result["summary"]["uploaded"] == 1
    assert all(text.startswith(f"digest_cache: {path} cannot be written") for text in result.get("warnings", []))
    assert bool(result.get("warnings")) == (free_bytes < 4096)
    assert task.run()["changed"] is False


def test_export_to_a_disk_that_is_full(service: Service, tasks: Tasks, tmp_path: Path) -> None:
    service.holds(PROFILES, a_file("dist", b"x" * 100_000))
    task = tasks.make(CODE_SIGNING_EXPORT, apps=[service.emulator.state()["apps"].popitem()[0]], dest=str(tmp_path))
    with full_disk(1000):
        result = task.result()
    assert result["failed"]
    assert "exception" not in result
    assert "File too large" in result["msg"]
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size > 1000] == []
    assert task.run()["changed"]


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_umask(service: Service, tasks: Tasks, tmp_path: Path, umask: int) -> None:
    service.holds(PROFILES, a_file("dist", b"old"))
    before = os.umask(umask)
    try:
        tasks.file(PROFILES, b"new content", backup_dir=str(tmp_path / "copies")).run()
    finally:
        os.umask(before)
    (copy,) = (tmp_path / "copies").iterdir()
    assert (copy.stat().st_mode & 0o777, copy.read_bytes()) == (0o600, b"old")
    assert (tmp_path / "copies").stat().st_mode & 0o077 == 0


def test_without_a_home(service: Service, tasks: Tasks, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "USER", "LOGNAME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "TMPDIR"):
        monkeypatch.delenv(name, raising=False)
    task = tasks.file(PROFILES, b"content")
    result = type(task)(task.service, task.spec, task.options, {}).run()
    assert result["changed"]


def error_of(path: Path) -> str:
    with pytest.raises(LocalFileError) as caught:
        read_file(str(path))
    return caught.value.message


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").touch()
    assert "Too many levels of symbolic links" in error_of(tmp_path / "loop")
    assert "does not exist" in error_of(tmp_path / "broken")
    assert "is not a regular file" in error_of(tmp_path / "pipe")
    assert "is not a regular file" in error_of(Path("/dev/zero"))
    assert "is a directory" in error_of(tmp_path)
    assert "is empty" in error_of(tmp_path / "empty")
    with somebody_else() as folder:
        (folder / "file").write_bytes(b"x")
        (folder / "file").chmod(0)
        assert "permission denied" in error_of(folder / "file")
    with pytest.raises(LocalFileError):
        read_file("a\0b")


class Written(io.BytesIO):
    """A file in which something writes between two reads, and leaves size and time as they are."""

    def __init__(self, *contents: bytes) -> None:
        super().__init__()
        self._contents = list(contents)

    def fileno(self) -> int:
        return -1

    def read(self, size: int | None = -1, /) -> bytes:
        return self._contents.pop(0) if len(self._contents) > 1 else self._contents[0]


@pytest.mark.parametrize(
    ("contents", "found"),
    [
        ([b"old"], b"old"),
        ([b"newold", b"newnew"], b"newnew"),
        ([b"newold", b"newnew", b"NEWnew", b"NEWNEW"], b"NEWNEW"),
        ([bytes([number]) for number in range(50)], None),
    ],
)
def test_a_file_that_is_written_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, contents: list[bytes], found: bytes | None
) -> None:
    path = tmp_path / "file"
    path.write_bytes(contents[0])
    monkeypatch.setattr(_local_file, "_opened", lambda _path: Written(*contents))
    monkeypatch.setattr(_local_file.os, "fstat", lambda _file: path.stat())
    if found is None:
        assert "changed while it was read" in error_of(path)
    else:
        assert read_file(str(path)).data == found


def test_a_file_that_is_older_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    monkeypatch.setattr(_local_file, "_opened", lambda _path: Written(b"old", b"new"))
    monkeypatch.setattr(_local_file.os, "fstat", lambda _file: path.stat())
    assert read_file(str(path)).data == b"old"
