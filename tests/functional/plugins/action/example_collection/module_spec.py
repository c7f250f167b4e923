# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Specification of the example module, with every possible error and with options of every form."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.warnings import deprecate, warn

from ansible_collections.mobileops.ci.plugins.module_utils._core.environment import environment_fallback
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import RejectedError
from ansible_collections.mobileops.ci.plugins.module_utils._core.option_groups import RUN, OptionGroup
from ansible_collections.mobileops.ci.plugins.module_utils._core.plan import Plan
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import ModuleSpec, Outcome, TaskContext


class _Client:
    """The client of run(). The next loop item of the same process sees `closed`."""

    def close(self) -> None:
        pass


def _connect(options: Mapping[str, Any], env: Mapping[str, str]) -> _Client:
    return _Client()


def _run(options: dict[str, Any], client: _Client, context: TaskContext) -> Outcome:
    effect = options["effect"]
    if effect == "refuse":
        raise RejectedError(f"{options['name']} was rejected with {options['token']}", kind="duplicates")
    if effect == "crash":
        raise ZeroDivisionError(f"about {options['name']}")
    if effect == "exit":
        sys.exit(3)
    if effect == "recurse":
        return _run(options, client, context)
    if effect == "sleep":
        time.sleep(30)
    if effect == "warn":
        warn(f"{options['name']} is about to expire")
    if effect == "deprecate":
        deprecate("Things without a size are on their way out", version="9.0.0", collection_name="mobileops.ci")
    options["tags"].append(options["name"])  # must not be seen by the next loop item
    if effect == "report_progress":
        context.report_progress(f"at work on {options['name']}")
    values = {key: value for key, value in options.items() if key not in ("token", "run_in")}
    values["echo"] = f"token {options['token']}!"
    values["check"] = context.check_mode
    values["env"] = context.env.get("PLACE")
    if effect == "return_object":
        values["echo"] = _Client()
    if options["read"]:
        values["text"] = context.read_file(options["read"]).data.decode()
    plan = Plan(before={"name": ""}, after={"name": options["name"]})
    return Outcome({"thing": values}, plan, ("as said",) if effect == "outcome" else ())


SPEC = ModuleSpec(
    name="example",
    options=RUN
    + OptionGroup(
        {
            "name": {
                "type": "str",
                "required": True,
                "aliases": ["title"],
                "deprecated_aliases": [{"name": "title", "version": "9.0.0", "collection_name": "mobileops.ci"}],
            },
            "token": {
                "type": "str",
                "no_log": True,
                "fallback": (environment_fallback, ["EXAMPLE_TOKEN", "OTHER_TOKEN"]),
            },
            "place": {"type": "path", "fallback": (environment_fallback, ["EXAMPLE_PLACE"])},
            "size": {"type": "int", "default": 1},
            "mode": {"type": "str", "choices": ["plain", "signed"]},
            "signer": {"type": "str"},
            "labels": {"type": "dict"},
            "tags": {"type": "list", "elements": "str", "default": ["base"]},
            "limits": {"type": "dict", "options": {"cpu": {"type": "int", "default": 2}}},
            "steps": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "command": {"type": "str", "required": True},
                    "secret": {"type": "str", "no_log": True, "fallback": (environment_fallback, ["STEP_SECRET"])},
                    "files": {"type": "list", "elements": "path"},
                },
            },
            "read": {"type": "path"},
            "effect": {"type": "str"},
        },
        mutually_exclusive=(("labels", "limits"),),
        required_if=(("mode", "signed", ("signer",)),),
    ),
    connect=_connect,
    run=_run,
    requires=(),
    files=("read",),
)
