# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Base of the action plugins: execute a ModuleSpec in the controller's worker process.

Starting a module takes a third of a second per task and loop item, but these modules only send requests to an API. If
the process could make a difference, the task runs as a module, as if there were no action plugin. Only its files are
transferred to the target first.
"""

from __future__ import annotations

import functools
import inspect
import json
import multiprocessing
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
from ._file_finder import FileFinder, take_paths
from ._file_transfer import FileTransfer
from ._task_environment import (
    arguments_of_module,
    bind,
    controller_environment,
    with_variable,
    working_directory,
)
from ._vault import encryption

try:  # in ansible-core 2.22 and later, validation registers the secrets, and all output is masked
    from ansible.module_utils import secrets as _secrets  # noqa: F401 # pylint: disable=unused-import

    def _hide(result: dict[str, Any], validated: ValidationResult) -> dict[str, Any]:  # noqa: ARG001
        return result

except ImportError:
    from ansible.module_utils.common.parameters import remove_values

    def _hide(result: dict[str, Any], validated: ValidationResult) -> dict[str, Any]:
        # Like exit_json, keep booleans and None, even if a secret is "True".
        kept = {key: value for key, value in result.items() if value is None or isinstance(value, bool)}
        return {**remove_values(result, validated._no_log_values), **kept}


RUN_IN = "mobileops_ci_run_in"

display = Display()


@dataclass(frozen=True)
class Call:
    """Arguments and environment of the module, and the function that parses its output."""

    arguments: dict[str, Any]
    internal: dict[str, Any]  # the `_ansible_*` arguments
    env: dict[str, str]
    directory: str
    files: FileFinder
    parse: Callable[[dict[str, Any]], Any]


class InProcess(NormalAction):
    """Execute `spec`, which subclasses set, in-process. The base class runs it as a module."""

    spec: ModuleSpec

    def run(self, tmp: None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        del tmp  # ansible-core ignores it
        parent = multiprocessing.parent_process()
        _controller.watch(parent.pid if parent else None)
        result = self._execute(task_vars or {})
        _controller.exit_if_gone()
        return result

    def _execute(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        call: Call | None = None
        try:
            mode = self._requested_mode(task_vars)
            reason = self._reason_for_module(mode)
            try:
                call = self._call(task_vars)
            except (AttributeError, TypeError) as error:
                # _call() uses private APIs of ansible-core. If one is missing, run the module.
                reason = f"ansible-core is not as expected ({error})"
                if mode == "controller":
                    return failure(OptionError(f"run_in: the controller cannot run this task: {reason}."))
            else:
                call.arguments.update(self.spec.prepared(call.arguments))
        except CiError as error:
            return self._returned(failure(error), call)
        if call is None or reason:
            display.vvv(f"{self._task.action}: runs as a module: {reason}")
            return self._run_module(call, task_vars)
        display.vvv(f"{self._task.action}: runs in the controller")
        with working_directory(call.directory):
            return self._returned(self._run_here(call, task_vars), call)

    def _requested_mode(self, task_vars: Mapping[str, Any]) -> str:
        """Return the value of the option, else that of the variable. Validation reports a wrong option later."""
        choices: list[str] = RUN.argument_spec["run_in"]["choices"]
        option = self._task.args.get("run_in")
        if option in choices:
            return str(option)
        mode = self._templar.template(task_vars.get(RUN_IN))
        if mode is not None and mode not in choices:
            raise OptionError(f"Variable {RUN_IN} must be one of {', '.join(choices)}, got {mode}.")
        return str(mode or "auto")

    def _reason_for_module(self, mode: str) -> str | None:
        """Return the reason why this task must run as a module, or None."""
        if self._task.async_val and mode == "controller":
            raise OptionError("run_in: a task with async can only run on its target. Use run_in=auto, or omit async.")
        option = self.spec.only_as_module(self._task.args)
        if option and mode == "controller":
            raise OptionError(
                f"run_in: a task with this {option} can only run on its target. Use run_in=auto, or omit {option}."
            )
        if mode == "controller":
            return None
        if mode == "target":
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
        internal: dict[str, Any] = {}
        self._update_module_args(self._task.action, internal, task_vars)
        parse = self._parse_returned_data
        if "profile" in inspect.signature(parse).parameters:  # ansible-core 2.19 and later
            parse = functools.partial(parse, profile="legacy")
        arguments = arguments_of_module(self._task.args)
        return Call(
            # Arguments may have `_ansible_*` keys of a retry or a user. A module ignores the keys that it knows.
            arguments={key: value for key, value in arguments.items() if key not in internal},
            internal=internal,
            env=self._environment(),
            directory=self._loader.get_basedir(),
            files=FileFinder(
                functools.partial(self._find_needle, "files"), self._loader._vault.decrypt, self.spec.read_path
            ),
            parse=parse,
        )

    def _environment(self) -> dict[str, str]:
        """Return the environment of a process of this task."""
        env: dict[str, Any] = {}
        self._compute_environment_string(env)
        return controller_environment(env)

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
            return FileTransfer(self).run_with(files, run, decrypted=call.files.decrypted)
        finally:
            self._task.args = original

    def _run_here(self, call: Call, task_vars: Mapping[str, Any]) -> dict[str, Any]:
        # Before 2.19, warnings are in lists that exist for all loop items. Since then, ansible-core adds them to the
        # result, and these lists are empty.
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
        # ansible-core before 2.19 has no such key, and always returns a traceback.
        if "error" not in call.internal.get("_ansible_tracebacks_for", ["error"]):
            result.pop("exception", None)
        # ansible-core before 2.21 has no such key, and modules always return the invocation.
        if call.internal.get("_ansible_inject_invocation", True):
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

    def _returned(self, result: dict[str, Any], call: Call | None) -> dict[str, Any]:
        """Return the result as ansible-core parses the output of a module.

        So a failure has the same form ("Module failed: ..."), and ansible-core adds the same keys.
        """
        returned: dict[str, Any] = ActionBase.run(self)
        if call is not None:
            parsed = call.parse({"stdout": json.dumps(result), "stderr": "", "rc": 0})
            result = parsed if isinstance(parsed, dict) else parsed.as_result_dict(for_round_trip=True)
        returned.update(result)
        return returned
