# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The admin path: request log, clock, fixtures, options, state."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from tests.emulator.fixture_format import app_slug
from tests.emulator.process import Emulator, EmulatorError

from .client import CERTIFICATES, PROFILES, Api, storage


def test_request_log(emulator: Emulator, owner: Api, member: Api) -> None:
    slug = owner.upload("one", PROFILES, "a", b"hello")["slug"]
    member.send("GET", "/apps?limit=2&next=")
    Api(emulator.api_url, "wrong").send("GET", "/me")
    log = emulator.requests()
    assert [entry["n"] for entry in log] == [1, 2, 3, 4, 5]
    assert [(entry["method"], entry["status"], entry["area"], entry["token"]) for entry in log] == [
        ("POST", 201, "api", "owner"),
        ("PUT", 200, "storage", None),
        ("POST", 200, "api", "owner"),
        ("GET", 200, "api", "member"),
        ("GET", 401, "api", None),
    ]
    assert log[2]["path"] == f"/v0.1/apps/one/{PROFILES}/{slug}/uploaded"
    assert log[3]["query"] == {"limit": "2", "next": ""}
    assert log[1]["bytes_in"] == 5
    assert {entry["host"] for entry in log} == {emulator.api_url.split("/")[2]}
    emulator.clear_requests()
    assert emulator.requests() == []
    owner.send("GET", "/me")
    assert [entry["n"] for entry in emulator.requests(method="GET")] == [1]


def test_no_secrets_in_log_and_state(emulator: Emulator, owner: Api) -> None:
    slug = owner.upload("one", CERTIFICATES, "a", b"canary-bytes")["slug"]
    path = f"/apps/one/{CERTIFICATES}/{slug}"
    owner.send("PATCH", path, json={"certificate_password": "canary-password"})
    url = owner.data(path)["download_url"]
    storage("GET", url)
    text = json.dumps([emulator.requests(), emulator.state()])
    for secret in (
        *emulator.tokens.values(),
        "canary-password",
        "canary-bytes",
        url.split("X-Amz-Signature=")[1],
        "AKIA",
    ):
        assert secret not in text
    [item] = emulator.state()["apps"]["one"]["build_certificates"]
    assert item["has_password"] is True
    assert item["password_sha256"] == hashlib.sha256(b"canary-password").hexdigest()
    assert item["sha256"] == hashlib.sha256(b"canary-bytes").hexdigest()


def test_state_of_an_unconfirmed_upload(emulator: Emulator, owner: Api) -> None:
    slot = owner.create("one", PROFILES, "a", 5)
    [before] = emulator.state()["apps"]["one"]["provisioning_profiles"]
    assert (before["stored_bytes"], before["sha256"], before["processed"]) == (None, None, False)
    storage("PUT", slot["upload_url"], data=b"hello")
    [after] = emulator.state()["apps"]["one"]["provisioning_profiles"]
    assert (after["stored_bytes"], after["processed"]) == (5, False)


def test_users_keep_their_tokens(emulator: Emulator) -> None:
    before = dict(emulator.tokens)
    emulator.load("fleet:3")
    assert emulator.tokens == before


def test_invalid_fixture_changes_nothing(emulator: Emulator, owner: Api) -> None:
    with pytest.raises(EmulatorError, match=r"400 .*unknown key 'titel'"):
        emulator.load({"apps": [{"title": "A"}, {"titel": "B"}]})
    assert [app["title"] for app in owner.data("/apps")] == ["One", "Two", "Three"]


@pytest.mark.parametrize(
    ("fixture", "message"),
    [
        ("unknown", "unknown fixture 'unknown'"),
        ("/etc/passwd.json", "unknown fixture"),
        ("fleet:x", "a fleet must be"),
        ({"app": []}, "unknown key 'app' in the fixture"),
        ({"apps": {}}, "'apps' must be a list"),
        ({"apps": [{"title": ""}]}, "an app needs 'title'"),
        ({"apps": [{"title": "A", "owner": "Unknown"}]}, "has the owner 'Unknown'"),
        ({"apps": [{"title": "A", "roles": {"member": "king"}}]}, "unknown role 'king'"),
        ({"apps": [{"title": "A", "slug": "a"}, {"title": "B", "slug": "a"}]}, "two apps have the slug 'a'"),
        ({"apps": [{"title": "A", "provisioning_profiles": [{"content": "x"}]}]}, "needs 'name'"),
        ({"apps": [{"title": "A", "provisioning_profiles": [{"name": "x", "processed": True}]}]}, "without content"),
        ({"apps": [{"title": "A", "provisioning_profiles": [{"name": "x", "content_base64": "?"}]}]}, "not base64"),
        ({"apps": [{"title": "A", "builds": [{"status": 9}]}]}, "'status' of a build"),
        ({"apps": ["A"]}, "must be an object"),
        ({"apps": [{"title": "A", "roles": []}]}, "a value of the wrong type"),
        ({"apps": [{"title": "A", "builds": [{"age_s": "x"}]}]}, "a value of the wrong type"),
        ([], "must be an object"),
    ],
)
def test_rejects_invalid_fixtures(emulator: Emulator, fixture: Any, message: str) -> None:
    with pytest.raises(EmulatorError, match=f"400 .*{message}"):
        emulator.load(fixture)


def test_fixture_with_all_keys(emulator: Emulator) -> None:
    fixture = {
        "users": [{"username": "boss", "sees_everything": True, "token": "boss-token"}, {"username": "dev"}],
        "organizations": [{"name": "Org", "slug": "org-1", "owners": ["boss"], "members": ["dev"]}],
        "apps": [
            {
                "title": "A",
                "slug": "a",
                "owner": "org-1",
                "roles": {"dev": "admin"},
                "is_disabled": True,
                "build_certificates": [
                    {"name": "c.p12", "content": "c", "certificate_password": "pw", "is_protected": True},
                    {"name": "c.p12", "content": "d", "processed": False},
                    {"name": "e.p12", "size": 12},
                ],
                "project_files": [{"name": "p", "content_base64": "AAE=", "user_env_key": "P", "is_expose": False}],
                "android_keystores": [{"name": "k", "content": "k", "password": "x"}, {"name": "l", "content": "l"}],
            }
        ],
    }
    summary = emulator.load(fixture)
    assert (summary["apps"], summary["files"]) == (1, 6)
    assert emulator.tokens["boss"] == "boss-token"
    api = Api(emulator.api_url, "boss-token")
    assert api.data("/apps/a")["is_disabled"] is True
    first, second, third = api.data(f"/apps/a/{CERTIFICATES}")
    assert (first["processed"], first["is_protected"], first["certificate_password"]) == (True, True, None)
    assert (second["processed"], second["upload_file_size"]) == (False, 1)
    assert (third["processed"], third["upload_file_size"]) == (False, 12)
    state = emulator.state()["apps"]["a"]
    assert [item["stored_bytes"] for item in state["build_certificates"]] == [1, 1, None]
    assert state["project_files"][0]["sha256"] == hashlib.sha256(b"\0\1").hexdigest()
    assert len({item["user_env_key"] for item in state["android_keystores"]}) == 2


def test_slugs_of_a_fixture_are_stable(emulator: Emulator) -> None:
    emulator.load("demo")
    first = emulator.state()["apps"]
    emulator.load("demo")
    assert list(emulator.state()["apps"]) == list(first)
    assert next(iter(first)) == app_slug("Acme Shop")


def test_demo_fixture(emulator: Emulator, owner: Api, member: Api, viewer: Api) -> None:
    emulator.load("demo")
    apps = owner.data("/apps")
    titles = [app["title"] for app in apps]
    assert len(apps) == 12
    assert len({app["owner"]["slug"] for app in apps if app["owner"]["account_type"] == "organization"}) == 2
    assert titles.count("Acme Shop") == 2
    assert any(not title.isascii() for title in titles)
    assert any("{{" in title for title in titles)
    assert any(app["is_disabled"] for app in apps)
    assert 0 < len(viewer.data("/apps")) < len(member.data("/apps")) < 12
    profiles = [item for app in emulator.state()["apps"].values() for item in app["provisioning_profiles"]]
    assert any(item["is_protected"] for item in profiles)
    assert any(not item["processed"] for item in profiles)
    certificates = owner.data(f"/apps/{app_slug('Acme Loyalty')}/{CERTIFICATES}")
    assert len({item["upload_file_name"] for item in certificates}) == 1
    assert len({item["certificates"][0]["serial"] for item in certificates}) == 2


def test_fleet_fixture(emulator: Emulator, owner: Api) -> None:
    emulator.load("fleet:30:2")
    apps = owner.data("/apps")
    assert [app["title"] for app in apps[:2]] == ["app-00001", "app-00002"]
    assert len({app["owner"]["slug"] for app in apps}) == 2
    assert apps[0]["slug"] == app_slug("app-00001")
    assert len(owner.data(f"/apps/{apps[0]['slug']}/{PROFILES}")) == 2


def test_move_clock(emulator: Emulator) -> None:
    before = emulator.admin("GET", "clock")["offset_s"]
    assert emulator.admin("POST", "clock", {"advance_s": 1.5})["offset_s"] == before + 1.5
    for body in ({}, {"advance_s": "1"}, [1]):
        with pytest.raises(EmulatorError, match=r"400 .*advance_s"):
            emulator.admin("POST", "clock", body)


def test_set_options(emulator: Emulator, owner: Api) -> None:
    emulator.options(latency_ms=50)
    assert owner.send("GET", "/me").elapsed.total_seconds() >= 0.05
    slot = owner.create("one", PROFILES, "a", 1)
    assert storage("PUT", slot["upload_url"], data=b"a").elapsed.total_seconds() >= 0.05
    for changes in ({"latency": 1}, {"latency_ms": True}, {"hash_fields": 0}, {"latency_ms": -1}):
        with pytest.raises(EmulatorError, match=r"400 .*(option|behavior)"):
            emulator.options(**changes)


def test_reset_restores_everything(emulator: Emulator, owner: Api) -> None:
    usual, clock = emulator.options(), emulator.admin("GET", "clock")["offset_s"]
    emulator.options(latency_ms=1, hash_fields=False)
    emulator.advance(700)
    emulator.fault(status=503)
    assert owner.send("GET", "/me").status_code == 503

    summary = emulator.reset("empty")

    assert (summary["apps"], summary["tokens"]) == (0, emulator.tokens)
    assert (emulator.options(), emulator.admin("GET", "clock")["offset_s"]) == (usual, clock)
    assert (emulator.faults(), emulator.requests()) == ([], [])
    assert owner.data("/apps") == []


def test_unknown_admin_paths_are_not_found(emulator: Emulator) -> None:
    with pytest.raises(EmulatorError, match="404"):
        emulator.admin("GET", "nothing")
    with pytest.raises(EmulatorError, match="405"):
        emulator.admin("PUT", "faults", {})
