# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of the playbook rotate_certificate: summarize the deletion of old certificates in a batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ansible.plugins.action import ActionBase

from ..plugin_utils._code_signing.removal import Removal, absent_names, removal_lines

# Registered by tasks/remove_certificates.yml of the role.
REMOVED = "__code_signing_removed"


class ActionModule(ActionBase):
    """Report the deletions of the batch, and after the last batch the names that no app of the play has."""

    _VALID_ARGS = frozenset(("of",))
    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        # Read directly, because ansible-core would template the results of all hosts.
        validated = variables[str(self._task.args["of"])]
        lines = removal_lines(_removals(validated["batch"], variables), check_mode=bool(self._task.check_mode))
        warnings: list[str] = []
        if validated["is_last"]:
            removals = list(_removals(variables["ansible_play_hosts_all"], variables))
            absent, warnings = absent_names(removals, "rotate_certificate_old")
            lines += absent
        result["changed"] = False
        if not lines and not warnings:
            return {**result, "skipped": True}
        if lines:
            result.update({"msg": lines, "_ansible_verbose_always": True})
        if warnings:
            result["warnings"] = warnings
        return result


def _removals(hosts: Iterable[str], variables: dict[str, Any]) -> Iterator[Removal]:
    hostvars = variables["hostvars"]
    get = getattr(hostvars, "raw_get", hostvars.__getitem__)
    for host in hosts:
        result = get(host).get(REMOVED)
        if result:
            yield Removal.of(str(host), result)
