# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of the machine that runs a task: an error that names the option, and no partial changes."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.adopt.code_signing_export import CODE_SIGNING_EXPORT
from tests.emulator.process import Emulator
from tests.helpers.fleet import ONE, Fleet, declared
from tests.helpers.service import PROFILES, Service, a_file, sha256
from tests.helpers.tasks import Tasks
from tests.helpers.users import unprivileged_user


@contextmanager
def full_disk(free_bytes: int = 0) -> Iterator[None]:
    """Limit the size of the files of this process."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (free_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("place", ["{}/closed/copies", "/a\0b"])
def test_backup_dir_that_cannot_be_used(service: Service, tasks: Tasks, check_mode: bool, place: str) -> None:
    service.holds(PROFILES, a_file("dist", b"old"))
    tasks.listing().run()  # imports what is imported late
    with unprivileged_user() as folder:
        (folder / "closed").mkdir(0)
        task = tasks.file(PROFILES, b"new content", backup_dir=place.format(folder), backup_required=True)
        failed = task.fail(check_mode=check_mode)
    assert failed["error"]["kind"] == "backup"
    assert "backup_dir " in failed["msg"]
    assert service.contents() == [("dist", sha256(b"old"))]


def test_disk_that_is_full(service: Service, tasks: Tasks, tmp_path: Path) -> None:
    """Replace nothing if a required copy cannot be written. An optional copy is a warning."""
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
