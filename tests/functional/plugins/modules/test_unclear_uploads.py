# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads with faults: expired URLs, lost responses, and the roll back afterwards."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files import upload
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.endpoints import create_file
from tests.helpers.service import APP, CERTIFICATES, PROFILES, Service, a_file, sha256
from tests.helpers.tasks import Tasks

NEW = b"new content"
OLD = b"old content"


def declared(service: Service, kind: str = PROFILES) -> bool:
    return service.contents(kind) == [("dist", sha256(NEW))] and len(service.files(kind)) == 1


def test_signed_url_that_expired_before_the_upload(service: Service, tasks: Tasks) -> None:
    """Delete the file and create a new one, because the service gives only one URL for each file."""
    service.emulator.fault(method="PUT", advance_s=700, times=1)
    asked = tasks.file(PROFILES, NEW).asked_by()
    assert asked == ["list", "create", "put", "delete", "create", "put", "confirm", "list"]
    assert declared(service)


def test_signed_url_that_expires_each_time(service: Service, tasks: Tasks) -> None:
    service.holds(PROFILES, a_file("dist", b"short"))
    service.emulator.fault(method="PUT", advance_s=700)
    failed = tasks.file(PROFILES, NEW).fail()
    assert failed["error"]["kind"] == "signed_url_expired"
    assert "Deleted the unfinished upload" in failed["msg"]
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


@pytest.mark.parametrize(
    ("is_done", "expected"),
    [(True, "Deleted the unfinished upload"), (False, "is still listed. A run deletes it when it is an hour old.")],
)
def test_deletion_that_is_answered_without_the_file(
    service: Service, tasks: Tasks, is_done: bool, expected: str
) -> None:
    """Look at the list before the message tells that the unfinished upload is gone."""
    service.emulator.fault(method="PUT", status=403, body="<Error><Code>AccessDenied</Code></Error>")
    service.emulator.fault(method="DELETE", status=200, body="{}", after_effect=is_done)
    task = tasks.file(PROFILES, NEW)
    assert expected in task.fail()["msg"]
    assert len(service.files()) == (0 if is_done else 1)


def test_unfinished_upload_that_is_already_gone(service: Service, tasks: Tasks) -> None:
    service.emulator.fault(method="PUT", status=403, body="<Error><Code>AccessDenied</Code></Error>")
    service.emulator.fault(method="DELETE", status=404, after_effect=True)
    assert "Deleted the unfinished upload" in tasks.file(PROFILES, NEW).fail()["msg"]


def test_unfinished_upload_that_is_gone_and_still_listed(service: Service, tasks: Tasks) -> None:
    """Wait for the list, because the next run would try to delete the file again."""
    service.holds(PROFILES, {"name": "dist", "size": 9, "age_s": 7200})
    slug = service.files()[0]["slug"]
    service.emulator.fault(method="GET", path=f"/{slug}$", status=404)
    done = tasks.file(PROFILES, NEW).run()
    assert "does not show all uploads and deletions yet" in str(done["warnings"])


LOST: dict[str, dict[str, Any]] = {
    "dropped": {"drop": "after"},
    "cut": {"truncate": True},
    "500": {"status": 500, "after_effect": True},
}


AGAIN = ["create", "create", "put", "confirm", "list"]


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
def test_creation_whose_response_is_lost(service: Service, tasks: Tasks, fault: dict[str, Any]) -> None:
    """Do not delete the created file: its URL is unknown, and it may belong to another run."""
    service.emulator.fault(method="POST", times=1, **fault)
    task = tasks.file(PROFILES, NEW, max_retries=1)
    assert task.asked_by() == ["list", *AGAIN]
    assert [file["processed"] for file in service.files()] == [False, True]
    assert task.run()["changed"] is False
    service.emulator.advance(3700)
    assert [action["reason"] for action in task.run()["actions"]] == ["leftover"]
    assert declared(service)


def test_creation_that_never_arrived(service: Service, tasks: Tasks) -> None:
    service.emulator.fault(method="POST", times=1, drop="before")
    task = tasks.file(PROFILES, NEW, max_retries=1)
    assert task.asked_by() == ["list", *AGAIN]
    assert declared(service)


def test_creation_that_is_lost_each_time(service: Service, tasks: Tasks) -> None:
    service.emulator.fault(method="POST", drop="after")
    task = tasks.file(PROFILES, NEW, max_retries=2)
    assert task.asked_when_failing() == ["list", *["create"] * 3]


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
def test_confirmation_whose_response_is_lost(service: Service, tasks: Tasks, fault: dict[str, Any]) -> None:
    service.emulator.fault(method="POST", path="/uploaded$", times=1, **fault)
    asked = tasks.file(PROFILES, NEW, max_retries=1).asked_by()
    assert asked == ["list", "create", "put", "confirm", "show", "list"]
    assert declared(service)


def test_confirmation_that_never_arrived(service: Service, tasks: Tasks) -> None:
    service.emulator.fault(method="POST", path="/uploaded$", times=1, drop="before")
    asked = tasks.file(PROFILES, NEW, max_retries=1).asked_by()
    assert asked == ["list", "create", "put", "confirm", "show", "confirm", "list"]
    assert declared(service)


def test_service_that_never_processes_the_file(service: Service, tasks: Tasks) -> None:
    """Keep the old file, and do not delete the confirmed one."""
    service.holds(PROFILES, a_file("dist", OLD))
    service.emulator.options(confirm_without_upload="ignore")
    service.emulator.fault(method="PUT", status=200)
    failed = tasks.file(PROFILES, NEW).fail()
    assert "processed=false" in failed["msg"]
    assert service.contents() == [("dist", sha256(OLD))]


def test_upload_that_a_proxy_discards(service: Service, tasks: Tasks) -> None:
    """Fail if a proxy accepts the upload instead of the storage, and the service confirms without a check."""
    service.holds(PROFILES, a_file("dist", OLD))
    service.emulator.options(confirm_without_upload="accept")
    service.emulator.fault(method="PUT", status=200)
    task = tasks.file(PROFILES, NEW)
    failed = task.fail()
    assert "its storage does not return it" in failed["msg"]
    assert sha256(OLD) in [file["sha256"] for file in service.files()]
    service.emulator.clear_faults()
    assert [action["action"] for action in task.run()["actions"]] == ["upload", "delete", "delete"]
    assert declared(service)


@pytest.mark.parametrize("shown_by", [8, 9])
def test_list_that_is_late_for_long(
    service: Service, tasks: Tasks, monkeypatch: pytest.MonkeyPatch, shown_by: int
) -> None:
    """Warn unless the last list that the task reads shows the new file."""
    service.emulator.options(list_late_s=1000)
    service.emulator.fault(method="GET", path="/provisioning-profiles$", nth=shown_by, switch={"list_late_s": 0})
    monkeypatch.setattr(BitriseClient, "back_off", lambda _client, _failures: None)
    task = tasks.file(PROFILES, NEW)
    warnings = task.run().get("warnings", [])
    assert service.asked().count("list") == 8
    assert ["does not show all uploads and deletions yet" in text for text in warnings] == [True] * (shown_by == 9)


def test_upload_that_comes_back_with_another_size(service: Service, tasks: Tasks) -> None:
    """Report other content, also if its size differs, if neither the storage nor the service returns a digest."""
    service.emulator.options(confirm_without_upload="accept", hash_fields=False)
    service.emulator.fault(method="PUT", status=200)
    service.emulator.fault(method="GET", path="^/_storage/", status=200, html=True)
    assert "its content differs from the declared file" in tasks.file(PROFILES, NEW).fail()["msg"]


def test_password_that_is_refused(service: Service, tasks: Tasks) -> None:
    """Set a password that was refused again after the confirmation, which some services require, and then fail."""
    service.holds(CERTIFICATES, a_file("dist", OLD))
    service.emulator.fault(method="PATCH", status=400, body='{"message": "no such password"}')
    task = tasks.file(CERTIFICATES, NEW, certificate_password="c4nary")
    failed = task.fail()
    assert failed["error"]["kind"] == "bad_request"
    assert "c4nary" not in str(failed)
    assert ("dist", sha256(OLD)) in service.contents(CERTIFICATES)
    service.emulator.clear_faults()
    task.run()
    assert declared(service, CERTIFICATES)


def test_a_password_that_is_set_after_the_confirmation(service: Service, tasks: Tasks) -> None:
    """Set it before the flags, because the file cannot be used without it."""
    service.emulator.fault(method="PATCH", status=400, times=1)
    service.emulator.fault(method="PATCH", status=500, nth=3)
    tasks.file(CERTIFICATES, NEW, certificate_password="c4nary", is_expose=False).fail()
    (file,) = service.files(CERTIFICATES)
    assert (file["has_password"], file["is_expose"]) == (True, True)


def test_an_upload_that_takes_too_long(service: Service, tasks: Tasks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop it before another run considers the file abandoned."""
    clock = itertools.count(0, 1000)
    monkeypatch.setattr(upload, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    failed = tasks.file(PROFILES, NEW).fail()
    assert failed["error"]["kind"] == "timeout"
    assert f"The upload of provisioning profile dist of app {APP} took longer than 15 minutes" in failed["msg"]
    assert service.contents() == []


def test_old_file_that_cannot_be_deleted(service: Service, tasks: Tasks) -> None:
    """Keep the complete new file, and delete the old one on the next run."""
    service.holds(PROFILES, a_file("dist", OLD))
    service.emulator.fault(method="DELETE", status=500)
    task = tasks.file(PROFILES, NEW)
    failed = task.fail()
    assert "Done before the error: uploaded provisioning profile dist. Run again to finish." in failed["msg"]
    assert service.contents() == sorted([("dist", sha256(OLD)), ("dist", sha256(NEW))])
    service.emulator.clear_faults()
    assert task.run(check_mode=True)["actions"][0]["reason"] == "replaced"
    assert task.asked_by() == ["list", "show", "get", "show", "get", "delete", "list"]
    assert declared(service)


@pytest.mark.parametrize("body", ["{}", "<html>signed in</html>"])
def test_deletion_that_is_answered_and_not_done(service: Service, tasks: Tasks, body: str) -> None:
    """Read the list after a deletion."""
    service.holds(PROFILES, a_file("dist", OLD))
    service.emulator.fault(method="DELETE", status=200, body=body)
    task = tasks.file(PROFILES, NEW)
    failed = task.fail()
    assert failed["error"]["kind"] == "invalid_response"
    assert [action["action"] for action in failed["actions"]] == ["upload"]
    service.emulator.clear_faults()
    task.run()
    assert declared(service)


def test_files_that_cannot_be_deleted_are_named(service: Service, tasks: Tasks) -> None:
    service.emulator.fault(method="PUT", status=400)
    service.emulator.fault(method="DELETE", status=500)
    failed = tasks.file(PROFILES, NEW).fail()
    (left,) = service.files()
    of_name = f"of {left['upload_file_name']} (slug {left['slug']})"
    assert f"Could not delete the unfinished upload {of_name}: " in failed["msg"]


def test_a_deletion_that_fails_as_the_upload_does(service: Service, tasks: Tasks) -> None:
    """Name the cause once."""
    service.emulator.fault(method="PUT", drop="before")
    service.emulator.fault(method="DELETE", drop="before")
    failed = tasks.file(PROFILES, NEW).fail()
    assert failed["error"]["kind"] == "connection"
    assert "for the same reason. A run deletes it when it is an hour old." in failed["msg"]


def test_another_client_deletes_the_old_file_first(service: Service, tasks: Tasks) -> None:
    service.holds(PROFILES, a_file("dist", OLD))
    service.emulator.fault(method="DELETE", drop="after", times=1)
    tasks.file(PROFILES, NEW, max_retries=1).run()
    assert declared(service)


@pytest.mark.parametrize(("name", "is_in_the_way"), [("dist", True), ("other", False)])
def test_refusal_beside_an_unfinished_upload(service: Service, tasks: Tasks, name: str, is_in_the_way: bool) -> None:
    """Name an unfinished upload as a possible reason only if it has the same name."""
    service.holds(PROFILES, {"name": name, "size": 9, "age_s": 60})
    service.emulator.fault(method="POST", status=409)
    assert ("An unfinished upload" in tasks.file(PROFILES, NEW).fail()["msg"]) is is_in_the_way


@pytest.mark.parametrize(("status", "is_refusal"), [(409, True), (404, False)])
def test_refusal_beside_a_file_of_that_name(service: Service, tasks: Tasks, status: int, is_refusal: bool) -> None:
    """Give the name as a possible reason only if the service refuses the file."""
    service.holds(PROFILES, a_file("dist", OLD))
    service.emulator.fault(method="POST", status=status)
    assert ("has a file of this name" in tasks.file(PROFILES, NEW).fail()["msg"]) is is_refusal


@pytest.mark.parametrize("url", [None, ""])
def test_creation_without_a_url(
    service: Service, tasks: Tasks, monkeypatch: pytest.MonkeyPatch, url: str | None
) -> None:
    monkeypatch.setattr(upload, "create_file", lambda *arguments: {**create_file(*arguments), "upload_url": url})
    failed = tasks.file(PROFILES, NEW).fail()
    assert "must be a URL that starts with https:// and names a host" in failed["msg"]
