# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exact requests of each run, from the service's own log."""

from __future__ import annotations

import pytest

from tests.helpers.service import APP, CERTIFICATES, PROFILES, PROJECT_FILES, Service, a_file
from tests.helpers.tasks import RESULT_KEY, Tasks

NEW = b"new content"
OLD = b"old content"  # as long as the new one: only a comparison of the bytes distinguishes them
EACH_KIND = pytest.mark.parametrize("kind", [PROFILES, CERTIFICATES, PROJECT_FILES])
# Requests of a comparison: a certificate's digest is listed, a profile's bytes are downloaded.
COMPARE = {PROFILES: ["list", "show", "get"], CERTIFICATES: ["list"], PROJECT_FILES: ["list", "show", "get"]}
UPLOAD = ["create", "put", "confirm"]


@EACH_KIND
def test_file_in_sync(service: Service, tasks: Tasks, kind: str) -> None:
    service.holds(kind, a_file("dist", NEW))
    assert tasks.file(kind, NEW).asked_by() == COMPARE[kind]


def test_protected_profile_is_not_downloaded(service: Service, tasks: Tasks) -> None:
    service.holds(PROFILES, a_file("dist", NEW, is_protected=True))
    assert tasks.file(PROFILES, NEW).asked_by() == ["list"]


def test_certificate_without_listed_digest_is_downloaded(service: Service, tasks: Tasks) -> None:
    service.holds(CERTIFICATES, a_file("dist", NEW))
    service.emulator.options(hash_fields=False)
    assert tasks.file(CERTIFICATES, NEW).asked_by() == ["list", "show", "get"]


@EACH_KIND
def test_another_size_is_not_downloaded(service: Service, tasks: Tasks, kind: str) -> None:
    service.holds(kind, a_file("dist", b"short"))
    assert tasks.file(kind, NEW).asked_by() == ["list", *described(kind), *UPLOAD, "delete", "list"]


def described(kind: str) -> list[str]:
    """Return the requests that tell a diff what the replaced profile says of itself."""
    return ["show", "get"] if kind == PROFILES else []


@EACH_KIND
def test_first_upload(service: Service, tasks: Tasks, kind: str) -> None:
    """Send a last list request, which shows if lists of this service are late."""
    assert tasks.file(kind, NEW).asked_by() == ["list", *UPLOAD, "list"]


@EACH_KIND
def test_first_upload_with_flags(service: Service, tasks: Tasks, kind: str) -> None:
    """Set protection last, after a list shows that the uploaded file is the only one."""
    task = tasks.file(kind, NEW, is_protected=True, is_expose=False)
    assert task.asked_by() == ["list", "create", "put", "patch", "confirm", "list", "patch"]


@EACH_KIND
def test_first_upload_that_is_protected(service: Service, tasks: Tasks, kind: str) -> None:
    assert tasks.file(kind, NEW, is_protected=True).asked_by() == ["list", *UPLOAD, "list", "patch"]


def test_first_upload_with_password(service: Service, tasks: Tasks) -> None:
    task = tasks.file(CERTIFICATES, NEW, certificate_password="secret")
    assert task.asked_by() == ["list", "create", "put", "patch", "confirm", "list"]


@EACH_KIND
def test_flags_as_the_service_sets_them_need_no_request(service: Service, tasks: Tasks, kind: str) -> None:
    task = tasks.file(kind, NEW, is_protected=False, is_expose=True)
    assert task.asked_by() == ["list", *UPLOAD, "list"]


@EACH_KIND
def test_replacement(service: Service, tasks: Tasks, kind: str) -> None:
    service.holds(kind, a_file("dist", OLD))
    assert tasks.file(kind, NEW).asked_by() == [*COMPARE[kind], *UPLOAD, "delete", "list"]


@EACH_KIND
def test_replacement_with_flags(service: Service, tasks: Tasks, kind: str) -> None:
    service.holds(kind, a_file("dist", OLD))
    task = tasks.file(kind, NEW, is_protected=True)
    assert task.asked_by() == [*COMPARE[kind], *UPLOAD, "delete", "list", "patch"]


def test_replacement_that_inherits_protection(service: Service, tasks: Tasks) -> None:
    """Note the flag of the old file on the service until the new file has it."""
    service.holds(PROFILES, a_file("dist", b"short", is_protected=True))
    replacing = [*UPLOAD, "create", "delete", "list", "patch", "delete"]
    assert tasks.file(PROFILES, NEW).asked_by() == ["list", *replacing]
    assert [(file["upload_file_name"], file["is_protected"]) for file in service.files()] == [("dist", True)]


def test_the_note_about_protection_announces_one_byte(service: Service, tasks: Tasks) -> None:
    service.holds(PROFILES, a_file("dist", b"short", is_protected=True))
    service.emulator.fault(method="DELETE", status=500)
    tasks.file(PROFILES, NEW).fail()
    assert [file["upload_file_size"] for file in service.files() if not file["processed"]] == [1]


def test_the_note_about_protection_cannot_be_created(service: Service, tasks: Tasks) -> None:
    service.holds(PROFILES, a_file("dist", b"short", is_protected=True))
    service.emulator.fault(method="POST", path="/provisioning-profiles$", nth=2, status=500)
    failed = tasks.file(PROFILES, NEW).fail()
    assert "No old file was deleted. Declare is_protected=true for dist" in failed["msg"]
    assert ("dist", True) in [(file["upload_file_name"], file["is_protected"]) for file in service.files()]


def test_finishing_an_interrupted_replacement(service: Service, tasks: Tasks) -> None:
    service.holds(CERTIFICATES, a_file("dist", OLD), a_file("dist", NEW))
    # A download of both shows that they are generations of one file.
    assert tasks.file(CERTIFICATES, NEW).asked_by() == ["list", "show", "get", "delete", "list"]


@EACH_KIND
def test_flags_of_a_file_that_is_there(service: Service, tasks: Tasks, kind: str) -> None:
    service.holds(kind, a_file("dist", NEW))
    assert tasks.file(kind, is_expose=False).asked_by() == ["list", "patch"]


@EACH_KIND
def test_absent(service: Service, tasks: Tasks, kind: str) -> None:
    service.holds(kind, a_file("dist", NEW))
    task = tasks.file(kind, state="absent")
    assert task.asked_by() == ["list", "delete", "list"]
    assert task.asked_by() == ["list"]


@EACH_KIND
def test_information(service: Service, tasks: Tasks, kind: str) -> None:
    service.holds(kind, a_file("dist", NEW), a_file("other", OLD))
    assert tasks.listing(kind).asked_by() == ["list"]
    assert tasks.listing(kind, name="dist").asked_by() == ["list"]
    slug = service.files(kind)[0]["slug"]
    assert tasks.listing(kind, slug=slug).asked_by() == ["show"]


@EACH_KIND
@pytest.mark.parametrize("count", [50, 51, 99])
def test_more_files_than_a_page_holds(service: Service, tasks: Tasks, kind: str, count: int) -> None:
    service.holds(kind, *(a_file(f"file {number}", NEW) for number in range(count)))
    pages = ["list"] * (1 if count == 50 else 2)
    last = tasks.file(kind, NEW, name=f"file {count - 1}")
    assert last.asked_by() == [*pages, *COMPARE[kind][1:]]
    assert len(tasks.listing(kind).run()[f"{RESULT_KEY[kind]}s"]) == count
    asked = tasks.file(kind, NEW, name="one more").asked_by()
    assert asked == [*pages, *UPLOAD, "list", "list"]


@EACH_KIND
def test_tokens_and_bytes_of_requests(service: Service, tasks: Tasks, kind: str) -> None:
    """Request full pages, and send the token only to the API and the bytes only to the storage."""
    service.holds(kind, a_file("dist", OLD))
    tasks.file(kind, NEW).run()
    log = service.emulator.requests()
    first = log[0]
    collection = {PROJECT_FILES: "generic-project-files"}.get(kind, kind.replace("_", "-"))
    assert (first["path"], first["query"]) == (f"/v0.1/apps/{APP}/{collection}", {"limit": "50"})
    assert {entry["area"]: entry["token"] for entry in log} == {"api": "owner", "storage": None}
    assert [entry["bytes_in"] for entry in log if entry["method"] == "PUT"] == [len(NEW)]
    assert all(200 <= entry["status"] < 300 for entry in log)
