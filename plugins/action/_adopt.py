# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of the playbook adopt, which writes the declarations of all apps of the play in one task."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..module_utils._bitrise.adopt.code_signing_export import CODE_SIGNING_EXPORT, EXPORT
from ..module_utils._bitrise.adopt.declaration import VARIABLES as DECLARING
from ..module_utils._core.errors import OptionError
from ..module_utils._core.text import name_some, plural
from ..plugin_utils._play.action import Json, play_result
from ..plugin_utils._play.apps import (
    APP_SLUG,
    AppsAction,
    Hosts,
    app_variables,
    common,
    errors_of,
)
from ..plugin_utils._play.connection import as_variables
from ..plugin_utils._play.lists import is_blank
from ..plugin_utils._play.play_variables import names_of_play
from ..plugin_utils._play.variables import Read

_FILES_NAMED = 5
_HOSTS_NAMED = 3
_OF_TASK = ("dest", "force", "concurrency")
_COMMON = app_variables("adopt_", as_variables(EXPORT, "apps", "groups"))
VARIABLES = replace(
    _COMMON,
    instead={
        **_COMMON.instead,
        APP_SLUG: ("code_signing_app_slug", "bitrise_app_slug"),
        "concurrency": ("code_signing_concurrency",),
    },
)


class ActionModule(AppsAction):
    variables = VARIABLES
    of_play = names_of_play(VARIABLES.prefix)

    def add_values(self, read: Read, variables: Mapping[str, Any]) -> None:
        read.values["host"] = read.host
        read.values["declares"] = [
            name for name in DECLARING.values() if not is_blank(variables.get(name)) and variables[name] != []
        ]

    def work(self, options: Mapping[str, Any], task_vars: Json) -> Json:
        hosts = self.read_hosts(options, task_vars)
        if hosts is None:
            return self.alone()
        without_app = [read.host for read in hosts.reads if APP_SLUG not in read.values]
        for host in without_app:
            hosts.pass_over(host)
        if not hosts.reads:
            if not hosts.problems:
                raise OptionError(
                    "Nothing was written. No host has an app: adopt_app_slug and bitrise_app_slug are not set."
                )
            return play_result(failure=hosts.failure("Nothing was written."))
        given = common(hosts.reads, _OF_TASK)
        given["dest"] = _folder(given.get("dest"), task_vars)
        given["groups"] = {str(name): [str(host) for host in of_it] for name, of_it in task_vars["groups"].items()}
        each = ("host", "declares")
        results = self.execute_for(CODE_SIGNING_EXPORT, hosts, given, task_vars, each=each)
        return self._result(hosts, without_app, results)

    def _result(self, hosts: Hosts, without_app: Sequence[str], results: Sequence[Json]) -> Json:
        apps = {slug: app for result in results for slug, app in result["apps"].items()}
        errors, causes = errors_of(hosts.reads, apps)
        report = {**hosts.failed(), **errors}
        failed = list(report)
        changed = []
        done = "would write" if self._task.check_mode else "wrote"
        for read in hosts.reads:
            app = apps[read.values[APP_SLUG]]
            if app["changed"]:
                changed.append(read.host)
                result = {"msg": f"{done} {plural(len(app['actions']), 'file')}", "path": app["path"]}
                report[read.host] = {**result, **report.get(read.host, {}), "changed": True}
                if self._task.diff:
                    report[read.host]["diff"] = {
                        "before": "",
                        "after": "".join(f"{path}\n" for path in app["diff"]["after"]),
                    }
        groups = {name: group for result in results for name, group in result["groups"].items()}
        lines = [f"Declared once, for group {name}: {', '.join(group['variables'])}" for name, group in groups.items()]
        notes = [note for result in results for note in result["notes"]]
        files = sum(result["summary"]["files"] for result in results)
        shared = sum(result["summary"]["shared_files"] for result in results)
        number = len(hosts.reads) + len(hosts.failed())
        total = (
            f"{plural(number, 'app')}: {done} declarations of {len(changed)}, with {plural(files, 'file')}, of which "
            f"{shared} shared; {number - len({*changed, *failed})} had a declaration, {len(failed)} failed."
        )
        if without_app:
            total += f" Not an app: {name_some(without_app)}."
        stats = {
            "apps": number,
            "changed": len(changed),
            "failed": len(failed),
            "failed_apps": failed,
            "files": files,
            "shared_files": shared,
        }
        return play_result(
            report,
            summary=[*hosts.messages, *causes, *lines, *map(_note_line, notes), total],
            stats=stats,
            warnings=[
                *hosts.warnings,
                *dict.fromkeys(text for result in results for text in result.get("warnings", ())),
            ],
        )


def _folder(dest: str | None, task_vars: Mapping[str, Any]) -> str:
    """Return the folder to write to. A relative path starts in the current folder of ansible-playbook."""
    folder = dest or task_vars.get("inventory_dir")
    # ansible-core may set it to the text "None".
    if not folder or not (dest or os.path.isabs(str(folder))):
        raise OptionError("adopt_dest is required, because the inventory is not in a folder.")
    return os.path.abspath(os.path.expanduser(os.path.expandvars(str(folder))))


def _note_line(note: Mapping[str, Any]) -> str:
    """Return one line about a cause, with the files and apps that it concerns."""
    files = [f"{file} ({name_some(hosts, _HOSTS_NAMED)})" for file, hosts in note["files"].items()]
    return f"{note['cause']} [{name_some(files, _FILES_NAMED)}]"
