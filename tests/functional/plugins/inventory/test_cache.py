# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory cache, which replaces the service and contains no secret."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError

from tests.emulator.process import Emulator

from .conftest import ORGANIZATION, Build, app, variables

Fleet = Callable[..., None]


@pytest.fixture
def cached(tmp_path: Path) -> dict[str, Any]:
    """Return the options of a cache."""
    return {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}


@pytest.fixture
def without_service(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return a function that removes the token and the network."""

    def take_away() -> None:
        monkeypatch.delenv("BITRISE_API_TOKEN")
        monkeypatch.setitem(sys.modules, "requests", None)

    return take_away


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache").iterdir())


def test_a_cached_inventory_needs_neither_token_nor_network(
    fleet: Fleet, build: Build, cached: dict[str, Any], without_service: Callable[[], None], emulator: Emulator
) -> None:
    title = "{{ lookup('ansible.builtin.pipe', 'id') }}"
    fleet(app("Shop", "aaaa000000000001"), app(title, "aaaa000000000002"))
    first = build(cached)
    emulator.clear_requests()
    without_service()

    second = build(cached)

    assert emulator.requests() == []
    assert len(second.hosts) == 2
    assert {host: variables(second, host) for host in second.hosts} == {
        host: variables(first, host) for host in first.hosts
    }
    hostile = next(host for host in second.hosts if host != "Shop")
    assert {type(value) for value in variables(second, hostile).values()} == {
        type(value) for value in variables(first, hostile).values()
    }


def test_a_cached_inventory_does_not_read_the_token(
    fleet: Fleet, build: Build, cached: dict[str, Any], without_service: Callable[[], None]
) -> None:
    fleet(app("Shop", "aaaa000000000001"))
    build(cached)
    without_service()

    template = "{{ lookup('ansible.builtin.file', '/nowhere/at/all') }}"
    assert set(build({**cached, "api_token": template}).hosts) == {"Shop"}
    vaulted = "".join(f"{key}: {json.dumps(value)}\n" for key, value in cached.items())
    vaulted = f"plugin: mobileops.ci.bitrise\n{vaulted}api_token: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n"
    assert set(build(vaulted).hosts) == {"Shop"}


def test_other_groups_and_variables_need_no_request(
    fleet: Fleet, build: Build, cached: dict[str, Any], emulator: Emulator
) -> None:
    fleet(app("Shop", "aaaa000000000001"), app("Off", "aaaa000000000002", is_disabled=True))
    build(cached)
    emulator.clear_requests()

    inventory = build({**cached, "include_disabled": True, "hostname": "{{ bitrise_slug }}", "compose": {"x": "1"}})

    assert set(inventory.hosts) == {"aaaa000000000001", "aaaa000000000002"}
    assert emulator.requests() == []


@pytest.mark.parametrize(
    "change",
    [{"organizations": [ORGANIZATION]}, {"title": "Shop"}, {"project_type": "ios"}, {"sort_by": "created_at"}],
    ids=lambda change: next(iter(change)),
)
def test_another_query_has_its_own_cache(
    fleet: Fleet, build: Build, cached: dict[str, Any], emulator: Emulator, change: dict[str, Any], tmp_path: Path
) -> None:
    fleet(app("Shop", "aaaa000000000001"))
    build(cached)
    emulator.clear_requests()

    build({**cached, **change})

    assert len(emulator.requests()) == 1
    assert len(files(tmp_path)) == 2


def test_another_service_has_its_own_cache(
    fleet: Fleet, build: Build, cached: dict[str, Any], without_service: Callable[[], None]
) -> None:
    fleet(app("Shop", "aaaa000000000001"))
    build(cached)
    without_service()

    with pytest.raises(AnsibleError, match="api_token is not set"):
        build({**cached, "api_url": "https://another.example/v0.1"})


def test_a_refresh_asks_the_service_and_renews_the_cache(
    fleet: Fleet, build: Build, cached: dict[str, Any], without_service: Callable[[], None]
) -> None:
    fleet(app("Shop", "aaaa000000000001"))
    build(cached)
    fleet(app("Shop", "aaaa000000000001"), app("New", "aaaa000000000002"))

    assert set(build(cached).hosts) == {"Shop"}
    assert set(build(cached, cache=False).hosts) == {"Shop", "New"}
    without_service()
    assert set(build(cached).hosts) == {"Shop", "New"}


def test_the_token_is_neither_in_the_cache_nor_in_its_name(
    fleet: Fleet, build: Build, cached: dict[str, Any], emulator: Emulator, tmp_path: Path
) -> None:
    fleet(app("Shop", "aaaa000000000001"))
    token = emulator.tokens["owner"]

    build({**cached, "api_token": token})
    build({**cached, "api_token": emulator.tokens["member"]})

    (file,) = files(tmp_path)
    assert "aaaa000000000001" in file.read_text()
    assert token not in file.name + file.read_text()


@pytest.mark.parametrize(
    "content", ["{}", "[]", '{"format": 0, "apps": []}', '{"format": 1, "apps": [{"title": "x"}]}', "no", ""]
)
def test_a_cache_that_does_not_fit_is_not_used(
    fleet: Fleet, build: Build, cached: dict[str, Any], tmp_path: Path, content: str
) -> None:
    fleet(app("Shop", "aaaa000000000001"))
    build(cached)
    (file,) = files(tmp_path)
    # From ansible-core 2.19 on the entry is text in an envelope.
    wrapped = "__payload__" in json.loads(file.read_text())
    file.write_text(json.dumps({"__payload__": content}) if wrapped and content else content)

    assert set(build(cached).hosts) == {"Shop"}
    assert "aaaa000000000001" in file.read_text()
