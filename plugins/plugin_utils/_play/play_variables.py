# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables that ansible-core reads before a play has hosts, such as the patterns of its hosts.

In group_vars and host_vars they have no effect: the play would run on all hosts. Here that becomes an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...module_utils._core.errors import OptionError
from .causes import Problem, by_cause
from .evaluation import place_of
from .hosts import raw_variables, variables_of_play
from .lists import is_blank

# Variables of the lookup mobileops.ci.app_hosts, without the prefix.
OF_LOOKUP = ("hosts", "allow_empty")


def names_of_play(prefix: str, *more: str) -> tuple[str, ...]:
    """Return the names of the variables that only a play with this prefix reads."""
    return tuple(f"{prefix}{name}" for name in (*OF_LOOKUP, *more))


def check_extra_variables(problems: Iterable[tuple[str, Problem]], hosts: int) -> None:
    """Raise OptionError for problems of extra variables that all hosts have, instead of one error for each host.

    The value of an extra variable may have templates, so that it is wrong for some hosts only.
    """
    causes = by_cause((host, problem) for host, problem in problems if problem.is_extra)
    messages = [cause.problems[0].message for cause in causes if len(cause.hosts) == hosts]
    if messages:
        raise OptionError(f"Nothing was changed. {' '.join(messages)}")


class PlayVariables:
    """Collects the hosts that set variables of the play. `names`: the variables."""

    def __init__(self, task: Any, task_vars: Mapping[str, Any], names: Sequence[str]) -> None:
        self._task_vars = task_vars
        # A variable of the play, such as an extra variable, takes precedence over those of hosts.
        given = variables_of_play(task, task_vars) if names else None
        self._names = [] if given is None else [name for name in names if is_blank(given.get(name))]
        self._problems: list[tuple[str, Problem]] = []

    def note(self, host: str, variables: Mapping[str, Any]) -> None:
        """Record a problem for each variable of the play that the host sets."""
        for name in self._names:
            if not is_blank(variables.get(name)):
                text = f"{name} is a variable of the play: set it with -e; in group_vars and host_vars it has no effect"
                self._problems.append((host, Problem(text, place_of(variables[name]))))

    def check(self) -> None:
        """Raise OptionError if a host sets one."""
        if self._problems:
            messages = [f"{cause.message()}." for cause in by_cause(self._problems)]
            raise OptionError(f"Nothing was changed. {' '.join(messages)}")

    def check_all(self) -> None:
        """Raise OptionError if a host of the play sets one."""
        if not self._names:
            return
        for host in self._task_vars.get("ansible_play_hosts_all") or ():
            self.note(str(host), raw_variables(str(host), self._task_vars))
        self.check()
