# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cost of one loop item: in the controller, as a module, and with ansible.builtin.uri."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.emulator.process import Emulator

from .bench import Bench
from .contest import Contestant, Turn, compete
from .controller import Controller
from .material import Fleet, Material, WrongOutcomeError

ITEMS = 100
FEW = 5  # items of the short loop, which is subtracted to exclude the start of ansible-playbook

Json = dict[str, Any]


def loop_item(bench: Bench) -> Json:
    """Measure the seconds per item as the difference of a long and a short loop. Each item lists an app's profiles."""
    items = bench.size(ITEMS)
    controller = bench.controller("loop_item")
    with bench.emulator(latency_ms=0) as emulator:
        fleet = Fleet(1, Material.small(controller.folder / "files"))
        fleet.load(emulator, filled=True, latency_ms=0)

        def contestant(name: str, playbook: str, **variables: str) -> Contestant:
            def run(times: int) -> float:
                return _run(controller, emulator, playbook, {"app_slug": fleet.slugs[0], "times": times, **variables})

            return Contestant(name, _difference(name, run, items))

        contestants = [
            contestant("ours", "loop", run_in="controller"),
            contestant("module", "loop", run_in="target"),
            contestant("uri", "loop_uri"),
        ]
        figures = compete(contestants, bench.rounds, bench.report_progress)
    return {**figures, "requests": items, "items": items, "latency_ms": 0}


def _run(controller: Controller, emulator: Emulator, playbook: str, variables: Json) -> float:
    emulator.clear_requests()
    run = controller.playbook(playbook, emulator, variables)
    sent = len(emulator.requests())
    if sent != variables["times"]:
        raise WrongOutcomeError(f"{sent} requests in a loop of {variables['times']}")
    return run.measured.seconds


def _difference(name: str, run: Callable[[int], float], items: int) -> Callable[[], Turn]:
    def turn() -> Turn:
        short = run(FEW)
        long = run(FEW + items)
        return Turn((long - short) / items, extra={f"{name}_loop_s": long, f"{name}_short_loop_s": short})

    return turn
