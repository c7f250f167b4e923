# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the effect of job slices: python -m tests.awx.scale [APPS].

It runs the same rollout as one job, and as concurrent jobs on slices of one inventory, against one emulator, with and
without a rate limit of 10 requests a second. It prints a table. No test depends on the figures.
"""

from __future__ import annotations

import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.emulator.process import Emulator

from .project import Awx, make_files

RUNNERS = (1, 2, 4)
LIMITS = (("10 requests a second", ("--rate-limit", "10/1s")), ("no limit", ()))


def main(arguments: list[str]) -> int:
    apps = int(arguments[0]) if arguments else 60
    files = make_files()
    for limit, options in LIMITS:
        for runners in RUNNERS:
            with tempfile.TemporaryDirectory() as folder, Emulator("empty", arguments=options) as emulator:
                measure(Awx.create(emulator, files, Path(folder)), apps, runners, limit)
    return 0


def measure(awx: Awx, apps: int, runners: int, limit: str) -> None:
    awx.load_fleet([f"App {number:03}" for number in range(apps)])
    inventory = awx.sync_inventory()
    awx.declare(inventory)
    awx.emulator.clear_requests()
    jobs = [awx.job(inventory, hosts=inventory.slice(number, runners)) for number in range(1, runners + 1)]
    # job() numbers folders by the existing ones, so all jobs have the same folder until here.
    for number, job in enumerate(jobs):
        job.folder = awx.folder / f"slice{number}"
    started = time.monotonic()
    with ThreadPoolExecutor(runners) as pool:
        results = list(pool.map(lambda job: job.run("rollout.yml"), jobs))
    seconds = time.monotonic() - started
    requests = awx.emulator.requests(area="api")
    refused = sum(entry["status"] == 429 for entry in requests)
    failed = sum(result.status != 0 for result in results)
    print(
        f"{limit}: {runners} runners, {apps} apps, {seconds:.1f} s, {len(requests)} requests, {refused} refused, "
        f"{failed} jobs failed",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
