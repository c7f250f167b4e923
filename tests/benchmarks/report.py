# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of results on the screen, and the file of figures."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from .goals import verdicts

Json = dict[str, Any]

_NOTES = (
    "ours and uri: the whole ansible-playbook or ansible-inventory. task: the duration that the module reports. "
    "floor and sequential: from the first request to the last response. Seconds of loop_item are for one item. "
    "Peak MiB: the largest process. Tree MiB: all processes of the controller together."
)


def file_for(folder: Path, scale: float) -> Path:
    """Return the path of the figures. Figures of shrunk sizes get their own file."""
    return folder / ("bench.json" if scale == 1 else f"bench.scale-{scale:g}.json")


def stamped(figures: Json, load: float, scale: float) -> Json:
    """Return the figures with the load of the machine before the case, the time and the scale."""
    stamp = {"load_before": round(load, 1), "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), "scale": scale}
    if is_growth(figures):
        return {size: {**row, **stamp} for size, row in figures.items()}
    return {**figures, **stamp}


def is_growth(figures: Mapping[str, Any]) -> bool:
    """Return whether the figures are grouped by size."""
    return all(size.isdigit() for size in figures)


def merge(path: Path, machine: Json, cases: Mapping[str, Json], scale: float) -> Json:
    """Write the figures to the file, keep those of other cases, and return the new content."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))["cases"]
    except (OSError, ValueError, KeyError, TypeError):
        known = {}
    content: Json = {"machine": machine, "cases": {**known, **cases}}
    if scale != 1:
        content = {
            "warning": "Sizes were shrunk to try the benchmark out. These figures are meaningless.",
            "scale": scale,
        } | content
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    os.replace(temporary, path)  # noqa: PTH105 -- in one step
    return content


def show(console: Console, cases: Mapping[str, Json], scale: float) -> None:
    console.print(_figures(cases))
    console.print(_NOTES, style="dim")
    if scale != 1:
        console.print(
            f"Sizes were shrunk to {scale:g}. These figures are meaningless, and goals are not judged.", style="bold"
        )
        return
    table = Table("Case", "Goal", "Figure", "", title="Goals", box=box.SIMPLE)
    table.columns[0].no_wrap = table.columns[2].no_wrap = True
    for verdict in verdicts(cases):
        style = "green" if verdict.met else "bold red"
        table.add_row(verdict.case, verdict.goal, verdict.figure, "met" if verdict.met else "missed", style=style)
    console.print(table)


def _figures(cases: Mapping[str, Json]) -> Table:
    table = Table(title="Figures", box=box.SIMPLE)
    for heading in ("Case", "Apps"):
        table.add_column(heading, no_wrap=True)
    table.add_column("Seconds", no_wrap=True)
    for heading in ("Requests", "Peak MiB", "Tree MiB"):
        table.add_column(heading, justify="right")
    table.add_column("Rounds", no_wrap=True)
    for name, figures in cases.items():
        sizes = figures if is_growth(figures) else {"": figures}
        for size, row in sizes.items():
            seconds = "\n".join(f"{key[:-2]} {value:.4g}" for key, value in row.items() if key.endswith("_s"))
            rounds = "\n".join(f"{contestant} {len(turns)}" for contestant, turns in row["rounds"].items())
            numbers = [_cell(row.get(key)) for key in ("requests", "peak_mib", "tree_mib")]
            table.add_row(name, size or _cell(row.get("apps")), seconds, *numbers, rounds)
    return table


def _cell(value: object) -> str:
    return "" if value is None else str(value)
