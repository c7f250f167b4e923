# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Authentication of requests."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.emulator.process import Emulator

from .client import Client

CLIENT = {"client_id": "emulator", "client_secret": "emulator-secret"}


def test_each_form_of_credentials(emulator: Emulator) -> None:
    anonymous, token = Client(emulator, None), emulator.phonegap_tokens["member"]
    login = emulator.phonegap_logins["member"]
    basic = (login["username"], login["password"])
    for response in (
        anonymous.raw("GET", "/api/v1/me", auth=basic),
        anonymous.raw("GET", "/api/v1/me", params={"auth_token": token}),
        anonymous.raw("GET", "/api/v1/me", headers={"Authorization": f"token {token}"}),
        anonymous.raw("GET", "/api/v1", headers={"Authorization": f"token {token}"}),
    ):
        assert (response.status_code, response.json()["email"]) == (200, "member@example.com")
    for method, path in (("POST", "/token"), ("POST", "/api/v1/token"), ("GET", "/api/v1/token")):
        response = anonymous.raw(method, path, auth=basic)
        assert (response.status_code, response.json()) == (200, {"token": token})


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "Invalid email or password."),
        ({"auth": ("owner@example.com", "wrong")}, "Invalid email or password."),
        ({"headers": {"Authorization": "Basic %%%"}}, "Invalid email or password."),
        ({"headers": {"Authorization": "token wrong"}}, "Invalid authentication token."),
        ({"params": {"auth_token": "wrong"}}, "Invalid authentication token."),
    ],
)
def test_rejects_missing_and_wrong_credentials(emulator: Emulator, options: dict[str, object], text: str) -> None:
    for path in ("/api/v1/me", "/api/v1/apps/1", "/token", "/authorize"):
        response = Client(emulator, None).raw("POST" if path == "/token" else "GET", path, **options)
        assert (response.status_code, response.json()) == (401, {"error": text})


def test_rejects_a_token_of_bitrise(emulator: Emulator) -> None:
    response = Client(emulator, None).raw("GET", "/api/v1/me", headers={"Authorization": emulator.tokens["owner"]})
    assert response.status_code == 401


def test_oauth_with_consent(emulator: Emulator, owner: Client) -> None:
    anonymous = Client(emulator, None)
    response = owner.raw("GET", "/authorize", params={"client_id": "emulator"})
    assert (response.status_code, response.json()["location"]) == (302, response.headers["location"])
    code = parse_qs(urlsplit(response.headers["location"]).query)["code"][0]
    token = anonymous.raw("POST", "/authorize/token", data={**CLIENT, "code": code}).json()["access_token"]
    assert anonymous.raw("GET", "/api/v1/me", params={"access_token": token}).json()["email"] == "owner@example.com"
    again = anonymous.raw("POST", "/authorize/token", params={**CLIENT, "code": code})
    assert (again.status_code, again.json()) == (400, {"error": "invalid request"})
    refused = owner.raw("GET", "/authorize", params={"client_id": "emulator", "refuse": "1"})
    assert refused.headers["location"].endswith("?error=authorization_refused")


def test_oauth_with_a_token(emulator: Emulator) -> None:
    anonymous = Client(emulator, None)
    good = {**CLIENT, "auth_token": emulator.phonegap_tokens["viewer"]}
    token = anonymous.raw("POST", "/authorize", params=good).json()["access_token"]
    assert anonymous.raw("GET", "/api/v1/me", params={"access_token": token}).json()["email"] == "viewer@example.com"
    bad = anonymous.raw("POST", "/authorize", params={**CLIENT, "auth_token": token})
    assert (bad.status_code, bad.json()) == (401, {"error": "Invalid authentication token."})
    assert anonymous.raw("POST", "/authorize", params={**good, "client_secret": "wrong"}).status_code == 400


def test_log_has_the_account_without_its_token(emulator: Emulator) -> None:
    Client(emulator, None).raw("GET", "/api/v1/apps", params={"auth_token": emulator.phonegap_tokens["viewer"]})
    entry = emulator.requests()[-1]
    assert (entry["area"], entry["path"], entry["token"]) == ("phonegap", "/api/v1/apps", "viewer")
    assert entry["query"] == {"auth_token": "***"}


def test_account_with_apps_and_keys(owner: Client) -> None:
    app, key = owner.app(), owner.key("ios")
    me = owner.ok("GET", "/me")
    assert me["apps"]["all"] == [{"id": app["id"], "title": "Shop", "role": "owner", "link": app["link"]}]
    assert me["keys"]["ios"]["all"] == [{name: key[name] for name in ("id", "title", "default", "link")}]
    assert set(me["keys"]) == {"ios", "android", "blackberry", "winphone", "windows", "link"}


def test_jsonp_response(owner: Client) -> None:
    response = owner.raw("GET", "/api/v1/me", params={"callback": "show.me"})
    assert response.text.startswith("show.me({")
    assert response.headers["content-type"].startswith("application/javascript")
    assert owner.raw("GET", "/api/v1/me", params={"callback": "alert(1)"}).status_code == 400


def test_ignores_extra_slashes(owner: Client) -> None:
    key = owner.key("android")
    assert owner.raw("GET", "/api/v1/keys//").json()["keys"]["android"]["all"] == [key]
    assert owner.raw("GET", "/api/v1/keys/android/").json()["keys"] == [key]
    assert owner.raw("GET", "/api/v1/nothing").json() == {"error": "Not Found"}
    assert owner.raw("PATCH", "/api/v1/apps").status_code == 405


def test_supported_versions(owner: Client) -> None:
    support = owner.ok("GET", "/current_support")
    assert support["default"] in support["by_phonegap"]
