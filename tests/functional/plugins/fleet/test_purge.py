# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Purge: files that are not declared are deleted after all uploads, and never by mistake."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files import deletion
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.endpoints import get_file
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import FileKind
from tests.helpers.fleet import (
    APPS,
    IOS_KINDS,
    ONE,
    THREE,
    TWO,
    Fleet,
    check_then_run_then_rerun,
    counted,
    declared,
    digests,
)
from tests.helpers.service import CERTIFICATES, PROFILES, READING, a_file

NEW = b"the declared bytes"
CERTIFICATE = [declared("dist.p12", b"key")]
PROFILE = [declared("dist", NEW)]
BOTH: dict[str, Any] = {CERTIFICATES: CERTIFICATE, PROFILES: PROFILE}
FULL = {
    CERTIFICATES: [a_file("dist.p12", b"key"), a_file("old.p12", b"old key")],
    PROFILES: [a_file("dist", b"old"), a_file("one", b"1"), a_file("two", b"2", is_protected=True)],
}
DECLARED = {CERTIFICATES: digests(**{"dist.p12": b"key"}), PROFILES: digests(dist=NEW)}
WITH_OTHERS = {
    CERTIFICATES: digests(**{"dist.p12": b"key", "old.p12": b"old key"}),
    PROFILES: digests(dist=NEW, one=b"1", two=b"2"),
}


@pytest.mark.parametrize("purge", [[], [CERTIFICATES], [PROFILES], list(IOS_KINDS)], ids=str)
def test_purge_of_single_kinds(fleet: Fleet, purge: list[str]) -> None:
    fleet.holds({ONE: FULL, TWO: {}})
    done = check_then_run_then_rerun(fleet.task([ONE, TWO], purge=purge, **BOTH))

    for kind in IOS_KINDS:
        assert fleet.contents(kind) == {ONE: (DECLARED if kind in purge else WITH_OTHERS)[kind], TWO: DECLARED[kind]}
    undeclared = [action for action in done["actions"] if action.get("reason") == "undeclared"]
    assert sorted(action["name"] for action in undeclared) == [
        *(["old.p12"] if CERTIFICATES in purge else []),
        *(["one", "two"] if PROFILES in purge else []),
    ]
    assert done["summary"]["deleted"] == 1 + len(undeclared)


def test_purge_comes_last(fleet: Fleet) -> None:
    fleet.holds({ONE: FULL})
    done = fleet.task([ONE], purge=list(IOS_KINDS), **BOTH).run()
    reasons = [action.get("reason") for action in done["actions"]]
    assert reasons == [None, "replaced", "undeclared", "undeclared", "undeclared"]


def test_own_files_are_not_purged(fleet: Fleet) -> None:
    fleet.holds({ONE: FULL, TWO: FULL})
    apps = [ONE, {"app_slug": TWO, PROFILES: [{"name": "two"}, declared("three", b"3")]}]
    check_then_run_then_rerun(fleet.task(apps, purge=[PROFILES], **BOTH))
    assert fleet.contents(PROFILES) == {ONE: DECLARED[PROFILES], TWO: digests(dist=NEW, two=b"2", three=b"3")}


def test_a_kind_that_is_not_declared_is_not_purged(fleet: Fleet) -> None:
    """Declare a kind for one app and not for another one."""
    fleet.holds({ONE: FULL, TWO: FULL, THREE: FULL})
    apps = [ONE, {"app_slug": TWO, PROFILES: []}, {"app_slug": THREE, CERTIFICATES: None}]
    task = fleet.task(apps, purge=list(IOS_KINDS))
    check_then_run_then_rerun(task)
    assert {slug: len(files) for slug, files in fleet.contents(PROFILES).items()} == {ONE: 3, TWO: 0, THREE: 3}
    assert {slug: len(files) for slug, files in fleet.contents(CERTIFICATES).items()} == {ONE: 2, TWO: 2, THREE: 2}

    # An empty list says that there are to be none, in any app.
    task.with_options(build_certificates=[]).run()
    assert {slug: len(files) for slug, files in fleet.contents(CERTIFICATES).items()} == {ONE: 0, TWO: 0, THREE: 0}


def test_a_leftover_that_cannot_be_deleted_is_a_warning(fleet: Fleet) -> None:
    fleet.holds({ONE: {PROFILES: [a_file("dist", NEW), a_file("other", None), a_file("old", NEW)]}})
    slugs = {file["upload_file_name"]: file["slug"] for file in fleet.files(ONE, PROFILES)}
    fleet.emulator.fault(method="DELETE", path=f"/{slugs['other']}$", status=403)
    done = fleet.task([ONE], provisioning_profiles=[declared("dist", NEW)], purge=[PROFILES]).run()
    assert [action["name"] for action in done["actions"]] == ["old"]
    assert "The service refused to delete an unfinished upload, which remains" in done["warnings"][0]
    assert fleet.asked()["delete"] == 2


def test_a_leftover_that_another_run_confirms_is_kept(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet.holds({ONE: {PROFILES: [a_file("dist", NEW), a_file("other", None)]}})

    def confirmed(client: BitriseClient, kind: FileKind, app_slug: str, slug: str) -> dict[str, Any]:
        return {**get_file(client, kind, app_slug, slug), "processed": True}

    monkeypatch.setattr(deletion, "get_file", confirmed)
    done = fleet.task([ONE], provisioning_profiles=[declared("dist", NEW)], purge=[PROFILES]).run()
    assert (done["changed"], fleet.asked()["delete"]) == (False, 0)


def test_leftovers_of_interrupted_uploads_are_purged(fleet: Fleet) -> None:
    """Delete leftovers of interrupted uploads, such as those in the fixture, and keep recent ones."""
    leftovers = [a_file("dist", None), a_file("dist", None, size=len(NEW)), a_file("other", None)]
    fleet.holds({ONE: {PROFILES: leftovers}})
    done = check_then_run_then_rerun(fleet.task([ONE], purge=[PROFILES], provisioning_profiles=PROFILE))
    assert fleet.contents(PROFILES) == {ONE: DECLARED[PROFILES]}
    assert [action.get("reason") for action in done["actions"]] == [None, "leftover", "leftover", "undeclared"]


def test_an_unfinished_upload_is_read_right_before_it_is_purged(fleet: Fleet) -> None:
    """Read it again, because another run may have confirmed it since. A processed file needs no second look."""
    fleet.holds({ONE: {PROFILES: [{"name": "cut off", "size": 9, "age_s": 7200}, a_file("old", b"old")]}})
    fleet.task([ONE], purge=[PROFILES], **{PROFILES: []}).run()
    assert fleet.asked_about(ONE) == {"list": 2, "show": 1, "delete": 2}


def test_a_file_that_is_declared_by_its_slug_stays(fleet: Fleet) -> None:
    fleet.holds({ONE: {PROFILES: [a_file("dist", b"one"), a_file("dist", b"two"), a_file("x", b"x")]}})
    slug = fleet.files(ONE, PROFILES)[1]["slug"]
    fleet.task([{"app_slug": ONE, PROFILES: [{"slug": slug}]}], purge=[PROFILES]).run()
    assert fleet.contents(PROFILES) == {ONE: digests(dist=b"two")}


@pytest.mark.parametrize("most", [0, 1, 2])
def test_more_than_max_purge(fleet: Fleet, most: int) -> None:
    """Reject the purge of that app before it changes, and purge the others."""
    fleet.holds({ONE: FULL, TWO: {}})
    before = fleet.files(ONE, PROFILES)
    task = fleet.task([ONE, TWO], purge=list(IOS_KINDS), max_purge=most, **BOTH)
    for check_mode in (True, False):
        fleet.forget()
        result = task.fail(check_mode=check_mode)
        assert result["apps"][ONE]["error"]["kind"] == result["error"]["kind"] == "max_purge"
        assert f"more than max_purge={most}: old.p12, one, two. The app was not changed" in result["msg"]
        assert set(fleet.asked_about(ONE)) <= READING
        assert counted(result) == {"apps": 2, "changed": 1, "failed": 1, "uploaded": 2, "updated": 0, "deleted": 0}
    assert fleet.files(ONE, PROFILES) == before
    assert fleet.contents(PROFILES)[TWO] == DECLARED[PROFILES]


def test_as_many_as_max_purge(fleet: Fleet) -> None:
    """Do not count replaced files and leftovers of declared files."""
    fleet.holds({ONE: FULL})
    fleet.task([ONE], purge=list(IOS_KINDS), max_purge=3, **BOTH).run()
    assert fleet.contents(PROFILES) == {ONE: DECLARED[PROFILES]}


def test_the_default_of_max_purge(fleet: Fleet) -> None:
    many = [a_file(f"f{number:02}", b"x") for number in range(11)]
    fleet.holds({ONE: {PROFILES: many[:10]}, TWO: {PROFILES: many}})
    result = fleet.task([ONE, TWO], purge=[PROFILES], provisioning_profiles=[]).fail()
    assert [len(files) for files in fleet.contents(PROFILES).values()] == [0, 11]
    assert [app["error"] is None for app in result["apps"].values()] == [True, False]


@pytest.mark.parametrize(
    "fault",
    [
        {"method": "PUT", "path": "/_storage/", "status": 500},
        {"method": "PUT", "path": "/_storage/", "drop": "before"},
        {"method": "POST", "path": "/uploaded$", "status": 400},
        {"method": "POST", "path": "profiles$", "status": 403},
        {"method": "PATCH", "path": "profiles/", "status": 500},
    ],
    ids=["upload refused", "upload lost", "not confirmed", "not created", "flags refused"],
)
def test_never_after_a_failed_upload(fleet: Fleet, fault: dict[str, Any]) -> None:
    """Keep all files of all kinds in the app whose upload fails, and purge the others."""
    apps = APPS[:6]
    fleet.holds(dict.fromkeys(apps, FULL))
    fleet.emulator.fault(**fault, nth=1, times=1)
    task = fleet.task(apps, purge=list(IOS_KINDS), max_purge_total="100%", build_certificates=CERTIFICATE).with_options(
        provisioning_profiles=[declared("dist", NEW, is_expose=False)]
    )
    result = task.fail()

    (failed,) = [slug for slug, app in result["apps"].items() if app["error"]]
    assert failed in result["msg"]
    assert not [action for action in result["apps"][failed]["actions"] if action["action"] == "delete"]
    for kind in IOS_KINDS:
        contents = fleet.complete(kind)
        assert dict(WITH_OTHERS[kind]).keys() == dict(contents.pop(failed)).keys()
        assert contents == {slug: DECLARED[kind] for slug in apps if slug != failed}
    task.run()
    assert fleet.complete(PROFILES) == dict.fromkeys(apps, DECLARED[PROFILES])
    assert task.run()["changed"] is False


def test_a_failed_deletion_is_reported(fleet: Fleet) -> None:
    fleet.holds({ONE: FULL})
    fleet.emulator.fault(method="DELETE", nth=2, status=500)
    task = fleet.task([ONE], purge=[PROFILES], provisioning_profiles=[declared("dist", b"old")])
    result = task.fail()
    assert [action["name"] for action in result["actions"]] == ["one"]
    assert (result["changed"], result["apps"][ONE]["changed"]) == (True, True)
    assert "Done before the error: deleted provisioning profile one." in result["msg"]
    task.run()
    assert fleet.contents(PROFILES) == {ONE: digests(dist=b"old")}


LIMITS = pytest.mark.parametrize(("limit", "allowed"), [("25%", False), ("40%", True), ("23", False), (24, True)])


@LIMITS
def test_a_limit_for_the_whole_task(fleet: Fleet, limit: str | int, allowed: bool) -> None:
    """Reject a purge of 24 of 64 files before the first app changes: a wrong inventory must not empty a fleet."""
    apps = APPS[:8]
    files = [a_file("dist", NEW), *(a_file(f"f{number}", b"x") for number in range(3))]
    fleet.holds({slug: {PROFILES: files, CERTIFICATES: files} for slug in apps})
    task = fleet.task(apps, purge=[PROFILES], max_purge_total=limit, provisioning_profiles=PROFILE).with_options(
        build_certificates=[{"name": "dist"}]
    )
    if allowed:
        assert task.run()["summary"]["deleted"] == 24
        return
    for check_mode in (True, False):
        fleet.forget()
        result = task.fail(check_mode=check_mode)
        assert result["error"]["kind"] == "max_purge_total"
        assert (
            f"24 undeclared files in 8 apps would be deleted, more than max_purge_total={limit} allows" in result["msg"]
        )
        assert f"{apps[0]} (3: f0, f1, f2)" in result["msg"]
        assert counted(result)["deleted"] == 0
        assert set(fleet.asked()) <= READING


def test_a_percentage_is_never_less_than_max_purge(fleet: Fleet) -> None:
    fleet.holds({ONE: FULL})
    assert fleet.task([ONE], purge=list(IOS_KINDS), max_purge_total="0%", **BOTH).run()["summary"]["deleted"] == 4


@pytest.mark.parametrize("limit", ["-1", "101%", "some", "", "1.5"])
def test_invalid_limits(fleet: Fleet, limit: str) -> None:
    assert (
        "max_purge_total must be a number of files, or a percentage"
        in fleet.task([ONE], max_purge_total=limit).fail()["msg"]
    )
