# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contestants take turns; what counts is the median of their rounds."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .measured import Measured

Json = dict[str, Any]


@dataclass(frozen=True)
class Turn:
    """What one contestant needed in one round."""

    seconds: float
    requests: int | None = None
    peak_mib: float | None = None
    tree_mib: float | None = None
    cpu_seconds: float | None = None
    more: dict[str, float] = field(default_factory=dict)  # other figures of that turn, by the name they are given

    @classmethod
    def of(cls, measured: Measured, requests: int | None = None, **more: float) -> Turn:
        """A turn that was a whole program."""
        m = measured
        return cls(m.seconds, requests, m.peak_mib, m.tree_mib, m.cpu_seconds, more)


@dataclass(frozen=True)
class Contestant:
    """`rounds`: how often at most; for those that take minutes."""

    name: str
    turn: Callable[[], Turn]
    rounds: int | None = None

    def takes_part(self, number: int) -> bool:
        return self.rounds is None or number < self.rounds


def compete(contestants: Sequence[Contestant], rounds: int, say: Callable[[str], None]) -> Json:
    """The figures of a case. Requests and memory are those of the first contestant, which is ours."""
    turns: dict[str, list[Turn]] = {contestant.name: [] for contestant in contestants}
    for number in range(rounds):
        # Nobody is always the first one, or the one after the slowest.
        start = number % len(contestants)
        for contestant in [*contestants[start:], *contestants[:start]]:
            if contestant.takes_part(number):
                turn = contestant.turn()
                turns[contestant.name].append(turn)
                say(f"round {number + 1} of {rounds}: {contestant.name} {turn.seconds:.2f} s")
    return _figures(turns)


def _figures(turns: dict[str, list[Turn]]) -> Json:
    figures: Json = {}
    ours = next(iter(turns.values()))
    for name, taken in turns.items():
        figures[f"{name}_s"] = _median([turn.seconds for turn in taken])
        if cpu := [turn.cpu_seconds for turn in taken if turn.cpu_seconds is not None]:
            figures[f"{name}_cpu_s"] = _median(cpu)
        if taken is not ours and taken[0].tree_mib is not None:
            figures[f"{name}_tree_mib"] = max(round(turn.tree_mib or 0, 1) for turn in taken)
        for other in taken[0].more:
            figures[other] = _median([turn.more[other] for turn in taken])
    figures["requests"] = ours[0].requests
    for key in ("peak_mib", "tree_mib"):
        found = [value for turn in ours if (value := getattr(turn, key)) is not None]
        if found:
            figures[key] = round(max(found), 1)
    figures["rounds"] = {name: [round(turn.seconds, 3) for turn in taken] for name, taken in turns.items()}
    return figures


def _median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 4)
