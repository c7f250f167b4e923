# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Base of the action plugins: carries an Entry out in the controller's worker process.

To start a module costs a third of a second per task and loop item, and all that it does is talk to an API. Where that
could make a visible difference the task is handed over to the module, just as if there were no action plugin; only
the files that it is about are brought there first.
"""

from __future__ import annotations

import functools
import inspect
import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator, ValidationResult
from ansible.module_utils.common.warnings import get_deprecation_messages, get_warning_messages
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.display import Display

from ..module_utils._core import controller_process as _controller
from ..module_utils._core.errors import CiError, OptionError
from ..module_utils._core.option_groups import RUN
from ..module_utils._http.session_pool import keep_sessions
from ..module_utils._task.known_options import known_options
from ..module_utils._task.module_spec import ModuleSpec, TaskContext, failure
from ._file_carrier import FileCarrier
from ._file_finder import FileFinder, take_paths
from ._task_environment import (
    arguments_of_module,
    bind,
    with_variable,
    working_directory,
)
from ._vault import encryption

try:  # ansible-core 2.22 and later: validating registers the secrets, and all output is masked
    from ansible.module_utils import secrets as _secrets  # noqa: F401 # pylint: disable=unused-import

    def _hide(result: dict[str, Any], validated: ValidationResult) -> dict[str, Any]:  # noqa: ARG001
        return result

except ImportError:
    from ansible.module_utils.common.parameters import remove_values

    def _hide(result: dict[str, Any], validated: ValidationResult) -> dict[str, Any]:
        # As exit_json does it: booleans and None stay, even if a secret reads "True".
        kept = {key: value for key, value in result.items() if value is None or isinstance(value, bool)}
        return {**remove_values(result, validated._no_log_values), **kept}


RUN_IN = "mobileops_ci_run_in"

display = Display()


@dataclass(frozen=True)
class Call:
    """What the module would be given, and who would read its output."""

    arguments: dict[str, Any]
    told: dict[str, Any]  # the `_ansible_*` arguments: what ansible-core tells modules
    env: dict[str, str]
    directory: str
    files: FileFinder
    parse: Callable[[dict[str, Any]], Any]


class InProcess(NormalAction):
    """Subclasses set `entry`. The stock action is the base, so that handing over is exactly what it does."""

    spec: ModuleSpec

    def run(self, tmp: None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        del tmp  # of no effect for years
        parent = multiprocessing.parent_process()
        _controller.watch(parent.pid if parent else None)
        result = self._execute(task_vars or {})
        _controller.exit_if_gone()
        return result

    def _execute(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        call = None
        wish = "auto"
        try:
            wish = self._wish(task_vars)
            reason = self._reason_for_module(wish)
            call = self._call(task_vars)
            call.arguments.update(self.spec.prepared(call.arguments))
        except CiError as error:
            return self._answer(failure(error), call)
        except (AttributeError, TypeError) as error:
            # Whatever is private to ansible-core is reached in here. If it is gone: rather slow than wrong.
            reason = f"ansible-core is not as expected ({error})"
            if wish == "controller":
                return failure(OptionError(f"run_in: the controller cannot do this task: {reason}."))
        if call is None or reason:
            display.vvv(f"{self._task.action}: runs as a module: {reason}")
            return self._run_module(call, task_vars)
        display.vvv(f"{self._task.action}: runs in the controller")
        with working_directory(call.directory):
            return self._answer(self._run_here(call, task_vars), call)

    def _wish(self, task_vars: Mapping[str, Any]) -> str:
        """The option, else the variable. What the option cannot be is said where all options are looked at."""
        choices: list[str] = RUN.argument_spec["run_in"]["choices"]
        option = self._task.args.get("run_in")
        if option in choices:
            return str(option)
        wish = self._templar.template(task_vars.get(RUN_IN))
        if wish is not None and wish not in choices:
            raise OptionError(f"Variable {RUN_IN}: {wish} is none of {', '.join(choices)}.")
        return str(wish or "auto")

    def _reason_for_module(self, wish: str) -> str | None:
        """Why this task has to run as a module, if it has to."""
        if self._task.async_val and wish == "controller":
            raise OptionError("run_in: a task with async runs on its target; use run_in=auto or leave async out.")
        option = self.spec.only_as_module(self._task.args)
        if option and wish == "controller":
            raise OptionError(f"run_in: a task with this {option} runs on its target; use run_in=auto or leave it out.")
        if wish == "controller":
            return None
        if wish == "target":
            return "asked for"
        if self._task.async_val:
            return "async"
        if self._connection.transport != "local":
            return f"connection {self._connection.transport}"
        if self._connection.become is not None:
            return "become"
        if option:
            return f"option {option}"
        if sys.platform == "darwin":
            return "system libraries of macOS do not survive a fork"
        if self.spec.missing_libraries:
            return f"the controller's Python lacks {self.spec.missing_libraries[0]}"
        return None

    def _call(self, task_vars: dict[str, Any]) -> Call:
        told: dict[str, Any] = {}
        self._update_module_args(self._task.action, told, task_vars)
        env: dict[str, Any] = {}
        self._compute_environment_string(env)
        parse = self._parse_returned_data
        if "profile" in inspect.signature(parse).parameters:  # ansible-core 2.19 and later
            parse = functools.partial(parse, profile="legacy")
        arguments = arguments_of_module(self._task.args)
        return Call(
            # A retry or a user may have left `_ansible_*` keys in the arguments; a module passes over those it knows.
            arguments={key: value for key, value in arguments.items() if key not in told},
            told=told,
            env={**os.environ, **{str(key): str(value) for key, value in arguments_of_module(env).items()}},
            directory=self._loader.get_basedir(),
            files=FileFinder(
                functools.partial(self._find_needle, "files"), self._loader._vault.decrypt, self.spec.read_path
            ),
            parse=parse,
        )

    def _run_module(self, call: Call | None, task_vars: dict[str, Any]) -> dict[str, Any]:
        def run() -> dict[str, Any]:
            environment = self._task.environment
            if self._connection.transport == "local" and not self._task.async_val:
                self._task.environment = with_variable(environment, _controller.PID_VARIABLE, _controller.watched())
            try:
                result: dict[str, Any] = super(InProcess, self).run(None, task_vars)
                return result
            finally:
                self._task.environment = environment

        if call is None:
            return run()
        paths = [path for option in self.spec.files for path in take_paths(call.arguments, option, call.env)]
        original = self._task.args
        if paths or self.spec.normalize is not dict:
            self._task.args = call.arguments
        try:
            if not paths:
                return run()
            with working_directory(call.directory):
                files = call.files.read_all(paths)
            return FileCarrier(self).run_with(files, run, secret=call.files.has_decrypted)
        finally:
            self._task.args = original

    def _run_here(self, call: Call, task_vars: Mapping[str, Any]) -> dict[str, Any]:
        # Before 2.19 warnings gather in lists that last as long as the process, that is for all loop items; later they
        # get into the result by themselves, and here the lists stay empty.
        seen = len(get_warning_messages()), len(get_deprecation_messages())
        spec = bind(self.spec.options.argument_spec, call.env)
        validated = ModuleArgumentSpecValidator(spec, **self.spec.options.rules).validate(call.arguments)
        options = {**call.arguments, **validated.validated_parameters}
        if validated.error_messages:
            message = validated.errors.msg
            if isinstance(validated.errors[0], UnsupportedError):
                message = f"Unsupported parameters for ({self._task.action}) module: {message}"
            result: dict[str, Any] = {"failed": True, "msg": message}
        else:
            keep_sessions()
            context = TaskContext(
                call.env,
                self._task.check_mode,
                call.files.read,
                self._progress_reporter(task_vars, display.display),
                self._progress_reporter(task_vars, display.v),
                encrypt=encryption(self._loader._vault),
            )
            result = self.spec.execute(options, context, diff=self._task.diff)
        # Nothing is said of tracebacks: ansible-core before 2.19, which always returns one that it was given.
        if "error" not in call.told.get("_ansible_tracebacks_for", ["error"]):
            result.pop("exception", None)
        # Nothing is said of the invocation: ansible-core before 2.21, where modules always return it.
        if call.told.get("_ansible_inject_invocation", True):
            result["invocation"] = {"module_args": known_options(options, spec)}
        if warnings := [*get_warning_messages()[seen[0] :], *result.get("warnings", [])]:
            result["warnings"] = warnings
        if deprecations := get_deprecation_messages()[seen[1] :]:
            result["deprecations"] = list(deprecations)
        return _hide(result, validated)

    def _progress_reporter(self, task_vars: Mapping[str, Any], show: Callable[[str], None]) -> Callable[[str], None]:
        if self._task.no_log:
            return lambda _line: None
        host = task_vars.get("inventory_hostname", "")
        return lambda line: show(f"{host}: {line}")

    def _answer(self, result: dict[str, Any], call: Call | None) -> dict[str, Any]:
        """Through the same door as the output of a module, so that ansible-core takes a failure for one of a module
        ("Module failed: ...") and adds whatever keys it adds to results of modules.
        """
        answer: dict[str, Any] = ActionBase.run(self)
        if call is not None:
            parsed = call.parse({"stdout": json.dumps(result), "stderr": "", "rc": 0})
            result = parsed if isinstance(parsed, dict) else parsed.as_result_dict(for_round_trip=True)
        answer.update(result)
        return answer
