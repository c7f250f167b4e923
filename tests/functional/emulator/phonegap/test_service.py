# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Routes, state file, fixtures, faults and request log of PhoneGap Build."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.emulator.phonegap.application import is_phonegap_path
from tests.emulator.phonegap.routes import phonegap_routes
from tests.emulator.process import Emulator, EmulatorError

from .client import Client

# The methods in the service's documentation of its write API.
WRITE_API = """
POST /api/v1/apps
PUT /api/v1/apps/:id
POST /api/v1/apps/:id/icon
POST /api/v1/apps/:id/build
POST /api/v1/apps/:id/build/:platform
POST /api/v1/apps/:id/collaborators
PUT /api/v1/apps/:id/collaborators/:id
POST /api/v1/keys/:platform
PUT /api/v1/keys/:platform/:id
DELETE /api/v1/apps/:id
DELETE /api/v1/apps/:id/collaborators/:id
DELETE /api/v1/keys/:platform/:id
"""


def test_each_documented_method_has_a_route() -> None:
    routes = {f"{route.method} {route.documented_path}" for route in phonegap_routes()}
    assert set(WRITE_API.split("\n")) - {""} <= routes
    assert len(routes) == len(phonegap_routes())


def test_each_route_is_served(owner: Client) -> None:
    for route in phonegap_routes():
        path = route.path.replace(":int", "").format(id=99, platform="android", collaborator=9, key=9)
        assert is_phonegap_path(path)
        response = owner.raw(route.method, path)
        assert response.status_code not in (405, 500), (route, response.text)
        assert response.json() != {"error": "Not Found"}, route
    assert not is_phonegap_path("/v0.1/apps")
    assert not is_phonegap_path("/")


def test_restart_keeps_the_state(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    environment = {"EMULATOR_PHONEGAP_TOKEN_OWNER": "chosen", "EMULATOR_PHONEGAP_PASSWORD_OWNER": "words"}
    with Emulator("empty", state=state) as emulator:
        owner = Client(emulator)
        key = owner.key("android")
        app = owner.app(keys={"android": key["id"]})
        owner.ok("POST", f"/apps/{app['id']}/collaborators", {"email": "new@example.com", "role": "dev"})
        before, tokens = owner.ok("GET", f"/apps/{app['id']}"), emulator.phonegap_tokens
        owner.raw("GET", "/authorize", params={"client_id": "emulator"})
    with Emulator("empty", state=state, environment=environment) as emulator:
        assert emulator.phonegap_tokens == {**tokens, "owner": "chosen"}
        assert emulator.phonegap_logins["owner"] == {"username": "owner@example.com", "password": "words"}
        owner = Client(emulator)
        assert owner.ok("GET", f"/apps/{app['id']}") == before
        assert (owner.key("android")["id"], owner.app()["id"]) == (2, 2)
        owner.ok("DELETE", "/keys/android/1")
        owner.ok("DELETE", "/apps/1")
    with Emulator("empty", state=state) as emulator:
        assert list(emulator.state()["phonegap"]["apps"]) == ["2"]


def test_fixture_with_all_objects(emulator: Emulator) -> None:
    tokens = emulator.phonegap_tokens
    summary = emulator.load(
        {
            "phonegap": {
                "accounts": [{"name": "owner"}, {"name": "eve", "email": "eve@example.org", "password": "words"}],
                "keys": [
                    {"platform": "ios", "title": "Locked", "id": 7, "role": "developer"},
                    {
                        "platform": "android",
                        "title": "Open",
                        "passwords": {"key_pw": "a", "keystore_pw": "b"},
                        "files": {"keystore": {"content": "bytes"}},
                    },
                ],
                "apps": [
                    {
                        "title": "Shop",
                        "id": 40,
                        "owner": "owner",
                        "keys": {"android": 1, "ios": 7},
                        "collaborators": [
                            {"email": "eve@example.org", "role": "tester"},
                            {"email": "x@example.org", "role": "developer"},
                        ],
                        "builds": {
                            "android": {"content": "package"},
                            "webos": {"status": "pending"},
                            "winphone": {"status": "error", "error": "no"},
                            "symbian": {"status": "skip"},
                            "blackberry": {"size_bytes": 2_000_000},
                        },
                    },
                    {"title": "Repo", "repo": "https://example.com/a.git", "platforms": ["android"]},
                ],
            }
        }
    )
    assert summary["phonegap"] == {"apps": 2, "keys": 2}
    assert emulator.phonegap_tokens["owner"] == tokens["owner"]
    assert emulator.phonegap_logins["eve"] == {"username": "eve@example.org", "password": "words"}
    owner = Client(emulator)
    app = owner.ok("GET", "/apps/40")
    assert app["status"] == {
        "android": "complete",
        "ios": "error",
        "blackberry": "complete",
        "symbian": "skip",
        "webos": "pending",
        "winphone": "error",
    }
    assert app["error"] == {"ios": "ios signing key is locked", "winphone": "no"}
    assert [one["role"] for one in app["collaborators"]["active"]] == ["admin", "tester"]
    assert owner.ok("GET", "/apps/41")["status"]["ios"] == "skip"
    assert Client(emulator, "eve").send("GET", "/apps/40/android").status_code == 302


@pytest.mark.parametrize(
    ("fixture", "text"),
    [
        ({"unknown": 1}, "unknown"),
        ({"apps": [{"title": "x", "owner": "nobody"}]}, "not an account"),
        ({"apps": [{"title": "x", "keys": {"ios": 5}}]}, "uses the ios key 5"),
        ({"apps": [{"title": "x", "id": 1}, {"title": "y", "id": 1}]}, "must be an unused number"),
        ({"apps": [{"title": "x", "collaborators": [{"email": "a", "role": "dev"}]}]}, "got 'dev'"),
        ({"apps": [{"title": "x", "builds": {"amiga": {}}}]}, "cannot be built"),
        ({"keys": [{"platform": "amiga", "title": "x"}]}, "unknown key platform 'amiga'"),
        ({"keys": "x"}, "must be a list"),
        ({"apps": [{"title": "x", "keys": 3}]}, "wrong type"),
    ],
)
def test_invalid_fixture_changes_nothing(emulator: Emulator, fixture: dict[str, object], text: str) -> None:
    Client(emulator).app()
    with pytest.raises(EmulatorError, match=text):
        emulator.load({"phonegap": fixture})
    assert list(emulator.state()["phonegap"]["apps"]) == ["1"]


def test_demo_fixture(emulator: Emulator) -> None:
    emulator.load("demo")
    apps = Client(emulator).ok("GET", "/apps")["apps"]
    assert [app["title"] for app in apps] == ["Acme Tickets", "Acme Menu", "Acme Legacy"]
    assert Client(emulator, "member").ok("GET", "/apps")["apps"][0]["role"] == "developer"


def test_faults_apply_to_phonegap(emulator: Emulator, owner: Client) -> None:
    emulator.fault(status=503, path="^/api/v1/apps$", nth=1)
    response = owner.raw("GET", "/api/v1/apps")
    assert (response.status_code, response.json()) == (503, {"error": "Service Unavailable"})
    assert owner.ok("GET", "/apps")["apps"] == []
    assert [entry["fault"] for entry in emulator.requests(area="phonegap")] == ["status 503", None]
