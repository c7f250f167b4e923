# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option `concurrency`: what more requests at once gain, with two latencies of the service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.emulator.process import Emulator

from .bench import Bench
from .contest import Contestant, Turn, compete
from .controller import Controller
from .fleet_cases import TASK
from .material import Fleet, Material

APPS = 400
CONCURRENCIES = (8, 16, 32)
LATENCIES_MS = (50, 200)

Json = dict[str, Any]


def concurrency(bench: Bench) -> Json:
    """Measure a fleet that is in sync, with known digests, with 8, 16 and 32 requests at once."""
    controller = bench.controller("concurrency")
    fleet = Fleet(bench.size(APPS), Material.small(controller.folder / "files"))
    with bench.emulator() as emulator:
        contest = _Contest(controller, emulator, fleet)
        contest.run(CONCURRENCIES[-1])  # fills the digest cache
        contestants = [
            Contestant(f"at_{number}_with_{latency_ms}_ms", contest.turn(number, latency_ms))
            for latency_ms in LATENCIES_MS
            for number in CONCURRENCIES
        ]
        figures = compete(contestants, bench.rounds, bench.report_progress)
    return {**figures, "apps": fleet.apps}


class _Contest:
    def __init__(self, controller: Controller, emulator: Emulator, fleet: Fleet) -> None:
        self._controller = controller
        self._emulator = emulator
        self._fleet = fleet
        fleet.load(emulator, filled=True, latency_ms=0)

    def run(self, number: int) -> Turn:
        self._emulator.clear_requests()
        variables = {
            "apps": self._fleet.slugs,
            "concurrency": number,
            "digest_cache": str(self._controller.folder / "digests.sqlite"),
            **self._fleet.material.options(),
        }
        run = self._controller.playbook("fleet", self._emulator, variables, summary=True)
        requests = len(self._emulator.requests())
        return Turn(run.task(TASK)["summary"]["seconds"], requests, cpu_seconds=run.measured.cpu_seconds)

    def turn(self, number: int, latency_ms: int) -> Callable[[], Turn]:
        def turn() -> Turn:
            self._emulator.options(latency_ms=latency_ms)
            result = self.run(number)
            self._fleet.check(self._emulator.state())
            return result

        return turn
