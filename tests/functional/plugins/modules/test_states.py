# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module and state: check mode writes nothing and has the same result, a second run changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.helpers.service import CERTIFICATES, PROFILES, PROJECT_FILES, Service, a_file, sha256
from tests.helpers.tasks import RESULT_KEY, Tasks, b64, check_then_run_then_rerun, shape

NEW = b"new content"
OLD = b"old content"
EACH_KIND = pytest.mark.parametrize("kind", [PROFILES, CERTIFICATES, PROJECT_FILES])
PRESENT = {"content": b64(NEW)}


@dataclass(frozen=True)
class Case:
    """Files of the app, options of the task, expected actions, and the files of that name afterwards."""

    files: tuple[dict[str, Any], ...]
    options: dict[str, Any]
    actions: tuple[str, ...]
    left: tuple[bytes, ...] = (NEW,)
    flags: dict[str, bool] = field(default_factory=lambda: {"is_protected": False, "is_expose": True})


OLD_FILE = a_file("dist", OLD)
NEW_FILE = a_file("dist", NEW)
LEFTOVER = a_file("dist", None, size=len(NEW))
PROTECTED = {"is_protected": True, "is_expose": True}
HIDDEN = {"is_protected": False, "is_expose": False}
CASES = {
    "missing": Case((), PRESENT, ("upload",)),
    "there": Case((NEW_FILE,), PRESENT, ()),
    "outdated": Case((OLD_FILE,), PRESENT, ("upload", "delete replaced")),
    "half-uploaded": Case((LEFTOVER,), PRESENT, ("upload", "delete leftover")),
    "half-uploaded beside it": Case((NEW_FILE, LEFTOVER), PRESENT, ("delete leftover",)),
    "to be protected": Case((NEW_FILE,), {**PRESENT, "is_protected": True}, ("update",), flags=PROTECTED),
    "uploaded and protected": Case((), {**PRESENT, "is_protected": True}, ("upload",), flags=PROTECTED),
    "to be hidden": Case((NEW_FILE,), {**PRESENT, "is_expose": False}, ("update",), flags=HIDDEN),
    "to be hidden, by the other name": Case((NEW_FILE,), {**PRESENT, "is_exposed": False}, ("update",), flags=HIDDEN),
    "flags only": Case((OLD_FILE,), {"is_protected": True}, ("update",), (OLD,), PROTECTED),
    "flags only, as they are": Case((OLD_FILE,), {"is_expose": True}, (), (OLD,)),
    "outdated and protected": Case(
        (a_file("dist", b"short", is_protected=True),), PRESENT, ("upload", "delete replaced"), flags=PROTECTED
    ),
    "protected already": Case((a_file("dist", NEW, is_protected=True),), PRESENT, (), flags=PROTECTED),
    "copies": Case((NEW_FILE, NEW_FILE), PRESENT, ("delete duplicate",)),
    "duplicates to be removed": Case(
        (OLD_FILE, NEW_FILE, a_file("dist", b"short")),
        {**PRESENT, "duplicates": "remove"},
        ("upload", "delete replaced", "delete replaced", "delete replaced"),
    ),
    "absent": Case((OLD_FILE, LEFTOVER), {"state": "absent"}, ("delete absent", "delete leftover"), ()),
    "absent, though protected": Case(
        (a_file("dist", OLD, is_protected=True),), {"state": "absent"}, ("delete absent",), ()
    ),
    "absent already": Case((), {"state": "absent"}, (), ()),
    "absent, all of them": Case(
        (OLD_FILE, NEW_FILE), {"state": "absent", "duplicates": "remove"}, ("delete absent", "delete absent"), ()
    ),
}


@EACH_KIND
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_state(service: Service, tasks: Tasks, kind: str, case: Case) -> None:
    other = a_file("other", b"something else")
    service.holds(kind, *case.files, other)
    task = tasks.file(kind, **with_password(kind, case))

    done = check_then_run_then_rerun(task)

    said = tuple(" ".join(filter(None, [action["action"], action.get("reason")])) for action in done["actions"])
    expected = list(case.actions)
    if kind == PROJECT_FILES and "upload" in expected:
        # A leftover has the key that builds refer to, so it is deleted first.
        expected.sort(key=lambda words: words != "delete leftover")
    assert said == tuple(expected)
    left = [file for file in service.files(kind) if file["upload_file_name"] == "dist"]
    assert sorted(file["sha256"] for file in left) == sorted(map(sha256, case.left))
    assert all(file["processed"] for file in left)
    assert ("other", sha256(b"something else")) in service.contents(kind)
    for file in left:
        assert {flag: file[flag] for flag in case.flags} == case.flags
    check_file_of_result(done[RESULT_KEY[kind]], left)


def with_password(kind: str, case: Case) -> dict[str, Any]:
    """Declare a password for a certificate that replaces a protected one, whose password is not returned."""
    replaces = (
        kind == CERTIFICATES and "upload" in case.actions and any(file.get("is_protected") for file in case.files)
    )
    return {**case.options, **({"certificate_password": "one"} if replaces else {})}


def check_file_of_result(shown: dict[str, Any] | None, left: list[dict[str, Any]]) -> None:
    """Check that the result describes one of the files that are left."""
    if not left:
        assert shown is None
        return
    assert shown is not None
    real = next(file for file in left if file["slug"] == shown["slug"])
    for key in ("upload_file_name", "upload_file_size", "processed", "is_protected", "is_expose"):
        assert shown[key] == real[key]
    assert shown["sha256"] in (None, real["sha256"])


@EACH_KIND
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_check_mode_shows_the_file_that_the_run_makes(service: Service, tasks: Tasks, kind: str, case: Case) -> None:
    service.holds(kind, *case.files)
    task = tasks.file(kind, **with_password(kind, case))
    key = RESULT_KEY[kind]
    checked, done = task.run(check_mode=True)[key], task.run()[key]
    # Only the service can know the slug of a new file, and what it finds in a certificate.
    for shown in filter(None, (checked, done)):
        shown.pop("certificates", None)
    if checked and checked["slug"] is None:
        done = {**done, "slug": None}
    assert checked == done


PASSWORDS = {
    "new file": ((), {**PRESENT, "certificate_password": "one"}, ("upload",)),
    "to be set": ((NEW_FILE,), {"certificate_password": "one"}, ("update",)),
    "to be changed": ((a_file("dist", NEW, certificate_password="two"),), {"certificate_password": "one"}, ("update",)),
    "as declared": ((a_file("dist", NEW, certificate_password="one"),), {"certificate_password": "one"}, ()),
    "kept with new content": ((a_file("dist", OLD, certificate_password="one"),), PRESENT, ("upload", "delete")),
    "left alone": ((a_file("dist", NEW, certificate_password="one"),), PRESENT, ()),
}


@pytest.mark.parametrize(("files", "options", "actions"), PASSWORDS.values(), ids=PASSWORDS.keys())
def test_certificate_password(
    service: Service, tasks: Tasks, files: tuple[dict[str, Any], ...], options: dict[str, Any], actions: tuple[str, ...]
) -> None:
    service.holds(CERTIFICATES, *files)
    done = check_then_run_then_rerun(tasks.file(CERTIFICATES, **options))
    assert tuple(action["action"] for action in done["actions"]) == actions
    assert [file["password_sha256"] for file in service.files(CERTIFICATES)] == [sha256(b"one")]


def test_empty_certificate_password_removes_it(service: Service, tasks: Tasks) -> None:
    service.holds(CERTIFICATES, a_file("dist", NEW, certificate_password="one"))
    check_then_run_then_rerun(tasks.file(CERTIFICATES, certificate_password=""))
    assert [file["has_password"] for file in service.files(CERTIFICATES)] == [False]


@pytest.mark.parametrize(("policy", "changed"), [("on_change", False), ("always", True)])
def test_password_of_a_protected_certificate(service: Service, tasks: Tasks, policy: str, changed: bool) -> None:
    """Set the password with `always` only, and on every run, because the service does not show it."""
    service.holds(CERTIFICATES, a_file("dist", NEW, certificate_password="two", is_protected=True))
    task = tasks.file(CERTIFICATES, NEW, certificate_password="one", update_password=policy)
    assert task.run(check_mode=True)["changed"] is changed
    for _turn in range(2):
        assert task.run()["changed"] is changed
    assert service.files(CERTIFICATES)[0]["password_sha256"] == sha256(b"one" if changed else b"two")


@EACH_KIND
def test_force_uploads_with_each_run(service: Service, tasks: Tasks, kind: str) -> None:
    service.holds(kind, NEW_FILE)
    task = tasks.file(kind, NEW, force=True)
    for _turn in range(2):
        slug = service.files(kind)[0]["slug"]
        checked, done = task.run(check_mode=True), task.run()
        assert checked["actions"] == done["actions"]
        assert [file["slug"] for file in service.files(kind)] != [slug]
        assert service.contents(kind) == [("dist", sha256(NEW))]


@EACH_KIND
def test_slug_names_one_of_several(service: Service, tasks: Tasks, kind: str) -> None:
    service.holds(kind, a_file("dist", OLD), a_file("dist", b"another"))
    slug = service.files(kind)[0]["slug"]
    check_then_run_then_rerun(tasks.file(kind, NEW, slug=slug))
    assert service.contents(kind) == sorted([("dist", sha256(NEW)), ("dist", sha256(b"another"))])


@EACH_KIND
def test_slug_of_a_protected_file_that_was_replaced(service: Service, tasks: Tasks, kind: str) -> None:
    service.emulator.options(hash_fields=False)
    service.holds(kind, a_file("dist", OLD), a_file("dist", b"another"))
    slug = service.files(kind)[0]["slug"]
    check_then_run_then_rerun(tasks.file(kind, NEW, slug=slug, is_protected=True))
    assert service.contents(kind) == sorted([("dist", sha256(NEW)), ("dist", sha256(b"another"))])


@EACH_KIND
def test_absent_by_slug(service: Service, tasks: Tasks, kind: str) -> None:
    service.holds(kind, OLD_FILE, NEW_FILE)
    slug = service.files(kind)[0]["slug"]
    check_then_run_then_rerun(tasks.file(kind, slug=slug, state="absent"))
    assert service.contents(kind) == [("dist", sha256(NEW))]


@EACH_KIND
def test_information_modules_only_read(service: Service, tasks: Tasks, kind: str) -> None:
    service.holds(kind, OLD_FILE, a_file("other", NEW))
    for options in ({}, {"name": "dist"}, {"name": "nobody"}, {"limit": 1}, {"slug": service.files(kind)[0]["slug"]}):
        done = check_then_run_then_rerun(tasks.listing(kind, **options))
        assert done["changed"] is False


@EACH_KIND
def test_a_failure_has_the_same_keys_in_check_mode(service: Service, tasks: Tasks, kind: str) -> None:
    service.holds(kind, OLD_FILE, a_file("dist", b"short"))
    task = tasks.file(kind, is_expose=False)
    assert shape(task.fail()) == shape(task.fail(check_mode=True))
