# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Base of the private actions in which each host is an app: read the variables of all hosts, and report by host."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...module_utils._core.text import name_some
from ...module_utils._task.module_spec import ModuleSpec
from .action import Json, PlayAction, PlayFailureError, play_result
from .causes import Problem, by_cause, failure_of_problems, problem_of_app
from .connection import CONNECTION, connection_of
from .evaluation import Evaluator
from .play_variables import OF_LOOKUP, check_extra_variables
from .variables import Read, Spec, Variables

APP_SLUG = "app_slug"
_DETAILS = ("error", "exception")
# If more hosts than this have the same problem, only the summary has the message.
SHARED = 3


@dataclass
class Hosts:
    """Hosts that take part, with valid variables or with problems."""

    _reads: dict[str, Read] = field(default_factory=dict)
    problems: list[tuple[str, Problem]] = field(default_factory=list)
    # Errors of tasks that failed as a whole, by host.
    errors: dict[str, Json] = field(default_factory=dict)
    suspected: list[tuple[str, Problem]] = field(default_factory=list)

    @property
    def reads(self) -> list[Read]:
        return list(self._reads.values())

    def accept(self, read: Read) -> None:
        self._reads[read.host] = read

    def pass_over(self, host: str) -> None:
        self._reads.pop(host, None)

    @property
    def warnings(self) -> list[str]:
        """Return a warning for each variable that may be misspelt."""
        return [cause.message() for cause in by_cause(self.suspected)]

    def reject(self, host: str, *problems: Problem) -> None:
        self.problems += [(host, problem) for problem in problems]
        self.pass_over(host)

    def fail(self, host: str, result: Mapping[str, Any]) -> None:
        """Reject a host because the task for its app failed as a whole, with this result."""
        self.errors[host] = {key: result[key] for key in _DETAILS if result.get(key)}
        self.reject(host, Problem(str(result.get("msg") or "The task failed.")))

    @property
    def messages(self) -> list[str]:
        """Return a message for each cause."""
        return [f"{cause.message()}." for cause in by_cause(self.problems)]

    def failure(self, text: str) -> Json:
        """Return the failure of a task in which all hosts have problems. `text` begins its message."""
        return failure_of_problems(f"{text} {' '.join(self.messages)}", (problem for _host, problem in self.problems))

    def failed(self) -> dict[str, Json]:
        """Return the results of the hosts with problems. If many share a problem, only `messages` has its text."""
        shared = {cause.key for cause in by_cause(self.problems) if len(cause.hosts) > SHARED}
        texts: dict[str, list[str]] = {}
        errors: dict[str, Json] = {}
        for host, problem in self.problems:
            reason = "Failed" if host in self.errors else "Invalid variable"
            text = f"{reason}; see the summary" if problem.key in shared else problem.text
            texts.setdefault(host, []).append(text if text.endswith("?") else text.rstrip(".") + ".")
            errors.setdefault(host, {"error": problem.error, **self.errors.get(host, {})})
        return {
            host: {"failed": True, "msg": " ".join(dict.fromkeys(of_host)), **errors[host]}
            for host, of_host in texts.items()
        }


def app_variables(prefix: str, options: Mapping[str, Spec]) -> Variables:
    """Return the variables of a role or playbook about apps: its options, the app, and the connection.

    Where a connection variable is not set, that of the role code_signing applies.
    """
    return Variables(
        prefix,
        {
            **options,
            APP_SLUG: {"type": "str"},
            **CONNECTION,
            **{name: {"type": "raw"} for name in OF_LOOKUP},
        },
        instead={APP_SLUG: ("bitrise_app_slug",), **{name: (f"code_signing_{name}",) for name in CONNECTION}},
    )


class AppsAction(PlayAction):
    """Subclasses set `variables` and implement `work`."""

    variables: Variables
    own = frozenset({"alone"})

    def read_hosts(self, options: Mapping[str, Any], task_vars: Json) -> Hosts | None:
        """Return the hosts at this task. None if they are unknown, and each host needs a task with `alone`."""
        evaluator = Evaluator(self._loader)
        found, of_play = Hosts(), self.play_variables(task_vars)
        of_hosts: Iterable[tuple[str, Mapping[str, Any]]]
        if options.get("alone"):
            of_hosts = [(str(task_vars["inventory_hostname"]), task_vars)]
        else:
            play = self.observe_play(task_vars)
            if play is None:
                return None
            of_hosts = self.hosts_taking_part(play, evaluator, found.reject)
        number = 0
        for host, variables in of_hosts:
            number += 1
            of_play.note(host, variables)
            read = self.variables.read(host, variables, evaluator)
            found.suspected += [(host, problem) for problem in read.suspected]
            if read.problems:
                found.reject(host, *read.problems)
            else:
                self.add_values(read, variables)
                found.accept(read)
        of_play.check()
        check_extra_variables(found.problems, number)
        self._reject_duplicates(found)
        return found

    def add_values(self, read: Read, variables: Mapping[str, Any]) -> None:
        """Add values that come from other variables of the host."""

    def _reject_duplicates(self, found: Hosts) -> None:
        hosts: dict[str, list[str]] = {}
        for read in found.reads:
            if APP_SLUG in read.values:
                hosts.setdefault(read.values[APP_SLUG], []).append(read.host)
        for slug, of_app in hosts.items():
            if len(of_app) > 1:
                text = f"several hosts have the app {slug}: {name_some(of_app)}. Each app must have one host"
                for host in of_app:
                    found.reject(host, Problem(text))

    def require_apps(self, found: Hosts) -> None:
        """Reject hosts without an app."""
        text = (
            f"{self.variables.prefix}{APP_SLUG} is not set, and the host has no bitrise_app_slug from the inventory "
            "plugin mobileops.ci.bitrise"
        )
        for read in found.reads:
            if APP_SLUG not in read.values:
                found.reject(read.host, Problem(text))

    def execute_for(
        self,
        spec: ModuleSpec,
        hosts: Hosts,
        options: Mapping[str, Any],
        task_vars: Json,
        *,
        each: Sequence[str],
    ) -> list[Json]:
        """Run a module once for all apps that have the same connection. Return the results, which all have `apps`.

        `options`: the options of the task as a whole. `each`: the options that are given for each app. If a run fails
        as a whole, such as for an invalid option, its hosts fail. Raise PlayFailureError if all runs fail with one
        message, or if all apps failed for one cause.
        """
        together: dict[str, list[Read]] = {}
        for read in hosts.reads:
            # The key does not contain the values, because a token must not get into a message.
            together.setdefault(repr(sorted(connection_of(read.values).items())), []).append(read)
        results: list[Json] = []
        failures: list[tuple[Json, list[Read]]] = []
        for of_connection in together.values():
            apps = [
                {name: read.values[name] for name in (APP_SLUG, *each) if name in read.values} for read in of_connection
            ]
            given = {**connection_of(of_connection[0].values), **options, "apps": apps}
            names: dict[str, str] = {}
            for read in of_connection:
                names = {**read.names, **names}
            result = self.execute(spec, given, task_vars, variables={**self.variables.names, **names})
            if isinstance(result.get("apps"), Mapping):
                results.append(result)
            else:
                failures.append((result, of_connection))
        if not results and len({str(result.get("msg")) for result, _reads in failures}) == 1:
            raise PlayFailureError({key: failures[0][0][key] for key in ("msg", *_DETAILS) if key in failures[0][0]})
        if not failures:
            _check_common_cause(results)
        for result, of_connection in failures:
            for read in of_connection:
                hosts.fail(read.host, result)
        return results

    def alone(self) -> Json:
        """Return the result after which each host runs its own task."""
        return play_result(alone=True)


def common(reads: Sequence[Read], names: Iterable[str]) -> dict[str, Any]:
    """Return the options of the whole task, each with the value of the first host that sets it."""
    found: dict[str, Any] = {}
    for read in reads:
        for name in names:
            if name in read.values:
                found.setdefault(name, read.values[name])
    return found


def _check_common_cause(results: Sequence[Json]) -> None:
    """Raise PlayFailureError if all apps failed for one cause."""
    apps = {slug: app for result in results for slug, app in result["apps"].items()}
    causes = {_cause(slug, app["error"]) for slug, app in apps.items() if app["error"] and not app["changed"]}
    if len(apps) > 1 and len(causes) == 1 and all(app["error"] and not app["changed"] for app in apps.values()):
        raise PlayFailureError({"msg": results[0]["msg"], "error": results[0]["error"]})


def errors_of(reads: Sequence[Read], apps: Mapping[str, Json]) -> tuple[dict[str, Json], list[str]]:
    """Return the results of the hosts whose app failed, and one message for each cause."""
    failed = [(read.host, slug, apps[slug]["error"]) for read in reads if apps[slug := read.values[APP_SLUG]]["error"]]
    problems = {host: problem_of_app(str(error["msg"]), slug, host=host) for host, slug, error in failed}
    causes = by_cause(problems.items())
    shared = {cause.key for cause in causes if len(cause.hosts) > SHARED}
    report = {}
    for host, _app_slug, error in failed:
        text = f"Failed ({error['kind']}); see the summary." if problems[host].key in shared else problems[host].text
        report[host] = {"failed": True, "msg": text, "error": {key: error[key] for key in error if key != "msg"}}
    return report, [cause.message() for cause in causes]


def _cause(slug: str, error: Mapping[str, Any]) -> str:
    """Return the message without its parts that differ between apps."""
    return str(error["msg"]).replace(slug, "SLUG")
