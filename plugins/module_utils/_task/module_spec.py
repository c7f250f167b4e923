# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module and an action plugin of one name share: an Entry, and how it is carried out."""

from __future__ import annotations

import copy
import datetime
import json
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import Any

from ansible.module_utils.basic import missing_required_lib

from .._core.errors import CiError, OptionError
from .._core.option_groups import OptionGroup, refuse_unusable
from .._core.plan import Plan
from .._core.text import one_line, shown
from .._http.gates import Gates
from .._local.file_attributes import set_mode
from .._local.read_file import Content, read_file


@dataclass(frozen=True)
class TaskContext:
    """What run() may know of the task, wherever it runs. Nothing in run() looks at os.environ."""

    env: Mapping[str, str]
    check_mode: bool = False
    # Reads a file that an option names: where it is searched, and whether it may be encrypted, depends on the place.
    read_file: Callable[[str], Content] = read_file
    # Shows a line of progress where there is somebody to read it.
    say: Callable[[str], None] = lambda _line: None
    # Shows a line that is of interest with -v only.
    say_more: Callable[[str], None] = lambda _line: None
    # Gives a file the attributes that the options name (the last argument: or only looks), as far as the place can.
    set_attributes: Callable[[Mapping[str, Any], str, bool], bool] = set_mode
    # Encrypts with ansible-vault; None where there is no vault secret, as with every module on a host.
    encrypt: Callable[[bytes], str] | None = None


@dataclass(frozen=True)
class Outcome:
    """What run() returns: the plan where there is one, and the values of the result beside what the plan says."""

    values: Mapping[str, Any] = field(default_factory=dict)
    plan: Plan | None = None
    warnings: tuple[str, ...] = ()
    # Set where a part failed and what was done besides is to be told all the same.
    error: CiError | None = None
    exception: str | None = None  # the traceback of a bug that only a part of the work met

    def as_result(self, *, diff: bool) -> dict[str, Any]:
        result = {"changed": False, **(self.plan.as_result() if self.plan else {}), **self.values}
        if diff and self.plan:
            result["diff"] = shown(self.plan.diff)
        if self.warnings:
            result["warnings"] = [one_line(text) for text in self.warnings]
        if self.exception:
            result["exception"] = self.exception
        return {**result, **failure(self.error)} if self.error else result


@dataclass(frozen=True)
class ModuleSpec:
    """One module: its options and the function that does the work.

    `connect` makes what run() gets as its client; both raise CiError for what a user or a service can cause.
    """

    name: str
    options: OptionGroup
    connect: Callable[[Mapping[str, Any], Mapping[str, str]], Any]
    run: Callable[[dict[str, Any], Any, TaskContext], Outcome]
    requires: tuple[str, ...] = ("requests",)
    # Brings arguments into the form that the specification describes, before they are validated; raises CiError.
    normalize: Callable[[Mapping[str, Any]], dict[str, Any]] = dict
    # Options that name a file to read, which is searched on the controller; "a.b" is option b of each entry of a.
    files: tuple[str, ...] = ()
    # How what lies at such a path is read: as a file, unless a module has a use for directories.
    read_path: Callable[[str], Content] = read_file
    # Names an option of the task, if there is one, that can be seen to by a module only.
    only_as_module: Callable[[Mapping[str, Any]], str | None] = lambda _arguments: None

    @property
    def missing_libraries(self) -> tuple[str, ...]:
        """Those of `requires` that this interpreter does not have."""
        return tuple(library for library in self.requires if find_spec(library) is None)

    def prepared(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments in the form that the specification describes, before their validation.

        Raises CiError for what ansible-core would repeat in a message or fail at.
        """
        refuse_unusable(arguments)
        return self.normalize(arguments)

    def _refuse_empty_required(self, options: Mapping[str, Any]) -> None:
        """For ansible-core an empty text is given, and mostly it is a variable that was not filled in."""
        for name, described in self.options.argument_spec.items():
            if described.get("required") and options.get(name) == "":
                raise OptionError(f"{name} is required and must not be empty.")

    def execute(self, options: Mapping[str, Any], context: TaskContext, *, diff: bool) -> dict[str, Any]:
        """Call run() and turn whatever comes of it into a plain result, the same one in every place."""
        client: Any = None
        context = _cleaning(context)
        try:
            if self.missing_libraries:
                # The message names the interpreter that misses it.
                raise CiError(missing_required_lib(self.missing_libraries[0]), kind="missing_library")
            # A copy: run() may change its options, and the caller still shows or reuses them.
            own = copy.deepcopy(dict(options))
            self._refuse_empty_required(own)
            for refine in self.options.refine:
                refine(own)
            client = self.connect(own, context.env)
            gates: Gates | None = getattr(client, "gates", None)
            if gates:
                gates.say = context.say
            result: dict[str, Any] = plain(self.run(own, client, context).as_result(diff=diff))
            return result
        except CiError as error:
            return failure(error)
        # SystemExit too: in a worker process it would end the whole run. Timeouts of tasks are BaseExceptions of
        # ansible-core and have to pass.
        except (Exception, SystemExit) as error:
            message = f"Unexpected {type(error).__name__}: this is a bug of the collection, please report it."
            return {"failed": True, "msg": message, "exception": traceback.format_exc()}
        finally:
            if hasattr(client, "close"):
                client.close()
            if hasattr(client, "gates") and (line := client.gates.summary()):
                context.say_more(line)


def _cleaning(context: TaskContext) -> TaskContext:
    """Return the context with lines of progress cleaned: services and builds choose the names in them."""
    say, say_more = context.say, context.say_more
    return replace(context, say=lambda line: say(one_line(line)), say_more=lambda line: say_more(one_line(line)))


def failure(error: CiError) -> dict[str, Any]:
    return {"failed": True, "msg": error.message, "error": error.as_dict()}


def plain(value: Any) -> Any:
    """The value as it would come out of JSON: exact built-in types only."""
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
