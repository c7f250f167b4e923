# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparison of contestants that take turns. The result is the median of their rounds."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .measured import Measured

Json = dict[str, Any]


@dataclass(frozen=True)
class Turn:
    """The figures of one contestant in one round."""

    seconds: float
    requests: int | None = None
    peak_mib: float | None = None
    tree_mib: float | None = None
    cpu_seconds: float | None = None
    extra: dict[str, float] = field(default_factory=dict)  # other figures of the turn by name

    @classmethod
    def of(cls, measured: Measured, requests: int | None = None, **extra: float) -> Turn:
        """Return the turn of a measured program."""
        m = measured
        return cls(m.seconds, requests, m.peak_mib, m.tree_mib, m.cpu_seconds, extra)


@dataclass(frozen=True)
class Contestant:
    """One way to do the work of a case. `rounds` limits the rounds of contestants that take minutes."""

    name: str
    turn: Callable[[], Turn]
    rounds: int | None = None

    def takes_part(self, number: int) -> bool:
        return self.rounds is None or number < self.rounds


def compete(contestants: Sequence[Contestant], rounds: int, report_progress: Callable[[str], None]) -> Json:
    """Return the figures of a case. Requests and memory are those of the first contestant, which is ours."""
    turns: dict[str, list[Turn]] = {contestant.name: [] for contestant in contestants}
    for number in range(rounds):
        # Rotate the order, so that no contestant always runs first or after the slowest one.
        start = number % len(contestants)
        for contestant in [*contestants[start:], *contestants[:start]]:
            if contestant.takes_part(number):
                turn = contestant.turn()
                turns[contestant.name].append(turn)
                report_progress(f"round {number + 1} of {rounds}: {contestant.name} {turn.seconds:.2f} s")
    return _figures(turns)


def _figures(turns: dict[str, list[Turn]]) -> Json:
    figures: Json = {}
    ours = next(iter(turns.values()))
    for name, own_turns in turns.items():
        figures[f"{name}_s"] = _median([turn.seconds for turn in own_turns])
        if cpu := [turn.cpu_seconds for turn in own_turns if turn.cpu_seconds is not None]:
            figures[f"{name}_cpu_s"] = _median(cpu)
        if own_turns is not ours and own_turns[0].tree_mib is not None:
            figures[f"{name}_tree_mib"] = max(round(turn.tree_mib or 0, 1) for turn in own_turns)
        for other in own_turns[0].extra:
            figures[other] = _median([turn.extra[other] for turn in own_turns])
    figures["requests"] = ours[0].requests
    for key in ("peak_mib", "tree_mib"):
        values = [value for turn in ours if (value := getattr(turn, key)) is not None]
        if values:
            figures[key] = round(max(values), 1)
    figures["rounds"] = {name: [round(turn.seconds, 3) for turn in own_turns] for name, own_turns in turns.items()}
    return figures


def _median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 4)
