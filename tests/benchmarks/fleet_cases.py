# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet of apps, compared with ansible.builtin.uri and with a bare client that sends the same requests."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.emulator.process import Emulator

from .bench import LATENCY_MS, Bench
from .contest import Contestant, Turn, compete
from .controller import CONCURRENCY, Controller, PlaybookRun
from .floor import Floor
from .material import Fleet, Material, WrongOutcomeError

APPS = 200
# A playbook with uri takes minutes, so a few seconds of noise do not matter.
URI_ROUNDS = 1
TASK = "Reconcile"

Json = dict[str, Any]


class FleetContest:
    """The contestants of one case. If `filled`, the apps have the declared files before each turn."""

    def __init__(
        self, bench: Bench, controller: Controller, emulator: Emulator, *, filled: bool, cache: bool = False
    ) -> None:
        self._bench = bench
        self._controller = controller
        self._emulator = emulator
        self._material = Material.real(controller.folder / "files")
        self._fleet = Fleet(bench.size(APPS), self._material)
        self._filled = filled
        self._cache = controller.folder / "digests.sqlite" if cache else None

    def run(self) -> Json:
        self._prepare()
        if self._cache:
            self._our_run()  # fills the cache
            self._emulator.clear_requests()
        else:
            # Compile the Python code before the measurement. The run changes no app.
            self._controller.playbook("fleet", self._emulator, {**self._our_variables(), "apps": []})
        recorded = self._record()
        floor = Floor(self._controller, self._emulator, recorded, self._material)
        contestants = [
            Contestant("ours", self._checked(self._ours)),
            Contestant("uri", self._checked(self._uri), URI_ROUNDS),
            Contestant("floor", self._checked(floor.turn)),
        ]
        figures = compete(contestants, self._bench.rounds, self._bench.report_progress)
        if figures["requests"] != len(recorded):
            raise WrongOutcomeError(f"{figures['requests']} requests in one run, {len(recorded)} in another")
        return {**figures, "apps": self._fleet.apps, "latency_ms": LATENCY_MS, "concurrency": CONCURRENCY}

    def _record(self) -> list[Json]:
        self._prepare()
        self._our_run()
        return self._emulator.requests()

    def _prepare(self) -> None:
        self._fleet.load(self._emulator, filled=self._filled, latency_ms=LATENCY_MS)

    def _checked(self, turn: Callable[[], Turn]) -> Callable[[], Turn]:
        def checked() -> Turn:
            self._prepare()
            result = turn()
            self._fleet.check(self._emulator.state())
            if self._filled:
                self._check_no_writes()
            return result

        return checked

    def _check_no_writes(self) -> None:
        writes = [entry for entry in self._emulator.requests() if entry["method"] != "GET"]
        if writes:
            raise WrongOutcomeError(f"a run without changes sent {writes[0]['method']} {writes[0]['path']}")

    # Contestants

    def _our_variables(self) -> Json:
        variables = {"apps": self._fleet.slugs, "concurrency": CONCURRENCY, **self._material.options()}
        return {**variables, "digest_cache": str(self._cache)} if self._cache else variables

    def _our_run(self) -> PlaybookRun:
        return self._controller.playbook("fleet", self._emulator, self._our_variables(), summary=True)

    def _ours(self) -> Turn:
        """Run the whole ansible-playbook. `task_s` is the duration that the module reports."""
        run = self._our_run()
        requests = len(self._emulator.requests())
        return Turn.of(run.measured, requests, task_s=run.task(TASK)["summary"]["seconds"])

    def _uri(self) -> Turn:
        downloads = self._controller.folder / "downloads"
        shutil.rmtree(downloads, ignore_errors=True)
        downloads.mkdir(mode=0o700)
        run = self._controller.playbook(
            "fleet_uri",
            self._emulator,
            {
                "files": self._material.uri_files(),
                "download_dir": str(downloads),
                # Like a user who keeps the digests between runs.
                "known_digests": self._fleet.digests() if self._cache else {},
            },
            inventory=self._hosts(),
        )
        requests = len(self._emulator.requests())
        return Turn.of(run.measured, requests, uri_requests=requests)

    def _hosts(self) -> Path:
        path = self._controller.folder / "hosts.yml"
        path.write_text(json.dumps({"apps": {"hosts": dict.fromkeys(self._fleet.slugs)}}), encoding="utf-8")
        return path


def _case(bench: Bench, name: str, *, filled: bool, cache: bool = False) -> Json:
    with bench.emulator() as emulator:
        return FleetContest(bench, bench.controller(name), emulator, filled=filled, cache=cache).run()


def fleet_noop(bench: Bench) -> Json:
    """Measure a fleet that is in sync. Profiles are downloaded for the comparison."""
    return _case(bench, "fleet_noop", filled=True)


def fleet_noop_cached(bench: Bench) -> Json:
    """Measure a fleet that is in sync, with the digests of the previous run."""
    return _case(bench, "fleet_noop_cached", filled=True, cache=True)


def fleet_first(bench: Bench) -> Json:
    """Measure the first rollout to apps without files."""
    return _case(bench, "fleet_first", filled=False)
