# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of the role code_signing: evaluate the declarations of all hosts, and reconcile their apps in one task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..module_utils._bitrise.fleet.code_signing import CODE_SIGNING
from ..module_utils._bitrise.workers import SHARED_CAUSES
from ..module_utils._core.errors import ErrorKind
from ..plugin_utils._code_signing.declaration import (
    NAMES,
    Declaration,
    declaration_of,
    declares_something,
)
from ..plugin_utils._code_signing.fleet import (
    apps_of,
    check_shared_apps,
    name_hosts,
    nothing_declared,
    runs_of,
)
from ..plugin_utils._code_signing.summary import (
    App,
    Totals,
    report_of,
    stats_of,
    summary_of,
)
from ..plugin_utils._play.action import (
    Json,
    PlayAction,
    PlayFailureError,
    pattern_of,
    play_result,
)
from ..plugin_utils._play.causes import Problem, by_cause
from ..plugin_utils._play.evaluation import Evaluator
from ..plugin_utils._play.hosts import Play
from ..plugin_utils._play.play_variables import check_extra_variables, names_of_play
from ..plugin_utils._play.search import FileSearch
from ..plugin_utils._play.variable_files import ignored_files

# Kinds of errors that concern every app if no app succeeded. The task reports them once instead of for each host.
OF_ALL_APPS = frozenset({"unauthorized", "time_limit", *SHARED_CAUSES})


class ActionModule(PlayAction):
    """Reconcile the apps of all hosts that run this task, or with `alone` of the host of this task only.

    `playbook` is the prefix of the variables of the playbook of this collection that runs the task, in which every
    host of the batch is at the task.
    """

    own = frozenset(("alone", "playbook"))

    def work(self, options: Mapping[str, Any], task_vars: Json) -> Json:
        play, playbook = None, options.get("playbook")
        if playbook:
            self.of_play = names_of_play(f"{playbook}_")
        if not options.get("alone"):
            play = self.observe_play(task_vars, whole_batch=bool(playbook))
            if play is None:
                return play_result(alone=True)
        declared = self._declared(play, task_vars)
        check_shared_apps(declared)
        without_declaration = [declaration for declaration in declared if declaration.is_empty]
        if len(without_declaration) == len(declared):
            self._check_empty(declared, play, task_vars, f"{playbook or 'code_signing'}_allow_empty")
        apps, totals, warnings = self._reconcile([entry for entry in declared if not entry.is_empty], task_vars)
        with_diff = bool(self._task.diff)
        names = [declaration.host for declaration in without_declaration]
        report = report_of(apps, with_diff=with_diff)
        lines = summary_of(apps, totals, names, check_mode=bool(self._task.check_mode), with_diff=with_diff)
        failed = [pattern_of(app.host) for app in apps if app.failed]
        changed = [pattern_of(app.host) for app in apps if app.changed and not app.failed]
        return play_result(
            report,
            summary=lines if apps or without_declaration else (),
            stats=stats_of(apps),
            warnings=[*warnings, *_suspected(declared)],
            hosts=[*changed, *failed] or [pattern_of(task_vars["inventory_hostname"])],
        )

    def _declared(self, play: Play | None, task_vars: Json) -> list[Declaration]:
        evaluator, search = Evaluator(self._loader), FileSearch()
        declared: list[Declaration] = []

        def reject(host: str, problem: Problem) -> None:
            declared.append(Declaration(host, problems=[problem]))

        hosts: Iterable[tuple[str, Mapping[str, Any]]] = (
            self.hosts_taking_part(play, evaluator, reject) if play else [(task_vars["inventory_hostname"], task_vars)]
        )
        checked = self.play_variables(task_vars)
        number = 0
        for host, variables in hosts:
            number += 1
            checked.note(host, variables)
            declared.append(declaration_of(host, variables, evaluator, search))
        checked.check()
        check_extra_variables(((one.host, problem) for one in declared for problem in one.problems), number)
        return declared

    def _check_empty(
        self, declared: Sequence[Declaration], play: Play | None, task_vars: Json, allow_empty: str
    ) -> None:
        """Raise an error if no host of the play declares anything, also in other batches of `serial`."""
        if not declared or any(declaration.allow_empty for declaration in declared):
            return
        here = {declaration.host for declaration in declared} if not play else set(task_vars["ansible_play_batch"])
        others = [host for host in task_vars.get("ansible_play_hosts_all") or () if host not in here]
        of_host = play.variables_of if play else task_vars["hostvars"].__getitem__
        if not any(declares_something(of_host(host)) for host in others):
            raise nothing_declared(declared, allow_empty, ignored_files(task_vars))

    def _reconcile(self, declared: Sequence[Declaration], task_vars: Json) -> tuple[list[App], Totals, list[str]]:
        """Run the engine and return the outcome of each host, in play order."""
        found = {
            declaration.host: App(
                declaration.host,
                declaration.slug,
                problems=declaration.problems,
                diff=declaration.diff,
                check_mode=bool(self._task.check_mode),
            )
            for declaration in declared
        }
        totals, warnings = Totals(), []
        for options, several in runs_of(declaration for declaration in declared if not declaration.problems):
            result = self.execute(CODE_SIGNING, options, task_vars, variables=NAMES)
            totals.add(result.get("summary") or {})
            warnings += [name_hosts(str(text), several) for text in result.get("warnings") or ()]
            outcomes = apps_of(result, several)
            if outcomes is None or _is_of_all_apps(outcomes):
                self._fail(result, several, declared, found)
                continue
            for declaration, outcome in zip(several, outcomes, strict=True):
                app = found[declaration.host]
                app.outcome = outcome
                if app.error:
                    app.problems = [declaration.problem_of(app.error)]
        return list(found.values()), totals, warnings

    def _fail(
        self, result: Json, several: Sequence[Declaration], declared: Sequence[Declaration], found: Mapping[str, App]
    ) -> None:
        """Record the failure of a whole run. Raise it if it concerns all hosts, and is not about a file of theirs."""
        error = _error_of(result)
        error["msg"] = name_hosts(str(error["msg"]), several)
        details = {**(error.get("error") or {}), "msg": error["msg"]}
        # All hosts of the run declare a file that fails the run, so they fail as with a missing file.
        if len(several) == len(declared) and details.get("kind") != ErrorKind.LOCAL_FILE.value:
            raise PlayFailureError(error)
        for declaration in several:
            found[declaration.host].problems = [declaration.problem_of(details)]


def _error_of(result: Json) -> Json:
    """Return the failure of a run, or of its first app if the failure concerns all apps."""
    for outcome in (result.get("apps") or {}).values():
        error = outcome.get("error") or {}
        if error.get("kind") in OF_ALL_APPS:
            return {"msg": error.get("msg"), "error": {key: value for key, value in error.items() if key != "msg"}}
    return {key: result[key] for key in ("msg", "error", "exception") if result.get(key)}


def _is_of_all_apps(outcomes: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether all apps failed for a common cause, such as an invalid token."""
    if any(outcome.get("changed") for outcome in outcomes):
        return False
    kinds = {(outcome.get("error") or {}).get("kind") for outcome in outcomes} - {"not_done"}
    return bool(kinds) and kinds <= OF_ALL_APPS


def _suspected(declared: Sequence[Declaration]) -> list[str]:
    """Return a warning for each variable that may be misspelt."""
    found = [
        (declaration.host, unknown.problem)
        for declaration in declared
        for unknown in declaration.unknown
        if unknown.is_suspected
    ]
    return [cause.message() for cause in by_cause(found)]
