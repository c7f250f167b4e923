# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Growth of time and memory with the number of apps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.digest_cache import DigestCache
from tests.emulator.process import Emulator

from .bench import LATENCY_MS, Bench, span_of
from .contest import Contestant, Turn, compete
from .controller import CONCURRENCY, Controller
from .inventory_cases import InventorySource
from .material import Fleet, Material, WrongOutcomeError

SIZES = (100, 1000, 10_000)
# The biggest fleet takes minutes.
ROUNDS_OF_BIGGEST = 1

Json = dict[str, Any]


def growth_fleet(bench: Bench) -> Json:
    """Measure a run without changes and with a filled digest_cache: two lists and five declared files per app."""
    controller = bench.controller("growth_fleet")
    material = Material.small(controller.folder / "files")

    def ours(apps: int, emulator: Emulator) -> list[Contestant]:
        return [Contestant("ours", _fleet_turn(controller, Fleet(apps, material), emulator))]

    return sizes_of(bench, SIZES, ours)


def growth_inventory(bench: Bench) -> Json:
    """Measure an inventory of the service, with fifty apps per request."""
    controller = bench.controller("growth_inventory")

    def ours(apps: int, emulator: Emulator) -> list[Contestant]:
        return [Contestant("ours", InventorySource(controller, emulator, apps).turn)]

    return sizes_of(bench, SIZES, ours)


def sizes_of(bench: Bench, sizes: Sequence[int], contestants: Callable[[int, Emulator], Sequence[Contestant]]) -> Json:
    """Return the figures by number of apps, each with an emulator of its own."""
    figures: Json = {}
    for full in sizes:
        apps = bench.size(full)
        rounds = min(bench.rounds, ROUNDS_OF_BIGGEST) if full == sizes[-1] else bench.rounds
        bench.report_progress(f"{apps} apps")
        with bench.emulator() as emulator:
            result = compete(contestants(apps, emulator), rounds, bench.report_progress)
        figures[str(apps)] = {**result, "latency_ms": LATENCY_MS}
    return figures


def _fleet_turn(controller: Controller, fleet: Fleet, emulator: Emulator) -> Callable[[], Turn]:
    cache_path = controller.folder / f"digests-{fleet.apps}.sqlite"
    fill_cache(cache_path, emulator, fleet.digests())
    fleet.load(emulator, filled=True, latency_ms=LATENCY_MS)
    variables = {
        "apps": fleet.slugs,
        "concurrency": CONCURRENCY,
        "digest_cache": str(cache_path),
        **fleet.material.options(),
    }

    def turn() -> Turn:
        emulator.clear_requests()
        run = controller.playbook("fleet", emulator, variables)
        log = emulator.requests()
        if len(log) != 2 * fleet.apps:
            raise WrongOutcomeError(f"{len(log)} requests for {fleet.apps} apps with two kinds of files each")
        return Turn.of(run.measured, len(log), requests_s=span_of(log), task_s=run.task("Reconcile")["seconds"])

    return turn


def fill_cache(path: Path, emulator: Emulator, digests: dict[str, str]) -> None:
    """Write the cache that a run without a cache would leave. The number of later requests shows that it is correct."""
    cache = DigestCache(str(path), emulator.api_url)
    for slug, sha256 in digests.items():
        cache.put(slug, sha256)
    cache.save()
    if cache.warnings:
        raise WrongOutcomeError(cache.warnings[0])
