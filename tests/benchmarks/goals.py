# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The goals for the figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .limited_cases import LIMITS

Json = Mapping[str, Any]

MIB_OF_CONTROLLER = 200
MIB_OF_ROLLOUT = 500
MIB_OF_STREAM = 120
MS_PER_HOST = 15


@dataclass(frozen=True)
class Verdict:
    case: str
    goal: str
    figure: str
    met: bool


@dataclass(frozen=True)
class Goal:
    """A goal of a case. `judge` returns the figure to show, and whether it meets the goal."""

    case: str
    text: str
    judge: Callable[[Json], tuple[str, bool]]

    def verdict(self, figures: Json) -> Verdict:
        shown, met = self.judge(figures)
        return Verdict(self.case, self.text, shown, met)


def _at_most(limit: float, ours: str, other: str) -> Callable[[Json], tuple[str, bool]]:
    def judge(figures: Json) -> tuple[str, bool]:
        ratio = figures[ours] / figures[other]
        return f"{ratio:.3g} x", ratio <= limit

    return judge


def _times_faster(limit: float, ours: str, other: str) -> Callable[[Json], tuple[str, bool]]:
    def judge(figures: Json) -> tuple[str, bool]:
        ratio = figures[other] / figures[ours]
        return f"{ratio:.1f} x", ratio >= limit

    return judge


def _below_mib(limit: float, key: str) -> Callable[[Json], tuple[str, bool]]:
    def judge(figures: Json) -> tuple[str, bool]:
        return f"{figures[key]:.0f} MiB", figures[key] < limit

    return judge


def _lists_only(figures: Json) -> tuple[str, bool]:
    expected = 2 * figures["apps"]
    return f"{figures['requests']} for {figures['apps']} apps", figures["requests"] == expected


def growth_of(figures: Json) -> float:
    """Return the cost of one more app between the two larger sizes, divided by that between the two smaller ones."""
    sizes = sorted(figures, key=int)
    seconds = [float(figures[size]["ours_s"]) for size in sizes]
    slopes = [
        (seconds[after] - seconds[before]) / (int(sizes[after]) - int(sizes[before]))
        for before, after in ((0, 1), (1, 2))
    ]
    return slopes[1] / slopes[0]


def _linear(limit: float = 1.1) -> Callable[[Json], tuple[str, bool]]:
    def judge(figures: Json) -> tuple[str, bool]:
        growth = growth_of(figures)
        return f"{growth:.3g} x", growth <= limit

    return judge


def _cpu_per_host(figures: Json) -> tuple[str, bool]:
    """Judge the processor time per host in excess of the fleet task, in the largest fleet."""
    apps = max(figures, key=int)
    beyond = (figures[apps]["ours_cpu_s"] - figures[apps]["fleet_cpu_s"]) / int(apps) * 1000
    return f"{beyond:.1f} ms", beyond <= MS_PER_HOST


def _limited(name: str, factor: float) -> tuple[Goal, Goal]:
    """Return the goals for one limit of the case `limited`."""

    def in_time(figures: Json) -> tuple[str, bool]:
        return f"{figures[f'{name}_factor']:.3g} x", figures[f"{name}_factor"] <= factor

    def few_refused(figures: Json) -> tuple[str, bool]:
        refused, maximum = figures[f"{name}_refused"], figures[f"{name}_refused_at_most"]
        return f"{refused} of at most {maximum}", refused <= maximum

    return (
        Goal("limited", f"{name}: against the time of the limit itself: at most {factor:g}", in_time),
        Goal("limited", f"{name}: refused requests", few_refused),
    )


def _of_size(size: str, key: str, limit: float, unit: str = "") -> Callable[[Json], tuple[str, bool]]:
    """Judge a figure of one size in a case that has several."""

    def judge(figures: Json) -> tuple[str, bool]:
        figure = figures[size][key]
        return f"{figure:g} {unit}".strip(), figure < limit

    return judge


def _biggest(judge: Callable[[Json], tuple[str, bool]]) -> Callable[[Json], tuple[str, bool]]:
    return lambda figures: judge(figures[max(figures, key=int)])


_LINEAR = "cost of one more app, 1,000 to 10,000 by 100 to 1,000: at most 1.1"
_MEMORY = f"controller with 10,000 apps, all processes: under {MIB_OF_CONTROLLER} MiB"

GOALS = (
    Goal("fleet_noop", "whole playbook against uri: 30 times faster", _times_faster(30, "ours_s", "uri_s")),
    Goal("fleet_noop", "whole playbook against the floor: at most 1.3", _at_most(1.3, "ours_s", "floor_s")),
    Goal("fleet_noop", "task alone against the floor: at most 1.3", _at_most(1.3, "task_s", "floor_s")),
    Goal("fleet_noop_cached", "requests: one list for each kind and app", _lists_only),
    Goal("fleet_first", "whole playbook against the floor: at most 1.5", _at_most(1.5, "ours_s", "floor_s")),
    Goal("fleet_first", "task alone against the floor: at most 1.5", _at_most(1.5, "task_s", "floor_s")),
    Goal("rollout_noop", "whole playbook against the fleet task: at most 1.5", _at_most(1.5, "ours_s", "fleet_s")),
    Goal("rollout_noop", "whole playbook against uri: 25 times faster", _times_faster(25, "ours_s", "uri_s")),
    Goal("rollout_first", "whole playbook against the fleet task: at most 1.7", _at_most(1.7, "ours_s", "fleet_s")),
    Goal("report", "whole playbook against the floor: at most 1.5", _at_most(1.5, "ours_s", "floor_s")),
    Goal("report", "task alone against the floor: at most 1.5", _at_most(1.5, "task_s", "floor_s")),
    Goal("report_page", "page of 1,000 apps: interactive in under 1 s", _of_size("1000", "interactive_s", 1.0, "s")),
    Goal("report_page", "page of 1,000 apps: under 2 MiB", _of_size("1000", "page_mib", 2.0, "MiB")),
    Goal("report_page", "page of 10,000 apps: under 6,000 elements", _of_size("10000", "nodes", 6000)),
    *(goal for name, limit in LIMITS.items() for goal in _limited(name, limit.factor)),
    Goal("loop_item", "against uri: at most 0.1", _at_most(0.1, "ours_s", "uri_s")),
    Goal("growth_fleet", _LINEAR, _linear()),
    Goal("growth_fleet", _MEMORY, _biggest(_below_mib(MIB_OF_CONTROLLER, "tree_mib"))),
    Goal("growth_inventory", _LINEAR, _linear()),
    Goal("growth_inventory", _MEMORY, _biggest(_below_mib(MIB_OF_CONTROLLER, "tree_mib"))),
    Goal("growth_rollout", "cost of one more app, 1,000 to 5,000 by 100 to 1,000: at most 1.15", _linear(1.15)),
    Goal(
        "growth_rollout",
        f"processor time of one host beyond the fleet task: at most {MS_PER_HOST} ms",
        _cpu_per_host,
    ),
    Goal(
        "growth_rollout",
        f"controller with 5,000 apps, all processes: under {MIB_OF_ROLLOUT} MiB",
        _biggest(_below_mib(MIB_OF_ROLLOUT, "tree_mib")),
    ),
    Goal("inventory", "against its requests one after the other: at most 1.3", _at_most(1.3, "ours_s", "sequential_s")),
    Goal("inventory_cached", "against YAML of the same hosts: at most 1.5", _at_most(1.5, "ours_s", "yaml_s")),
    Goal("stream_1g", "against curl: at most 1.5", _at_most(1.5, "ours_s", "curl_s")),
    Goal("stream_1g", f"under {MIB_OF_STREAM} MiB", _below_mib(MIB_OF_STREAM, "peak_mib")),
    Goal("download_1g", "task against curl: at most 1.5", _at_most(1.5, "task_s", "curl_s")),
    Goal("download_1g", f"under {MIB_OF_STREAM} MiB", _below_mib(MIB_OF_STREAM, "peak_mib")),
)


def verdicts(cases: Mapping[str, Json]) -> list[Verdict]:
    """Return the verdicts on the given cases, in the order of the goals."""
    return [goal.verdict(cases[goal.case]) for goal in GOALS if goal.case in cases]
