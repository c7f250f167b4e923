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
REPORT, OUTCOME = f"{ROLE} : Report on the signing files of all apps", f"{ROLE} : Outcome"

Json = dict[str, Any]


class ReportContest:
    """The role against nothing but its requests. Each app has two certificates and three profiles."""

    def __init__(self, bench: Bench, controller: Controller, emulator: Emulator) -> None:
        self._bench = bench
        self._controller = controller
        self._emulator = emulator
        self._fleet = Fleet(bench.size(APPS), Material.genuine(controller.folder / "files"))
        self._dest: Path = controller.folder / "report"

    def run(self) -> Json:
        self._fleet.load(self._emulator, filled=True, latency_ms=LATENCY_MS)
        # Nobody pays for compiling Python code.
        self._playbook(self._fleet.slugs[:1])
        self._emulator.clear_requests()
        self._playbook(self._fleet.slugs)
        recorded = self._emulator.requests()
        floor = Floor(self._controller, self._emulator, recorded)

        def floor_turn() -> Turn:
            self._emulator.clear_requests()
            return floor.turn()

        contestants = [Contestant("ours", self._ours), Contestant("floor", floor_turn)]
        figures = compete(contestants, self._bench.rounds, self._bench.say)
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
        """The whole ansible-playbook, and of it what the module needed by its own account, and what writing took."""
        self._emulator.clear_requests()
        run = self._playbook(self._fleet.slugs)
        self._check()
        gathered = run.task(OUTCOME)["summary"]["seconds"]
        written = run.task(REPORT)["seconds"] - gathered
        return Turn.of(run.measured, len(self._emulator.requests()), task_s=gathered, write_s=written)

    def _check(self) -> None:
        """Every file of every app was looked into."""
        report = json.loads((self._dest / "report.json").read_text(encoding="utf-8"))
        wanted = len(self._fleet.material.files)
        for slug in self._fleet.slugs:
            app = report["apps"][slug]
            files = app["build_certificates"] + app["provisioning_profiles"]
            if len([file for file in files if file["details"]["expires_at"]]) != wanted:
                raise WrongOutcomeError(f"the report does not have the dates of all files of app {slug}")


def report(bench: Bench) -> Json:
    """The role code_signing_report, with nothing known before."""
    with bench.emulator() as emulator:
        return ReportContest(bench, bench.controller("report"), emulator).run()
