# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the mutants of some rooms and writes the scores to the figures of the documentation: `make test-mutation`."""

from __future__ import annotations

import argparse
import ast
import json
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.reliability.figures import record

from .child import KILLED, ROOT, SURVIVED, preload, run_tests
from .mutants import Mutant, mutants_of
from .plugins import Recorder, Selection
from .rooms import ROOMS, UTILS, Room
from .selection import RecordedTests, files_of

EQUIVALENT = Path(__file__).with_name("equivalent.json")


def equivalents() -> dict[str, dict[str, str]]:
    """Return the reasons why no test can detect a mutant, by module and mutant."""
    reasons: dict[str, dict[str, str]] = json.loads(EQUIVALENT.read_text(encoding="utf-8"))
    return reasons


def run_room(name: str, sample: int | None) -> dict[str, Any]:
    """Run the mutants of a room, print those that no test detected, and return the figures.

    Ctrl-C ends the room early. The order is random, so that the mutants until then are a sample.
    """
    room = ROOMS[name]
    tests = _record(room)
    known = equivalents()
    selected: list[tuple[str, Mutant]] = [
        (module, mutant) for module in room.modules for mutant in mutants_of((UTILS / module).read_text())
    ]
    total = len(selected)
    selected = random.Random(0).sample(selected, min(sample or total, total))
    figures = {"mutants": total, "run": 0, "killed": 0, "equivalent": 0, "survived": 0}
    for module, mutant in selected:
        if mutant.text in known.get(module, {}):
            figures["equivalent"] += 1
            continue
        try:
            outcome = _outcome(tests, module, mutant)
        except KeyboardInterrupt:
            break
        figures["run"] += 1
        # A mutant that never ends counts as detected.
        figures["survived" if outcome == SURVIVED else "killed"] += 1
        if outcome != KILLED:
            print(f"{outcome}: {module}:{mutant.line}: {mutant.text}", flush=True)
    return figures


def _record(room: Room) -> RecordedTests:
    """Run the tests of a room without a mutant. Record which lines each test runs, and check that any order passes."""
    run = run_tests(room.tests, Recorder({str(UTILS / module) for module in room.modules}))
    tests = RecordedTests(run.traces, run.used)
    in_order = run_tests(files_of(tests.all()), Selection(tests.all()))
    for one in (run, in_order):
        if one.outcome != SURVIVED:
            sys.exit(f"Without a mutant, {one.failed or 'a test'} fails ({one.outcome}).")
    print(
        f"{len(run.traces)} tests need {run.used.cpu_s:.1f} s of processor time while their lines are recorded, "
        f"and wait {run.used.waited_s:.1f} s",
        flush=True,
    )
    return tests


def _outcome(tests: RecordedTests, module: str, mutant: Mutant) -> str:
    """Run the tests that run the lines of a mutant, and if all of these pass, the others of the room."""
    file = str(UTILS / module)
    code = compile(ast.fix_missing_locations(mutant.tree()), file, "exec")
    likely = tests.that_run(file, mutant.lines)
    others = [name for name in tests.all() if name not in set(likely)]
    outcome = SURVIVED
    for names in (likely, others):
        if outcome == SURVIVED and names:
            run = run_tests(files_of(names), Selection(names), (module, code), tests.limit(names))
            outcome = run.outcome
            if run.failed is not None:
                tests.note_failure(run.failed)
    return outcome


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make test-mutation")
    parser.add_argument(
        "--room", choices=sorted(ROOMS), action="append", help="room to test; may be repeated; default: all"
    )
    parser.add_argument("--sample", type=int, help="number of mutants of each room, chosen at random; default: all")
    options = parser.parse_args(arguments)
    preload()
    lowest = 1.0
    for name in options.room or ROOMS:
        started = time.monotonic()
        figures = run_room(name, options.sample)
        score = figures["killed"] / max(1, figures["run"])
        lowest = min(lowest, score)
        print(f"{name}: {figures['killed']} of {figures['run']} killed ({score:.1%})", flush=True)
        record("mutation", name, {**figures, "seconds": round(time.monotonic() - started)})
    return 0 if lowest >= 0.9 else 1


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    raise SystemExit(main())
