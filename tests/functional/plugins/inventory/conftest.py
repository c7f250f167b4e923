# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin as ansible-core loads it, with the emulator as the service."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible import constants
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import inventory_loader

from tests.emulator.process import Emulator
from tests.helpers.inventory_sources import NAME, write

ORGANIZATION = "e1ec3dea540bcf21"

Build = Callable[..., InventoryData]


def app(title: str, slug: str, **more: Any) -> dict[str, Any]:
    """Return an app of a fixture, in the organization."""
    return {"title": title, "slug": slug, "owner": "Acme", **more}


def variables(inventory: InventoryData, host: str) -> dict[str, Any]:
    found: dict[str, Any] = inventory.hosts[host].vars
    return found


def members(inventory: InventoryData) -> dict[str, list[str]]:
    """Return the hosts of each group, without the groups that ansible-core adds."""
    return {
        name: sorted(host.name for host in group.get_hosts())
        for name, group in inventory.groups.items()
        if name not in ("all", "ungrouped")
    }


def run_ansible(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run one of Ansible's programs in a separate process with default settings."""
    settings = folder / "ansible.cfg"
    settings.touch()
    return subprocess.run(
        [sys.executable, "-m", "ansible", *words],
        cwd=folder,
        env={**os.environ, "ANSIBLE_CONFIG": str(settings), "ANSIBLE_HOME": str(folder / "home"), "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def fleet(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Load apps into the emulator, to which the environment points."""

    def load(*apps: dict[str, Any]) -> None:
        organizations = [{"name": "Acme", "slug": ORGANIZATION, "members": ["member"]}]
        emulator.load({"organizations": organizations, "apps": list(apps)})
        emulator.clear_requests()
        monkeypatch.setenv("BITRISE_API_BASE_URL", emulator.api_url)
        monkeypatch.setenv("BITRISE_API_TOKEN", emulator.tokens["owner"])

    return load


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    """Read a configuration into an inventory, as ansible-core does if inventory errors are failures."""
    monkeypatch.setattr(constants, "INVENTORY_ANY_UNPARSED_IS_FAILED", True)

    def parse(config: Any, inventory: InventoryData | None = None, *, cache: bool = True) -> InventoryData:
        if inventory is None:
            inventory = InventoryData()
        path = write(tmp_path / "apps.bitrise.yml", config)
        plugin = inventory_loader.get(NAME)
        assert plugin.verify_file(path)
        inventory.current_source = path
        plugin.parse(inventory, DataLoader(), path, cache=cache)
        if plugin.get_option("cache"):
            plugin.update_cache_if_changed()
        inventory.reconcile_inventory()
        return inventory

    return parse
