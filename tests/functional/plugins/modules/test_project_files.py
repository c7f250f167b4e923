# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Project files, which are identified by the key that builds use, if it is given."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.helpers.service import PROJECT_FILES, Service, a_file, sha256
from tests.helpers.tasks import Task, Tasks, b64, check_then_run_then_rerun

NEW, OLD = b"new content", b"old content"
UPLOAD = ["create", "put", "confirm"]


def keyed(tasks: Tasks, data: bytes | None = NEW, **options: Any) -> Task:
    content = {} if data is None else {"content": b64(data)}
    return tasks.file(PROJECT_FILES, **{"name": "services.json", "user_env_key": "SERVICES", **content, **options})


def held(name: str, content: bytes | None, key: str, **more: Any) -> dict[str, Any]:
    return a_file(name, content, user_env_key=key, **more)


def test_key_identifies_the_file(service: Service, tasks: Tasks) -> None:
    """Identify a file by its key and not by its name. A file of that name with another key is another file."""
    service.holds(PROJECT_FILES, held("older.json", OLD, "SERVICES"), held("services.json", b"x", "OTHERS"))
    done = check_then_run_then_rerun(keyed(tasks))
    assert done["project_file"]["user_env_key"] == "SERVICES"
    assert done["diff"]["after"]["services.json"]["user_env_key"] == "SERVICES"
    assert service.contents(PROJECT_FILES) == sorted([("services.json", sha256(NEW)), ("services.json", sha256(b"x"))])


def test_same_content_under_another_name_is_no_change(service: Service, tasks: Tasks) -> None:
    service.holds(PROJECT_FILES, held("older.json", NEW, "SERVICES"))
    task = keyed(tasks)
    assert task.asked_by() == ["list", "show", "get"]
    assert task.run()["changed"] is False


def test_page_of_a_proxy_is_not_the_content(service: Service, tasks: Tasks) -> None:
    """Fail, instead of taking the page for other content and replacing an equal file."""
    service.holds(PROJECT_FILES, held("services.json", NEW, "SERVICES"))
    service.emulator.fault(method="GET", path="^/_storage/", status=200, html=True)
    failed = keyed(tasks).fail()
    assert failed["error"]["kind"] == "invalid_response"
    assert "bytes, the service lists 11. Check whether a proxy responds" in failed["msg"]
    assert service.contents(PROJECT_FILES) == [("services.json", sha256(NEW))]


def test_flags_and_absence_by_the_key(service: Service, tasks: Tasks) -> None:
    service.holds(PROJECT_FILES, held("services.json", OLD, "SERVICES"), held("services.json", OLD, "OTHERS"))
    by_key = tasks.file(PROJECT_FILES, name=None, user_env_key="SERVICES", is_expose=False)
    check_then_run_then_rerun(by_key)
    assert {file["user_env_key"]: file["is_expose"] for file in service.files(PROJECT_FILES)} == {
        "SERVICES": False,
        "OTHERS": True,
    }
    check_then_run_then_rerun(tasks.file(PROJECT_FILES, name=None, user_env_key="SERVICES", state="absent"))
    assert [file["user_env_key"] for file in service.files(PROJECT_FILES)] == ["OTHERS"]


def test_new_file_needs_a_key(service: Service, tasks: Tasks) -> None:
    for check_mode in (True, False):
        failed = keyed(tasks, user_env_key=None).fail(check_mode=check_mode)
        assert failed["error"]["kind"] == "option"
        assert "Set user_env_key" in failed["msg"]


def test_key_of_the_replaced_file_is_kept(service: Service, tasks: Tasks) -> None:
    service.holds(PROJECT_FILES, held("services.json", OLD, "SERVICES"))
    check_then_run_then_rerun(keyed(tasks, user_env_key=None))
    assert [file["user_env_key"] for file in service.files(PROJECT_FILES)] == ["SERVICES"]


def test_slug_with_another_key(service: Service, tasks: Tasks) -> None:
    service.holds(PROJECT_FILES, held("services.json", OLD, "OTHERS"))
    slug = service.files(PROJECT_FILES)[0]["slug"]
    assert "contradict each other" in keyed(tasks, slug=slug).fail()["msg"]


def test_service_that_refuses_two_files_of_one_key(service: Service, tasks: Tasks) -> None:
    """Keep the old file by default and name the other order in the message. The other order succeeds."""
    service.emulator.options(unique_env_keys=True)
    service.holds(PROJECT_FILES, held("services.json", OLD, "SERVICES"))
    failed = keyed(tasks).fail()
    assert failed["error"]["kind"] == "bad_request"
    assert "replace_order=delete_first" in failed["msg"]
    assert service.contents(PROJECT_FILES) == [("services.json", sha256(OLD))]
    task = keyed(tasks, replace_order="delete_first", is_protected=True)
    assert task.asked_by() == ["list", "show", "get", "delete", "list", *UPLOAD, "list", "patch"]
    assert service.contents(PROJECT_FILES) == [("services.json", sha256(NEW))]
    assert task.run()["changed"] is False


def test_old_file_first_needs_the_key(service: Service, tasks: Tasks) -> None:
    """Require the key, because a run after an interruption could not know it any more."""
    service.holds(PROJECT_FILES, held("services.json", OLD, "SERVICES"))
    failed = keyed(tasks, user_env_key=None, replace_order="delete_first").fail()
    assert "interrupted" in failed["msg"]
    assert len(service.contents(PROJECT_FILES)) == 1


def test_internal_fields_of_the_service_are_not_shown(service: Service, tasks: Tasks) -> None:
    stored = {"NOTE": "c4n4ry", "url": "c4n4ry"}
    service.holds(PROJECT_FILES, held("services.json", NEW, "SERVICES", exposed_meta_datastore=stored))
    results = [
        keyed(tasks).run(diff=True),
        keyed(tasks, is_expose=False).run(diff=True),
        tasks.listing(PROJECT_FILES).run(),
    ]
    assert "c4n4ry" not in json.dumps(results)


@pytest.mark.parametrize("value", [None, "", 7, [], {}])
def test_odd_values_of_the_key(service: Service, tasks: Tasks, value: Any) -> None:
    """Accept null and empty values, which an undefined variable may have, and reject other types."""
    body = {"data": [{"slug": "A", "upload_file_name": "services.json", "processed": True, "user_env_key": value}]}
    service.emulator.fault(method="GET", status=200, body=json.dumps(body))
    listing = tasks.listing(PROJECT_FILES)
    if value is None or value == "":
        assert listing.run()["project_files"][0]["upload_file_name"] == "services.json"
    else:
        failed = listing.fail()
        assert failed["error"]["kind"] == "invalid_response"
        assert f"of type {type(value).__name__} as user_env_key" in failed["msg"]
