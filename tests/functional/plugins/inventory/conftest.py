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
from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import inventory_loader
from ansible.template import Templar

from ansible_collections.mobileops.ci.plugins.plugin_utils import _inventory_sources
from ansible_collections.mobileops.ci.plugins.plugin_utils._untrusted import trusted_template
from tests.emulator.process import Emulator
from tests.helpers.inventory_sources import NAME, write

ORGANIZATION = "e1ec3dea540bcf21"

PLAYBOOKS = sorted((Path(__file__).parents[4] / "playbooks").glob("*.yml"))
TYPES = {"keyed_groups": [{"key": "bitrise_project_type", "prefix": "type"}]}
ROLLOUT = "query('mobileops.ci.app_hosts', prefix='rollout')"

Build = Callable[..., InventoryData]
Fleet = Callable[..., None]
Select = Callable[..., list[str]]
Refuse = Callable[..., str]


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


@pytest.fixture(autouse=True)
def no_results_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_inventory_sources, "_failed", {})
    monkeypatch.setattr(_inventory_sources, "_without_hosts", {})


@pytest.fixture
def select() -> Select:
    """Evaluate a lookup for the keyword hosts over inventory sources that ansible-core reads."""

    def evaluate(*sources: str, limit: str | None = None, call: str = ROLLOUT, **variables: Any) -> list[str]:
        loader = DataLoader()
        given = sources or ("/etc/ansible/hosts",)
        inventory = InventoryManager(loader=loader, sources=list(given))
        known = {"groups": inventory.get_groups_dict(), "ansible_inventory_sources": given, **variables}
        if limit is not None:
            known["ansible_limit"] = limit
        templar = Templar(loader=loader, variables=known)
        found: list[str] = templar.template(trusted_template(f"{{{{ {call} }}}}"))
        return found

    return evaluate


@pytest.fixture
def refuse(select: Select) -> Refuse:
    """Return the error of a lookup that must fail."""

    def evaluate(*sources: str, **arguments: Any) -> str:
        with pytest.raises(AnsibleError) as caught:
            select(*sources, **arguments)
        return " ".join(str(caught.value).split())

    return evaluate


@pytest.fixture
def source(fleet: Fleet, tmp_path: Path) -> Callable[..., str]:
    """Write an inventory file for four apps."""

    def configure(config: Any = None, name: str = "fleet.yml") -> str:
        fleet(
            app("App 01", "aaaa000000000001", project_type="ios"),
            app("App 02", "aaaa000000000002", project_type="ios"),
            app("App 03", "aaaa000000000003", project_type="android"),
            app("Off", "aaaa000000000004", project_type="xamarin", is_disabled=True),
        )
        return write(tmp_path / name, TYPES if config is None else config)

    return configure
