# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests of an inspection, and errors of the service."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.service import CERTIFICATES, PROFILES, a_file

from .signing import ONE, THREE, TWO, Inspection, Material, named, p12

APPS = [ONE, TWO, THREE]


@pytest.fixture
def same_files(inspection: Inspection, material: Material) -> Inspection:
    """Create three apps with the same certificate and the same profile."""
    profile = a_file("shop", material.profile(material.good))
    inspection.holds({slug: {CERTIFICATES: [p12(material.good)], PROFILES: [profile]} for slug in APPS})
    return inspection


def test_a_certificate_of_several_apps_is_downloaded_once(same_files: Inspection) -> None:
    same_files.run(apps=APPS, kinds=[CERTIFICATES])
    assert same_files.asked() == {"list": 3, "show": 1, "get": 1}


def test_profiles_are_downloaded_once_where_their_digests_are_known(same_files: Inspection, tmp_path: Path) -> None:
    cache = str(tmp_path / "digests")
    kinds = [CERTIFICATES, PROFILES]
    first = same_files.run(apps=APPS, kinds=kinds, digest_cache=cache)
    assert same_files.asked() == {"list": 6, "show": 4, "get": 4}
    second = same_files.run(apps=APPS, kinds=kinds, digest_cache=cache)
    assert same_files.asked() == {"list": 6, "show": 2, "get": 2}
    assert second["apps"] == first["apps"]
    assert Path(cache).stat().st_mode & 0o777 == 0o600


def test_check_mode_has_the_same_result_and_writes_nothing(same_files: Inspection, tmp_path: Path) -> None:
    cache = tmp_path / "digests"
    result = same_files.run(check_mode=True, digest_cache=str(cache))
    assert not cache.exists()
    assert result["apps"] == same_files.run()["apps"]
    assert {entry["method"] for entry in same_files.emulator.requests()} == {"GET"}


def test_all_apps_that_are_enabled(inspection: Inspection) -> None:
    inspection.holds({ONE: {}, TWO: {"is_disabled": True}, THREE: {}})
    result = inspection.run()
    assert {slug: app["title"] for slug, app in result["apps"].items()} == {ONE: "App 1", THREE: "App 3"}
    assert inspection.asked() == {"apps": 1, "list": 6}


@pytest.mark.parametrize("apps", [f"{ONE},{TWO}", [ONE, TWO], [{"app_slug": ONE}, {"app_slug": TWO, "title": "Two"}]])
def test_apps_that_are_named(same_files: Inspection, apps: object) -> None:
    assert list(same_files.run(apps=apps)["apps"]) == [ONE, TWO]


def test_an_app_that_cannot_be_read_is_named_and_the_others_are_done(same_files: Inspection) -> None:
    gone = "bb00000000000001"
    result = same_files.run(apps=[gone, *APPS])
    assert [entry["app_slug"] for entry in result["unreadable"]] == [gone]
    assert "404" in result["unreadable"][0]["reason"]
    assert result["warnings"] == [f"The signing files of {gone} could not be listed: see unreadable in the result."]
    assert result["apps"][gone]["error"]["kind"] == "not_found"
    assert result["apps"][ONE][PROFILES][0]["details"]["name"] == "Shop"
    assert (result["summary"]["apps"], result["summary"]["files"], result["summary"]["unreadable"]) == (4, 6, 1)


def test_the_task_fails_if_nothing_can_be_read(same_files: Inspection) -> None:
    result = same_files.result(apps=["bb00000000000001", "bb00000000000002"])
    assert result["failed"]
    assert result["error"]["status"] == 404
    assert "1 more of the apps could not be read either." in result["msg"]


def test_a_wrong_token_ends_it_at_once(same_files: Inspection) -> None:
    result = same_files.result(apps=APPS, api_token="wrong", concurrency=1)
    assert result["error"]["kind"] == "unauthorized"
    assert "api_token" in result["msg"]


def test_a_failed_download_is_reported_for_the_file(inspection: Inspection, material: Material) -> None:
    profile = a_file("shop", material.profile(material.good))
    inspection.holds({ONE: {PROFILES: [profile]}})
    inspection.emulator.fault(status=500, path="^/_storage/")
    result = inspection.run(kinds=[PROFILES])
    assert named(result) == {"unverifiable": [(ONE, "shop")]}
    assert "500" in result["unverifiable"][0]["reason"]


def test_page_of_a_proxy_is_not_remembered(inspection: Inspection, material: Material, tmp_path: Path) -> None:
    inspection.holds({ONE: {PROFILES: [a_file("shop", material.profile(material.good))]}})
    inspection.emulator.fault(status=200, html=True, path="^/_storage/")
    cache = tmp_path / "digests"
    result = inspection.run(kinds=[PROFILES], digest_cache=str(cache))
    assert "Check whether a proxy responds" in result["unverifiable"][0]["reason"]
    assert result["apps"][ONE][PROFILES][0]["sha256"] is None
    assert not cache.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"concurrency": 0}, "concurrency must be between 1 and 64, got 0."),
        ({"expires_within": -1}, "expires_within must be 0 or greater, got -1"),
        ({"apps": [" "]}, "apps: the app_slug of entry 1 is empty."),
        ({"apps": []}, "apps must list at least one app."),
        ({"apps": [ONE, ONE]}, f"apps: app {ONE} is listed more than once."),
    ],
)
def test_wrong_options(inspection: Inspection, options: dict[str, object], message: str) -> None:
    result = inspection.result(**options)
    assert result["error"]["kind"] == "option"
    assert message in result["msg"]
