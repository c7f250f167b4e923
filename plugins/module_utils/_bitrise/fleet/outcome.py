# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_code_signing_outcome: one app's part of what a fleet task has returned, as a task's result of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ansible_collections.mobileops.ci.plugins.module_utils._entry import Entry, Outcome, TaskContext
from ansible_collections.mobileops.ci.plugins.module_utils._errors import CiError, OptionError
from ansible_collections.mobileops.ci.plugins.module_utils._options import RUN, OptionGroup
from ansible_collections.mobileops.ci.plugins.module_utils._plan import Action, Plan

OUTCOME = OptionGroup({"outcome": {"type": "dict", "required": True}})


@dataclass(frozen=True)
class _Reported(Action):
    """An action that another task has carried out."""

    action: ClassVar[str] = "reported"
    entry: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        return dict(self.entry)


def _no_client(_options: Mapping[str, Any], _env: Mapping[str, str]) -> None:
    """Nothing is asked of the service."""


def _run(options: dict[str, Any], _client: None, _context: TaskContext) -> Outcome:
    outcome = options["outcome"]
    error = outcome.get("error")
    actions, diff = outcome.get("actions") or [], outcome.get("diff") or {}
    if not isinstance(error, (Mapping, type(None))) or not isinstance(actions, list) or not isinstance(diff, Mapping):
        raise OptionError(
            "outcome: this is not an entry of what mobileops.ci.bitrise_code_signing or "
            "mobileops.ci.bitrise_code_signing_export returns in apps."
        )
    plan = Plan(
        tuple(_Reported(action) for action in actions), before=diff.get("before") or {}, after=diff.get("after") or {}
    )
    return Outcome({"files": outcome.get("files") or []}, plan, error=_error(error) if error else None)


def _error(error: Mapping[str, Any]) -> CiError:
    details = {name: error.get(name) for name in ("kind", "status", "method", "path", "request_id")}
    return CiError(str(error.get("msg") or "The task failed for this app."), **details)


CODE_SIGNING_OUTCOME = Entry("bitrise_code_signing_outcome", RUN + OUTCOME, _no_client, _run, requires=())
