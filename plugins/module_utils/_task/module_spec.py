# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ModuleSpec that a module and its action plugin share, and its execution."""

from __future__ import annotations

import copy
import datetime
import json
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .._core.errors import CiError
from .._core.libraries import find_missing, missing_library
from .._core.option_groups import OptionGroup, reject_unusable
from .._core.plan import Plan
from .._core.text import clean_diff, one_line
from .._core.unknown_options import reject_unknown_options
from .._http.gates import Gates
from .._local.file_attributes import set_mode
from .._local.read_file import Content, read_file


@dataclass(frozen=True)
class TaskContext:
    """Task and process as run() sees them, in-process and as a module. run() does not read os.environ."""

    env: Mapping[str, str]
    check_mode: bool = False
    # Reads a file that an option names. In-process it searches the paths of the task, and decrypts with ansible-vault.
    read_file: Callable[[str], Content] = read_file
    # Displays a line of progress, if the task runs in-process.
    report_progress: Callable[[str], None] = lambda _line: None
    # Displays a line with -v only.
    report_detail: Callable[[str], None] = lambda _line: None
    # Gives a file the attributes that the options name. Returns whether they differ. If the last argument is true, it
    # only compares.
    set_attributes: Callable[[Mapping[str, Any], str, bool], bool] = set_mode
    # Encrypts with ansible-vault. None without a vault secret, as in a module process.
    encrypt: Callable[[bytes], str] | None = None


@dataclass(frozen=True)
class Outcome:
    """The return value of run(): the plan, if there is one, and further values of the result."""

    values: Mapping[str, Any] = field(default_factory=dict)
    plan: Plan | None = None
    warnings: tuple[str, ...] = ()
    # Set if a part failed and the result also reports the other parts.
    error: CiError | None = None
    exception: str | None = None  # the traceback of a bug that affected only a part of the task

    def as_result(self, *, diff: bool) -> dict[str, Any]:
        result = {"changed": False, **(self.plan.as_result() if self.plan else {}), **self.values}
        if diff and self.plan:
            result["diff"] = clean_diff(self.plan.diff)
        if self.warnings:
            result["warnings"] = [one_line(text) for text in self.warnings]
        if self.exception:
            result["exception"] = self.exception
        return {**result, **failure(self.error)} if self.error else result


@dataclass(frozen=True)
class ModuleSpec:
    """One module: its options and the function that runs it.

    `connect` creates the client for `run`. Both raise CiError for errors that a user or a service can cause.
    """

    name: str
    options: OptionGroup
    connect: Callable[[Mapping[str, Any], Mapping[str, str]], Any]
    run: Callable[[dict[str, Any], Any, TaskContext], Outcome]
    requires: tuple[str, ...] = ("requests",)
    # Converts arguments to the form of the specification, before their validation. Raises CiError.
    normalize: Callable[[Mapping[str, Any]], dict[str, Any]] = dict
    # Options that name a file to read on the controller. "a.b" is option b of each entry of a.
    files: tuple[str, ...] = ()
    # Reads such a path: a file, or in some modules also a directory.
    read_path: Callable[[str], Content] = read_file
    # Returns an option of the task that works only as a module, or None.
    only_as_module: Callable[[Mapping[str, Any]], str | None] = lambda _arguments: None

    @property
    def missing_libraries(self) -> tuple[str, ...]:
        """Return the libraries of `requires` that this interpreter does not have."""
        return find_missing(self.requires)

    def prepared(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments in the form of the specification, before their validation.

        Raise CiError for values that would make ansible-core fail, or that its message would repeat, and for options
        that do not exist.
        """
        reject_unusable(arguments)
        normalized = self.normalize(arguments)
        reject_unknown_options(normalized, self.options.argument_spec, self.name)
        return normalized

    def execute(self, options: Mapping[str, Any], context: TaskContext, *, diff: bool) -> dict[str, Any]:
        """Call run() and convert its outcome or error to a result of built-in types, in-process and as a module."""
        client: Any = None
        context = _with_clean_lines(context)
        try:
            if self.missing_libraries:
                raise missing_library(self.missing_libraries[0])
            # A copy, because run() may change its options, and the caller still displays or reuses them.
            own_options = copy.deepcopy(dict(options))
            self.options.check_required(own_options)
            for refine in self.options.refine:
                refine(own_options)
            client = self.connect(own_options, context.env)
            gates: Gates | None = getattr(client, "gates", None)
            if gates:
                gates.report_progress = context.report_progress
            result: dict[str, Any] = plain(self.run(own_options, client, context).as_result(diff=diff))
            return result
        except CiError as error:
            return failure(error)
        # SystemExit too, because it would end a worker process of ansible-playbook. Timeouts of tasks are
        # BaseExceptions of ansible-core and must pass.
        except (Exception, SystemExit) as error:
            message = f"Unexpected {type(error).__name__}: this is a bug of the collection, please report it."
            redact: Callable[[str], str] = getattr(client, "redact", str)
            return {**failure(CiError(message, kind="bug")), "exception": redact(traceback.format_exc())}
        finally:
            if hasattr(client, "close"):
                client.close()
            if hasattr(client, "gates") and (line := client.gates.summary()):
                context.report_detail(line)


def _with_clean_lines(context: TaskContext) -> TaskContext:
    """Return a context that cleans lines of progress. Services and builds choose the names in them."""
    report_progress, report_detail = context.report_progress, context.report_detail
    return replace(
        context,
        report_progress=lambda line: report_progress(one_line(line)),
        report_detail=lambda line: report_detail(one_line(line)),
    )


def failure(error: CiError) -> dict[str, Any]:
    return {"failed": True, "msg": error.message, "error": error.as_dict()}


def plain(value: Any) -> Any:
    """Return the value as it would come out of JSON: exact built-in types only."""
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, Mapping):
        return {plain(key) if isinstance(key, str) else json.dumps(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    raise TypeError(f"a value of type {type(value).__name__} cannot be part of a result")
