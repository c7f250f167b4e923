# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""compose, groups, keyed_groups and strict. A failure leaves no hosts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData

from .conftest import Build, app, members, variables

Fleet = Callable[..., None]


@pytest.fixture
def three_apps(fleet: Fleet) -> None:
    fleet(
        app("Shop", "aaaa000000000001", project_type="ios", is_public=True),
        app("News", "aaaa000000000002", project_type="android"),
        app("Mine", "aaaa000000000003", project_type=None, owner="owner"),
    )


@pytest.mark.usefixtures("three_apps")
def test_there_are_no_groups_by_default(build: Build) -> None:
    assert members(build({})) == {}


@pytest.mark.usefixtures("three_apps")
def test_compose_groups_and_keyed_groups(build: Build) -> None:
    inventory = build(
        {
            "compose": {"page": "'https://app.example/' ~ bitrise_slug", "mobile": "bitrise_project_type in ['ios']"},
            "groups": {"public": "bitrise_is_public", "shops": "'Shop' in bitrise_title", "composed": "mobile"},
            "keyed_groups": [
                {"key": "bitrise_project_type", "prefix": "type"},
                {"key": "bitrise_owner.name", "prefix": "owner", "parent_group": "owners"},
            ],
        }
    )

    assert variables(inventory, "Shop")["page"] == "https://app.example/aaaa000000000001"
    assert variables(inventory, "News")["mobile"] is False
    assert members(inventory) == {
        "public": ["Shop"],
        "shops": ["Shop"],
        "composed": ["Shop"],
        "type_ios": ["Shop"],
        "type_android": ["News"],
        "owner_Acme": ["News", "Shop"],
        "owner_owner": ["Mine"],
        "owners": ["Mine", "News", "Shop"],
    }


def test_a_host_never_has_the_name_of_a_group(fleet: Fleet, build: Build) -> None:
    fleet(
        app("iOS", "aaaa000000000001", project_type="ios"),
        app("android", "aaaa000000000002", project_type="ios"),
        app("earlier", "aaaa000000000003", project_type="ios"),
    )
    inventory = InventoryData()
    inventory.add_group("earlier")

    build({"keyed_groups": [{"key": "bitrise_project_type", "prefix": "", "separator": ""}]}, inventory)

    assert set(inventory.hosts) == {"iOS_aaaa000000000001", "android", "earlier_aaaa000000000003"}
    assert len(members(inventory)["ios"]) == 3
    assert inventory.groups["ios"].vars == inventory.groups["earlier"].vars == {}


def test_groups_named_after_the_hosts_themselves_are_refused(fleet: Fleet, build: Build) -> None:
    fleet(app("Shop", "aaaa000000000001"))

    with pytest.raises(AnsibleError, match="Set a prefix in keyed_groups"):
        build({"keyed_groups": [{"key": "inventory_hostname", "prefix": "", "separator": ""}]})


@pytest.mark.usefixtures("three_apps")
@pytest.mark.parametrize(
    "option",
    [
        {"compose": {"type": "bitrise_project_type.upper()"}},
        {"groups": {"typed": "bitrise_project_type.upper() == 'IOS'"}},
        {"keyed_groups": [{"key": "bitrise_project_type.upper()"}]},
        {"hostname": "{{ no_such_variable }}"},
    ],
)
def test_a_failure_leaves_no_partial_inventory(build: Build, option: dict[str, object]) -> None:
    inventory = InventoryData()

    with pytest.raises(AnsibleError):
        build({"strict": True, **option}, inventory)

    assert not inventory.hosts
    assert set(inventory.groups) == {"all", "ungrouped"}


@pytest.mark.usefixtures("three_apps")
def test_without_strict_undefined_values_are_omitted(build: Build) -> None:
    inventory = build({"compose": {"type": "bitrise_project_type.upper()"}})

    assert {host: variables(inventory, host).get("type") for host in inventory.hosts} == {
        "Shop": "IOS",
        "News": "ANDROID",
        "Mine": None,
    }
