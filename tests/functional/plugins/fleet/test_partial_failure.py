# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures of some apps: the task continues with the others, and names the failed ones in message and result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from tests.helpers.fleet import APPS, ONE, THREE, TWO, Fleet, counted, declared, digests
from tests.helpers.service import CERTIFICATES, PROFILES, a_file

MISSING = "ffffffffffffffff"
FILES = [declared("dist", b"the bytes")]
DONE = digests(dist=b"the bytes")


def kinds(result: dict[str, Any]) -> dict[str, str | None]:
    return {slug: app["error"] and app["error"]["kind"] for slug, app in result["apps"].items()}


@pytest.mark.parametrize("role", ["viewer", "member"])
def test_one_forbidden_one_missing_one_without_its_file(fleet: Fleet, role: str, tmp_path: Path) -> None:
    """Continue with apps whose signing files the token may not read, that it does not see, or that miss a file."""
    apps = APPS[:6]
    fleet.holds(apps, {slug: {"member": role if slug == TWO else "admin"} for slug in apps})
    (tmp_path / "empty").touch()
    listed = [
        ONE,
        TWO,
        MISSING,
        {"app_slug": THREE, PROFILES: [{"src": str(tmp_path / "nowhere")}]},
        {"app_slug": APPS[3], PROFILES: [{"src": str(tmp_path / "empty")}]},
        *apps[4:],
    ]
    task = fleet.task(listed, provisioning_profiles=FILES, api_token=fleet.emulator.tokens["member"])
    result = task.fail()

    wrong = {TWO: "forbidden", MISSING: "not_found", THREE: "local_file", APPS[3]: "local_file"}
    assert kinds(result) == {slug: wrong.get(slug) for slug in [*APPS[:2], MISSING, *APPS[2:6]]}
    assert result["error"] == {"kind": "several", "status": None, "method": None, "path": None, "request_id": None}
    assert counted(result) == {"apps": 7, "changed": 3, "failed": 4, "uploaded": 3, "updated": 0, "deleted": 0}
    assert result["changed"] is True
    assert result["msg"].startswith("4 of 7 apps failed. ")
    for slug, error in ((slug, result["apps"][slug]["error"]) for slug in wrong):
        assert f"{slug}: {error['msg']}" in result["msg"]
    assert str(tmp_path / "nowhere") in result["apps"][THREE]["error"]["msg"]
    assert "must not be empty" in result["apps"][APPS[3]]["error"]["msg"]
    assert {slug for slug, files in fleet.contents(PROFILES).items() if files == DONE} == {ONE, *apps[4:]}

    again = task.fail()
    assert (again["changed"], again["actions"]) == (False, [])
    assert kinds(again) == kinds(result)


def test_error_of_a_single_failure(fleet: Fleet) -> None:
    """Copy the keys of the error of the app to the error of the task."""
    fleet.holds([ONE])
    result = fleet.task([ONE, MISSING], provisioning_profiles=FILES).fail()
    error = result["error"]
    path = f"/apps/{MISSING}/provisioning-profiles"
    assert (error["kind"], error["status"], error["method"], error["path"]) == ("not_found", 404, "GET", path)
    assert {**error, "msg": result["apps"][MISSING]["error"]["msg"]} == result["apps"][MISSING]["error"]
    assert result["msg"].startswith(f"1 of 2 apps failed. {MISSING}: Could not list the provisioning profiles of app")


def test_many_failures_of_one_kind(fleet: Fleet) -> None:
    """Keep the message readable, and list all failures in the result."""
    missing = [f"{number:016x}" for number in range(30)]
    fleet.holds([ONE])
    result = fleet.task([*missing, ONE], provisioning_profiles=FILES).fail()
    assert result["error"]["kind"] == "not_found"
    assert result["msg"].startswith("30 of 31 apps failed. ")
    assert result["msg"].count("Could not list") == 1
    assert f"30 apps ({', '.join(missing[:5])} and 25 more), for example: Could not list" in result["msg"]
    assert len(result["msg"]) < 600
    assert "\n" not in result["msg"]
    assert fleet.contents(PROFILES) == {ONE: DONE}


def test_check_mode_fails_alike(fleet: Fleet) -> None:
    fleet.holds([ONE])
    task = fleet.task([ONE, MISSING], provisioning_profiles=FILES)
    checked, done = task.fail(check_mode=True), task.fail()
    assert checked["msg"] == done["msg"]
    assert (checked["changed"], checked["actions"], counted(checked)) == (True, done["actions"], counted(done))


def test_files_that_the_plan_rejects(fleet: Fleet) -> None:
    """Reject the plan, and change nothing in that app."""
    twice = [a_file("dist", b"one", is_protected=True), a_file("dist", b"two", is_protected=True)]
    protected = [a_file("flags", b"x", is_protected=True)]
    fleet.holds({ONE: {PROFILES: twice}, TWO: {PROFILES: protected}, THREE: {}})
    own = [{"name": "flags", "is_protected": False}]
    apps = [ONE, {"app_slug": TWO, PROFILES: own}, {"app_slug": THREE, PROFILES: own}]
    result = fleet.task(apps, build_certificates=[declared("c", b"c")], provisioning_profiles=FILES).fail()
    assert kinds(result) == {ONE: "duplicates", TWO: "one_way_flag", THREE: "missing_file"}
    assert fleet.contents(CERTIFICATES) == {ONE: [], TWO: [], THREE: []}
    assert result["changed"] is False


def test_actions_before_the_failure_are_returned(fleet: Fleet) -> None:
    fleet.holds([ONE])
    fleet.emulator.fault(method="POST", path="provisioning-profiles$", status=500)
    task = fleet.task([ONE], build_certificates=[declared("c", b"c")], provisioning_profiles=FILES)
    result = task.fail()
    assert [action["name"] for action in result["actions"]] == ["c"]
    assert [file["name"] for file in result["apps"][ONE]["files"]] == ["c"]
    assert result["apps"][ONE]["diff"]["after"].keys() >= {CERTIFICATES}
    fleet.emulator.clear_faults()
    assert [action["name"] for action in task.run()["actions"]] == ["dist"]


def test_a_wrong_token_stops_early(fleet: Fleet) -> None:
    """Stop before a thousand attempts with a wrong token lock the account."""
    apps = [f"{number:016x}" for number in range(200)]
    fleet.holds([])
    result = fleet.task(apps, provisioning_profiles=FILES, api_token="wr0ng", concurrency=4).fail()
    assert result["error"]["kind"] == "unauthorized"
    assert result["error"]["status"] == 401
    assert set(kinds(result).values()) == {"unauthorized", "not_done"}
    assert fleet.asked().total() <= 4 + 1  # one request to find out whether it is the token
    assert "more apps were not reached." in result["msg"]
    assert "wr0ng" not in str(result)


def test_failures_for_a_shared_cause_stop_early(fleet: Fleet) -> None:
    """Name the cause once, and say why the others were not reached."""
    fleet.holds(APPS[:20])
    fleet.emulator.fault(method="POST", path="provisioning-profiles$", status=500)
    result = fleet.task(APPS[:20], provisioning_profiles=FILES, concurrency=2).fail()
    found = list(kinds(result).values())
    assert set(found) == {"server_error", "not_done"}
    assert found.count("server_error") in (5, 6)  # the other thread may have begun one
    assert result["msg"].count("returned 500") == 1
    assert result["msg"].endswith(
        f" {found.count('not_done')} more apps were not reached, because 5 apps in a row failed for a cause that "
        "concerns all."
    )


def test_fail_fast(fleet: Fleet) -> None:
    apps = [MISSING, *APPS]
    fleet.holds(APPS)
    task = fleet.task(apps, provisioning_profiles=FILES, concurrency=2, fail_fast=True)
    result = task.fail()
    assert list(result["apps"]) == apps
    done = {slug for slug, kind in kinds(result).items() if kind is None}
    assert set(kinds(result).values()) >= {"not_found", "not_done"}
    assert len(done) < len(APPS) / 2
    assert result["error"]["kind"] == "not_found"  # what was not done is no cause
    assert {slug for slug, files in fleet.contents(PROFILES).items() if files == DONE} == done
    assert result["summary"]["failed"] == len(apps) - len(done)

    task.with_options(fail_fast=False).fail()
    assert fleet.contents(PROFILES) == dict.fromkeys(APPS, DONE)


def test_fail_fast_one_at_a_time(fleet: Fleet) -> None:
    """Do not start the app after the one that fails."""
    fleet.holds([ONE, TWO])
    task = fleet.task([ONE, MISSING, TWO], provisioning_profiles=FILES, concurrency=1, fail_fast=True)
    assert kinds(task.fail()) == {ONE: None, MISSING: "not_found", TWO: "not_done"}
    assert fleet.asked_about(TWO) == {}


def test_the_service_is_gone(fleet: Fleet) -> None:
    fleet.holds(APPS[:4])
    fleet.emulator.fault(drop="before")
    result = fleet.task(APPS[:4], provisioning_profiles=FILES).fail()
    assert set(kinds(result).values()) <= {"connection", "not_done"}
    assert result["error"]["kind"] == "connection"


def test_passwords_are_redacted_in_all_threads(fleet: Fleet) -> None:
    """Redact a declared password also with purge, when another thread than that of the plan sends it."""
    fleet.holds({ONE: {CERTIFICATES: [a_file("dist.p12", b"key")]}})
    fleet.emulator.fault(method="PATCH", status=400, body='{"message": "c4nary-password is too short"}')
    certificate = declared("dist.p12", b"key", certificate_password="c4nary-password", update_password="always")
    result = fleet.task([ONE], build_certificates=[certificate], purge=[CERTIFICATES]).fail()
    assert "******** is too short" in result["msg"]


@pytest.mark.parametrize("exception", [ZeroDivisionError, SystemExit, MemoryError])
def test_a_bug_of_the_collection(fleet: Fleet, monkeypatch: pytest.MonkeyPatch, exception: type[BaseException]) -> None:
    """Fail one app, finish the others, and return the traceback."""
    fleet.holds(APPS[:6])
    usual = BitriseClient.pages

    def pages(self: BitriseClient, path: str, *arguments: Any) -> Any:
        if f"/{TWO}/" in path:
            raise exception(fleet.emulator.tokens["owner"])
        return usual(self, path, *arguments)

    monkeypatch.setattr(BitriseClient, "pages", pages)
    result = fleet.task(APPS[:6], provisioning_profiles=FILES).result()
    assert kinds(result) == {slug: "bug" if slug == TWO else None for slug in APPS[:6]}
    assert f"Unexpected {exception.__name__} in app {TWO}. This is a bug of the collection" in result["msg"]
    assert f"{exception.__name__}: ********" in result["exception"]
    assert fleet.emulator.tokens["owner"] not in str(result)
    assert {slug for slug, files in fleet.contents(PROFILES).items() if files == DONE} == set(APPS[:6]) - {TWO}
