# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ambiguous cases: several files of one name, contents that cannot be compared, one-way flags."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.service import CERTIFICATES, PROFILES, PROJECT_FILES, READING, Service, a_file, sha256
from tests.helpers.tasks import Tasks, check_then_run_then_rerun

NEW = b"new content"
OLD = b"old content"
EACH_KIND = pytest.mark.parametrize("kind", [PROFILES, CERTIFICATES, PROJECT_FILES])
CHECK_MODE = pytest.mark.parametrize("check_mode", [True, False], ids=["check", "real"])


@EACH_KIND
def test_an_interrupted_replacement_is_finished(service: Service, tasks: Tasks, kind: str) -> None:
    """Delete the other file, because the newest one has the declared content."""
    service.holds(kind, a_file("dist", OLD), a_file("dist", NEW))
    done = check_then_run_then_rerun(tasks.file(kind, NEW))
    assert [action["reason"] for action in done["actions"]] == ["replaced"]
    assert service.contents(kind) == [("dist", sha256(NEW))]


@EACH_KIND
def test_of_two_runs_at_once_the_declared_content_wins(service: Service, tasks: Tasks, kind: str) -> None:
    service.holds(kind, a_file("dist", NEW), a_file("dist", OLD))
    done = check_then_run_then_rerun(tasks.file(kind, NEW))
    assert [action["action"] for action in done["actions"]] == ["upload", "delete", "delete"]
    assert service.contents(kind) == [("dist", sha256(NEW))]


@CHECK_MODE
def test_two_protected_profiles_are_refused(service: Service, tasks: Tasks, check_mode: bool) -> None:
    """Reject the task, because nothing distinguishes an older generation from a file to keep."""
    service.holds(PROFILES, a_file("dist", OLD, is_protected=True), a_file("dist", NEW, is_protected=True))
    check_refused(service, tasks, PROFILES, check_mode)


@EACH_KIND
@CHECK_MODE
def test_files_of_unknown_age_are_refused(service: Service, tasks: Tasks, kind: str, check_mode: bool) -> None:
    """Reject a slug that is not a ULID and so does not date the file."""
    service.holds(kind, a_file("dist", OLD, slug="0123456789abcdef"), a_file("dist", NEW, slug="fedcba9876543210"))
    check_refused(service, tasks, kind, check_mode)


def check_refused(service: Service, tasks: Tasks, kind: str, check_mode: bool) -> None:
    slugs = [file["slug"] for file in service.files(kind)]
    task = tasks.file(kind, NEW)
    failed = task.fail(check_mode=check_mode)
    assert failed["error"]["kind"] == "duplicates"
    assert all(slug in failed["msg"] for slug in slugs)
    assert "duplicates=remove" in failed["msg"]
    assert set(task.asked_when_failing(check_mode=check_mode)) <= READING
    assert [file["slug"] for file in service.files(kind)] == slugs


@EACH_KIND
def test_duplicates_of_which_none_is_right_are_replaced_by_one(service: Service, tasks: Tasks, kind: str) -> None:
    service.holds(kind, a_file("dist", OLD), a_file("dist", b"short", is_protected=True))
    password = {"certificate_password": "one"} if kind == CERTIFICATES else {}
    done = check_then_run_then_rerun(tasks.file(kind, NEW, duplicates="remove", **password))
    assert [action["action"] for action in done["actions"]] == ["upload", "delete", "delete"]
    assert service.contents(kind) == [("dist", sha256(NEW))]
    assert service.files(kind)[0]["is_protected"] is True


@EACH_KIND
def test_of_two_equal_copies_the_newer_stays(service: Service, tasks: Tasks, kind: str) -> None:
    service.holds(kind, a_file("dist", NEW, is_expose=False), a_file("dist", NEW))
    newer = service.files(kind)[1]["slug"]
    done = check_then_run_then_rerun(tasks.file(kind, NEW, is_protected=True))
    assert [action["action"] for action in done["actions"]] == ["update", "delete", "update"]
    left = service.files(kind)
    assert [(file["slug"], file["is_protected"], file["is_expose"]) for file in left] == [(newer, True, False)]


UNVERIFIABLE: dict[str, tuple[str, dict[str, Any]]] = {
    "profile": (PROFILES, {}),
    "certificate without digest": (CERTIFICATES, {"hash_fields": False}),
}


PASSWORD: dict[str, dict[str, Any]] = {CERTIFICATES: {"certificate_password": "one"}}


@pytest.fixture(params=UNVERIFIABLE.values(), ids=list(UNVERIFIABLE))
def unverifiable(request: pytest.FixtureRequest, service: Service) -> str:
    """Return the kind of a protected file with the right name and size whose bytes cannot be downloaded."""
    kind: str = request.param[0]
    service.holds(kind, a_file("dist", OLD, is_protected=True))
    if request.param[1]:
        service.emulator.options(**request.param[1])
    return kind


@pytest.mark.parametrize(("policy", "warnings"), [("warn", 1), ("trust", 0)])
def test_kept(service: Service, tasks: Tasks, unverifiable: str, policy: str, warnings: int) -> None:
    done = check_then_run_then_rerun(tasks.file(unverifiable, NEW, on_unverifiable=policy))
    assert done["changed"] is False
    texts = done.get("warnings", [])
    assert len(texts) == warnings
    assert all("without comparing its content" in text and "on_unverifiable=replace" in text for text in texts)
    assert service.contents(unverifiable) == [("dist", sha256(OLD))]


def test_replaced_with_each_run(service: Service, tasks: Tasks, unverifiable: str) -> None:
    task = tasks.file(unverifiable, NEW, on_unverifiable="replace", **PASSWORD.get(unverifiable, {}))
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
    assert "on_unverifiable=warn or trust" in failed["msg"]
    assert task.asked_when_failing(check_mode=check_mode) == ["list"]


def test_digest_makes_a_protected_certificate_verifiable(service: Service, tasks: Tasks) -> None:
    service.holds(CERTIFICATES, a_file("dist", OLD, is_protected=True))
    check_then_run_then_rerun(tasks.file(CERTIFICATES, NEW, on_unverifiable="fail", **PASSWORD[CERTIFICATES]))
    assert service.contents(CERTIFICATES) == [("dist", sha256(NEW))]


ONE_WAY = {
    "unprotect": {"is_protected": False},
    "hide what is protected": {"is_expose": False},
    "unprotect with new content": {"is_protected": False, "force": True},
}


@EACH_KIND
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


@EACH_KIND
@CHECK_MODE
def test_flags_of_nothing(service: Service, tasks: Tasks, kind: str, check_mode: bool) -> None:
    failed = tasks.file(kind, is_protected=True).fail(check_mode=check_mode)
    assert failed["error"]["kind"] == "missing_file"
    assert "src" in failed["msg"]


@EACH_KIND
def test_a_slug_that_is_not_there(service: Service, tasks: Tasks, kind: str) -> None:
    service.holds(kind, a_file("dist", b"short"))
    task = tasks.file(kind, NEW, slug="01GONE")
    assert task.fail()["error"]["kind"] == "missing_file"
    assert service.contents(kind) == [("dist", sha256(b"short"))]


@CHECK_MODE
def test_a_certificate_of_unknown_password_is_not_replaced_without_one(
    service: Service, tasks: Tasks, check_mode: bool
) -> None:
    """Keep the last file that can be used, because the new one could not be opened."""
    service.holds(CERTIFICATES, a_file("dist", OLD, is_protected=True, certificate_password="one"))
    task = tasks.file(CERTIFICATES, NEW)
    failed = task.fail(check_mode=check_mode)
    assert failed["error"]["kind"] == "password"
    assert "Set certificate_password" in failed["msg"]
    assert set(task.asked_when_failing(check_mode=check_mode)) <= READING


def test_a_file_whose_bytes_are_missing_is_replaced(service: Service, tasks: Tasks) -> None:
    """Upload again if the service lists a file as processed whose bytes never arrived."""
    service.holds(PROFILES, a_file("dist", NEW, uploaded=False))
    done = check_then_run_then_rerun(tasks.file(PROFILES, NEW))
    assert [action["action"] for action in done["actions"]] == ["upload", "delete"]
