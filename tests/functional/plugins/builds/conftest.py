# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One app with builds, tasks about them, and a clock that advances only while a task waits."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core import polling as waiting
from ansible_collections.mobileops.ci.plugins.module_utils._http.service_client import ServiceClient
from tests.helpers.service import Service
from tests.helpers.tasks import Tasks

from .app import AppWithBuilds


class Clock:
    """Time for task and service alike."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.seconds = 0.0
        self.pauses: list[float] = []

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        if seconds:
            self.pauses.append(seconds)
            self.seconds += seconds
            self._service.emulator.advance(seconds)


@pytest.fixture(autouse=True)
def clock(service: Service, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(service)
    monkeypatch.setattr(waiting, "now", clock.now)
    monkeypatch.setattr(ServiceClient, "sleep", lambda _client, seconds: clock.sleep(seconds))
    return clock


@pytest.fixture
def app(service: Service, tasks: Tasks) -> AppWithBuilds:
    return AppWithBuilds(service, tasks)


@pytest.fixture
def progress(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the progress messages of tasks."""
    lines: list[str] = []

    def context(*arguments: Any, **keywords: Any) -> Any:
        return real(*arguments, **{**keywords, "report_progress": lines.append})

    from tests.helpers import tasks as helpers

    real = helpers.TaskContext
    monkeypatch.setattr(helpers, "TaskContext", context)
    return lines
