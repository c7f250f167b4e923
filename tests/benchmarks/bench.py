# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment of a case: its folder, rounds, sizes, emulator and controller."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.emulator.process import Emulator

from .controller import Controller

LATENCY_MS = 50.0

Json = dict[str, Any]


@dataclass(frozen=True)
class Bench:
    """Settings of a run. A `scale` below 1 shrinks all sizes to try a case out; such figures are meaningless."""

    folder: Path
    rounds: int
    scale: float
    report_progress: Callable[[str], None]

    def size(self, full: int) -> int:
        return max(2, round(full * self.scale))

    @contextlib.contextmanager
    def emulator(self, latency_ms: float = LATENCY_MS) -> Iterator[Emulator]:
        """Run an emulator in its own process that delays each response by the latency."""
        with Emulator("empty", idle=None, latency_ms=latency_ms) as emulator:
            yield emulator

    def controller(self, name: str) -> Controller:
        folder = self.folder / name
        folder.mkdir(mode=0o700)
        return Controller(folder)


def span_of(log: Sequence[Mapping[str, Any]]) -> float:
    """Return the seconds from the first request to the last response in the emulator's log."""
    return float(max(entry["at"] + entry["seconds"] for entry in log) - log[0]["at"]) if log else 0.0


Case = Callable[[Bench], Json]
