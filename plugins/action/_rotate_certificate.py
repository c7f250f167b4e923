# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of the playbook rotate_certificate: validate variables and files of all hosts before the first batch."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..module_utils._bitrise.files.kinds import BUILD_CERTIFICATE
from ..module_utils._bitrise.files.model import is_same_name
from ..module_utils._bitrise.fleet.code_signing import CODE_SIGNING
from ..module_utils._core.errors import OptionError
from ..module_utils._core.text import name_some, plural
from ..module_utils._local.read_file import Content
from ..plugin_utils._code_signing.contents import Found, inspect_files
from ..plugin_utils._code_signing.declaration import (
    PREFIX,
    Declaration,
    declaration_of,
    names_of,
)
from ..plugin_utils._code_signing.declaration import VARIABLES as OF_DECLARATION
from ..plugin_utils._code_signing.fleet import check_shared_apps, runs_of
from ..plugin_utils._play.action import (
    Json,
    PlayAction,
    PlayFailureError,
    play_result,
)
from ..plugin_utils._play.causes import Problem, by_cause, failure_of_problems
from ..plugin_utils._play.evaluation import Evaluator
from ..plugin_utils._play.play_variables import OF_LOOKUP, names_of_play
from ..plugin_utils._play.search import FileSearch
from ..plugin_utils._play.variables import Unknown, Variables

# ansible-core reads these as keywords of the play.
KEYWORDS = ("batch", "max_fail_percentage")
VARIABLES = Variables(
    "rotate_certificate_",
    {
        "old": {"type": "list", "elements": "str"},
        **{name: {"type": "raw"} for name in (*OF_LOOKUP, *KEYWORDS)},
    },
)
# Kinds of errors about the content of a file. Errors of other kinds, such as a missing library, concern only tasks that
# upload the file.
OF_FILES = frozenset({"verify", "local_file", "option"})


@dataclass
class Host:
    """Declaration of one host for the rotation."""

    declaration: Declaration
    old: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    suspected: list[Problem] = field(default_factory=list)  # variables that may be misspelt

    @property
    def name(self) -> str:
        return self.declaration.host

    @property
    def declares_certificate(self) -> bool:
        return bool(self.declaration.files.get(BUILD_CERTIFICATE.plural))


class ActionModule(PlayAction):
    """Return the hosts to rotate with their old certificates, or with `alone` only the host of this task."""

    own = frozenset({"alone"})
    of_play = names_of_play(VARIABLES.prefix, *KEYWORDS)

    def work(self, options: Mapping[str, Any], task_vars: Json) -> Json:
        play = None if options.get("alone") else self.observe_play(task_vars, whole_batch=True)
        own = str(task_vars["inventory_hostname"])
        of_play = [str(name) for name in task_vars.get("ansible_play_hosts_all") or (own,)]
        in_batch = [str(name) for name in task_vars.get("ansible_play_batch") or (own,)]
        # For the task that summarizes the deletions.
        place: Json = {"batch": in_batch, "is_last": in_batch[-1] == of_play[-1]}
        if play is None and not options.get("alone"):
            return play_result(alone=True, rotating=[], old={}, **place)
        batch = play.hosts if play else (own,)
        # A mistake in a later batch must be found before an earlier batch is rotated.
        is_first = bool(play) and batch[0] == of_play[0]
        names = of_play if is_first else batch
        evaluator, search = Evaluator(self._loader), FileSearch()
        hosts, checked = [], self.play_variables(task_vars)
        for name in names:
            variables = play.variables_of(name) if play else task_vars
            checked.note(name, variables)
            hosts.append(_host(name, variables, evaluator, search))
        checked.check()
        check_shared_apps([host.declaration for host in hosts])
        rotating = [host for host in hosts if host.declares_certificate]
        if is_first:
            _inspect(rotating, self.file_reader(CODE_SIGNING))
        _check(hosts, rotating, is_whole_play=len(names) == len(of_play))
        here = set(batch)
        skipped = [host.name for host in hosts if not host.declares_certificate]
        lines = []
        if play and is_first:
            lines.append(f"{plural(len(rotating), 'app')} to rotate, {_batches(task_vars, len(batch), len(of_play))}.")
            if skipped:
                because = "it declares" if len(skipped) == 1 else "they declare"
                lines.append(
                    f"{plural(len(skipped), 'host')} skipped, because {because} no certificate: {name_some(skipped)}."
                )
        return play_result(
            summary=lines,
            # Once for all batches, because the first one validates the whole play.
            warnings=_suspected(hosts) if is_first or not play else (),
            rotating=[host.name for host in rotating if host.name in here],
            old={host.name: host.old for host in rotating if host.name in here},
            **place,
        )


def _host(name: str, variables: Mapping[str, Any], evaluator: Evaluator, search: FileSearch) -> Host:
    declaration = declaration_of(name, variables, evaluator, search)
    read = VARIABLES.read(name, variables, evaluator)
    host = Host(declaration, read.values.get("old") or [], list(read.problems), read.suspected)
    if not host.declares_certificate:
        # These may be the reason. Other problems of the host do not concern the rotation.
        host.problems += [problem for problem in declaration.problems if problem.option == "certificates"]
        host.problems += [
            unknown.problem
            for unknown in OF_DECLARATION.unknown(variables, evaluator.extra_variables)
            if unknown.is_misspelt
        ]
    else:
        declared = names_of(declaration.files[BUILD_CERTIFICATE.plural])
        both = [old for old in host.old if any(is_same_name(old, name) for name in declared)]
        if both:
            text = (
                f"rotate_certificate_old names {', '.join(both)}, which {PREFIX}certificates declares as new. Name "
                "only certificates that are no longer declared"
            )
            host.problems.append(Problem(text))
    return host


def _batches(task_vars: Mapping[str, Any], first: int, hosts: int) -> str:
    """Describe the batches. `first`: the number of hosts in the first one. `hosts`: the number in all batches."""
    if first == hosts:
        return "in one batch"
    size = task_vars.get("rotate_certificate_batch")
    is_one_size = re.fullmatch(r"(\s*|\s*\d+\s*%?\s*)", "" if size is None else str(size))
    return f"in batches of at most {plural(first, 'host')}" if is_one_size else f"{plural(first, 'host')} first"


def _inspect(rotating: Sequence[Host], read_file: Callable[[str], Content]) -> None:
    """Add a problem to each host that declares an invalid file. Send no request."""
    by_name = {host.name: host for host in rotating if not (host.problems or host.declaration.problems)}
    found = Found()
    inspect_files(runs_of(host.declaration for host in by_name.values()), read_file, found)
    for (name, _text), problem in found.problems.items():
        if problem.kind in OF_FILES:
            by_name[name].problems.append(problem)


def _check(hosts: Sequence[Host], rotating: Sequence[Host], *, is_whole_play: bool) -> None:
    """Raise one error with a message for each mistake, or an error if no host declares a certificate."""
    problems = [
        (host.name, problem)
        for host in hosts
        for problem in (*host.problems, *(host.declaration.problems if host.declares_certificate else ()))
    ]
    if problems:
        causes = by_cause(problems)
        hints = dict.fromkeys(problem.hint for _name, problem in problems if problem.hint)
        messages = [*(f"{cause.message()}." for cause in causes), *hints]
        text = f"Nothing was changed. {' '.join(messages)}"
        raise PlayFailureError(failure_of_problems(text, (problem for _name, problem in problems)))
    if not rotating and is_whole_play:
        unknown = list(_unknown(hosts))
        raise OptionError(
            f"Nothing was changed, because no host declares a new certificate in {PREFIX}certificates."
            + (f" These variables do not exist: {name_some(unknown, 5)}." if unknown else "")
        )


def _suspected(hosts: Iterable[Host]) -> list[str]:
    """Return a warning for each variable that may be misspelt."""
    return [cause.message() for cause in by_cause((host.name, problem) for host in hosts for problem in host.suspected)]


def _unknown(hosts: Iterable[Host]) -> Iterable[str]:
    found: dict[str, Unknown] = {unknown.name: unknown for host in hosts for unknown in host.declaration.unknown}
    return (f"{unknown.shown} (the closest variable is {unknown.closest})" for unknown in found.values())
