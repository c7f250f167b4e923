# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Selects the tests that can notice a mutant, because they run its lines. Those that fail soonest come first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from .child import Usage
from .plugins import Traces


class RecordedTests:
    """The tests of a room, with the lines that each ran without a mutant, and what all of them used together."""

    def __init__(self, traces: Traces, used: Usage) -> None:
        self._traces = traces
        self._waited_s = used.waited_s
        self._startup_s = max(0.0, used.cpu_s - sum(cpu_s for _lines, cpu_s in traces.values()))
        self._found: Counter[str] = Counter()

    def that_run(self, file: str, lines: Iterable[int]) -> list[str]:
        """Return the names of the tests that ran one of these lines, ordered."""
        in_file = {(file, line) for line in lines}
        return self._ordered(name for name, (ran, _cpu_s) in self._traces.items() if ran & in_file)

    def all(self) -> list[str]:
        """Return the names of all tests, ordered."""
        return self._ordered(self._traces)

    def note_failure(self, name: str) -> None:
        """Run this test earlier from now on: a test that noticed one mutant often notices the next one too."""
        self._found[name] += 1

    def limit(self, names: Iterable[str]) -> Usage:
        """Return what these tests may use with a mutant."""
        return Usage(self._startup_s + sum(self._traces[name][1] for name in names), self._waited_s).limit()

    def _ordered(self, names: Iterable[str]) -> list[str]:
        """Order tests by how many mutants they have noticed, and fast ones before slow ones."""
        return sorted(names, key=lambda name: (-self._found[name], self._traces[name][1]))


def files_of(names: Sequence[str]) -> list[str]:
    """Return the files of tests, each once."""
    return list(dict.fromkeys(name.partition("::")[0] for name in names))
