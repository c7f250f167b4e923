# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keystores: complete at creation, never changed, and known to builds by a key that the service derives."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files import upload
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.deletion import DELETION_ROUNDS
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.endpoints import confirm_file
from tests.helpers.service import KEYSTORES, Service, a_file, sha256
from tests.helpers.tasks import Task, Tasks, check_then_run_then_rerun

NEW, OLD = b"new keystore", b"old keystore"
INSIDE = {"alias": "upload", "password": "p4ssw0rd-c4n4ry", "private_key_password": "k3y-c4n4ry"}
ALONE, UPLOAD = "ANDROID_KEYSTORE", ["create", "put", "confirm"]


def keystore(tasks: Tasks, data: bytes | None = NEW, **options: Any) -> Task:
    return tasks.file(KEYSTORES, data, **{"name": "release.jks", **options})


def keys(service: Service) -> dict[str, str]:
    return {file["upload_file_name"]: file["user_env_key"] for file in service.files(KEYSTORES)}


def test_first_keystore(service: Service, tasks: Tasks) -> None:
    done = check_then_run_then_rerun(keystore(tasks, **INSIDE))
    (file,) = service.files(KEYSTORES)
    assert (file["user_env_key"], file["password_sha256"]) == (ALONE, sha256(b"p4ssw0rd-c4n4ry"))
    assert done["android_keystore"]["user_env_key"] == ALONE
    assert done["android_keystore"]["sha256"] == done["android_keystore"]["file_sha256"] == sha256(NEW)
    assert set(done["actions"][0]["changes"]) == set(INSIDE)


def test_requests(service: Service, tasks: Tasks) -> None:
    task = keystore(tasks, **INSIDE)
    assert task.asked_by() == ["list", *UPLOAD, "list"]
    assert task.asked_by() == ["list"]
    assert keystore(tasks, None, state="absent").asked_by() == ["list", "delete", "list"]


def test_keystore_secrets_are_not_shown(service: Service, tasks: Tasks) -> None:
    service.emulator.options(echo_keystore_secrets=True)
    results = [
        keystore(tasks, **INSIDE).run(diff=True),
        keystore(tasks, **{**INSIDE, "password": "an0ther-c4n4ry"}, replace_order="delete_first").run(diff=True),
        tasks.listing(KEYSTORES).run(),
    ]
    assert "c4n4ry" not in json.dumps(results)
    assert '"upload"' not in json.dumps([result.get("android_keystore", result) for result in results])


def test_second_keystore_gets_a_name_that_is_made_of_the_file(service: Service, tasks: Tasks) -> None:
    service.holds(KEYSTORES, a_file("first", b"x"))
    keystore(tasks, name="play-store release.jks").run()
    assert keys(service) == {"first": ALONE, "play-store release.jks": f"{ALONE}_play_store_release"}


def test_second_keystore_gets_the_declared_name(service: Service, tasks: Tasks) -> None:
    service.holds(KEYSTORES, a_file("first", b"x"))
    check_then_run_then_rerun(keystore(tasks, keystore_name="PLAY"))
    assert keys(service)["release.jks"] == f"{ALONE}_PLAY"


def test_name_that_the_service_does_not_accept(tasks: Tasks) -> None:
    assert "letters, digits and underscores" in keystore(tasks, keystore_name="a-b").fail()["msg"]


def test_replacing_the_only_one_would_change_its_key(service: Service, tasks: Tasks) -> None:
    service.holds(KEYSTORES, a_file("release.jks", OLD))
    task = keystore(tasks)
    for check_mode in (True, False):
        refused = task.fail(check_mode=check_mode)
        assert refused["error"]["kind"] == "env_key"
        assert "replace_order=delete_first" in refused["msg"]
    assert service.contents(KEYSTORES) == [("release.jks", sha256(OLD))]


def test_replacing_the_only_one_with_its_key(service: Service, tasks: Tasks) -> None:
    service.holds(KEYSTORES, a_file("release.jks", OLD))
    task = keystore(tasks, **INSIDE, replace_order="delete_first")
    service.forget()
    check_then_run_then_rerun(task)
    assert keys(service) == {"release.jks": ALONE}
    assert service.contents(KEYSTORES) == [("release.jks", sha256(NEW))]


def test_old_one_first_is_the_order_of_the_requests(service: Service, tasks: Tasks) -> None:
    service.holds(KEYSTORES, a_file("release.jks", OLD))
    assert keystore(tasks, replace_order="delete_first").asked_by() == [
        "list",
        "delete",
        "list",
        *UPLOAD,
        "list",
    ]


def test_nothing_is_uploaded_before_the_old_one_is_gone(
    service: Service, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[int] = []
    monkeypatch.setattr(BitriseClient, "back_off", lambda _self, failures: waits.append(failures))
    service.emulator.options(delete="ignored")
    service.holds(KEYSTORES, a_file("release.jks", OLD))
    failed = keystore(tasks, replace_order="delete_first").fail()
    assert waits == list(range(2, DELETION_ROUNDS))
    assert "still lists them: release.jks" in failed["msg"]
    assert service.contents(KEYSTORES) == [("release.jks", sha256(OLD))]
    service.emulator.options(delete="done")
    check_then_run_then_rerun(keystore(tasks, replace_order="delete_first"))


def test_replacing_the_only_one_under_another_key(service: Service, tasks: Tasks) -> None:
    service.holds(KEYSTORES, a_file("release.jks", OLD))
    check_then_run_then_rerun(keystore(tasks, keystore_name="RENEWED"))
    assert keys(service) == {"release.jks": f"{ALONE}_RENEWED"}


def test_key_of_the_first_is_lost_where_there_is_another(service: Service, tasks: Tasks) -> None:
    service.holds(KEYSTORES, a_file("release.jks", OLD), a_file("other", b"x"))
    refused = keystore(tasks, replace_order="delete_first").fail()
    assert refused["error"]["kind"] == "env_key"
    assert "delete_first to keep" not in refused["msg"]


def test_further_one_keeps_its_name(service: Service, tasks: Tasks) -> None:
    service.holds(KEYSTORES, a_file("first", b"x"), a_file("release.jks", OLD, keystore_file_name="TWO"))
    task = keystore(tasks)
    assert task.asked_by() == ["list", *UPLOAD, "delete", "list"]
    assert keys(service) == {"first": ALONE, "release.jks": f"{ALONE}_TWO"}


def test_another_key_than_expected_is_a_warning(service: Service, tasks: Tasks) -> None:
    """Warn after the upload if the service derives another key than the task expects."""
    service.holds(KEYSTORES, a_file("first", b"x"), a_file("release.jks", OLD, keystore_file_name="TWO"))
    tasks.file(KEYSTORES, name="first", state="absent").run()
    task = keystore(tasks, replace_order="delete_first", keystore_name="TWO")
    (warning,) = [text for text in task.run()["warnings"] if "by the key" in text]
    assert f"by the key {ALONE}_TWO" in warning
    assert f"the new file the key {ALONE}." in warning


def test_a_response_without_the_key_is_no_warning(
    service: Service, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_key(*arguments: Any) -> dict[str, Any]:
        return {name: value for name, value in confirm_file(*arguments).items() if name != "user_env_key"}

    service.holds(KEYSTORES, a_file("first", b"x"), a_file("release.jks", OLD, keystore_file_name="TWO"))
    monkeypatch.setattr(upload, "confirm_file", without_key)
    warnings = keystore(tasks).run().get("warnings", [])
    assert [text for text in warnings if "by the key" in text] == []


@pytest.mark.parametrize("flag", [{"is_protected": True}, {"is_expose": False}])
@pytest.mark.parametrize("held", [(), (a_file("release.jks", NEW),), (a_file("release.jks", OLD),)])
def test_flags_cannot_be_set(service: Service, tasks: Tasks, held: Any, flag: dict[str, bool]) -> None:
    service.holds(KEYSTORES, *held)
    task = keystore(tasks, **flag, replace_order="delete_first")
    for check_mode in (True, False):
        assert task.fail(check_mode=check_mode)["error"]["kind"] == "unchangeable"
    assert len(service.contents(KEYSTORES)) == len(held)


def test_flags_that_it_has(service: Service, tasks: Tasks) -> None:
    service.holds(KEYSTORES, a_file("release.jks", NEW, is_protected=True, is_expose=False))
    assert keystore(tasks, is_protected=True, is_expose=False).run()["changed"] is False


def test_protection_is_not_lost_silently(service: Service, tasks: Tasks) -> None:
    service.holds(KEYSTORES, a_file("release.jks", OLD, is_protected=True))
    task = keystore(tasks, replace_order="delete_first")
    refused = task.fail()
    assert refused["error"]["kind"] == "unchangeable"
    assert "Declare is_protected=false" in refused["msg"]
    check_then_run_then_rerun(task.with_options(is_protected=False))


def test_change_that_the_service_reports_means_a_new_file(service: Service, tasks: Tasks) -> None:
    service.emulator.options(echo_keystore_secrets=True)
    service.holds(KEYSTORES, a_file("release.jks", NEW, alias="upload", password="one", private_key_password="one"))
    task = keystore(tasks, alias="upload", password="two", replace_order="delete_first")
    done = check_then_run_then_rerun(task)
    assert [action["action"] for action in done["actions"]] == ["delete", "upload"]
    assert done["diff"]["before"]["release.jks"]["password"] == "not as declared"
    (file,) = service.files(KEYSTORES)
    assert file["password_sha256"] == sha256(b"two")
    without_content = keystore(tasks, None, password="three").fail()
    assert without_content["error"]["kind"] == "unchangeable"


def test_change_that_the_service_does_not_report(service: Service, tasks: Tasks) -> None:
    service.holds(KEYSTORES, a_file("release.jks", NEW, alias="upload", password="one"))
    assert keystore(tasks, **INSIDE).run()["changed"] is False


def test_old_one_first_needs_the_name_that_its_key_is_made_of(service: Service, tasks: Tasks) -> None:
    """Require the name, because a run after an interruption could not know it any more."""
    service.holds(KEYSTORES, a_file("first", b"x"), a_file("release.jks", OLD, keystore_file_name="TWO"))
    refused = keystore(tasks, replace_order="delete_first").fail()
    assert refused["error"]["kind"] == "option"
    assert "Set keystore_name=TWO" in refused["msg"]
    assert len(service.contents(KEYSTORES)) == 2


def test_settings_that_are_not_declared_are_kept(service: Service, tasks: Tasks) -> None:
    service.emulator.options(echo_keystore_secrets=True)
    service.holds(KEYSTORES, a_file("release.jks", OLD, alias="upload", password="one"))
    done = keystore(tasks, replace_order="delete_first").run()
    assert "warnings" not in done
    assert service.files(KEYSTORES)[0]["password_sha256"] == sha256(b"one")


def test_lost_settings_are_a_warning(service: Service, tasks: Tasks) -> None:
    service.holds(KEYSTORES, a_file("release.jks", OLD, alias="upload", password="one"))
    warnings = keystore(tasks, replace_order="delete_first").run(check_mode=True)["warnings"]
    assert [text.rpartition("Declare ")[2] for text in warnings] == ["alias.", "password."]


def test_leftover_does_not_take_the_key(service: Service, tasks: Tasks) -> None:
    service.holds(KEYSTORES, a_file("release.jks", None))
    assert keystore(tasks).asked_by() == ["list", "show", "delete", *UPLOAD, "list"]
    assert keys(service) == {"release.jks": ALONE}


def test_late_upload_gets_the_same_key(service: Service, tasks: Tasks) -> None:
    service.emulator.fault(method="PUT", advance_s=700, times=1)
    keystore(tasks).run()
    assert keys(service) == {"release.jks": ALONE}


def test_failed_upload_says_that_the_old_one_is_gone(service: Service, tasks: Tasks) -> None:
    service.holds(KEYSTORES, a_file("release.jks", OLD))
    service.emulator.fault(method="PUT", status=500, times=1)
    task = keystore(tasks, replace_order="delete_first")
    failed = task.fail()
    assert "Done before the error: deleted Android keystore release.jks. Run again to finish." in failed["msg"]
    task.run()
    assert keys(service) == {"release.jks": ALONE}
