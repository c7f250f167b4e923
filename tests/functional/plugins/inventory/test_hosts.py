# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts, their names and their variables."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible.inventory.data import InventoryData

from tests.emulator.process import Emulator

from .conftest import ORGANIZATION, Build, app, variables

Fleet = Callable[..., None]


def test_an_app_is_a_host_with_every_field_of_the_service(fleet: Fleet, build: Build) -> None:
    fleet(app("Shop", "aaaa000000000001", project_type="ios", is_public=True))

    inventory = build({})

    found = variables(inventory, "Shop")
    assert found["bitrise_slug"] == found["bitrise_app_slug"] == "aaaa000000000001"
    assert found["bitrise_title"] == "Shop"
    assert found["bitrise_project_type"] == "ios"
    assert found["bitrise_is_public"] is True
    assert found["bitrise_avatar_url"] is None
    assert found["bitrise_owner"] == {"account_type": "organization", "name": "Acme", "slug": ORGANIZATION}
    assert found["ansible_connection"] == "local"
    # test_hostile_titles.py tests if ansible-core evaluates it.
    assert found["ansible_python_interpreter"] == "{{ ansible_playbook_python }}"


def test_another_prefix_leaves_the_slug_for_modules_where_it_is(fleet: Fleet, build: Build) -> None:
    fleet(app("Shop", "aaaa000000000001"))

    found = variables(build({"hostvars_prefix": "ci_"}), "Shop")

    assert (found["ci_slug"], found["bitrise_app_slug"]) == ("aaaa000000000001", "aaaa000000000001")
    assert not [name for name in found if name.startswith("bitrise_") and name != "bitrise_app_slug"]


def test_two_apps_of_one_title_both_get_their_slug_added(fleet: Fleet, build: Build) -> None:
    twins = [app("Shop", "aaaa000000000001"), app("Shop", "aaaa000000000002"), app("News", "aaaa000000000003")]

    found = []
    for order in (twins, twins[::-1]):
        fleet(*order)
        found.append({name: variables(build({}), name)["bitrise_slug"] for name in build({}).hosts})

    assert found[0] == found[1]
    assert found[0] == {
        "Shop_aaaa000000000001": "aaaa000000000001",
        "Shop_aaaa000000000002": "aaaa000000000002",
        "News": "aaaa000000000003",
    }


@pytest.mark.parametrize("title", ["   ", "\n", ":;,", "../..", "🚀"])
def test_a_title_without_a_letter_gives_way_to_the_slug(fleet: Fleet, build: Build, title: str) -> None:
    fleet(app(title, "aaaa000000000001"))

    inventory = build({})

    assert list(inventory.hosts) == ["aaaa000000000001"]
    assert variables(inventory, "aaaa000000000001")["bitrise_title"] == title


def test_default_names_that_differ_in_case_only_get_the_slug_added(fleet: Fleet, build: Build) -> None:
    fleet(app("Bank: iOS", "aaaa000000000001"), app("bank ios", "aaaa000000000002"), app("Shop", "aaaa000000000003"))
    inventory = InventoryData()
    inventory.add_group("SHOP")

    build({}, inventory)

    assert set(inventory.hosts) == {"Bank_iOS_aaaa000000000001", "bank_ios_aaaa000000000002", "Shop_aaaa000000000003"}
    assert variables(inventory, "Bank_iOS_aaaa000000000001")["bitrise_title"] == "Bank: iOS"


@pytest.mark.parametrize(
    ("title", "name"),
    [("My: App", "My: App"), ("../group_vars/production", "aaaa000000000001"), ("a\nb", "aaaa000000000001")],
)
def test_a_name_of_the_user_is_changed_only_if_ansible_cannot_use_it(
    fleet: Fleet, build: Build, title: str, name: str
) -> None:
    fleet(app(title, "aaaa000000000001"))

    assert list(build({"hostname": "{{ bitrise_title }}"}).hosts) == [name]


@pytest.mark.parametrize("title", ["all", "Ungrouped", "LOCALHOST", "127.0.0.1"])
def test_a_title_with_a_meaning_in_ansible_gets_the_slug_added(fleet: Fleet, build: Build, title: str) -> None:
    fleet(app(title, "aaaa000000000001"))

    inventory = build({})

    assert list(inventory.hosts) == [f"{title}_aaaa000000000001"]
    assert inventory.groups["all"].vars == {}


def test_disabled_apps_are_left_out_unless_they_are_included(fleet: Fleet, build: Build) -> None:
    fleet(app("On", "aaaa000000000001"), app("Off", "aaaa000000000002", is_disabled=True))

    assert set(build({}).hosts) == {"On"}
    assert set(build({"include_disabled": True}).hosts) == {"On", "Off"}


def test_hostname_is_a_template_and_its_doubles_get_the_slug_added(fleet: Fleet, build: Build) -> None:
    fleet(app("Shop", "aaaa000000000001"), app("SHOP", "aaaa000000000002"), app("News", "aaaa000000000003"))

    inventory = build({"hostname": "{{ bitrise_owner.name }}-{{ bitrise_title | lower }}"})

    assert set(inventory.hosts) == {"Acme-shop_aaaa000000000001", "Acme-shop_aaaa000000000002", "Acme-news"}


def test_owners_listed_twice_give_each_app_once(fleet: Fleet, build: Build, emulator: Emulator) -> None:
    fleet(app("Shop", "aaaa000000000001"), app("Mine", "aaaa000000000002", owner="owner"))
    user = next(user["slug"] for user in emulator.state()["users"] if user["username"] == "owner")

    inventory = build({"organizations": [ORGANIZATION, ORGANIZATION], "users": [user]})

    assert set(inventory.hosts) == {"Shop", "Mine"}
    paths = [request["path"] for request in emulator.requests()]
    assert paths == [f"/v0.1/organizations/{ORGANIZATION}/apps", f"/v0.1/users/{user}/apps"]


def test_apps_are_filtered_and_sorted_by_the_service(fleet: Fleet, build: Build, emulator: Emulator) -> None:
    fleet(
        app("Shop", "aaaa000000000001", project_type="ios"),
        app("Shop", "aaaa000000000002", project_type="android"),
        app("Shop 2", "aaaa000000000003", project_type="ios"),
    )

    inventory = build({"title": "Shop", "project_type": "ios", "sort_by": "last_build_at"})

    assert list(inventory.hosts) == ["Shop"]
    (request,) = emulator.requests()
    assert {"title": "Shop", "project_type": "ios", "sort_by": "last_build_at"}.items() <= request["query"].items()


def test_more_apps_than_one_page_has(fleet: Fleet, build: Build, emulator: Emulator) -> None:
    fleet(*(app(f"App {number:03}", f"aaaa{number:012}") for number in range(120)))

    assert len(build({}).hosts) == 120
    assert [request["method"] for request in emulator.requests()] == ["GET"] * 3


def test_the_same_app_from_two_files_is_one_host_and_a_namesake_another(fleet: Fleet, build: Build) -> None:
    fleet(app("Shop", "aaaa000000000001"))
    inventory = build({"compose": {"first": "1"}})
    build({"compose": {"second": "2"}}, inventory)
    assert {"first", "second"} <= set(variables(inventory, "Shop"))

    fleet(app("Shop", "aaaa000000000002"))
    build({}, inventory)
    assert set(inventory.hosts) == {"Shop", "Shop_aaaa000000000002"}
    assert variables(inventory, "Shop")["bitrise_slug"] == "aaaa000000000001"


def test_the_token_does_not_get_into_the_inventory(fleet: Fleet, build: Build, emulator: Emulator) -> None:
    fleet(app("Shop", "aaaa000000000001"))

    inventory: InventoryData = build({"api_token": emulator.tokens["owner"]})

    assert emulator.tokens["owner"] not in repr([variables(inventory, host) for host in inventory.hosts])
