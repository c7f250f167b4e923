# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds: progress with the clock, errors of keys, and packages."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from tests.emulator.process import Emulator

from .client import Client, fetch


def test_clock_completes_builds(emulator: Emulator, owner: Client) -> None:
    link = f"/apps/{owner.app()['id']}"
    emulator.advance(19)
    status = owner.ok("GET", f"{link}/status")
    assert (status["status"]["android"], status["status"]["ios"], status["completed"]) == ("pending", None, False)
    assert owner.refused("GET", f"{link}/android") == (404, "app #1 download unavailable for android")
    emulator.advance(2)
    app = owner.ok("GET", link)
    assert (app["status"]["android"], app["completed"], app["error"]) == ("complete", True, {})
    assert app["download"] == {name: f"/api/v1{link}/{name}" for name in app["status"] if name != "ios"}
    assert owner.refused("GET", f"{link}/ios") == (404, "app #1 download unavailable for ios")
    assert owner.ok("GET", f"{link}/logs/android/build")["log"].endswith("BUILD SUCCESSFUL\n")
    assert owner.refused("GET", f"{link}/logs/ios/build")[0] == 404


def test_builds_on_request(emulator: Emulator, owner: Client) -> None:
    link = f"/apps/{owner.app()['id']}"
    emulator.advance(30)
    response = owner.send("POST", f"{link}/build", {"platforms": ["android", "webos"]})
    app = response.json()
    assert response.status_code == 202
    assert {name for name, status in app["status"].items() if status == "pending"} == {"android", "webos"}
    assert app["build_count"] == 1
    emulator.advance(30)
    assert owner.ok("POST", f"{link}/build/symbian")["status"]["android"] == "complete"
    assert owner.ok("POST", f"{link}/build")["status"]["android"] == "pending"
    assert owner.refused("POST", f"{link}/build/amiga") == (400, "platform amiga is not supported")
    assert owner.refused("POST", f"{link}/build", {"platforms": ["amiga"]})[0] == 400
    assert owner.refused("POST", "/apps/9/build") == (404, "app 9 not found")


def test_download_of_a_package(emulator: Emulator, owner: Client) -> None:
    link = f"/apps/{owner.app(title='Shöp 1', debug=True)['id']}"
    emulator.advance(30)
    response = owner.send("GET", f"{link}/android")
    location = response.headers["location"]
    assert (response.status_code, response.json()) == (302, {"location": location})
    assert location.partition("?")[0].endswith("/Sh%25C3%25B6p_1-debug.apk")
    body = fetch(location).content
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        facts = json.loads(package.read("package.json"))
    assert (facts["title"], facts["platform"], facts["build"]) == ("Shöp 1", "android", 1)
    part = fetch(location, Range="bytes=10-")
    assert (part.status_code, part.content) == (206, body[10:])
    emulator.advance(700)
    assert fetch(location).status_code == 403
    old = owner.send("GET", f"{link}/android").headers["location"]
    owner.ok("POST", f"{link}/build")
    assert fetch(old).status_code == 404


def test_locked_key_is_an_error_at_once(emulator: Emulator, owner: Client) -> None:
    key = owner.key("android")
    link = f"/apps/{owner.app(keys={'android': key['id']})['id']}"
    emulator.advance(3601)
    app = owner.ok("POST", f"{link}/build/android")
    assert (app["status"]["android"], app["error"]) == ("error", {"android": "android signing key is locked"})
    assert "android" not in app["download"]


@pytest.mark.parametrize(("platform", "lasts"), [("android", 3600), ("blackberry", 3600), ("ios", 30 * 86_400)])
def test_a_build_renews_the_unlock(emulator: Emulator, owner: Client, platform: str, lasts: float) -> None:
    key = owner.key(platform)
    link = f"/apps/{owner.app(keys={platform: key['id']})['id']}"
    for _turn in range(2):
        emulator.advance(lasts - 60)
        assert owner.ok("POST", f"{link}/build/{platform}")["status"][platform] == "pending"
    used = owner.ok("GET", f"/keys/{platform}/{key['id']}")
    assert (used["locked"], bool(used["last_used"])) == (False, True)
    emulator.advance(lasts + 1)
    assert owner.ok("GET", f"/keys/{platform}/{key['id']}")["locked"] is True


def test_build_seconds_can_be_set(emulator: Emulator, owner: Client) -> None:
    emulator.options(phonegap_build_seconds=0)
    assert owner.app()["status"]["android"] == "complete"
    emulator.options(phonegap_build_seconds=100)
    owner.ok("POST", "/apps/1/build")
    emulator.advance(50)
    assert owner.ok("GET", "/apps/1")["status"]["android"] == "pending"


def test_suffix_of_a_blackberry_package_depends_on_the_key(emulator: Emulator, owner: Client) -> None:
    emulator.options(phonegap_build_seconds=0)
    owner.app()
    unsigned = owner.send("GET", "/apps/1/blackberry").headers["location"].partition("?")[0]
    owner.ok("PUT", "/apps/1", {"keys": {"blackberry": owner.key("blackberry")["id"]}})
    signed = owner.send("GET", "/apps/1/blackberry").headers["location"].partition("?")[0]
    assert (unsigned[-3:], signed[-3:]) == ("jad", "zip")
