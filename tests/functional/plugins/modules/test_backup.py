# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""backup_dir and backup_required: copies of files before they are replaced or deleted."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.helpers.service import APP, CERTIFICATES, PROFILES, PROJECT_FILES, Service, a_file, sha256
from tests.helpers.tasks import Tasks

NEW = b"new content"
OLD = b"old content"
EACH_KIND = pytest.mark.parametrize("kind", [PROFILES, CERTIFICATES, PROJECT_FILES])
CHECK_MODE = pytest.mark.parametrize("check_mode", [True, False], ids=["check", "real"])


def saved(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


@EACH_KIND
def test_replaced_file_is_saved(service: Service, tasks: Tasks, tmp_path: Path, kind: str) -> None:
    service.holds(kind, a_file("a b/dist.p12", OLD))
    slug = service.files(kind)[0]["slug"]
    folder = tmp_path / "new" / "copies"
    task = tasks.file(kind, NEW, name="a b/dist.p12", backup_dir=str(folder), backup_required=True)

    assert "warnings" not in task.run(check_mode=True)
    assert not folder.exists()
    assert "warnings" not in task.run()

    assert saved(folder) == {f"{APP}_{slug}_a_b_dist.p12": OLD}
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    task.run()
    assert len(saved(folder)) == 1


@EACH_KIND
def test_deleted_files_are_saved(service: Service, tasks: Tasks, tmp_path: Path, kind: str) -> None:
    service.holds(kind, a_file("dist", OLD), a_file("dist", NEW))
    tasks.file(kind, state="absent", duplicates="remove", backup_dir=str(tmp_path / "copies")).run()
    assert sorted(saved(tmp_path / "copies").values()) == sorted([OLD, NEW])


def test_copies_are_made_before_anything_is_changed(service: Service, tasks: Tasks, tmp_path: Path) -> None:
    service.holds(PROFILES, a_file("dist", OLD))
    asked = tasks.file(PROFILES, NEW, backup_dir=str(tmp_path / "copies")).asked_by()
    assert asked == ["list", "show", "get", "show", "get", "create", "put", "confirm", "delete", "list"]


def test_leftovers_are_not_worth_a_copy(service: Service, tasks: Tasks, tmp_path: Path) -> None:
    service.holds(PROFILES, a_file("dist", None))
    done = tasks.file(PROFILES, NEW, backup_dir=str(tmp_path / "copies"), backup_required=True).run()
    assert "warnings" not in done
    assert saved(tmp_path / "copies") == {}


@EACH_KIND
@CHECK_MODE
def test_protected_file_cannot_be_saved(
    service: Service, tasks: Tasks, tmp_path: Path, kind: str, check_mode: bool
) -> None:
    service.holds(kind, a_file("dist", b"short", is_protected=True, certificate_password="x"))
    task = tasks.file(kind, state="absent", backup_dir=str(tmp_path / "copies"))
    warnings = task.run(check_mode=check_mode)["warnings"]
    assert len(warnings) == 1
    assert "it is protected" in warnings[0]


@EACH_KIND
@CHECK_MODE
def test_required_copy_of_a_protected_file_is_refused(
    service: Service, tasks: Tasks, tmp_path: Path, kind: str, check_mode: bool
) -> None:
    service.holds(kind, a_file("dist", b"short", is_protected=True))
    password = {"certificate_password": "one"} if kind == CERTIFICATES else {}
    task = tasks.file(kind, NEW, **password, backup_dir=str(tmp_path / "copies"), backup_required=True)
    assert task.asked_when_failing(check_mode=check_mode) == ["list"]
    failed = task.fail(check_mode=check_mode)
    assert failed["error"]["kind"] == "backup"
    assert "It was not deleted." in failed["msg"]
    assert service.contents(kind) == [("dist", sha256(b"short"))]


def test_folder_that_cannot_be_written(service: Service, tasks: Tasks, tmp_path: Path) -> None:
    service.holds(PROFILES, a_file("dist", OLD))
    (tmp_path / "file").touch()
    task = tasks.file(PROFILES, NEW, backup_dir=str(tmp_path / "file" / "copies"), backup_required=True)
    failed = task.fail()
    assert failed["error"]["kind"] == "backup"
    assert "cannot be written: Not a directory" in failed["msg"]
    assert service.contents() == [("dist", sha256(OLD))]
    warnings = task.with_options(backup_required=False).run()["warnings"]
    assert len(warnings) == 1
    assert service.contents() == [("dist", sha256(NEW))]


@pytest.mark.parametrize("folder", ["", None])
def test_a_required_backup_needs_a_folder(service: Service, tasks: Tasks, folder: str | None) -> None:
    service.holds(PROFILES, a_file("dist", OLD))
    failed = tasks.file(PROFILES, NEW, backup_dir=folder, backup_required=True).fail()
    assert (failed["error"]["kind"], service.contents()) == ("option", [("dist", sha256(OLD))])
    assert failed["msg"].startswith("backup_dir is required with backup_required=True")


def test_bytes_that_the_storage_does_not_give(service: Service, tasks: Tasks, tmp_path: Path) -> None:
    service.holds(PROFILES, a_file("dist", b"short"))
    service.emulator.fault(status=404, path="/_storage/", method="GET", body="<Error><Code>NoSuchKey</Code></Error>")
    task = tasks.file(PROFILES, NEW, backup_dir=str(tmp_path / "copies"), backup_required=True)
    failed = task.fail()
    assert failed["error"]["kind"] == "backup"
    assert "NoSuchKey" in failed["msg"]
    assert "X-Amz" not in failed["msg"]
    assert service.contents() == [("dist", sha256(b"short"))]


def test_nothing_is_saved_where_nothing_changes(service: Service, tasks: Tasks, tmp_path: Path) -> None:
    service.holds(PROFILES, a_file("dist", NEW))
    assert tasks.file(PROFILES, NEW, backup_dir=str(tmp_path / "copies")).run()["changed"] is False
    assert not (tmp_path / "copies").exists()
