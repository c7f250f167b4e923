# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Base of the private actions that run once for all hosts of a play.

Such a task has `run_once: true` and `no_log: true`: its registered result holds the outcome of each host, which may be
too large for the events of a run. It never fails. A task with `_play_outcome` reports the failure of the whole task, or
the outcome of each host, then the summary.
"""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ...module_utils._bitrise.doctor_hint import with_pointer
from ...module_utils._core.errors import CiError
from ...module_utils._local.read_file import Content
from ...module_utils._task.module_spec import ModuleSpec
from .._file_finder import FileFinder
from .._in_process import Call, InProcess
from .causes import Problem
from .evaluation import Evaluator, reason_of
from .hosts import Play, observe_play
from .option_names import with_variables
from .play_variables import PlayVariables

display = Display()

Json = dict[str, Any]


class PlayFailureError(Exception):
    """A failure of all hosts, as the result of a task."""

    def __init__(self, result: Mapping[str, Any]) -> None:
        super().__init__(str(result.get("msg")))
        self.result = dict(result)


class PlayAction(InProcess):
    """Subclasses set `own` (options that do not belong to a module) and implement `work`.

    All other options of the task, which come from `module_defaults` of an action group, go to the module.
    """

    own: ClassVar[frozenset[str]] = frozenset()
    # Names of variables that only the play reads. It is an error if a host sets one.
    of_play: Sequence[str] = ()
    # True if the playbook doctor checks the service that this action uses.
    has_doctor: ClassVar[bool] = True

    def work(self, options: Mapping[str, Any], task_vars: Json) -> Json:
        """Run the action and return the result of `play_result`, which the task registers.

        May raise CiError or PlayFailureError.
        """
        raise NotImplementedError

    def run(self, tmp: None = None, task_vars: Json | None = None) -> Json:
        del tmp
        result: Json = ActionBase.run(self)
        args = self._task.args
        options = {name: args[name] for name in self.own if name in args}
        variables = task_vars or {}
        try:
            result.update(self.work(options, variables))
        except PlayFailureError as error:
            result.update(play_result(failure=error.result))
        except CiError as error:
            result.update(play_result(failure={"msg": error.message, "error": error.as_dict()}))
        except Exception as error:
            # The task has no_log, which would hide the message and the traceback.
            text = f"Unexpected {type(error).__name__}: this is a bug of the collection, please report it."
            # Omit the message of the exception, which may contain values of variables.
            where = "".join(traceback.format_tb(error.__traceback__))
            bug = {"msg": text, "error": CiError(text, kind="bug").as_dict()}
            result.update(play_result(failure={**bug, "exception": f"{where}{type(error).__name__}"}))
        if result.get("failure"):
            if self.has_doctor:
                result["failure"] = _with_doctor(result["failure"])
            # A playbook reports in a separate play, which needs a host for a failure of all.
            result["hosts"] = [pattern_of(variables["inventory_hostname"])]
        return result

    def observe_play(self, task_vars: Mapping[str, Any], *, whole_batch: bool = False) -> Play | None:
        """Return the hosts at this task, or None if each host needs its own task. Display the reason with -vvv.

        The caller checks the variables of the play with `play_variables`, except if a task that starts with the whole
        batch has to run for each host.
        """
        found = observe_play(self._task, task_vars, whole_batch=whole_batch)
        if isinstance(found, str):
            if whole_batch:  # with the strategy free, each host would read the variables of all hosts
                self.play_variables(task_vars).check_all()
            display.vvv(f"{self._task.action}: runs once for each host: {found}")
            return None
        return found

    def play_variables(self, task_vars: Mapping[str, Any]) -> PlayVariables:
        """Return the check of the variables in `of_play`."""
        return PlayVariables(self._task, task_vars, self.of_play)

    def hosts_taking_part(
        self, play: Play, evaluator: Evaluator, reject: Callable[[str, Problem], None]
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the hosts whose conditions of the task hold. ansible-core evaluates them for the first host only."""
        for host, variables in play.variables():
            try:
                takes_part = evaluator.takes_part(self._task, variables)
            except Exception as error:  # a condition may raise any error, which concerns only its host
                reject(host, Problem(f"a condition of the task cannot be evaluated: {reason_of(error)}"))
            else:
                if takes_part:
                    yield host, variables

    def file_reader(self, spec: ModuleSpec) -> Callable[[str], Content]:
        """Return the function that reads and decrypts a local file as a task with this module does."""
        find = functools.partial(self._find_needle, "files")
        return FileFinder(find, self._loader._vault.decrypt, spec.read_path).read

    def execute(
        self,
        spec: ModuleSpec,
        options: Mapping[str, Any],
        task_vars: Json,
        *,
        diff: bool = False,
        variables: Mapping[str, str] | None = None,
    ) -> Json:
        """Run a module of the collection with these options, in-process or as a module.

        `variables`: the variable that sets an option, by option. Errors name the variable.
        """
        task = self._task
        kept = task.args, task.action, task.diff
        defaults = {name: value for name, value in task.args.items() if name not in self.own}
        self.spec = spec
        task.args, task.action, task.diff = {**defaults, **options}, f"mobileops.ci.{spec.name}", diff
        try:
            result: Json = InProcess.run(self, None, task_vars)
            if warnings := result.pop("warnings", None):
                result["warnings"] = [_text_of(warning) for warning in warnings]
            return with_variables(result, variables or {})
        finally:
            task.args, task.action, task.diff = kept

    def _returned(self, result: Json, call: Call | None) -> Json:
        """Return the result with its own warnings, as text.

        ansible-core would show them before the action can name hosts. Since 2.21 it also adds its own ones, as objects,
        and shows these itself.
        """
        warnings = result.pop("warnings", None)
        result = super()._returned(result, call)
        result.pop("warnings", None)
        return {**result, "warnings": warnings} if warnings else result

    def _progress_reporter(self, task_vars: Mapping[str, Any], show: Callable[[str], None]) -> Callable[[str], None]:  # noqa: ARG002
        """Return a function that displays progress despite no_log. Lines of progress contain no secrets."""
        return show


def play_result(
    report: Mapping[str, Json] | None = None,
    *,
    summary: Sequence[str] = (),
    stats: Mapping[str, Any] | None = None,
    hosts: Sequence[str] = (),
    failure: Mapping[str, Any] | None = None,
    warnings: Sequence[str] = (),
    alone: bool = False,
    **more: Any,
) -> Json:
    """Return the registered result of a PlayAction.

    `report`: the result of each host that has something to report. `failure`: the result of a task that failed as a
    whole.
    `summary`: lines to show at the end. `stats`: data as for ansible.builtin.set_stats. `hosts`: patterns of the hosts
    that have something to report. `alone`: the hosts at the task are unknown, and each needs its own task.
    """
    result: Json = {
        "changed": False,
        "report": dict(report or {}),
        "summary": list(summary),
        "failure": dict(failure or {}),
        "summary_warnings": list(warnings),
        "alone": alone,
        **more,
    }
    if hosts:
        result["hosts"] = list(hosts)
    if stats:
        result["ansible_stats"] = {"data": dict(stats), "per_host": False, "aggregate": True}
    return result


def _text_of(warning: Any) -> str:
    """Return a warning as text. Since ansible-core 2.19, those of a task that ran as a module are objects."""
    event = getattr(warning, "event", None)
    return str(event.msg if event else warning)


def _with_doctor(failure: Json) -> Json:
    """Return the failure with a pointer to the doctor, if the doctor can find its cause."""
    return {**failure, "msg": with_pointer(str(failure.get("msg")), (failure.get("error") or {}).get("kind"))}


def pattern_of(host: str) -> str:
    """Return a pattern for `hosts:` that matches this host, with wildcards for characters that patterns cannot have."""
    if host.isascii() and all(letter.isalnum() or letter in "._-" for letter in host):
        return host
    return "~^" + "".join(letter if letter.isalnum() else "." for letter in host) + "$"
