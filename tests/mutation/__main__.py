# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make test-mutation`: run the mutants of some rooms, and write the scores to the figures of the documentation."""

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

from .child import KILLED, ROOT, SURVIVED, UTILS, preload, run_tests
from .mutants import Mutant, mutants_of
from .rooms import ROOMS, Room

EQUIVALENT = Path(__file__).with_name("equivalent.json")


def equivalents() -> dict[str, dict[str, str]]:
    """By module, by mutant: why no test can notice it."""
    found: dict[str, dict[str, str]] = json.loads(EQUIVALENT.read_text(encoding="utf-8"))
    return found


def paths_of(room: Room) -> list[str]:
    """Return the tests of a room as arguments of pytest."""
    return [test if test.startswith("tests/") else f"tests/unit/plugins/{test}" for test in room.tests]


def run_room(name: str, sample: int | None) -> dict[str, Any]:
    """Run the mutants of a room; print those that no test has noticed."""
    room = ROOMS[name]
    tests = paths_of(room)
    outcome, seconds = run_tests(tests, "", None, None)
    if outcome != SURVIVED:
        sys.exit(f"The tests of the room {name} fail without a mutant: {' '.join(tests)}")
    print(f"{name}: the tests take {seconds:.1f} s of a processor", flush=True)
    known = equivalents()
    todo: list[tuple[str, Mutant]] = [
        (module, mutant) for module in room.modules for mutant in mutants_of((UTILS / module).read_text())
    ]
    total = len(todo)
    if sample is not None and sample < total:
        todo = random.Random(0).sample(todo, sample)
    figures = {"mutants": total, "run": 0, "killed": 0, "equivalent": 0, "survived": 0}
    for module, mutant in todo:
        if mutant.text in known.get(module, {}):
            figures["equivalent"] += 1
            continue
        code = compile(ast.fix_missing_locations(mutant.tree), str(UTILS / module), "exec")
        outcome, _seconds = run_tests(tests, module, code, seconds * 5 + 10)
        figures["run"] += 1
        # A mutant that never ends is noticed, too.
        figures["survived" if outcome == SURVIVED else "killed"] += 1
        if outcome != KILLED:
            print(f"{outcome}: {module}:{mutant.line}: {mutant.text}", flush=True)
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make test-mutation")
    parser.add_argument("--room", choices=sorted(ROOMS), action="append", help="one of the rooms; default: all")
    parser.add_argument("--sample", type=int, help="number of mutants of each room, chosen by chance; default: all")
    given = parser.parse_args(arguments)
    preload()
    worst = 1.0
    for name in given.room or ROOMS:
        begun = time.monotonic()
        figures = run_room(name, given.sample)
        score = figures["killed"] / max(1, figures["run"])
        worst = min(worst, score)
        print(f"{name}: {figures['killed']} of {figures['run']} killed ({score:.1%})", flush=True)
        record("mutation", name, {**figures, "seconds": round(time.monotonic() - begun)})
    return 0 if worst >= 0.9 else 1


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    raise SystemExit(main())
