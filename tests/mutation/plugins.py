# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plugins of pytest that record which lines each test runs, and that run chosen tests in a given order."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Collection, Generator, Sequence
from functools import partial
from types import FrameType
from typing import Any

import pytest

# The lines that a test runs as (file, line), and its processor time in seconds; by the name of the test.
Lines = set[tuple[str, int]]
Traces = dict[str, tuple[Lines, float]]


class Plugin:
    """Notes the first test that fails. Only `Recorder` has traces."""

    def __init__(self) -> None:
        self.failed: str | None = None
        self.traces: Traces = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.failed is None:
            self.failed = report.nodeid


class Recorder(Plugin):
    """Records the lines of some files that each test runs, in all threads."""

    def __init__(self, files: Collection[str]) -> None:
        super().__init__()
        self._files = frozenset(files)
        self._paths: dict[str, str] = {}  # tests import the collection through a link
        self._lines: Lines = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._lines = set()
        started = time.process_time()
        threading.settrace(self._enter)
        sys.settrace(self._enter)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            threading.settrace(None)
            self.traces[item.nodeid] = (self._lines, time.process_time() - started)

    def _enter(self, frame: FrameType, _event: str, _value: object) -> Any:
        file = frame.f_code.co_filename
        if (path := self._paths.get(file)) is None:
            path = self._paths[file] = os.path.realpath(file)
        return partial(self._step, path) if path in self._files else None

    def _step(self, path: str, frame: FrameType, event: str, _value: object) -> Any:
        if event == "line":
            self._lines.add((path, frame.f_lineno))
        return partial(self._step, path)


class Selection(Plugin):
    """Runs only the tests with these names, in their order."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._places = {name: place for place, name in enumerate(names)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self._places), key=lambda item: self._places[item.nodeid]
        )
