# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of the role code_signing with tasks_from remove_certificates: delete certificates by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..module_utils._bitrise.files.file_modules import BUILD_CERTIFICATE_INFO, BUILD_CERTIFICATE_MODULE
from ..module_utils._core.errors import OptionError
from ..module_utils._core.text import plural
from ..plugin_utils._code_signing.declaration import LISTS, PREFIX, VARIABLES, names_of
from ..plugin_utils._code_signing.removal import deleted_names, others_of
from ..plugin_utils._play.action import Json, PlayAction, PlayFailureError
from ..plugin_utils._play.connection import CONNECTION, connection_of
from ..plugin_utils._play.evaluation import Evaluator

# Variables by option. The others are options of one certificate.
OF_CONNECTION = {name: f"{PREFIX}{name}" for name in CONNECTION}


class ActionModule(PlayAction):
    """Delete certificates of the app of one host. The value of work() is the result of the task."""

    def run(self, tmp: None = None, task_vars: Json | None = None) -> Json:
        result = super().run(tmp, task_vars)
        return {"failed": True, **result["failure"]} if result.get("failure") else result

    def work(self, options: Mapping[str, Any], task_vars: Json) -> Json:
        del options
        read = VARIABLES.read(task_vars["inventory_hostname"], task_vars, Evaluator(self._loader))
        names, slug = read.values.get("removed_certificates") or [], read.values.get("app_slug")
        # This task does not use the declared files.
        problems = [problem for problem in read.problems if problem.option not in LISTS]
        if problems:
            raise OptionError(" ".join(problem.message for problem in problems))
        if names and not slug:
            raise OptionError("code_signing_app_slug is empty, and the host has no bitrise_app_slug.")
        connection = connection_of(read.values)
        actions: list[Json] = []
        absent = []
        for name in names:
            given = {"app_slug": slug, "name": name, "state": "absent", "duplicates": "remove"}
            options = {**connection, **given}
            deletion = self.execute(BUILD_CERTIFICATE_MODULE, options, task_vars, variables=OF_CONNECTION)
            of_name = deletion.get("actions") or []
            actions += of_name
            if deletion.get("failed"):
                failure = {key: deletion[key] for key in ("msg", "error", "exception") if deletion.get(key)}
                raise PlayFailureError({"changed": bool(actions), "actions": actions, **failure})
            if not deleted_names(of_name):
                absent.append(name)
        deleted = list(dict.fromkeys(deleted_names(actions)))
        verb = "would be deleted" if self._task.check_mode else "deleted"
        result: Json = {
            "changed": bool(actions),
            "actions": actions,
            "msg": f"{', '.join(deleted) or plural(len(actions), 'leftover')} {verb}" if actions else "",
            "absent": absent,
            "others": [],
        }
        if absent:
            listed = self.execute(BUILD_CERTIFICATE_INFO, {**connection, "app_slug": slug}, task_vars)
            declared = names_of(read.values.get("certificates") or ())
            result["others"] = others_of(listed.get("build_certificates") or (), [*names, *declared])
        if deleted and self._task.diff:
            host = str(task_vars["inventory_hostname"])
            result["diff"] = {"prepared": "".join(f"{line}\n" for line in (host, *(f"  - {name}" for name in deleted)))}
        return result
