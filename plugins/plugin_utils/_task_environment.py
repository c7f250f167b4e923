# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment of a task in a process with another one: variables, home directory, working directory.

A module process has the environment of its task. The controller's worker must not change its own. Only this file reads
the environment of the controller.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible.module_utils.common.validation import check_type_str

from ..module_utils._core.environment import environment_fallback, look_up
from ..module_utils._task.module_spec import plain

_VARIABLE = re.compile(r"\$(\w+|\{[^}]*\})", re.ASCII)


def arguments_of_module(value: Any) -> Any:
    """Return the arguments of a task as its module would get them: plain values, without tags and vault wrappers."""
    if isinstance(value, Mapping):
        return {str(key): arguments_of_module(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [arguments_of_module(item) for item in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if getattr(value, "__ENCRYPTED__", False):  # a vaulted string before ansible-core 2.19; str() decrypts it
        return str.__str__(str(value))
    return plain(value)


def controller_environment(task_environment: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Return the variables of this process, with those of a task instead of its own."""
    own = arguments_of_module(task_environment or {})
    return {**os.environ, **{name: str(value) for name, value in own.items()}}


def with_variable(environment: Any, name: str, value: str) -> list[Any]:
    """Return the keyword `environment` of a task with one more variable, unless its value is empty."""
    several = environment if isinstance(environment, list) else [environment]
    return [*(entry for entry in several if entry), *([{name: value}] if value else [])]


def bind(spec: Mapping[str, Any], env: Mapping[str, str]) -> dict[str, Any]:
    """Return a copy of an argument specification whose fallbacks and paths use `env` instead of os.environ."""

    def path(value: Any) -> str:  # messages name a type by its function's name
        return expand(check_type_str(value), env)

    bound: dict[str, Any] = {}
    types: dict[str, Callable[[Any], str]] = {"path": path}
    for name, original in spec.items():
        option = bound[name] = dict(original)
        for key in ("type", "elements"):
            if option.get(key) in types:
                option[key] = types[option[key]]
        if option.get("fallback", (None,))[0] is environment_fallback:
            option["fallback"] = (functools.partial(look_up, env), *option["fallback"][1:])
        if option.get("options"):
            option["options"] = bind(option["options"], env)
    return bound


def expand(path: str, env: Mapping[str, str]) -> str:
    """Return os.path.expanduser(os.path.expandvars(path)) as in a process with this environment."""
    path = _VARIABLE.sub(lambda found: env.get(found[1].strip("{}"), found[0]), path)
    if (path == "~" or path.startswith("~/")) and "HOME" in env:
        return env["HOME"].rstrip("/") + path[1:] or "/"
    return os.path.expanduser(path)


@contextlib.contextmanager
def working_directory(path: str) -> Iterator[None]:
    """Change to the playbook's directory, in which a module on a local connection starts, for relative paths."""
    before = os.open(".", os.O_RDONLY)  # unlike its path, this outlives the directory
    try:
        os.chdir(path)
        yield
    finally:
        os.fchdir(before)
        os.close(before)
