# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of the role code_signing_report: inspect all apps, write the report, fail for selected findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from ..module_utils._bitrise.inspection.code_signing_info import (
    CODE_SIGNING_INFO,
    INSPECTION,
)
from ..module_utils._core.errors import OptionError
from ..module_utils._core.text import name_some, plural
from ..plugin_utils._play.action import (
    Json,
    PlayAction,
    PlayFailureError,
    play_result,
)
from ..plugin_utils._play.connection import (
    CONNECTION,
    as_variables,
    connection_of,
)
from ..plugin_utils._play.evaluation import EvaluationError, Evaluator
from ..plugin_utils._play.hosts import raw_variables
from ..plugin_utils._play.play_variables import names_of_play
from ..plugin_utils._play.variables import Read, Variables
from ..plugin_utils._report.formats import FORMATS
from ..plugin_utils._report.words import REPORTED_FINDINGS
from ..plugin_utils._report.writing import Report, Written

UNREADABLE = "unreadable"
FINDING_NAMES = (*(finding.name for finding in REPORTED_FINDINGS), UNREADABLE)
NAMED_IN_STATS = 100
# An empty string means no link, not the default.
_MAY_BE_EMPTY = ("app_url",)
_OF_APP = ("bitrise_app_slug", "bitrise_title")
_OWNER = "bitrise_owner"
_INSPECTION_OPTIONS = ("kinds", "expires_within", "concurrency")

VARIABLES = Variables(
    "code_signing_report_",
    {
        **{one.name: {"type": "raw" if one.name.endswith("mode") else "str"} for one in fields(Report)},
        "formats": {"type": "list", "elements": "str", "choices": list(FORMATS)},
        **as_variables(INSPECTION, "apps", "digest_cache"),
        "fail_on": {"type": "list", "elements": "str", "choices": list(FINDING_NAMES)},
        "apps": {"type": "list", "elements": "raw"},
        "allow_empty": {"type": "bool"},
        **CONNECTION,
        # The role registers it.
        "result": {"type": "raw"},
    },
    instead={"allow_empty": ("report_allow_empty",), **{name: (f"code_signing_{name}",) for name in CONNECTION}},
)


class ActionModule(PlayAction):
    """Report on the apps of all hosts of the play. The host of this task provides the variables.

    `playbook` is the prefix of the variables of the playbook of this collection that runs the role.
    """

    own = frozenset({"playbook"})

    def work(self, options: Mapping[str, Any], task_vars: Json) -> Json:
        if options.get("playbook"):
            self.of_play = names_of_play(f"{options['playbook']}_")
            self.play_variables(task_vars).check_all()
        evaluator = Evaluator(self._loader)
        read = _read(task_vars, evaluator)
        values = read.values
        report = Report(**{one.name: values[one.name] for one in fields(Report) if one.name in values})
        report.check()
        apps = values.get("apps") or _apps_of_hosts(task_vars, evaluator)
        inspection = {name: values[name] for name in _INSPECTION_OPTIONS if name in values}
        given = {**connection_of(values), **inspection, **({"apps": apps} if apps else {})}
        found = self.execute(CODE_SIGNING_INFO, given, task_vars, variables={**VARIABLES.names, **read.names})
        if found.get("failed"):
            raise PlayFailureError({key: found[key] for key in ("msg", "error", "exception") if key in found})
        if not found["apps"] and not values.get("allow_empty"):
            raise OptionError(
                "There is no app to report on: no host has bitrise_app_slug, and the token can access no app. No "
                "report was written. To accept that, set code_signing_report_allow_empty: true."
            )
        check_mode = bool(self._task.check_mode)
        today = dt.datetime.now(dt.timezone.utc).date().isoformat()
        written = report.write(found, today, check_mode=check_mode)
        found["warnings"] = [
            *(problem.message for problem in read.suspected),
            *(found.get("warnings") or ()),
            *written.warnings,
        ]
        return self._result(found, report, written, values.get("fail_on") or [], task_vars)

    def _result(self, found: Json, report: Report, written: Written, fail_on: Sequence[str], task_vars: Json) -> Json:
        changed = written.changed
        result: Json = {
            "changed": bool(changed),
            "summary": found["summary"],
            "files": list(changed),
            "answer": written.answer,
        }
        failing = [name for name in fail_on if written.findings[name]]
        if failing:
            place = f"The report is in {report.folder}."
            result["msg"] = " ".join([*(_sentence(name, written.findings[name]) for name in failing), place])
        counted = ", ".join(f"{number} {name}" for name, number in written.counts.items() if number) or "no findings"
        state = "is unchanged" if not changed else "would be written" if self._task.check_mode else "is written"
        line = f"{plural(len(found['apps']), 'app')}: {counted}. The report in {report.folder} {state}."
        stats = {
            "apps": len(found["apps"]),
            "findings": {
                name: {"count": len(entries), "names": [_name(entry) for entry in entries[:NAMED_IN_STATS]]}
                for name, entries in written.findings.items()
            },
        }
        return play_result(
            {str(task_vars["inventory_hostname"]): result},
            summary=[written.answer, line],
            stats=stats,
            warnings=[str(text) for text in found["warnings"]],
            failure=result if failing else None,
        )


def _read(task_vars: Json, evaluator: Evaluator) -> Read:
    """Return the variables of the role. Raise an OptionError with all mistakes."""
    read: Read = VARIABLES.read(str(task_vars["inventory_hostname"]), task_vars, evaluator)
    if read.problems:
        messages = [problem.message for problem in read.problems]
        raise OptionError(f"No report was written. {' '.join(messages)}")
    for name in _MAY_BE_EMPTY:
        if name not in read.values and isinstance(task_vars.get(f"{VARIABLES.prefix}{name}"), str):
            read.values[name] = ""
    return read


def _apps_of_hosts(task_vars: Json, evaluator: Evaluator) -> list[Json]:
    """Return the apps of all hosts of the play, each once. The last of several hosts provides the title."""
    apps = {}
    for host in task_vars["ansible_play_hosts_all"]:
        variables = raw_variables(host, task_vars)
        evaluator.use(variables)
        try:
            slug, title = (evaluator.value(variables.get(name), {"type": "str"}) for name in _OF_APP)
        except EvaluationError as error:
            raise OptionError(f"No report was written. {_OF_APP[0]} of host {host}: {error}.") from None
        if isinstance(slug, str) and slug.strip():
            app = {"app_slug": slug.strip(), "title": str(title or host)}
            apps[app["app_slug"]] = {**app, **_owner(variables.get(_OWNER), evaluator)}
    return list(apps.values())


def _owner(raw: Any, evaluator: Evaluator) -> Json:
    """Return the option owner of an app, or an empty dictionary if the inventory does not contain it."""
    try:
        owner = evaluator.value(raw, {"type": "dict"})
    except EvaluationError:
        return {}
    name = owner.get("name") if isinstance(owner, Mapping) else None
    return {"owner": str(name)} if name else {}


def _name(entry: Mapping[str, Any]) -> str:
    app = entry.get("app_title") or entry["app_slug"]
    return f"{app}: {entry['name']}" if "name" in entry else str(app)


def _sentence(name: str, entries: Sequence[Mapping[str, Any]]) -> str:
    reasons = [f"{_name(entry)} ({entry['reason'].rstrip('.')})" for entry in entries]
    return f"{len(entries)} {name}: {name_some(reasons)}."
