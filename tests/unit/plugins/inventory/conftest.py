# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin as ansible-core loads it, its service being the emulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader, inventory_loader
from ansible.utils.collection_loader import AnsibleCollectionConfig

from tests.emulator.process import Emulator

NAME = "mobileops.ci.bitrise"
ORGANIZATION = "e1ec3dea540bcf21"
VARIABLES = ("BITRISE_API_TOKEN", "BITRISE_TOKEN", "BITRISE_API_BASE_URL")

Build = Callable[..., InventoryData]


def app(title: str, slug: str, **more: Any) -> dict[str, Any]:
    """One app of a fixture, in the organization."""
    return {"title": title, "slug": slug, "owner": "Acme", **more}


def write(path: Path, config: Any) -> str:
    text = config if isinstance(config, str) else yaml.safe_dump({"plugin": NAME, **config})
    path.write_text(text, encoding="utf-8")
    return str(path)


def variables(inventory: InventoryData, host: str) -> dict[str, Any]:
    found: dict[str, Any] = inventory.hosts[host].vars
    return found


def members(inventory: InventoryData) -> dict[str, list[str]]:
    """The hosts of each group that somebody asked for."""
    return {
        name: sorted(host.name for host in group.get_hosts())
        for name, group in inventory.groups.items()
        if name not in ("all", "ungrouped")
    }


@pytest.fixture(scope="session", autouse=True)
def plugin_loader() -> None:
    if AnsibleCollectionConfig.collection_finder is None:
        init_plugin_loader()


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the person who runs the tests."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def fleet(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Loads apps into the emulator, which the environment then leads to."""

    def load(*apps: dict[str, Any]) -> None:
        organizations = [{"name": "Acme", "slug": ORGANIZATION, "members": ["member"]}]
        emulator.load({"organizations": organizations, "apps": list(apps)})
        emulator.clear_requests()
        monkeypatch.setenv("BITRISE_API_BASE_URL", emulator.api_url)
        monkeypatch.setenv("BITRISE_API_TOKEN", emulator.tokens["owner"])

    yield load


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Reads a configuration into an inventory, as ansible-core does; raises what it would report."""

    def parse(config: Any, inventory: InventoryData | None = None, *, cache: bool = True) -> InventoryData:
        if inventory is None:
            inventory = InventoryData()
        path = write(tmp_path / "apps.bitrise.yml", config)
        plugin = inventory_loader.get(NAME)
        assert plugin.verify_file(path)
        inventory.current_source = path
        plugin.parse(inventory, DataLoader(), path, cache=cache)
        plugin.update_cache_if_changed()
        inventory.reconcile_inventory()
        return inventory

    return parse
