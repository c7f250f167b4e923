# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Callback plugin that reports the results of a playbook run to the demo, as one JSON object per line."""

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

# The keys of a result that are reported. All other values stay in the run.
KEYS = ("msg", "actions", "files", "diff")


def _part(result: Any, name: str) -> Any:
    """Return `result`, `host` or `task` of a callback's argument. Before ansible-core 2.19 they are private."""
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

    def _write_result(self, result: Any, *, failed: bool = False) -> None:
        values = _part(result, "result")
        if "results" in values and _part(result, "task").loop is not None:
            # The results of the loop items have already been written.
            return
        event = {
            "host": _part(result, "host").get_name(),
            "failed": failed,
            "result": {key: values[key] for key in KEYS if key in values},
        }
        self._pipe.write(json.dumps(event, default=str) + "\n")

    def v2_runner_on_ok(self, result: Any) -> None:
        self._write_result(result)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        self._write_result(result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._write_result(result, failed=not ignore_errors)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        self._write_result(result, failed=not _part(result, "task").ignore_errors)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._write_result(result, failed=True)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Write the number of apps of the playbook. Apps without a change have no result of their own."""
        totals = stats.custom.get("_run", {})
        self._pipe.write(json.dumps({"host": "", "failed": False, "result": {"apps": totals.get("apps", 0)}}) + "\n")
