# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declarations of all apps and of single ones, and those that are rejected before the first request."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.fleet import APPS, ONE, THREE, TWO, Fleet, check_then_run_then_rerun, declared, digests
from tests.helpers.service import CERTIFICATES, PROFILES, a_file
from tests.helpers.tasks import b64


def test_own_files_are_added_to_the_common_ones(fleet: Fleet) -> None:
    fleet.holds([ONE, TWO, THREE])
    apps = [
        ONE,
        {"app_slug": TWO, PROFILES: [declared("own", b"two")]},
        {"app_slug": THREE, PROFILES: [declared("own", b"three")], CERTIFICATES: [declared("own.p12", b"key")]},
    ]
    check_then_run_then_rerun(fleet.task(apps, provisioning_profiles=[declared("common", b"all")]))

    assert fleet.contents(PROFILES) == {
        ONE: digests(common=b"all"),
        TWO: digests(common=b"all", own=b"two"),
        THREE: digests(common=b"all", own=b"three"),
    }
    assert fleet.contents(CERTIFICATES) == {ONE: [], TWO: [], THREE: digests(**{"own.p12": b"key"})}


def test_apps_that_share_their_own_files(fleet: Fleet) -> None:
    """Share one list, as a YAML anchor or a variable does."""
    fleet.holds([ONE, TWO])
    own = [declared("own", b"both")]
    check_then_run_then_rerun(fleet.task([{"app_slug": slug, PROFILES: own} for slug in (ONE, TWO)]))
    assert fleet.contents(PROFILES) == dict.fromkeys((ONE, TWO), digests(own=b"both"))
    assert own == [declared("own", b"both")]


@pytest.mark.parametrize("apps", [ONE, {"app_slug": ONE}, f"{ONE},{TWO}", f"{ONE}, {TWO}"], ids=str)
def test_apps_that_are_not_a_list(fleet: Fleet, apps: Any) -> None:
    """Reject single values, which ansible-core converts to a list, and text, which it splits at commas."""
    fleet.holds([ONE, TWO])
    done = fleet.task(provisioning_profiles=[]).with_options(apps=apps).run()
    assert list(done["apps"]) == ([ONE, TWO] if TWO in apps else [ONE])


def test_kinds_that_are_left_out_are_left_alone(fleet: Fleet) -> None:
    fleet.holds([ONE, TWO])
    apps = [ONE, {"app_slug": TWO, CERTIFICATES: None, PROFILES: []}]
    assert fleet.task(apps).asked_by() == {"list": 1}
    assert fleet.asked_about(ONE) == {}
    assert fleet.task([ONE], provisioning_profiles=[]).asked_by() == {"list": 1}
    assert fleet.task([ONE], provisioning_profiles=[], build_certificates=[]).asked_by() == {"list": 2}


@pytest.mark.parametrize("own", [True, False], ids=["common and own", "common twice"])
def test_a_file_that_is_declared_twice(fleet: Fleet, own: bool) -> None:
    """Declare a common file twice, or as a file of one app too: only the apps that have both fail."""
    fleet.holds([ONE, TWO])
    files = [declared("dist", b"one")]
    more = [declared("dist", b"two")]
    task = (
        fleet.task([ONE, {"app_slug": TWO, PROFILES: more}], provisioning_profiles=files)
        if own
        else fleet.task([ONE, TWO], provisioning_profiles=files + more)
    )
    result = task.fail()

    assert result["apps"][TWO]["error"]["kind"] == result["error"]["kind"] == "option"
    assert f"provisioning_profiles declares dist twice for app {ONE if not own else TWO}." in result["msg"]
    assert (result["apps"][ONE]["error"] is None) is own
    assert fleet.asked_about(TWO) == {}


def test_a_file_that_is_declared_by_name_and_by_slug(fleet: Fleet) -> None:
    """Reject two entries that would undo each other on every run."""
    fleet.holds({ONE: {PROFILES: [a_file("dist", b"one")]}})
    slug = fleet.files(ONE, PROFILES)[0]["slug"]
    both = [{"name": "dist", "is_expose": True}, {"slug": slug, "is_expose": False}]
    result = fleet.task([ONE], provisioning_profiles=both).fail()
    assert "declare the same file" in result["msg"]
    assert result["msg"].endswith(" Remove one of the entries.")
    assert fleet.asked() == {"list": 1}


def test_an_app_that_is_listed_twice(fleet: Fleet) -> None:
    fleet.holds([ONE, TWO])
    result = fleet.task([ONE, TWO, {"app_slug": ONE}], provisioning_profiles=[]).fail()
    assert f"app {ONE} is listed more than once" in result["msg"]
    assert (set(result), result["error"]["kind"]) == ({"failed", "msg", "error"}, "option")
    assert fleet.asked().total() == 0


OPTIONS: dict[str, dict[str, Any]] = {
    "concurrency must be between 1 and 64, got 0.": {"concurrency": 0},
    "concurrency must be between 1 and 64, got 65.": {"concurrency": 65},
    "max_purge must be 0 or greater, got -1": {"max_purge": -1},
    "max_retries must be 0 or greater, got -1.": {"max_retries": -1},
    "timeout must be greater than 0 ": {"timeout": 0},
    "api_url": {"api_url": "http://example.com"},
    "the app_slug of entry 1 is empty": {"apps": [{"app_slug": ""}]},
    "name is required with content": {PROFILES: [{"content": b64(b"x")}]},
    "content of x: this is not base64": {PROFILES: [{"name": "x", "content": "$$$"}]},
    "src: ": {PROFILES: [{"src": "/nowhere/to-be-found"}]},
    "got the directory": {PROFILES: [{"src": "/nowhere/"}]},
}


@pytest.mark.parametrize("words", OPTIONS)
def test_values_that_cannot_be_used(fleet: Fleet, words: str) -> None:
    """Reject values of all apps before the first request."""
    fleet.holds([ONE])
    result = fleet.task([ONE], provisioning_profiles=[]).with_options(**OPTIONS[words]).fail()
    assert words in result["msg"]
    assert result["error"]["kind"] == ("local_file" if "nowhere/to" in result["msg"] else "option")
    assert set(result) == {"failed", "msg", "error"}
    assert fleet.asked().total() == 0


def test_the_declaration_is_not_changed(fleet: Fleet) -> None:
    """Keep the options as the playbook passed them."""
    fleet.holds(APPS[:2])
    own = {"app_slug": TWO, PROFILES: [declared("own", b"x", verify="none")]}
    options = {"apps": [ONE, own], PROFILES: [declared("a", b"b", verify="none")]}
    before = repr(options)
    fleet.task().with_options(**options).run()
    assert repr(options) == before
