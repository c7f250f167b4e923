# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of the machine that runs a task: an error that names the option, and no partial changes."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import LocalFileError, OptionError
from ansible_collections.mobileops.ci.plugins.module_utils._http.transport_options import Transport
from ansible_collections.mobileops.ci.plugins.module_utils._local import read_file as _local_file
from ansible_collections.mobileops.ci.plugins.module_utils._local.read_file import can_save_in, read_file
from tests.helpers.users import unprivileged_user

OPTIONS: dict[str, Any] = {"timeout": 30.0, "max_retries": 5, "validate_certs": True, "time_limit": 600.0}
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def transport_error(env: dict[str, str], ca_path: str | None) -> str:
    with pytest.raises(OptionError) as caught:
        Transport.from_options({**OPTIONS, "ca_path": ca_path}, env)
    return caught.value.message


@pytest.mark.parametrize("named", ["ca_path", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_certificate_authorities_that_cannot_be_read(named: str) -> None:
    def error(path: str) -> str:
        return transport_error({} if named == "ca_path" else {named: path}, path if named == "ca_path" else None)

    with unprivileged_user() as folder:
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
    with unprivileged_user() as folder:
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


def error_of(path: Path) -> str:
    with pytest.raises(LocalFileError) as caught:
        read_file(str(path))
    return caught.value.message


def test_paths_that_are_not_files(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").touch()
    assert "Too many levels of symbolic links" in error_of(tmp_path / "loop")
    assert "does not exist" in error_of(tmp_path / "broken")
    assert "is not a regular file" in error_of(tmp_path / "pipe")
    assert "is not a regular file" in error_of(Path("/dev/zero"))
    assert "is a directory" in error_of(tmp_path)
    assert "must not be empty" in error_of(tmp_path / "empty")
    with unprivileged_user() as folder:
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
