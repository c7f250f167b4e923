# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts at a task and their variables.

This module holds the private names of ansible-core that the package needs. If one of them is missing, `observe_play`
returns the reason as a text, and the action runs once for each host instead:

* the local variable ``host_tasks`` of ``StrategyModule.run`` in the linear strategy. The worker process is forked
  inside that function, so the stack shows which hosts are at the task. No variable tells: ``ansible_play_batch`` also
  contains hosts that wait for a ``rescue``, that a dynamic include left out, or that ended their role;
* ``HostVars._variable_manager`` and ``HostVars._inventory``, together with ``VariableManager.get_vars``: the variables
  of a host at this task;
* ``Task.get_play``, which has a public name but no documentation.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.strategy import StrategyBase

from ...module_utils._core.errors import OptionError
from .._task_environment import controller_environment
from .variable_files import why_unreadable

# Set by tests: behave as if ansible-core did not tell who takes part.
ALONE = "MOBILEOPS_CI_TEST_ALONE"

# A worker adds these to the variables of its host; they are the same for all hosts.
_FROM_WORKER = ("ansible_search_path", "ansible_current_hosts", "ansible_failed_hosts")


@dataclass(frozen=True)
class Play:
    """The hosts at one task, in play order, and access to their variables."""

    hosts: tuple[str, ...]
    _task: Any
    _manager: Any
    _inventory: Any
    _extra: Mapping[str, Any]
    _known: Mapping[str, Any]

    def variables_of(self, name: str) -> dict[str, Any]:
        """Return the variables that a task of this host would get. Keep only one host's variables in memory.

        Raise OptionError if ansible-core cannot read them, such as a file that is invalid or encrypted.
        """
        play, host = self._task.get_play(), self._inventory.get_host(name)
        with _reading(name):
            variables: dict[str, Any] = self._manager.get_vars(play=play, host=host, task=self._task, **self._known)
        variables.update(self._extra)
        return variables

    def variables(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield each host with its variables, one at a time."""
        for name in self.hosts:
            yield name, self.variables_of(name)


def observe_play(task: Any, task_vars: Mapping[str, Any], *, whole_batch: bool = False) -> Play | str:
    """Return the hosts at this task, or the reason why that is unknown.

    `whole_batch`: the caller knows that every host of ``ansible_play_batch`` is at the task, as in a playbook of this
    collection without ``rescue`` or conditions around it. Then the frame of the strategy is not needed.
    """
    if controller_environment().get(ALONE):
        return f"{ALONE} is set"
    hosts = tuple(task_vars.get("ansible_play_batch") or ()) if whole_batch else _hosts_at(task)
    if not hosts:
        return "the strategy does not run each task for all hosts at once"
    hostvars = task_vars.get("hostvars")
    manager, inventory = getattr(hostvars, "_variable_manager", None), getattr(hostvars, "_inventory", None)
    if not hasattr(manager, "get_vars") or not hasattr(inventory, "get_host") or not hasattr(task, "get_play"):
        return "this ansible-core keeps the variables of its hosts elsewhere"
    extra = {name: task_vars[name] for name in _FROM_WORKER if name in task_vars}
    return Play(hosts, task, manager, inventory, extra, _known(task_vars))


def raw_variables(name: str, task_vars: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the variables of any host, with templates as they are. Raise OptionError as Play.variables_of does."""
    hostvars = task_vars["hostvars"]
    get: Callable[[str], Mapping[str, Any]] = getattr(hostvars, "raw_get", hostvars.__getitem__)
    with _reading(name):
        return get(name)


@contextmanager
def _reading(name: str) -> Iterator[None]:
    try:
        yield
    except AnsibleError as error:
        raise OptionError(f"ansible-core cannot read the variables of {name}. {why_unreadable(error)}") from error


def variables_of_play(task: Any, task_vars: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the variables that the play has without a host, such as extra variables. Its keywords see only these.

    Return None if this ansible-core keeps them elsewhere.
    """
    manager: Any = getattr(task_vars.get("hostvars"), "_variable_manager", None)
    if not hasattr(manager, "get_vars") or not hasattr(task, "get_play"):
        return None
    variables: Mapping[str, Any] = manager.get_vars(play=task.get_play(), include_hostvars=False, **_known(task_vars))
    return variables


def _known(task_vars: Mapping[str, Any]) -> dict[str, Any]:
    """Return the lists that get_vars() would compute again each time."""
    return {"_hosts": task_vars.get("ansible_play_batch"), "_hosts_all": task_vars.get("ansible_play_hosts_all")}


def _hosts_at(task: Any) -> tuple[str, ...] | None:
    frame = sys._getframe()
    while frame is not None:
        if "host_tasks" in frame.f_code.co_varnames and isinstance(frame.f_locals.get("self"), StrategyBase):
            try:
                return tuple(host.name for host, other in frame.f_locals["host_tasks"] if other._uuid == task._uuid)
            except (AttributeError, KeyError, TypeError, ValueError):
                return None
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return None
