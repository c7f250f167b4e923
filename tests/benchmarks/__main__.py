# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command-line entry point: make bench [CASE=name] [ROUNDS=3] [SCALE=1]."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.emulator.process import CHECKOUT, EmulatorError

from . import (
    concurrency_cases,
    fleet_cases,
    growth_cases,
    inventory_cases,
    limited_cases,
    loop_cases,
    page_cases,
    report,
    report_cases,
    rollout_cases,
    transfer_cases,
)
from .bench import Bench, Case
from .machine import describe
from .material import WrongOutcomeError
from .measured import ProgramError

CASES: dict[str, Case] = {
    case.__name__: case
    for case in (
        fleet_cases.fleet_noop,
        fleet_cases.fleet_noop_cached,
        fleet_cases.fleet_first,
        concurrency_cases.concurrency,
        rollout_cases.rollout_noop,
        rollout_cases.rollout_first,
        report_cases.report,
        limited_cases.limited,
        loop_cases.loop_item,
        growth_cases.growth_fleet,
        growth_cases.growth_inventory,
        rollout_cases.growth_rollout,
        inventory_cases.inventory,
        inventory_cases.inventory_cached,
        transfer_cases.upload_100m,
        transfer_cases.stream_1g,
        transfer_cases.download_1g,
        # Last, because it needs a browser.
        page_cases.report_page,
    )
}

BUSY = 1.0  # load average above which other work distorts the wall times


def main(arguments: Sequence[str] | None = None) -> int:
    settings = _parser().parse_args(arguments)
    # Without a terminal, rich would use 80 columns.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    path = report.file_for(settings.output, settings.scale)
    done: dict[str, Any] = {}
    if os.getloadavg()[0] > BUSY:
        console.print(
            f"The machine is busy (load {os.getloadavg()[0]:.1f}): wall times will be inaccurate.", style="bold"
        )
    for name in [settings.case] if settings.case else CASES:
        console.print(f"{name}: {(CASES[name].__doc__ or '').strip().splitlines()[0]}")
        load = os.getloadavg()[0]
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            bench = Bench(Path(folder), settings.rounds, settings.scale, lambda line: console.print(f"  {line}"))
            try:
                figures = CASES[name](bench)
            except (ProgramError, WrongOutcomeError, EmulatorError, subprocess.CalledProcessError) as error:
                console.print(f"{name} failed: {error}", markup=False)
                return 1
        console.print(f"  load before: {load:.1f}, after: {os.getloadavg()[0]:.1f}")
        done[name] = report.stamped(figures, load, settings.scale)
        # Write after each case, so that a later failure does not lose figures.
        report.merge(path, describe(), done, settings.scale)
    report.show(console, done, settings.scale)
    console.print(f"Written to {os.path.relpath(path)}.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make bench", description="Measure the collection against other ways to do the same."
    )
    parser.add_argument("--case", choices=CASES, metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--rounds", type=_at_least(int, 1), default=3, help="rounds of each case (default: 3)")
    parser.add_argument(
        "--scale", type=_at_least(float, 0.0), default=1.0, help="factor for all sizes, to try the benchmark out"
    )
    parser.add_argument("--output", type=Path, default=CHECKOUT / "build", help="folder of the file with the figures")
    return parser


def _at_least(number: type[int] | type[float], minimum: float) -> Any:
    def read(text: str) -> int | float:
        value = number(text)
        if value < minimum:
            raise argparse.ArgumentTypeError(f"must be {minimum} or greater, got {text}")
        return value

    return read


if __name__ == "__main__":
    sys.exit(main())
