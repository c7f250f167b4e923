# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs without failures: their actions, results and requests."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.fleet import APPS, ONE, THREE, TWO, Fleet, check_then_run_then_rerun, counted, declared, digests
from tests.helpers.service import CERTIFICATES, PROFILES, READING, a_file, sha256
from tests.helpers.tasks import b64

CERTIFICATE, FIRST, SECOND = b"a certificate", b"the first profile", b"the second profile"
DECLARED: dict[str, Any] = {
    CERTIFICATES: [declared("dist.p12", CERTIFICATE, certificate_password="hush", is_protected=True)],
    PROFILES: [declared("first", FIRST), declared("second", SECOND, is_expose=False)],
}
# The certificate is listed once more before it is protected.
ASKED_FIRST = {"list": 3, "create": 3, "put": 3, "confirm": 3, "patch": 3}


def test_first_and_second_run(fleet: Fleet) -> None:
    apps = APPS[:12]
    fleet.holds(apps)
    task = fleet.task(apps, **DECLARED)

    asked = task.asked_by()

    assert asked == {name: count * 12 for name, count in ASKED_FIRST.items()}
    assert fleet.contents(CERTIFICATES) == {slug: digests(**{"dist.p12": CERTIFICATE}) for slug in apps}
    assert fleet.contents(PROFILES) == {slug: digests(first=FIRST, second=SECOND) for slug in apps}
    (certificate,) = fleet.files(ONE, CERTIFICATES)
    assert (certificate["is_protected"], certificate["password_sha256"]) == (True, sha256(b"hush"))
    assert [file["is_expose"] for file in fleet.files(ONE, PROFILES)] == [True, False]

    # The service lists digests of certificates only, so the task downloads the profiles.
    assert task.asked_by() == {"list": 24, "show": 24, "get": 24}


def test_results_of_a_first_run(fleet: Fleet) -> None:
    fleet.holds([ONE, TWO])
    done = check_then_run_then_rerun(fleet.task([ONE, TWO], **DECLARED))

    expected = {"apps": 2, "changed": 2, "failed": 0, "uploaded": 6, "updated": 0, "deleted": 0}
    assert counted(done) == expected
    assert done["summary"]["requests"] == 2 * sum(ASKED_FIRST.values())
    assert done["summary"]["seconds"] > 0
    assert [action["app_slug"] for action in done["actions"]] == [ONE] * 3 + [TWO] * 3
    assert done["actions"] == done["apps"][ONE]["actions"] + done["apps"][TWO]["actions"]
    assert done["actions"][0] == {
        "action": "upload",
        "kind": "build_certificate",
        "app_slug": ONE,
        "slug": None,
        "name": "dist.p12",
        "size": len(CERTIFICATE),
        "sha256": sha256(CERTIFICATE),
        "changes": {"is_protected": True, "certificate_password": "********"},
        "reason": None,
    }
    assert done["apps"][ONE]["files"] == [
        {
            "kind": "build_certificate" if kind == CERTIFICATES else "provisioning_profile",
            "name": file["upload_file_name"],
            "slug": file["slug"],
            "sha256": file["sha256"],
            "is_protected": file["is_protected"],
            "is_expose": file["is_expose"],
        }
        for kind in (CERTIFICATES, PROFILES)
        for file in fleet.files(ONE, kind)
    ]


def test_apps_in_every_state(fleet: Fleet) -> None:
    """Reconcile an empty app, one in sync, and one with other bytes, other flags and an interrupted upload."""
    as_declared = {
        CERTIFICATES: [a_file("dist.p12", CERTIFICATE, is_protected=True, certificate_password="hush")],
        PROFILES: [a_file("first", FIRST), a_file("second", SECOND, is_expose=False)],
    }
    different = {
        CERTIFICATES: [a_file("dist.p12", b"an older one", is_protected=True)],
        PROFILES: [a_file("first", FIRST[::-1]), a_file("second", SECOND), a_file("second", None), a_file("own", b"x")],
    }
    fleet.holds({ONE: {}, TWO: as_declared, THREE: different})
    done = check_then_run_then_rerun(fleet.task([ONE, TWO, THREE], **DECLARED))

    assert counted(done) == {"apps": 3, "changed": 2, "failed": 0, "uploaded": 5, "updated": 1, "deleted": 3}
    assert [done["apps"][slug]["changed"] for slug in (ONE, TWO, THREE)] == [True, False, True]
    assert [(action["action"], action["name"], action.get("reason")) for action in done["apps"][THREE]["actions"]] == [
        ("upload", "dist.p12", None),
        ("upload", "first", None),
        ("update", "second", None),
        ("delete", "dist.p12", "replaced"),
        ("delete", "first", "replaced"),
        ("delete", "second", "leftover"),
    ]
    assert fleet.contents(PROFILES)[THREE] == digests(first=FIRST, second=SECOND, own=b"x")
    assert fleet.files(THREE, CERTIFICATES)[0]["is_protected"] is True


def test_diff_shows_the_apps_that_change(fleet: Fleet) -> None:
    fleet.holds({ONE: {PROFILES: [a_file("first", b"old")]}, TWO: {PROFILES: [a_file("first", FIRST)]}, THREE: {}})
    task = fleet.task([ONE, TWO, THREE], provisioning_profiles=[declared("first", FIRST)])
    diff = task.run(check_mode=True, diff=True)["diff"]

    assert diff["before"].keys() == diff["after"].keys() == {ONE, THREE}
    assert diff["before"][ONE][PROFILES]["first"]["size"] == 3
    assert diff["after"][ONE][PROFILES]["first"]["sha256"] == sha256(FIRST)
    assert diff["before"][THREE] == {PROFILES: {}}
    assert diff["after"][THREE][PROFILES].keys() == {"first"}
    assert "diff" not in task.run(check_mode=True)


def test_files_of_one_name_do_not_hide_each_other_in_a_diff(fleet: Fleet) -> None:
    fleet.holds({ONE: {PROFILES: [a_file("dist", b"one"), a_file("dist", b"other bytes")]}})
    slug = fleet.files(ONE, PROFILES)[0]["slug"]
    other = {"slug": fleet.files(ONE, PROFILES)[1]["slug"], "is_expose": False}
    task = fleet.task([{"app_slug": ONE, PROFILES: [declared("dist", FIRST, slug=slug), other]}])
    diff = task.run(check_mode=True, diff=True)["diff"]

    assert sorted(file["size"] for file in diff["before"][ONE][PROFILES].values()) == [3, 11]
    assert sorted(file["size"] for file in diff["after"][ONE][PROFILES].values()) == [11, len(FIRST)]


@pytest.mark.parametrize("content", [FIRST, b"old"], ids=["kept", "replaced"])
def test_a_diff_shows_the_declared_file_under_its_name(fleet: Fleet, content: bytes) -> None:
    """Show only the other file of this name, such as a leftover, with its slug."""
    fleet.holds({ONE: {PROFILES: [a_file("dist", None), a_file("dist", content)]}})
    leftover = fleet.files(ONE, PROFILES)[0]
    diff = fleet.task([ONE], provisioning_profiles=[declared("dist", FIRST)]).run(check_mode=True, diff=True)["diff"]

    before, after = diff["before"][ONE][PROFILES], diff["after"][ONE][PROFILES]
    assert before.keys() == {"dist", f"dist ({leftover['slug']})"}
    assert (before["dist"]["size"], before["dist"]["processed"]) == (len(content), True)
    assert after.keys() == {"dist"}
    assert after["dist"]["size"] == len(FIRST)


def test_protected_profiles_are_not_downloaded(fleet: Fleet) -> None:
    fleet.holds({ONE: {PROFILES: [a_file("first", FIRST, is_protected=True), a_file("second", SECOND)]}})
    task = fleet.task([ONE], provisioning_profiles=[*DECLARED[PROFILES][:1], declared("second", SECOND)])
    assert task.asked_by() == {"list": 1, "show": 1, "get": 1}


@pytest.mark.parametrize("count", [50, 51, 99])
def test_an_app_with_many_files(fleet: Fleet, count: int) -> None:
    """List more files than one page of the service holds."""
    files = [a_file(f"f{number}", b"%d" % number, is_protected=True) for number in range(count)]
    fleet.holds({ONE: {PROFILES: files}})
    own = [declared(f"f{number}", b"%d" % number) for number in range(count)]
    pages = 1 if count == 50 else 2
    assert fleet.task([ONE], provisioning_profiles=own).asked_by() == {"list": pages}
    assert fleet.task([ONE], provisioning_profiles=own[1:], purge=[PROFILES]).asked_by() == {
        "list": pages + (1 if count <= 51 else 2),
        "delete": 1,
    }


def test_flags_without_content(fleet: Fleet) -> None:
    fleet.holds({slug: {PROFILES: [a_file("first", b"whatever")]} for slug in (ONE, TWO)})
    task = fleet.task([ONE, TWO], provisioning_profiles=[{"name": "first", "is_protected": True}])
    assert task.asked_by(check_mode=True) == {"list": 2}
    assert task.asked_by() == {"list": 2, "patch": 2}
    assert task.asked_by() == {"list": 2}


def test_no_apps_at_all(fleet: Fleet) -> None:
    """Accept an empty slice of a job."""
    fleet.holds([ONE])
    done = fleet.task([], **DECLARED).run(diff=True)
    assert (done["changed"], done["apps"], done["actions"]) == (False, {}, [])
    assert counted(done) == {"apps": 0, "changed": 0, "failed": 0, "uploaded": 0, "updated": 0, "deleted": 0}
    assert fleet.asked().total() == 0


def test_one_app_at_a_time(fleet: Fleet) -> None:
    fleet.holds(APPS[:5])
    fleet.task(APPS[:5], concurrency=1, **DECLARED).run()
    order = [entry["path"].split("/")[3] for entry in fleet.emulator.requests(area="api")]
    assert list(dict.fromkeys(order)) == list(APPS[:5])
    assert order == sorted(order)


def test_several_apps_at_a_time(fleet: Fleet) -> None:
    """Use at most the requested number of connections, for any number of apps."""
    apps = APPS[:24]
    fleet.holds(apps)
    fleet.emulator.options(latency_ms=150)
    fleet.task(apps, concurrency=12, provisioning_profiles=[]).run()
    log = fleet.emulator.requests()
    assert len(log) == 24
    begun = [entry["at"] for entry in log]
    # Twelve are under way before the first of them is answered, and not one more.
    together = sum(at < begun[0] + 0.15 for at in begun)
    assert 2 <= together <= 12


def test_backups(fleet: Fleet) -> None:
    fleet.holds({ONE: {PROFILES: [a_file("first", b"old bytes")]}, TWO: {PROFILES: [a_file("first", FIRST)]}})
    folder = fleet.folder / "copies"
    task = fleet.task([ONE, TWO], provisioning_profiles=[declared("first", FIRST, backup_dir=str(folder))])
    task.run(check_mode=True)
    assert not folder.exists()
    task.run()
    (copy,) = folder.iterdir()
    assert (copy.read_bytes(), copy.stat().st_mode & 0o777) == (b"old bytes", 0o600)
    assert copy.name.startswith(ONE)


def test_the_reading_task_requests_full_pages(fleet: Fleet) -> None:
    fleet.holds([ONE])
    fleet.task([ONE], provisioning_profiles=[declared("first", FIRST)]).run(check_mode=True)
    (entry,) = fleet.emulator.requests()
    assert entry["query"] == {"limit": "50"}
    assert set(fleet.asked()) <= READING
    assert b64(FIRST) not in str(entry)
