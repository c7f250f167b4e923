# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_user_info and bitrise_organization_info."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.accounts.account_info import (
    ORGANIZATION_INFO,
    USER_INFO,
)
from tests.helpers.servers import CannedResponse, serving
from tests.helpers.service import Service
from tests.helpers.tasks import Task, Tasks

ACCOUNTS: dict[str, Any] = {
    "users": [
        {"username": "owner", "slug": "0wner", "sees_everything": True, "email": "o@example.com"},
        {"username": "member", "slug": "0member", "avatar_url": "https://example.com/m.png"},
    ],
    "organizations": [
        {"name": "North", "slug": "0north", "owners": ["owner"], "members": ["member"], "concurrency_count": 3},
        {"name": "South", "slug": "0south", "owners": ["owner", "member"]},
    ],
}


@pytest.fixture(autouse=True)
def accounts(service: Service) -> None:
    service.emulator.load(ACCOUNTS)
    service.forget()


def asked(service: Service) -> list[str]:
    return [f"{entry['method']} {entry['path'].removeprefix('/v0.1')}" for entry in service.emulator.requests()]


def checked(task: Task, key: str) -> list[dict[str, Any]]:
    """Return the result, which check mode has too."""
    result = task.run()
    assert (result["changed"], set(result)) == (False, {"changed", key})
    assert task.run(check_mode=True) == result
    found: list[dict[str, Any]] = result[key]
    return found


def test_the_user_of_the_token(service: Service, tasks: Tasks) -> None:
    (user,) = checked(tasks.make(USER_INFO), "users")
    created_at = user.pop("created_at")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", created_at)
    assert user == {
        "slug": "0wner",
        "username": "owner",
        "email": "o@example.com",
        "unconfirmed_email": None,
        "avatar_url": None,
        "data_id": 1,
        "has_used_organization_trial": False,
        "payment_processor": None,
    }
    assert asked(service) == ["GET /me", "GET /me"]


def test_another_user(service: Service, tasks: Tasks) -> None:
    (user,) = checked(tasks.make(USER_INFO, user_slug="0member"), "users")
    assert (user["username"], user["avatar_url"]) == ("member", "https://example.com/m.png")
    assert asked(service) == ["GET /users/0member"] * 2


def test_a_token_that_belongs_to_no_person(tasks: Tasks) -> None:
    for body, user in ((b'{"data": {"username": "bot"}}', ("bot", None)), (b'{"data": {"slug": "1"}}', (None, "1"))):
        with serving(CannedResponse(200, body)) as server:
            (found,) = tasks.make(USER_INFO, api_url=server.url).run()["users"]
        assert (found["username"], found["slug"]) == user


def test_organizations(service: Service, tasks: Tasks) -> None:
    north, south = checked(tasks.make(ORGANIZATION_INFO), "organizations")
    assert (north["name"], north["concurrency_count"], south["avatar_icon_url"]) == ("North", 3, None)
    assert [owner["username"] for owner in south["owners"]] == ["owner", "member"]
    assert north["owners"] == [{"slug": "0wner", "username": "owner", "email": "o@example.com"}]
    # This list has no pages, so nothing is asked about them.
    assert [entry["query"] for entry in service.emulator.requests()] == [{}, {}]


def test_one_organization(service: Service, tasks: Tasks) -> None:
    (south,) = checked(tasks.make(ORGANIZATION_INFO, organization_slug="0south"), "organizations")
    assert south["name"] == "South"
    assert asked(service) == ["GET /organizations/0south"] * 2


@pytest.mark.parametrize(("entry", "option"), [(USER_INFO, "user_slug"), (ORGANIZATION_INFO, "organization_slug")])
def test_slugs(service: Service, tasks: Tasks, entry: Any, option: str) -> None:
    empty = tasks.make(entry, **{option: ""}).fail()
    assert empty["msg"].startswith(f"{option} must not be empty.")
    assert asked(service) == []
    assert tasks.make(entry, **{option: "none"}).fail()["error"]["kind"] == "not_found"
