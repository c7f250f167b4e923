# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of the playbook awx_setup, which validates its variables before the first request to AWX."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils._core.errors import OptionError
from ..plugin_utils._play.evaluation import Evaluator
from ..plugin_utils._play.play_variables import OF_LOOKUP, PlayVariables, names_of_play
from ..plugin_utils._play.variables import Variables

_TEXT: dict[str, Any] = {"type": "str"}
DEFAULTS: dict[str, Any] = {
    "organization": "Default",
    "name": "Code signing",
    "project_branch": "",
    "project_credential": "",
    "folder": "",
    "inventory_file": "fleet.bitrise.yml",
    "image": "",
    "registry_credential": "",
    "vault_credential": "",
    "api_url": "",
    "slices": 1,
    "schedule": "DTSTART;TZID=UTC:20260105T060000 RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=MO",
    "notifications": [],
    "update_secrets": False,
}
# The result contains only whether they are set.
SECRETS = ("api_token", "webhook_url")
VARIABLES = Variables(
    "awx_setup_",
    {
        **{name: _TEXT for name, default in DEFAULTS.items() if isinstance(default, str)},
        "project_url": {"type": "str", "required": True},
        "slices": {"type": "int"},
        "notifications": {"type": "list", "elements": "str"},
        "update_secrets": {"type": "bool"},
        **dict.fromkeys(SECRETS, _TEXT),
        **{name: {"type": "raw"} for name in OF_LOOKUP},
    },
)
MOST_SLICES = 100
# The module that requires the newest version of the collection awx.awx.
NEEDED = "awx.awx.workflow_job_template_node"


class ActionModule(ActionBase):
    """Return the variables without the prefix, with their defaults."""

    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        try:
            PlayVariables(self._task, variables, names_of_play(VARIABLES.prefix)).check_all()
        except OptionError as error:
            raise AnsibleActionFail(error.message) from None
        if self._shared_loader_obj.module_loader.find_plugin(NEEDED) is None:
            raise AnsibleActionFail(
                "This playbook uses the collection awx.awx, which is not installed. Install it with 'ansible-galaxy "
                "collection install awx.awx', or with 'pip install \"ansible>=11,<12\"', which contains it."
            )
        read = VARIABLES.read(str(variables.get("inventory_hostname")), variables, Evaluator(self._loader))
        own = [one for one in read.unknown if one.name.startswith(VARIABLES.prefix)]
        problems = [problem.message for problem in (*read.problems, *(unknown.problem for unknown in own))]
        problems += _mistakes(read.values)
        if problems:
            raise AnsibleActionFail(f"Nothing was changed. {'. '.join(text.rstrip('.') for text in problems)}.")
        warnings = [unknown.problem.message for unknown in read.unknown if unknown not in own]
        warnings += _warnings(read.values)
        if warnings:
            result["warnings"] = warnings
        settings = {name: read.values.get(name, default) for name, default in DEFAULTS.items()}
        result["settings"] = {
            **settings,
            "project_url": read.values["project_url"],
            "prefix": f"{settings['folder'].strip('/')}/".lstrip("/"),
            **{f"has_{name}": name in read.values for name in SECRETS},
        }
        return result


def _warnings(values: Mapping[str, Any]) -> list[str]:
    if not values.get("api_url") or "api_token" in values:
        return []
    text = (
        "awx_setup_api_url has no effect without awx_setup_api_token. Enter the URL in the Bitrise credential in AWX, "
        "together with the token."
    )
    return [text]


def _mistakes(values: Mapping[str, Any]) -> list[str]:
    found = []
    slices = values.get("slices", 1)
    if not 1 <= slices <= MOST_SLICES:
        found.append(f"awx_setup_slices must be between 1 and {MOST_SLICES}, got {slices}")
    for name in ("folder", "inventory_file"):
        path = values.get(name, "")
        if path.startswith("/") or ".." in path.split("/"):
            found.append(f"awx_setup_{name} must be a path inside the project, got {path}")
    schedule = values.get("schedule", DEFAULTS["schedule"])
    if not re.match(r"DTSTART\S* RRULE:\S", schedule):
        found.append(
            "awx_setup_schedule must be a start and a recurrence rule as AWX shows them, such as "
            f"'{DEFAULTS['schedule']}', got '{schedule}'"
        )
    if values.get("registry_credential") and not values.get("image"):
        found.append("awx_setup_registry_credential needs awx_setup_image")
    return found
