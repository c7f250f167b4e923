# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The figures of the last full runs, and the tables of the documentation that show them."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The limits of orders, for the tests and for the documentation.
MOST_ORDERS = 120
MOST_ORDERS_OF_OPERATIONS = 60
FIGURES = Path(__file__).with_name("figures.json")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "reliability.rst"
_TABLE = re.compile(r"^\.\. figures of (\w+) begin$\n(.*?)^\.\. figures of \1 end$\n", re.DOTALL | re.MULTILINE)
Figures = dict[str, dict[str, Any]]

ALL, SAMPLE, NO = "all", "sample", "no"


@dataclass(frozen=True)
class Tried:
    """Describe what a test tries, and whether `make test-reliability` and `make test` run all its cases."""

    text: str
    full: str
    short: str


# Tests that run all their cases, whatever the share.
WHOLE = frozenset(
    {
        "test_readers.test_responses_in_another_form",
        "test_lifecycle.test_lifecycle_with_one_behavior",
        "test_operations.test_wrong_clock",
        "test_real_kills.test_killed_in_the_middle",
    }
)
# By file and name of each test that counts its cases.
CASES: Mapping[str, Tried] = {
    "test_kills.test_killed_at_each_request": Tried("A run is killed before and after each request", ALL, SAMPLE),
    "test_kills.test_killed_with_the_same_home": Tried(
        "The same, and the next run has the same home folder", SAMPLE, NO
    ),
    "test_kills.test_killed_twice": Tried("A run is killed, and so is the next one", SAMPLE, NO),
    "test_operations.test_killed_at_each_request": Tried(
        "An operation is killed before and after each request, and while it reads a response", ALL, SAMPLE
    ),
    "test_operations.test_killed_twice": Tried("An operation is killed, and so is the next run", SAMPLE, NO),
    "test_killed_playbooks.test_killed_playbook": Tried(
        "SIGKILL of ansible-playbook and its children while a playbook or role runs", SAMPLE, NO
    ),
    "test_real_kills.test_killed_in_the_middle": Tried(
        "SIGKILL of a process with several threads, over real sockets", SAMPLE, SAMPLE
    ),
    "test_faults.test_each_request_fails": Tried("One request, or all from one on, fail in each way", SAMPLE, SAMPLE),
    "test_faults.test_each_request_fails_and_is_repeated": Tried("The same with retries", SAMPLE, NO),
    "test_faults.test_repetitions_bridge_a_fault": Tried("Faults that retries must bridge", ALL, SAMPLE),
    "test_operations.test_each_request_fails": Tried(
        "A request of an operation fails in each way, with and without retries", ALL, SAMPLE
    ),
    "test_faults.test_false_responses": Tried("False responses", ALL, SAMPLE),
    "test_refusals.test_refused_task_changes_nothing": Tried(
        "Tasks that the collection refuses, killed and disturbed at each request", ALL, SAMPLE
    ),
    "test_operations.test_wrong_clock": Tried("A clock that is wrong by a day", ALL, SAMPLE),
    "test_faults.test_lifecycle_with_another_service": Tried(
        "Services that differ in what is not documented, with kills", SAMPLE, NO
    ),
    "test_lifecycle.test_lifecycle_with_one_behavior": Tried(
        "The lifecycle of a file with each open behavior of the service", ALL, SAMPLE
    ),
    "test_lifecycle.test_lifecycle_killed_at_each_request": Tried("The same, killed at each request", ALL, NO),
    "test_lifecycle.test_lifecycle_with_two_behaviors": Tried(
        "The lifecycle of a file with each pair of behaviors", SAMPLE, NO
    ),
    "test_readers.test_responses_in_another_form": Tried(
        "Modules that only read, with each form of the responses", ALL, ALL
    ),
    "test_writers.test_writers": Tried(
        f"Two or three writers at once, in up to {MOST_ORDERS} orders of their requests", SAMPLE, SAMPLE
    ),
    "test_writers.test_writers_of_which_one_is_killed": Tried("The same, and one of them is killed", SAMPLE, NO),
    "test_operation_writers.test_operations_at_once": Tried(
        f"Two operations at once, in up to {MOST_ORDERS_OF_OPERATIONS} orders of their requests", SAMPLE, SAMPLE
    ),
    "test_hostile_fields.test_odd_values_in_all_fields": Tried("An odd value in a field of a response", ALL, SAMPLE),
    "test_hostile_input.test_many_random_options": Tried("A task with random options", ALL, SAMPLE),
    "test_leaks.test_no_secret_leaves_a_task": Tried("A task with a canary in each secret option", ALL, SAMPLE),
    "test_other_cores.test_no_secret_leaves_a_task": Tried("The same with ansible-core 2.16", ALL, NO),
}


def load() -> Figures:
    found: Figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    return found


def record(part: str, name: str, values: Mapping[str, Any]) -> None:
    """Keep the figures of one run, with the date, and write the tables of the documentation again."""
    figures = load()
    today = dt.datetime.now(dt.UTC).date().isoformat()
    figures.setdefault(part, {})[name] = {"date": today, **values}
    figures[part] = dict(sorted(figures[part].items()))
    FIGURES.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    PAGE.write_text(rendered(PAGE.read_text(encoding="utf-8"), figures), encoding="utf-8")


def rendered(page: str, figures: Figures) -> str:
    """Return the page with tables of these figures."""

    def table(found: re.Match[str]) -> str:
        part = found[1]
        return f".. figures of {part} begin\n\n{TABLES[part](figures.get(part, {}))}\n.. figures of {part} end\n"

    return _TABLE.sub(table, page)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    rows = list(rows)
    if not rows:
        return "There is no figure of a full run yet.\n"
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for row in (head, *rows):
        lines += [f"   {'* -' if number == 0 else '  -'} {cell}" for number, cell in enumerate(row)]
    return "\n".join(lines) + "\n"


def _reliability(figures: Mapping[str, Any]) -> str:
    rows = []
    for name, tried in CASES.items():
        if values := figures.get(name):
            seconds = f"{values['seconds']:,} s" if "seconds" in values else ""
            numbers = (f"{values['cases']:,}", _extent(name, tried, values), tried.short, seconds, values["date"])
        else:
            numbers = ("not run", "", tried.short, "", "")
        rows.append((tried.text, *numbers))
    total = sum(figures[name]["cases"] for name in CASES if name in figures)
    head = ("Case", "Number", "Extent", "``make test``", "Processor time", "Last run")
    return _table(head, [*rows, ("Total", f"{total:,}", "", "", "", "")])


def _extent(name: str, tried: Tried, values: Mapping[str, Any]) -> str:
    """Return which of its cases a test ran."""
    share = values.get("share", 1)
    is_part = share < 1 and name not in WHOLE
    extent = f"{share:.0%}" if is_part else tried.full
    return f"{extent}, seed {values['seed']}" if "seed" in values and extent != ALL else extent


def _mutation(figures: Mapping[str, Any]) -> str:
    rows = []
    for name, values in figures.items():
        score = f"{values['killed'] / values['run']:.1%}" if values["run"] else "not run"
        counts = (values["mutants"], values["run"], values["killed"], values["equivalent"], values["survived"])
        rows.append((name, *(f"{count:,}" for count in counts), score, values["date"]))
    return _table(("Part", "Mutants", "Run", "Noticed", "Equivalent", "Survived", "Score", "Last run"), rows)


def _soak(figures: Mapping[str, Any]) -> str:
    rows = [
        (
            f"{values['apps']:,}",
            f"{values['seconds']} s",
            f"{values['requests']:,}",
            f"{values['faults']:,}",
            f"{values['runs']:,}",
            f"{values['memory_mb'][0]} / {values['memory_mb'][1]} MB",
            f"{values['threads'][0]} / {values['threads'][1]}",
            f"{values['files'][0]} / {values['files'][1]}",
            values["date"],
        )
        for values in figures.values()
    ]
    head = ("Apps", "Time", "Requests", "Faults", "Runs", "Memory, first / last", "Threads", "Open files", "Last run")
    return _table(head, rows)


TABLES = {"reliability": _reliability, "mutation": _mutation, "soak": _soak}

if __name__ == "__main__":
    PAGE.write_text(rendered(PAGE.read_text(encoding="utf-8"), load()), encoding="utf-8")
