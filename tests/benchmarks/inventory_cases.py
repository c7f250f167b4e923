# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An inventory of ten thousand apps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.emulator.process import Emulator

from .bench import LATENCY_MS, Bench, span_of
from .contest import Contestant, Turn, compete
from .controller import Controller
from .floor import Floor
from .material import WrongOutcomeError
from .measured import Measured

APPS = 10_000
PAGE = 50

Json = dict[str, Any]


class InventorySource:
    """The inventory plugin for a number of apps."""

    def __init__(self, controller: Controller, emulator: Emulator, apps: int, *, cache: bool = False) -> None:
        self._controller = controller
        self._emulator = emulator
        self._apps = apps
        self._path = controller.folder / f"fleet-{apps}.bitrise.yml"
        config: Json = {"plugin": "mobileops.ci.bitrise", "api_url": emulator.api_url}
        if cache:
            folder = str(controller.folder / "cache")
            config |= {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": folder}
        self._path.write_text(yaml.safe_dump(config), encoding="utf-8")
        latency_ms = emulator.options()["latency_ms"]
        emulator.options(latency_ms=0)
        emulator.load(f"fleet:{apps}")
        emulator.options(latency_ms=latency_ms)

    def turn(self) -> Turn:
        """List the inventory with requests to the service."""
        return self._turn(self._controller.list_inventory, (self._apps + PAGE - 1) // PAGE)

    def load_turn(self) -> Turn:
        """Load the inventory with requests to the service, without printing its hosts."""
        return self._turn(self._controller.load_inventory, (self._apps + PAGE - 1) // PAGE)

    def cached_turn(self) -> Turn:
        """List the inventory from the cache, without requests."""
        return self._turn(self._controller.list_inventory, 0)

    def _turn(self, command: Callable[[Path, Emulator], Measured], requests: int) -> Turn:
        self._emulator.clear_requests()
        measured = command(self._path, self._emulator)
        log = self._emulator.requests()
        if len(log) != requests:
            raise WrongOutcomeError(f"{len(log)} requests for an inventory of {self._apps} apps instead of {requests}")
        return Turn.of(measured, len(log), requests_s=span_of(log))

    def listed(self) -> Json:
        """Return the output of ansible-inventory."""
        output = self._controller.folder / "listed.json"
        self._controller.list_inventory(self._path, self._emulator, output=output)
        listing: Json = json.loads(output.read_text(encoding="utf-8"))
        if len(listing["_meta"]["hostvars"]) != self._apps:
            raise WrongOutcomeError(f"{len(listing['_meta']['hostvars'])} hosts of {self._apps} apps")
        return listing


def inventory(bench: Bench) -> Json:
    """Measure the inventory against the same requests, sent one after the other by a bare client.

    `ours` loads the hosts, as every ansible-playbook does. `listing` also prints them: ansible-inventory computes the
    variables of each host for that, whatever plugin the hosts come from.
    """
    apps = bench.size(APPS)
    controller = bench.controller("inventory")
    with bench.emulator() as emulator:
        source = InventorySource(controller, emulator, apps)
        source.turn()
        sequential = Floor(controller, emulator, emulator.requests(), concurrency=1)

        def sequential_turn() -> Turn:
            emulator.clear_requests()
            return sequential.turn("sequential")

        contestants = [
            Contestant("ours", source.load_turn),
            Contestant("sequential", sequential_turn),
            Contestant("listing", source.turn),
        ]
        figures = compete(contestants, bench.rounds, bench.report_progress)
    return {**figures, "apps": apps, "latency_ms": LATENCY_MS}


def inventory_cached(bench: Bench) -> Json:
    """Measure the cached inventory against a YAML inventory of the same hosts and variables."""
    apps = bench.size(APPS)
    controller = bench.controller("inventory_cached")
    with bench.emulator() as emulator:
        source = InventorySource(controller, emulator, apps, cache=True)
        listed = source.listed()  # fills the cache
        written = controller.folder / "hosts.yml"
        _write_yaml(listed, written)

        def yaml_turn() -> Turn:
            return Turn.of(controller.list_inventory(written, emulator))

        same = controller.folder / "listed-yaml.json"
        controller.list_inventory(written, emulator, output=same)
        if json.loads(same.read_text(encoding="utf-8")) != listed:
            raise WrongOutcomeError("the YAML inventory does not list the same as ours")
        contestants = [Contestant("ours", source.cached_turn), Contestant("yaml", yaml_turn)]
        figures = compete(contestants, bench.rounds, bench.report_progress)
    return {**figures, "apps": apps}


def _write_yaml(listed: Json, path: Path) -> None:
    """Write hosts with their variables as a user would."""
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    hosts = {"all": {"hosts": listed["_meta"]["hostvars"]}}
    path.write_text(yaml.dump(hosts, Dumper=dumper, sort_keys=False), encoding="utf-8")
