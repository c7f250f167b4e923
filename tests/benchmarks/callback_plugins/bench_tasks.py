# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Callback plugin that writes duration and result of each task for the benchmark."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: bench_tasks
type: notification
short_description: Times of tasks as JSON
description:
  - Writes the file that the environment variable E(BENCH_EVENTS) names, at the end of the run.
requirements:
  - enabled in configuration
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "bench_tasks"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._path = os.environ.get("BENCH_EVENTS")
        self.disabled = self._path is None
        self._wants_summary = "BENCH_SUMMARY" in os.environ
        self._tasks: dict[str, dict[str, Any]] = {}
        self._started = 0.0

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        self._started = time.monotonic()

    def v2_runner_on_ok(self, result: Any) -> None:
        self._add_result(result, failed=False)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._add_result(result, failed=not ignore_errors)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._add_result(result, failed=True)

    def _add_result(self, result: Any, *, failed: bool) -> None:
        # ansible-core before 2.19 has only the private names.
        task = getattr(result, "task", None) or result._task
        figures = self._tasks.setdefault(str(task.get_name()), {"changed": 0, "failed": [], "summary": None})
        figures["seconds"] = time.monotonic() - self._started
        figures["changed"] += bool(result.is_changed())
        # Reading the result copies it. For thousands of apps the copy would distort the measurement.
        values = result._result if failed or self._wants_summary else {}
        figures["summary"] = values.get("summary", figures["summary"])
        if failed:
            messages = [item.get("msg") for item in values.get("results", ()) if item.get("failed")]
            figures["failed"].append(str(messages[0] if messages else values.get("msg")))

    def v2_playbook_on_stats(self, stats: Any) -> None:
        Path(str(self._path)).write_text(json.dumps(self._tasks, default=str), encoding="utf-8")
