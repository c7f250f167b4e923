# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of the role artifact_retention, which processes all apps of the play in one task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..module_utils._bitrise.artifacts.artifact_options import PATTERNS, RETENTION, RULES_OF_APP
from ..module_utils._bitrise.artifacts.retention import ARTIFACT_RETENTION
from ..module_utils._bitrise.artifacts.retention_plan import TOTAL, described
from ..module_utils._core.text import plural
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
from ..plugin_utils._play.play_variables import names_of_play

_OPTIONS = as_variables(RETENTION, APP_SLUG, "apps")
VARIABLES = app_variables(
    "artifact_retention_",
    {
        **_OPTIONS,
        "older_than_days": {**_OPTIONS["older_than_days"], "required": True},
        # The role registers it.
        "result": {"type": "raw"},
    },
)
_TOTALS = ("artifacts", "deleted", "unpublished", "freed_bytes")
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


class ActionModule(AppsAction):
    variables = VARIABLES
    of_play = names_of_play(VARIABLES.prefix)

    def work(self, options: Mapping[str, Any], task_vars: Json) -> Json:
        hosts = self.read_hosts(options, task_vars)
        if hosts is None:
            return self.alone()
        self.require_apps(hosts)
        if not hosts.reads:
            return play_result(failure=hosts.failure("No artifact was changed."))
        results = self.execute_for(
            ARTIFACT_RETENTION, hosts, common(hosts.reads, ("concurrency",)), task_vars, each=RULES_OF_APP
        )
        apps = {slug: app for result in results for slug, app in result["apps"].items()}
        return self._result(hosts, apps, [text for result in results for text in result.get("warnings") or ()])

    def _result(self, hosts: Hosts, apps: Mapping[str, Json], of_tasks: Sequence[str]) -> Json:
        check_mode = self._task.check_mode
        errors, causes = errors_of(hosts.reads, apps)
        report = {**hosts.failed(), **errors}
        failed = list(report)
        lines: list[str] = []
        changed: list[str] = []
        warnings: list[str] = []
        for read in hosts.reads:
            app = apps[read.values[APP_SLUG]]
            warnings += [f"{read.host}: {text}" for text in app["warnings"]]
            if app["changed"]:
                changed.append(read.host)
                text = _counts_text(app["summary"], check_mode=check_mode)
                lines.append(f"{read.host}: {text}")
                report[read.host] = {
                    "msg": text,
                    **report.get(read.host, {}),
                    "changed": True,
                    "summary": app["summary"],
                    "actions": app["actions"],
                }
                if self._task.diff:
                    report[read.host]["diff"] = _short(app["diff"])
        totals = {name: sum(app["summary"][name] for app in apps.values()) for name in _TOTALS}
        number = len(hosts.reads) + len(hosts.failed())
        total = (
            f"{plural(number, 'app')} with {plural(totals['artifacts'], 'artifact')}: "
            f"{_counts_text(totals, check_mode=check_mode)}, {plural(len(failed), 'app')} failed."
        )
        stats = {"apps": number, "changed": len(changed), "failed": len(failed), "failed_apps": failed, **totals}
        return play_result(
            report,
            summary=[*hosts.messages, *causes, *lines, total],
            stats=stats,
            warnings=[*hosts.warnings, *_pattern_warnings(of_tasks), *warnings],
        )


def _pattern_warnings(warnings: Sequence[str]) -> Iterator[str]:
    """Yield the warnings about patterns, with variables instead of options. Hosts have the other warnings."""
    for text in dict.fromkeys(warnings):
        option, _colon, rest = text.partition(": ")
        if option in PATTERNS:
            yield f"{VARIABLES.prefix}{option}: {rest}"


def _counts_text(summary: Mapping[str, int], *, check_mode: bool) -> str:
    """Return the counts of deleted and unpublished artifacts as a part of a sentence."""
    parts = []
    if summary["deleted"] or not summary["unpublished"]:
        parts.append(
            f"{'would delete' if check_mode else 'deleted'} {summary['deleted']} ({_size(summary['freed_bytes'])})"
        )
    if summary["unpublished"]:
        parts.append(f"{'would unpublish' if check_mode else 'unpublished'} {summary['unpublished']}")
    return ", ".join(parts)


def _size(size: float) -> str:
    unit = 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size /= 1000
        unit += 1
    return f"{size:.1f} {_UNITS[unit]}" if unit else f"{size:.0f} {_UNITS[0]}"


def _short(diff: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the diff with one line for each artifact, and one line with the totals of the app."""
    return {side: "".join(f"{line}\n" for line in _lines(diff[side])) for side in ("before", "after")}


def _lines(side: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for build, found in side.items():
        if build != TOTAL:
            for name, artifact in found["artifacts"].items():
                yield f"{build}, {described(found)}: {name}, {_artifact_text(artifact)}"
    if TOTAL in side:
        total = side[TOTAL]
        pages = plural(total["public_pages"], "public page")
        yield f"{TOTAL}: {plural(total['artifacts'], 'artifact')}, {_size(total['file_size_bytes'])}, {pages}"


def _artifact_text(artifact: Mapping[str, Any]) -> str:
    size = artifact["file_size_bytes"]
    page = ", public page" if artifact["is_public_page_enabled"] else ""
    return f"{'unknown size' if size is None else _size(size)}{page}"
