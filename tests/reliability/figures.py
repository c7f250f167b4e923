# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The figures of the last full runs, and the tables of the documentation that show them."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

FIGURES = Path(__file__).with_name("figures.json")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "reliability.rst"
_TABLE = re.compile(r"^\.\. figures of (\w+) begin$\n(.*?)^\.\. figures of \1 end$\n", re.DOTALL | re.MULTILINE)
Figures = dict[str, dict[str, Any]]

# What each test of this folder tries, by its name.
CASES: Mapping[str, str] = {
    "test_killed_at_each_request": "A run is killed before and after each request",
    "test_killed_with_the_same_home": "A killed run, then a run with the same home folder",
    "test_killed_twice": "A run is killed, and so is the next one",
    "test_each_request_fails": "One request, or all from one on, fail in each way",
    "test_each_request_fails_and_is_repeated": "The same with retries",
    "test_repetitions_bridge_a_fault": "Faults that retries have to bridge",
    "test_false_answers": "Answers that are false",
    "test_life_with_another_service": "Services that differ in what is not documented",
    "test_writers": "Two or three writers at once, in up to 120 orders of their requests",
    "test_writers_of_which_one_is_killed": "The same, and one of them is killed",
    "test_operations_at_once": "Two operations at once, in up to 300 orders of their requests",
    "test_wrong_clock": "A clock that is wrong by a day",
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
    rows = [
        (CASES[name], f"{values['cases']:,}", f"{values['seconds']} s", values["date"])
        for name, values in sorted(figures.items(), key=lambda item: list(CASES).index(item[0]))
    ]
    if not rows:
        return _table((), ())
    total = sum(values["cases"] for values in figures.values())
    return _table(("Case", "Number", "Time", "Last run"), [*rows, ("Total", f"{total:,}", "", "")])


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
