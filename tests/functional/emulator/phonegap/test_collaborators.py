# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collaborators with and without an account, and their permissions."""

from __future__ import annotations

import pytest

from tests.emulator.process import Emulator

from .client import Client


def test_collaborator_with_an_account(owner: Client, member: Client) -> None:
    link = f"/apps/{owner.app()['id']}"
    response = owner.send("POST", f"{link}/collaborators", {"email": "Member@example.com", "role": "dev"})
    people = response.json()["collaborators"]
    assert (response.status_code, people["pending"]) == (201, [])
    one = people["active"][1]
    assert one == {
        "id": 2,
        "person": "Member@example.com",
        "role": "developer",
        "link": f"/api/v1{link}/collaborators/2",
    }
    assert member.ok("GET", link)["role"] == "developer"
    assert "collaborators" not in member.ok("GET", link)
    changed = owner.ok("PUT", f"{link}/collaborators/2", {"role": "tester"})
    assert (changed["id"], changed["person"], changed["role"]) == (2, "Member@example.com", "tester")
    assert (changed["app"]["id"], changed["link"]) == (1, f"/api/v1{link}/collaborators/2")
    again = owner.ok("POST", f"{link}/collaborators", {"email": "member@example.com", "role": "dev"})
    assert [one["role"] for one in again["collaborators"]["active"]] == ["admin", "developer"]
    gone = owner.send("DELETE", f"{link}/collaborators/2")
    assert (gone.status_code, gone.json()) == (202, {"success": "Member@example.com removed from app 1"})
    assert member.refused("GET", link) == (404, "app #1 not available")


def test_collaborator_without_an_account(owner: Client) -> None:
    link = f"/apps/{owner.app()['id']}/collaborators"
    response = owner.send("POST", link, {"email": "new@example.com", "role": "tester"})
    assert response.status_code == 202
    assert response.json()["collaborators"]["pending"] == [{"person": "new@example.com", "role": "tester"}]
    again = owner.ok("POST", link, {"email": "new@example.com", "role": "dev"})
    assert again["collaborators"]["pending"] == [{"person": "new@example.com", "role": "developer"}]
    assert owner.refused("DELETE", f"{link}/None")[0] == 404


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"role": "dev"}, "need email for new collaborator"),
        ({"email": "a@example.com"}, "role must be dev or tester"),
        ({"email": "a@example.com", "role": "admin"}, "role must be dev or tester"),
        ({"email": "owner@example.com", "role": "dev"}, "owner@example.com owns the app"),
    ],
)
def test_rejects_invalid_collaborators(owner: Client, data: dict[str, str], text: str) -> None:
    link = f"/apps/{owner.app()['id']}/collaborators"
    assert owner.refused("POST", link, data) == (400, text)


def test_email_cannot_be_changed(owner: Client) -> None:
    link = f"/apps/{owner.app()['id']}/collaborators"
    owner.ok("POST", link, {"email": "member@example.com", "role": "dev"})
    refused = owner.refused("PUT", f"{link}/2", {"email": "other@example.com", "role": "dev"})
    assert refused == (400, "the email of a collaborator cannot be changed")
    assert owner.refused("PUT", f"{link}/1", {"role": "dev"}) == (400, "owner@example.com owns the app")
    assert owner.refused("PUT", f"{link}/9", {"role": "dev"}) == (404, "collaborator 9 not found")


def test_permissions_of_each_role(emulator: Emulator, owner: Client, member: Client) -> None:
    emulator.options(phonegap_build_seconds=0)
    owner.key("android")
    link = f"/apps/{owner.app()['id']}"
    owner.ok("POST", f"{link}/collaborators", {"email": "member@example.com", "role": "dev"})
    assert member.ok("PUT", link, {"version": "2"})["version"] == "2"
    assert member.send("POST", f"{link}/build").status_code == 202
    for method, path, data in (
        ("DELETE", link, None),
        ("POST", f"{link}/collaborators", {"email": "a@example.com", "role": "dev"}),
        ("PUT", f"{link}/collaborators/2", {"role": "dev"}),
        ("DELETE", f"{link}/collaborators/2", None),
        ("PUT", link, {"keys": {"android": 1}}),
    ):
        assert member.refused(method, path, data)[0] == 401
    owner.ok("PUT", f"{link}/collaborators/2", {"role": "tester"})
    for method, path in (("PUT", link), ("POST", f"{link}/build"), ("POST", f"{link}/icon")):
        assert member.refused(method, path)[0] == 401
    assert member.send("GET", f"{link}/android").status_code == 302
    assert member.ok("GET", "/me")["apps"]["all"][0]["role"] == "tester"
