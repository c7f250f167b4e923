# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet on a service with a rate limit, compared with the time that the limit itself takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .bench import LATENCY_MS, Bench
from .contest import Contestant, Turn, compete
from .material import Fleet, Material, WrongOutcomeError

APPS = 200
THREADS = 16  # the default of the module

Json = dict[str, Any]


@dataclass(frozen=True)
class Limit:
    """A limit in the notation of the emulator, with the goals for time and refused requests."""

    text: str
    factor: float
    window: tuple[int, float] | None = None
    bucket: tuple[float, int] | None = None
    at_once: int | None = None

    def min_seconds(self, requests: int, at_once: int) -> float:
        """Return the seconds that the limit takes. `at_once` is the number of concurrent requests."""
        if self.window:
            quota, seconds = self.window
            return (requests - 1) // quota * seconds
        if self.bucket:
            rate, burst = self.bucket
            return max(0.0, (requests - burst) / rate)
        return at_once * LATENCY_MS / 1000 / (self.at_once or 1)

    def max_refused(self, requests: int) -> float:
        if self.window:
            return (requests // self.window[0] + 1) * THREADS
        return requests / 10


LIMITS = {
    "window": Limit("200/10s", 1.3, window=(200, 10.0)),
    "bucket": Limit("20/s,burst=40", 1.3, bucket=(20.0, 40)),
    "bucket_503": Limit("20/s,burst=40,503,tell=nothing", 1.3, bucket=(20.0, 40)),
    "at_once": Limit("at-once=4", 2.0, at_once=4),
}


def limited(bench: Bench) -> Json:
    """Measure a fleet of 200 apps that is in sync, under limits of several kinds."""
    controller = bench.controller("limited")
    material = Material.real(controller.folder / "files")
    fleet = Fleet(bench.size(APPS), material)
    variables = {"apps": fleet.slugs, "concurrency": THREADS, **material.options()}
    figures: Json = {"rounds": {}}
    with bench.emulator() as emulator:

        def ours() -> Turn:
            emulator.clear_requests()
            run = controller.playbook("fleet", emulator, variables, summary=True)
            return Turn.of(run.measured, task_s=run.task("Reconcile")["summary"]["seconds"])

        for name, limit in {"free": Limit("", 1.0), **LIMITS}.items():
            fleet.load(emulator, filled=True, latency_ms=LATENCY_MS)
            emulator.options(rate_limit=limit.text)
            bench.report_progress(f"{name}: {limit.text or 'no limit'}")
            result = compete(
                [Contestant("ours", ours)], min(bench.rounds, 1) if limit.text else bench.rounds, bench.report_progress
            )
            log = emulator.requests(area="api")
            refused = sum(entry["status"] in (429, 503) for entry in log)
            served = len(log) - refused
            # The emulator's storage has the address of its API, so both share the concurrency of the client.
            at_once = served + len(emulator.requests(area="storage"))
            emulator.options(rate_limit="")
            fleet.check(emulator.state())
            if any(entry["method"] != "GET" for entry in log):
                raise WrongOutcomeError("a run without changes sent a request that writes")
            figures[f"{name}_s"] = result["task_s"]
            figures["rounds"][name] = result["rounds"]["ours"]
            if limit.text:
                minimum = max(limit.min_seconds(served, at_once), figures["free_s"])
                figures |= {
                    f"{name}_least": round(minimum, 3),
                    f"{name}_factor": round(result["task_s"] / minimum, 3),
                    f"{name}_refused": refused,
                    f"{name}_refused_at_most": round(limit.max_refused(served)),
                }
            else:
                figures["requests"] = served
    return {**figures, "apps": fleet.apps, "latency_ms": LATENCY_MS, "concurrency": THREADS}
