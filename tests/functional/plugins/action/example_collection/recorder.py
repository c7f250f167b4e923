# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Callback plugin that records the results of tasks as every callback gets them."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

EVENTS = ("ok", "failed", "skipped", "unreachable", "item_on_ok", "item_on_failed", "item_on_skipped", "retry")


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "recorder"


def _recording(event: str) -> Any:
    def record(self: CallbackModule, result: Any, **_more: Any) -> None:
        # Public attributes since ansible-core 2.20, private ones before.
        task, host, values = (
            getattr(result, name, None) or getattr(result, f"_{name}") for name in ("task", "host", "result")
        )
        line = json.dumps([event, host.get_name(), task.get_name(), values], default=repr)
        with open(os.environ["RECORD"], "a", encoding="utf-8") as file:  # noqa: PTH123
            file.write(line + "\n")

    return record


for _event in EVENTS:
    _name = f"v2_runner_{_event}" if _event.startswith(("item", "retry")) else f"v2_runner_on_{_event}"
    setattr(CallbackModule, _name, _recording(_event))
