# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of the role code_signing with tasks_from remove_certificates: delete certificates by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..module_utils._bitrise.files.modules import BUILD_CERTIFICATE_MODULE
from ..module_utils._core.errors import OptionError
from ..plugin_utils._code_signing.declaration import VARIABLES
from ..plugin_utils._play.action import Json, PlayAction, PlayFailureError
from ..plugin_utils._play.connection import connection_of
from ..plugin_utils._play.evaluation import Evaluator


class ActionModule(PlayAction):
    """Delete certificates of the app of one host. The value of work() is the result of the task."""

    def run(self, tmp: None = None, task_vars: Json | None = None) -> Json:
        answer = super().run(tmp, task_vars)
        return {"failed": True, **answer["failure"]} if answer.get("failure") else answer

    def work(self, options: Mapping[str, Any], task_vars: Json) -> Json:
        del options
        read = VARIABLES.read(task_vars["inventory_hostname"], task_vars, Evaluator(self._loader))
        names, slug = read.values.get("removed_certificates") or [], read.values.get("app_slug")
        # Other problems concern the declaration, which this task does not use.
        problems = [problem for problem in read.problems if "removed_certificates" in problem.text]
        if problems:
            raise OptionError(" ".join(problem.message for problem in problems))
        if names and not slug:
            raise OptionError("code_signing_app_slug is empty, and the host has no bitrise_app_slug.")
        actions: list[Json] = []
        for name in names:
            given = {"app_slug": slug, "name": name, "state": "absent", "duplicates": "remove"}
            result = self.execute(BUILD_CERTIFICATE_MODULE, {**connection_of(read.values), **given}, task_vars)
            actions += result.get("actions") or []
            if result.get("failed"):
                failure = {key: result[key] for key in ("msg", "error", "exception") if result.get(key)}
                raise PlayFailureError({"changed": bool(actions), "actions": actions, **failure})
        deleted = dict.fromkeys(str(action["name"]) for action in actions)
        msg = f"{', '.join(deleted)} deleted" if deleted else ""
        return {"changed": bool(actions), "actions": actions, "msg": msg}
