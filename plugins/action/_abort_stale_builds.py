# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of the playbook abort_stale_builds, which processes all apps of the play in one task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..module_utils._bitrise.builds.runs import PIPELINE
from ..module_utils._bitrise.builds.stale import (
    BUILD_ABORT_STALE,
    HOURS,
    STALE,
    checked_hours,
)
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
from ..plugin_utils._play.causes import Problem
from ..plugin_utils._play.play_variables import names_of_play

# Options of the module, by the shorter names of variables.
_OPTIONS = {
    "hours": "hours",
    "hold_hours": "hold_hours",
    "reason": "reason",
    "with_success": "abort_with_success",
    "skip_notifications": "skip_notifications",
    "wait": "wait",
}
_OF_TASK = ("concurrency", "wait_timeout")
VARIABLES = app_variables(
    "abort_stale_builds_",
    {
        # _check_hours() checks them, because text such as "1e9" is a number too.
        **{name: {"type": "raw"} for name in HOURS},
        **{
            variable: {key: value for key, value in STALE.argument_spec[option].items() if key != "default"}
            for variable, option in _OPTIONS.items()
            if option not in HOURS
        },
        **{name: {"type": STALE.argument_spec[name]["type"]} for name in _OF_TASK},
    },
)


class ActionModule(AppsAction):
    variables = VARIABLES
    of_play = names_of_play(VARIABLES.prefix)

    def work(self, options: Mapping[str, Any], task_vars: Json) -> Json:
        hosts = self.read_hosts(options, task_vars)
        if hosts is None:
            return self.alone()
        self.require_apps(hosts)
        _check_hours(hosts)
        if not hosts.reads:
            return play_result(failure=hosts.failure("No build was aborted."))
        for read in hosts.reads:
            read.values.update({option: read.values[name] for name, option in _OPTIONS.items() if name in read.values})
            read.names.update({option: read.names[name] for name, option in _OPTIONS.items() if name in read.names})
        results = self.execute_for(
            BUILD_ABORT_STALE,
            hosts,
            common(hosts.reads, _OF_TASK),
            task_vars,
            each=tuple(_OPTIONS.values()),
        )
        return self._result(hosts, {slug: app for result in results for slug, app in result["apps"].items()})

    def _result(self, hosts: Hosts, apps: Mapping[str, Json]) -> Json:
        done = "would abort" if self._task.check_mode else "aborted"
        errors, causes = errors_of(hosts.reads, apps)
        report = {**hosts.failed(), **errors}
        failed = list(report)
        lines: list[str] = []
        changed: list[str] = []
        undated: list[str] = []
        for read in hosts.reads:
            app = apps[read.values[APP_SLUG]]
            builds = [_name_of(action) for action in app["actions"]]
            undated += [f"{read.host} {label}" for label in app["undated"]]
            if builds:
                changed.append(read.host)
                text = f"{done} {plural(len(builds), 'build')}: {name_some(builds)}"
                lines.append(f"{read.host}: {text}")
                report[read.host] = {
                    "msg": text,
                    **report.get(read.host, {}),
                    "changed": True,
                    "actions": app["actions"],
                }
                if self._task.diff:
                    report[read.host]["diff"] = app["diff"]
        number = len(hosts.reads) + len(hosts.failed())
        aborted = sum(len(app["actions"]) for app in apps.values())
        unfinished = plural(sum(app["builds"] for app in apps.values()), "unfinished build")
        total = f"{plural(number, 'app')} with {unfinished}: {done} {aborted}, {plural(len(failed), 'app')} failed."
        warnings = [f"{read.host}: {text}" for read in hosts.reads for text in apps[read.values[APP_SLUG]]["warnings"]]
        if undated:
            warnings.append(
                "Not aborted, because Bitrise does not report since when they run or wait: " + name_some(undated)
            )
        stats = {
            "apps": number,
            "changed": len(changed),
            "failed": len(failed),
            "failed_apps": failed,
            "aborted_builds": aborted,
        }
        return play_result(
            report,
            summary=[*hosts.messages, *causes, *lines, total],
            stats=stats,
            warnings=[*hosts.warnings, *warnings],
        )


def _name_of(action: Mapping[str, Any]) -> str:
    name = str(action["name"] or action["slug"])
    return f"{action['kind']} {name}" if action["kind"] == PIPELINE else name


def _check_hours(hosts: Hosts) -> None:
    for read in hosts.reads:
        for name in HOURS:
            if name in read.values:
                try:
                    read.values[name] = checked_hours(f"{VARIABLES.prefix}{name}", read.values[name])
                except OptionError as error:
                    hosts.reject(read.host, Problem(error.message))
