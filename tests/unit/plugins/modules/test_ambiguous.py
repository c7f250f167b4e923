# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot be told for sure: several files of one name, contents that cannot be compared, one-way flags."""

from __future__ import annotations

from typing import Any

import pytest

from ..helpers.service import CERTIFICATES, PROFILES, PROJECT_FILES, READING, Service, a_file, sha256
from ..helpers.tasks import Tasks, check_then_run_then_rerun

NEW = b"new content"
OLD = b"old content"
KINDS = pytest.mark.parametrize("kind", [PROFILES, CERTIFICATES, PROJECT_FILES])
CHECK_MODE = pytest.mark.parametrize("check_mode", [True, False], ids=["check", "real"])


@KINDS
@CHECK_MODE
def test_duplicates_are_refused(service: Service, tasks: Tasks, kind: str, check_mode: bool) -> None:
    service.holds(kind, a_file("dist", OLD), a_file("dist", NEW))
    slugs = [file["slug"] for file in service.files(kind)]
    task = tasks.file(kind, NEW)
    failed = task.fail(check_mode=check_mode)
    assert failed["error"]["kind"] == "duplicates"
    assert all(slug in failed["msg"] for slug in slugs)
    assert "duplicates=remove" in failed["msg"]
    assert set(task.asked_when_failing(check_mode=check_mode)) <= READING
    assert [file["slug"] for file in service.files(kind)] == slugs


@KINDS
def test_duplicates_of_which_none_is_right_are_replaced_by_one(service: Service, tasks: Tasks, kind: str) -> None:
    service.holds(kind, a_file("dist", OLD), a_file("dist", b"short", is_protected=True))
    done = check_then_run_then_rerun(tasks.file(kind, NEW, duplicates="remove"))
    assert [action["action"] for action in done["actions"]] == ["upload", "delete", "delete"]
    assert service.contents(kind) == [("dist", sha256(NEW))]
    assert service.files(kind)[0]["is_protected"] is True


# The kind, and whether the service lists digests of it.
COPIES = pytest.mark.parametrize(
    ("kind", "hash_fields"), [(PROFILES, True), (CERTIFICATES, False), (PROJECT_FILES, True)]
)


@COPIES
@CHECK_MODE
def test_one_of_two_equal_copies_is_not_protected(
    service: Service, tasks: Tasks, kind: str, hash_fields: bool, check_mode: bool
) -> None:
    """That could not be taken back, and each further run would fail."""
    service.emulator.options(hash_fields=hash_fields)
    service.holds(kind, a_file("dist", NEW), a_file("dist", NEW))
    before = service.files(kind)
    task = tasks.file(kind, NEW, is_protected=True)
    failed = task.fail(check_mode=check_mode)
    assert failed["error"]["kind"] == "duplicates"
    assert all(file["slug"] in failed["msg"] for file in before)
    assert set(task.asked_when_failing(check_mode=check_mode)) <= READING
    assert service.files(kind) == before
    # What can be taken back is done, and so is what the message names.
    check_then_run_then_rerun(tasks.file(kind, NEW, is_expose=False))
    check_then_run_then_rerun(tasks.file(kind, NEW, is_protected=True, slug=before[1]["slug"]))
    check_then_run_then_rerun(tasks.file(kind, NEW, is_protected=True, duplicates="remove"))
    assert [file["is_protected"] for file in service.files(kind)] == [True]


def test_one_of_two_equal_copies_is_protected_where_it_can_still_be_compared(service: Service, tasks: Tasks) -> None:
    service.holds(CERTIFICATES, a_file("dist", NEW), a_file("dist", NEW))
    check_then_run_then_rerun(tasks.file(CERTIFICATES, NEW, is_protected=True))
    assert sorted(file["is_protected"] for file in service.files(CERTIFICATES)) == [False, True]


UNVERIFIABLE: dict[str, tuple[str, dict[str, Any]]] = {
    "profile": (PROFILES, {}),
    "certificate without digest": (CERTIFICATES, {"hash_fields": False}),
}


@pytest.fixture(params=UNVERIFIABLE.values(), ids=list(UNVERIFIABLE))
def unverifiable(request: pytest.FixtureRequest, service: Service) -> str:
    """The kind of a protected file of the right name and size whose bytes nobody can see."""
    kind: str = request.param[0]
    service.holds(kind, a_file("dist", OLD, is_protected=True))
    if request.param[1]:
        service.emulator.options(**request.param[1])
    return kind


def test_trusted(service: Service, tasks: Tasks, unverifiable: str) -> None:
    done = check_then_run_then_rerun(tasks.file(unverifiable, NEW, on_unverifiable="trust"))
    assert done["changed"] is False
    assert service.contents(unverifiable) == [("dist", sha256(OLD))]


def test_replaced_with_each_run(service: Service, tasks: Tasks, unverifiable: str) -> None:
    task = tasks.file(unverifiable, NEW, on_unverifiable="replace")
    for _turn in range(2):
        checked = task.run(check_mode=True)
        assert checked["actions"] == task.run()["actions"]
        assert [action["action"] for action in checked["actions"]] == ["upload", "delete"]
        assert service.contents(unverifiable) == [("dist", sha256(NEW))]
        assert service.files(unverifiable)[0]["is_protected"] is True


@CHECK_MODE
def test_refused(service: Service, tasks: Tasks, unverifiable: str, check_mode: bool) -> None:
    task = tasks.file(unverifiable, NEW, on_unverifiable="fail")
    failed = task.fail(check_mode=check_mode)
    assert failed["error"]["kind"] == "unverifiable"
    assert "on_unverifiable=trust" in failed["msg"]
    assert task.asked_when_failing(check_mode=check_mode) == ["list"]


def test_digest_makes_a_protected_certificate_verifiable(service: Service, tasks: Tasks) -> None:
    service.holds(CERTIFICATES, a_file("dist", OLD, is_protected=True))
    check_then_run_then_rerun(tasks.file(CERTIFICATES, NEW, on_unverifiable="fail"))
    assert service.contents(CERTIFICATES) == [("dist", sha256(NEW))]


ONE_WAY = {
    "unprotect": {"is_protected": False},
    "hide what is protected": {"is_expose": False},
    "unprotect with new content": {"is_protected": False, "force": True},
}


@KINDS
@CHECK_MODE
@pytest.mark.parametrize("options", ONE_WAY.values(), ids=ONE_WAY.keys())
def test_one_way_flags_are_refused(
    service: Service, tasks: Tasks, kind: str, check_mode: bool, options: dict[str, bool]
) -> None:
    service.holds(kind, a_file("dist", NEW, is_protected=True))
    before = service.files(kind)
    task = tasks.file(kind, NEW, **options)
    failed = task.fail(check_mode=check_mode)
    assert failed["error"]["kind"] == "one_way_flag"
    assert before[0]["slug"] in failed["msg"]
    assert task.asked_when_failing(check_mode=check_mode) == ["list"]
    assert service.files(kind) == before


@KINDS
@CHECK_MODE
def test_flags_of_nothing(service: Service, tasks: Tasks, kind: str, check_mode: bool) -> None:
    failed = tasks.file(kind, is_protected=True).fail(check_mode=check_mode)
    assert failed["error"]["kind"] == "missing_file"
    assert "src" in failed["msg"]


@KINDS
def test_a_slug_that_is_not_there(service: Service, tasks: Tasks, kind: str) -> None:
    service.holds(kind, a_file("dist", b"short"))
    task = tasks.file(kind, NEW, slug="01GONE")
    assert task.fail()["error"]["kind"] == "missing_file"
    assert service.contents(kind) == [("dist", sha256(b"short"))]


def test_replacing_a_certificate_of_unknown_password_warns(service: Service, tasks: Tasks) -> None:
    service.holds(CERTIFICATES, a_file("dist", OLD, is_protected=True, certificate_password="one"))
    task = tasks.file(CERTIFICATES, NEW)
    for result in (task.run(check_mode=True), task.run()):
        assert len(result["warnings"]) == 1
        assert "certificate_password" in result["warnings"][0]
