# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report on a thousand apps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.emulator.process import Emulator

from .bench import LATENCY_MS, Bench
from .contest import Contestant, Turn, compete
from .controller import CONCURRENCY, Controller, PlaybookRun
from .floor import Floor
from .material import Fleet, Material, WrongOutcomeError

APPS = 1000
ROLE = "mobileops.ci.code_signing_report"
REPORT, OUTCOME = f"{ROLE} : Report on the signing files of all apps", f"{ROLE} : Report the outcome"

Json = dict[str, Any]


class ReportContest:
    """The role compared with its requests alone. Each app has two certificates and three profiles."""

    def __init__(self, bench: Bench, controller: Controller, emulator: Emulator) -> None:
        self._bench = bench
        self._controller = controller
        self._emulator = emulator
        self._fleet = Fleet(bench.size(APPS), Material.real(controller.folder / "files"))
        self._dest: Path = controller.folder / "report"

    def run(self) -> Json:
        self._fleet.load(self._emulator, filled=True, latency_ms=LATENCY_MS)
        # Compile the Python code before the measurement.
        self._playbook(self._fleet.slugs[:1])
        self._emulator.clear_requests()
        self._playbook(self._fleet.slugs)
        recorded = self._emulator.requests()
        floor = Floor(self._controller, self._emulator, recorded)

        def floor_turn() -> Turn:
            self._emulator.clear_requests()
            return floor.turn()

        contestants = [Contestant("ours", self._ours), Contestant("floor", floor_turn)]
        figures = compete(contestants, self._bench.rounds, self._bench.report_progress)
        if figures["requests"] != len(recorded):
            raise WrongOutcomeError(f"{figures['requests']} requests in one run, {len(recorded)} in another")
        size = (self._dest / "index.html").stat().st_size
        return {
            **figures,
            "apps": self._fleet.apps,
            "page_mib": round(size / 2**20, 2),
            "latency_ms": LATENCY_MS,
            "concurrency": CONCURRENCY,
        }

    def _playbook(self, apps: list[str]) -> PlaybookRun:
        variables = {
            "code_signing_report_apps": apps,
            "code_signing_report_concurrency": CONCURRENCY,
            "code_signing_report_dest": str(self._dest),
        }
        return self._controller.playbook("report", self._emulator, variables, summary=True)

    def _ours(self) -> Turn:
        """Run the whole ansible-playbook. `task_s` is the duration that the module reports, `write_s` the rest."""
        self._emulator.clear_requests()
        run = self._playbook(self._fleet.slugs)
        self._check()
        task_seconds = run.task(OUTCOME)["summary"]["seconds"]
        write_seconds = run.task(REPORT)["seconds"] - task_seconds
        return Turn.of(run.measured, len(self._emulator.requests()), task_s=task_seconds, write_s=write_seconds)

    def _check(self) -> None:
        """Raise WrongOutcomeError unless the report has the dates of every file."""
        report = json.loads((self._dest / "report.json").read_text(encoding="utf-8"))
        expected = len(self._fleet.material.files)
        for slug in self._fleet.slugs:
            app = report["apps"][slug]
            files = app["build_certificates"] + app["provisioning_profiles"]
            if len([file for file in files if file["details"]["expires_at"]]) != expected:
                raise WrongOutcomeError(f"the report does not have the dates of all files of app {slug}")


def report(bench: Bench) -> Json:
    """Measure the role code_signing_report without digests of a previous run."""
    with bench.emulator() as emulator:
        return ReportContest(bench, bench.controller("report"), emulator).run()
