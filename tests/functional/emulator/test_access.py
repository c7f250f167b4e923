# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Authentication, and visibility of apps, users and organizations."""

from __future__ import annotations

import pytest

from tests.emulator.process import Emulator

from .client import CERTIFICATES, KEYSTORES, PROFILES, PROJECT_FILES, Api


@pytest.mark.parametrize("path", ["/", "/v0.1"])
def test_root_needs_no_token(emulator: Emulator, path: str) -> None:
    response = Api(emulator.api_url.removesuffix("/v0.1"), None).send("GET", path)
    assert response.status_code == 200
    assert isinstance(response.json(), dict)


@pytest.mark.parametrize("prefix", ["", "token "])
def test_accepts_both_forms_of_the_token(emulator: Emulator, prefix: str) -> None:
    assert Api(emulator.api_url, prefix + emulator.tokens["member"]).data("/me")["username"] == "member"


@pytest.mark.parametrize("header", [None, "", "token ", "wrong", "token wrong", "Bearer {}", "Token {}"])
@pytest.mark.parametrize("path", ["/me", "/apps/one/provisioning-profiles", "/no-such-path"])
def test_other_credentials_are_unauthorized(emulator: Emulator, header: str | None, path: str) -> None:
    token = header.format(emulator.tokens["owner"]) if header else header
    response = Api(emulator.api_url, token).send("GET", path)
    assert response.status_code == 401
    assert response.json() == {"message": "Unauthorized"}
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"


def test_each_user_sees_its_apps(owner: Api, member: Api, viewer: Api) -> None:
    assert [app["slug"] for app in owner.data("/apps")] == ["one", "two", "three"]
    assert [app["slug"] for app in member.data("/apps")] == ["one", "three"]
    assert [app["slug"] for app in viewer.data("/apps")] == ["one"]


def test_hidden_app_is_not_found(member: Api) -> None:
    response = member.send("GET", "/apps/two")
    assert (response.status_code, response.json()) == (404, {"message": "Not Found"})
    assert member.send("GET", "/apps/two/build-certificates").status_code == 404


@pytest.mark.parametrize("kind", [PROFILES, CERTIFICATES, PROJECT_FILES, KEYSTORES])
def test_signing_files_need_an_admin(owner: Api, viewer: Api, kind: str) -> None:
    item = owner.upload("one", kind, "a", b"a", user_env_key="A")
    path = f"/apps/one/{kind}"
    requests = [("GET", path), ("POST", path), ("GET", f"{path}/{item['slug']}"), ("DELETE", f"{path}/{item['slug']}")]
    requests.append(("POST", f"{path}/{item['slug']}/uploaded"))
    for method, where in requests:
        body = {"upload_file_name": "x", "upload_file_size": 1, "user_env_key": "X"} if where == path else None
        response = viewer.send(method, where, json=body)
        assert (response.status_code, response.json()) == (403, {"message": "Forbidden"}), (method, where)
    assert viewer.data("/apps/one")["title"] == "One"


def test_user_data(owner: Api, member: Api) -> None:
    me = member.data("/me")
    assert me["email"] == "member@example.com"
    assert me["avatar_url"] is None
    assert owner.data(f"/users/{me['slug']}") == me
    assert [app["slug"] for app in owner.data(f"/users/{me['slug']}/apps")] == ["three"]
    assert owner.send("GET", "/users/me/apps").status_code == 404
    assert owner.send("GET", "/users/nobody").status_code == 404


def test_visible_organizations(owner: Api, member: Api, viewer: Api) -> None:
    acme, beta = owner.data("/organizations")
    assert (acme["name"], beta["name"]) == ("Acme", "Beta")
    assert [owner["username"] for owner in acme["owners"]] == ["owner"]
    assert member.data("/organizations") == viewer.data("/organizations") == [acme]
    assert member.data(f"/organizations/{acme['slug']}") == acme
    assert member.send("GET", f"/organizations/{beta['slug']}").status_code == 404
    assert [app["slug"] for app in owner.data(f"/organizations/{beta['slug']}/apps")] == ["two"]
    assert member.send("GET", f"/organizations/{beta['slug']}/apps").status_code == 404


def test_fixture_sets_values_that_are_usually_null(emulator: Emulator) -> None:
    details = {"avatar_url": "https://a", "payment_processor": "p", "unconfirmed_email": "u@example.com"}
    organization = {"name": "O", "slug": "o", "avatar_icon_url": "https://i", "concurrency_count": 2**40}
    user = {"username": "owner", "sees_everything": True, "has_used_organization_trial": True, **details}
    app = {"title": "A", "slug": "a", "provider": None, "project_type": None, "is_github_checks_enabled": True}
    emulator.load({"users": [user], "organizations": [organization], "apps": [app]})
    api = Api(emulator.api_url, emulator.tokens["owner"])
    me = api.data("/me")
    assert {name: me[name] for name in details} == details
    assert me["has_used_organization_trial"] is True
    assert api.data(f"/users/{me['slug']}") == me
    shown = api.data("/organizations/o")
    assert (shown["avatar_icon_url"], shown["concurrency_count"]) == ("https://i", 2**40)
    app = api.data(f"/users/{me['slug']}/apps")[0]
    assert (app["provider"], app["project_type"], app["is_github_checks_enabled"]) == (None, None, True)
    assert api.send("GET", "/users/me/apps").status_code == 404


def test_app_data(owner: Api) -> None:
    app = owner.data("/apps/three")
    assert app["owner"] == {
        "account_type": "user",
        "name": "member",
        "slug": owner.data("/apps/three")["owner"]["slug"],
    }
    assert (app["project_type"], app["is_disabled"], app["status"], app["avatar_url"]) == ("android", False, 1, None)


@pytest.mark.parametrize(
    ("method", "path"), [("TRACE", "/apps"), ("PUT", "/me"), ("DELETE", "/apps/one"), ("POST", "/me")]
)
def test_wrong_method_is_not_allowed(owner: Api, method: str, path: str) -> None:
    response = owner.send(method, path)
    assert (response.status_code, response.json()) == (405, {"message": "Method Not Allowed"})
    assert "GET" in response.headers["Allow"]


def test_unknown_path_is_not_found(owner: Api) -> None:
    response = owner.send("GET", "/me/apps")
    assert (response.status_code, response.json()) == (404, {"message": "Not Found"})


def test_trailing_slash_is_redirected(owner: Api) -> None:
    response = owner.send("GET", "/apps/?limit=1")
    assert response.status_code in (301, 302, 307, 308)
    assert response.headers["Location"] == f"{owner.url}/apps?limit=1"
