# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads in trouble: URLs that came too late, answers that got lost, and tidying up afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from ..helpers.service import CERTIFICATES, PROFILES, Service, a_file, sha256
from ..helpers.tasks import Tasks

NEW = b"new content"
OLD = b"old content"
LOOK = ["create", "list"]


def declared(service: Service, kind: str = PROFILES) -> bool:
    return service.contents(kind) == [("dist", sha256(NEW))] and len(service.files(kind)) == 1


def test_signed_url_that_expired_before_the_upload(service: Service, tasks: Tasks) -> None:
    """The service gives a slot one URL only: a new slot is made, the old one removed."""
    service.emulator.fault(method="PUT", advance_s=700, times=1)
    assert tasks.file(PROFILES, NEW).asked_by() == ["list", "create", "put", "create", "delete", "put", "confirm"]
    assert declared(service)


def test_signed_url_that_expires_each_time(service: Service, tasks: Tasks) -> None:
    service.holds(PROFILES, a_file("dist", b"short"))
    service.emulator.fault(method="PUT", advance_s=700)
    failed = tasks.file(PROFILES, NEW).fail()
    assert failed["error"]["kind"] == "signed_url_expired"
    assert "was removed again; nothing else was changed." in failed["msg"]
    assert [file["sha256"] for file in service.files()] == [sha256(b"short")]


def test_storage_that_refuses(service: Service, tasks: Tasks) -> None:
    service.emulator.fault(method="PUT", status=403, body="<Error><Code>AccessDenied</Code></Error>")
    task = tasks.file(PROFILES, NEW)
    assert task.asked_when_failing() == ["list", "create", "put", "delete"]
    assert task.fail()["error"] == {
        "kind": "storage",
        "status": 403,
        "method": "PUT",
        "path": None,
        "request_id": None,
    }
    assert service.files() == []


LOST: dict[str, dict[str, Any]] = {
    "dropped": {"drop": "after"},
    "cut": {"truncate": True},
    "500": {"status": 500, "after_effect": True},
}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
def test_creation_whose_answer_is_lost(service: Service, tasks: Tasks, fault: dict[str, Any]) -> None:
    """What it has made has no URL that anybody knows: it is found, removed, and made anew."""
    service.emulator.fault(method="POST", times=1, **fault)
    task = tasks.file(PROFILES, NEW, max_retries=1)
    assert task.asked_by() == ["list", *LOOK, "delete", "create", "put", "confirm"]
    assert declared(service)


def test_creation_that_never_arrived(service: Service, tasks: Tasks) -> None:
    service.emulator.fault(method="POST", times=1, drop="before")
    task = tasks.file(PROFILES, NEW, max_retries=1)
    assert task.asked_by() == ["list", *LOOK, "create", "put", "confirm"]
    assert declared(service)


def test_creation_that_is_lost_each_time(service: Service, tasks: Tasks) -> None:
    service.emulator.fault(method="POST", drop="after")
    task = tasks.file(PROFILES, NEW, max_retries=2)
    assert task.asked_when_failing() == ["list", *[*LOOK, "delete"] * 3]
    assert service.files() == []


def test_files_of_others_are_not_taken_for_what_was_lost(service: Service, tasks: Tasks) -> None:
    """Only what is new, unconfirmed, and of this name and size can have come from the lost request."""
    others = [a_file("dist", None, size=len(NEW) + 1), a_file("other", None, size=len(NEW)), a_file("other", OLD)]
    service.holds(PROFILES, *others)
    service.emulator.fault(method="POST", times=1, drop="after")
    tasks.file(PROFILES, NEW, max_retries=1).run()
    # The leftover of this name goes too, as the plan says: it is not the declared file.
    names = sorted((file["upload_file_name"], file["processed"]) for file in service.files())
    assert names == [("dist", True), ("other", False), ("other", True)]


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
def test_confirmation_whose_answer_is_lost(service: Service, tasks: Tasks, fault: dict[str, Any]) -> None:
    service.emulator.fault(method="POST", path="/uploaded$", times=1, **fault)
    asked = tasks.file(PROFILES, NEW, max_retries=1).asked_by()
    assert asked == ["list", "create", "put", "confirm", "show"]
    assert declared(service)


def test_confirmation_that_never_arrived(service: Service, tasks: Tasks) -> None:
    service.emulator.fault(method="POST", path="/uploaded$", times=1, drop="before")
    asked = tasks.file(PROFILES, NEW, max_retries=1).asked_by()
    assert asked == ["list", "create", "put", "confirm", "show", "confirm"]
    assert declared(service)


def test_nobody_can_look(service: Service, tasks: Tasks) -> None:
    service.emulator.fault(method="POST", nth=1, drop="after")
    service.emulator.fault(method="GET", nth=2, times=9, status=500)
    failed = tasks.file(PROFILES, NEW, max_retries=1).fail()
    assert "Whether it took effect could not be found out" in failed["msg"]


def test_flags_that_are_refused_take_the_upload_back(service: Service, tasks: Tasks) -> None:
    service.holds(CERTIFICATES, a_file("dist", OLD))
    service.emulator.fault(method="PATCH", status=400, body='{"message": "no such password"}')
    task = tasks.file(CERTIFICATES, NEW, certificate_password="c4nary")
    failed = task.fail()
    assert failed["error"]["kind"] == "bad_request"
    assert "was removed again; nothing else was changed." in failed["msg"]
    assert "c4nary" not in str(failed)
    assert service.contents(CERTIFICATES) == [("dist", sha256(OLD))]


def test_old_file_that_cannot_be_deleted(service: Service, tasks: Tasks) -> None:
    """The new one is complete and stays; the next run finishes what this one could not."""
    service.holds(PROFILES, a_file("dist", OLD))
    service.emulator.fault(method="DELETE", status=500)
    task = tasks.file(PROFILES, NEW)
    failed = task.fail()
    assert "is complete and stays" in failed["msg"]
    assert service.contents() == sorted([("dist", sha256(OLD)), ("dist", sha256(NEW))])
    service.emulator.clear_faults()
    assert task.run(check_mode=True)["actions"][0]["reason"] == "replaced"
    assert task.asked_by() == ["list", "show", "get", "show", "get", "delete"]
    assert declared(service)


def test_what_cannot_be_taken_back_is_named(service: Service, tasks: Tasks) -> None:
    service.emulator.fault(method="PUT", status=400)
    service.emulator.fault(method="DELETE", status=500)
    failed = tasks.file(PROFILES, NEW).fail()
    assert f"What was created (slug {service.files()[0]['slug']}) could not be removed" in failed["msg"]


def test_somebody_else_deletes_the_old_file_first(service: Service, tasks: Tasks) -> None:
    service.holds(PROFILES, a_file("dist", OLD))
    service.emulator.fault(method="DELETE", drop="after", times=1)
    tasks.file(PROFILES, NEW, max_retries=1).run()
    assert declared(service)


def test_notes_of_a_finished_replacement_are_gone(service: Service, tasks: Tasks) -> None:
    service.holds(PROFILES, a_file("dist", OLD))
    task = tasks.file(PROFILES, NEW)
    task.run()
    notes = tasks.folder / "state"
    assert notes.is_dir()
    assert [path for path in notes.rglob("*") if path.is_file()] == []
