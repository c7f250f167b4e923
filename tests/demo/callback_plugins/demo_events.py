# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells the demo what happens while a playbook runs: one JSON object a line, into a pipe that the demo reads."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: demo_events
type: notification
short_description: Results of a playbook run as lines of JSON
description:
  - Writes into the file descriptor that the environment variable E(DEMO_EVENTS_FD) names.
requirements:
  - enabled in configuration
"""

# What a result is reduced to: nothing else leaves the run.
KEYS = ("msg", "actions", "files", "diff")


def _part(result: Any, name: str) -> Any:
    """`result`, `host` or `task` of what a callback gets; before ansible-core 2.19 these are private."""
    return getattr(result, name) if hasattr(result, name) else getattr(result, f"_{name}")


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "demo_events"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        descriptor = os.environ.get("DEMO_EVENTS_FD")
        if descriptor is None:
            self.disabled = True
            return
        os.set_inheritable(int(descriptor), False)
        self._pipe = os.fdopen(int(descriptor), "w", encoding="utf-8", buffering=1)

    def _tell_result(self, result: Any, *, failed: bool = False) -> None:
        answer = _part(result, "result")
        if "results" in answer and _part(result, "task").loop is not None:
            # The items of a loop were told one by one.
            return
        event = {
            "host": _part(result, "host").get_name(),
            "failed": failed,
            "result": {key: answer[key] for key in KEYS if key in answer},
        }
        self._pipe.write(json.dumps(event, default=str) + "\n")

    def v2_runner_on_ok(self, result: Any) -> None:
        self._tell_result(result)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        self._tell_result(result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._tell_result(result, failed=not ignore_errors)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        self._tell_result(result, failed=not _part(result, "task").ignore_errors)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._tell_result(result, failed=True)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Tell how many apps the playbook was about: those without a change have no result of their own."""
        totals = stats.custom.get("_run", {})
        self._pipe.write(json.dumps({"host": "", "failed": False, "result": {"apps": totals.get("apps", 0)}}) + "\n")
