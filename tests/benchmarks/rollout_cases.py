# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook rollout with the inventory plugin, compared with the fleet task on the same apps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.emulator.process import Emulator

from .bench import LATENCY_MS, Bench
from .contest import Contestant, Turn, compete
from .controller import CONCURRENCY, Controller, PlaybookRun
from .fleet_cases import URI_ROUNDS, FleetContest
from .growth_cases import fill_cache, sizes_of
from .material import CERTIFICATES, PROFILES, Fleet, Material, WrongOutcomeError

PLAYBOOK = "mobileops.ci.rollout"
SIZES = (100, 1000, 5000)
PAGE = 50  # apps in one response to the inventory plugin

Json = dict[str, Any]


class Rollout:
    """A project folder with the inventory and the declaration in group variables."""

    def __init__(self, controller: Controller, emulator: Emulator, declared: Json, cache: Path | None = None) -> None:
        self._controller = controller
        self._emulator = emulator
        folder = controller.folder / "project"
        (folder / "group_vars").mkdir(parents=True, exist_ok=True)
        self._inventory = folder / "fleet.bitrise.yml"
        self._inventory.write_text(json.dumps({"plugin": "mobileops.ci.bitrise", "api_url": emulator.api_url}))
        variables = {
            "code_signing_api_url": emulator.api_url,
            "code_signing_certificates": declared[CERTIFICATES],
            "code_signing_profiles": declared[PROFILES],
            "code_signing_concurrency": CONCURRENCY,
            **({"code_signing_digest_cache": str(cache)} if cache else {}),
        }
        (folder / "group_vars" / "all.yml").write_text(json.dumps(variables))

    def run(self) -> PlaybookRun:
        return self._controller.playbook(PLAYBOOK, self._emulator, {}, self._inventory)

    def turn(self) -> Turn:
        """Run the whole ansible-playbook, including the requests of the inventory plugin."""
        run = self.run()
        return Turn.of(run.measured, len(self._emulator.requests()))


class RolloutContest(FleetContest):
    """The playbook compared with the fleet task and, if `with_uri`, with ansible.builtin.uri."""

    def run(self, *, with_uri: bool = False) -> Json:
        rollout = Rollout(self._controller, self._emulator, self._material.options())
        self._prepare()
        rollout.run()  # compile the Python code before the measurement
        contestants = [
            Contestant("ours", self._checked(rollout.turn)),
            Contestant("fleet", self._checked(self._ours)),
            *([Contestant("uri", self._checked(self._uri), URI_ROUNDS)] if with_uri else []),
        ]
        figures = compete(contestants, self._bench.rounds, self._bench.report_progress)
        return {**figures, "apps": self._fleet.apps, "latency_ms": LATENCY_MS, "concurrency": CONCURRENCY}


def rollout_noop(bench: Bench) -> Json:
    """Measure a rollout to apps that are in sync, against the fleet task and ansible.builtin.uri."""
    with bench.emulator() as emulator:
        return RolloutContest(bench, bench.controller("rollout_noop"), emulator, filled=True).run(with_uri=True)


def rollout_first(bench: Bench) -> Json:
    """Measure the first rollout to apps without files, against the fleet task."""
    with bench.emulator() as emulator:
        return RolloutContest(bench, bench.controller("rollout_first"), emulator, filled=False).run()


def growth_rollout(bench: Bench) -> Json:
    """Measure a rollout to apps in sync with a filled digest_cache and two files per app, against the fleet task."""
    controller = bench.controller("growth_rollout")
    material = Material.small(controller.folder / "files").one_of_each_kind()

    def contestants(apps: int, emulator: Emulator) -> list[Contestant]:
        fleet = Fleet(apps, material)
        cache = controller.folder / f"digests-{apps}.sqlite"
        fill_cache(cache, emulator, fleet.digests())
        fleet.load(emulator, filled=True, latency_ms=LATENCY_MS)
        declared = material.options(verify="none")
        rollout = Rollout(controller, emulator, declared, cache)
        variables = {"apps": fleet.slugs, "concurrency": CONCURRENCY, "digest_cache": str(cache), **declared}

        def task() -> Turn:
            return Turn.of(controller.playbook("fleet", emulator, variables).measured, len(emulator.requests()))

        inventory_requests = (apps + PAGE - 1) // PAGE
        return [
            Contestant("ours", _lists_only(emulator, rollout.turn, 2 * apps + inventory_requests)),
            Contestant("fleet", _lists_only(emulator, task, 2 * apps)),
        ]

    return sizes_of(bench, SIZES, contestants)


def _lists_only(emulator: Emulator, turn: Callable[[], Turn], requests: int) -> Callable[[], Turn]:
    """Return a turn that raises WrongOutcomeError unless it sends exactly one list request per kind and app."""

    def checked() -> Turn:
        emulator.clear_requests()
        result = turn()
        if result.requests != requests:
            raise WrongOutcomeError(f"{result.requests} requests instead of {requests}")
        return result

    return checked
