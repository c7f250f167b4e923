# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report the result of a private action for all hosts: the outcome of one host, or the summary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Read the registered result directly, because ansible-core would template a whole option for each host."""

    _VALID_ARGS = frozenset(("of", "of_localhost", "summary", "warnings"))
    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        registered = self._registered(variables)
        if self._task.args.get("summary"):
            result.update(_summary(registered))
        elif registered["failure"]:
            result.update(failed=True, **registered["failure"])
        else:
            result.update(registered["report"].get(variables["inventory_hostname"]) or {"changed": False})
            if self._task.args.get("warnings") and registered["summary_warnings"]:
                result["warnings"] = list(registered["summary_warnings"])
        return result

    def _registered(self, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        name, of_localhost = self._task.args.get("of"), self._task.args.get("of_localhost")
        if of_localhost:
            # hostvars[...] would template the outcomes of all hosts for each host.
            hostvars = variables["hostvars"]
            get = getattr(hostvars, "raw_get", hostvars.__getitem__)
            found: Mapping[str, Any] = get("localhost")[of_localhost]
            return found
        return variables[str(name)]  # type: ignore[no-any-return]


def _summary(registered: Mapping[str, Any]) -> dict[str, Any]:
    if not registered["summary"]:
        return {"changed": False, "skipped": True}
    result: dict[str, Any] = {"changed": False, "msg": list(registered["summary"]), "_ansible_verbose_always": True}
    if registered["summary_warnings"]:
        result["warnings"] = list(registered["summary_warnings"])
    return result
