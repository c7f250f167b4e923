# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of the playbook doctor: check controller, connection, token, declarations and behavior of the service."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ansible.constants import LOCALHOST

from ..module_utils._bitrise.doctor.checks import (
    FAILED,
    OK,
    Checks,
    Private,
    Pseudonyms,
    recorded,
)
from ..module_utils._bitrise.doctor.connection import CONNECTION_CHECKS
from ..module_utils._bitrise.doctor.doctor import BITRISE_DOCTOR, DOCTOR
from ..module_utils._bitrise.doctor.interpreter import ENVIRONMENT_CHECKS
from ..module_utils._bitrise.doctor.token import TOKEN
from ..module_utils._bitrise.fleet.code_signing import CODE_SIGNING
from ..module_utils._bitrise.slug_options import APP, slug_of
from ..module_utils._core.errors import CiError, OptionError
from ..plugin_utils import _inventory_sources
from ..plugin_utils._code_signing.declaration import NAMES, Declaration, declaration_of
from ..plugin_utils._doctor.controller import (
    check_folders,
    check_place,
    check_versions,
    collection_version,
)
from ..plugin_utils._doctor.declared import DECLARED, check_declared
from ..plugin_utils._doctor.record import write_record
from ..plugin_utils._doctor.text import TITLES, lines_of, needs_ascii, verdict
from ..plugin_utils._play.action import Json, PlayAction, display, play_result
from ..plugin_utils._play.connection import CONNECTION, connection_of
from ..plugin_utils._play.evaluation import Evaluator
from ..plugin_utils._play.play_variables import OF_LOOKUP, names_of_play
from ..plugin_utils._play.search import FileSearch
from ..plugin_utils._play.variable_files import ignored_files
from ..plugin_utils._play.variables import Read, Variables

BEHAVIOR = "behavior"
# Options of the module, by variable.
_OPTIONS = {"app": "app_slug", "writes": "writes", "apps": "sample", "concurrency": "concurrency"}
_WITHOUT_DEFAULT = {
    variable: {key: value for key, value in DOCTOR.argument_spec[option].items() if key != "default"}
    for variable, option in _OPTIONS.items()
}
VARIABLES = Variables(
    "doctor_",
    {
        **_WITHOUT_DEFAULT,
        "record": {"type": "path"},
        **CONNECTION,
        **{name: {"type": "raw"} for name in OF_LOOKUP},
    },
    instead={"concurrency": ("code_signing_concurrency",), **{name: (f"code_signing_{name}",) for name in CONNECTION}},
)


class ActionModule(PlayAction):
    """Show all checks and return the verdict. The first host provides the variables of the playbook."""

    of_play = names_of_play(VARIABLES.prefix)

    def work(self, options: Mapping[str, Any], task_vars: Json) -> Json:  # noqa: ARG002
        read = self._own_variables(task_vars)
        own = read.values
        declared, problems = self._declared(task_vars)
        environment = self._check_environment(task_vars, declared)
        for problem in read.suspected:
            environment.warn("variables", "{message}", "", message=Private("message", problem.message))
        pseudonyms = Pseudonyms()
        connections = _connections(own, declared)
        owner = _owner_of(own.get("app"), connections)
        results = [
            self._examine(given, own if number == owner else _without_app(own), task_vars)
            for number, (given, _declared) in enumerate(connections)
        ]
        checks = [check.as_result() for check in environment.found]
        record = recorded(environment.found, pseudonyms)
        behaviors: Json = {}
        for result in results:
            known = _renamed(result, pseudonyms)
            checks += result["checks"]
            record += known
            behaviors.update(result["record"]["behaviors"])
        is_accepted = all(_is_accepted(result) for result in results)
        of_declarations = self._check_declared(declared, problems, task_vars, is_accepted=is_accepted)
        checks += [check.as_result() for check in of_declarations.found]
        record += recorded(of_declarations.found, pseudonyms)
        ordered = _in_order(checks)
        content = {"collection": collection_version(), "checks": _in_order(record), "behaviors": behaviors}
        return self._outcome(ordered, content, own)

    def _progress_reporter(self, task_vars: Mapping[str, Any], show: Callable[[str], None]) -> Callable[[str], None]:  # noqa: ARG002
        """Show the number of completed apps, without the number of changes, which is always 0."""
        return lambda line: show(line.partition(",")[0] if "apps done" in line else line)

    def _own_variables(self, task_vars: Json) -> Read:
        read: Read = VARIABLES.read(str(task_vars["inventory_hostname"]), task_vars, Evaluator(self._loader))
        if read.problems:
            raise OptionError(" ".join(dict.fromkeys(problem.message for problem in read.problems)))
        if read.values.get("app"):
            read.values["app"] = slug_of("doctor_app", read.values["app"], APP)
        return read

    def _declared(self, task_vars: Json) -> tuple[list[Declaration], list[str]]:
        """Return the declaration of each host, and the reasons why hosts are missing."""
        evaluator, search = Evaluator(self._loader), FileSearch()
        problems = _inventory_sources.selection_problems()
        declared, of_play = [], self.play_variables(task_vars)
        for host, variables in self._hosts(task_vars, problems):
            of_play.note(host, variables)
            declared.append(declaration_of(host, variables, evaluator, search))
        of_play.check()
        return ([] if _is_only_localhost(declared, task_vars) else declared), problems

    def _hosts(self, task_vars: Json, problems: list[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        play = self.observe_play(task_vars, whole_batch=True)
        if play is not None:
            yield from play.variables()
            return
        host = str(task_vars["inventory_hostname"])
        others = len(task_vars.get("ansible_play_batch") or ()) - 1
        if others > 0:
            problems.append(f"Of {others + 1} hosts only {host} is examined: this ansible-core shows no others.")
        yield host, task_vars

    def _check_environment(self, task_vars: Json, declared: Sequence[Declaration]) -> Checks:
        checks = Checks(ENVIRONMENT_CHECKS)
        check_versions(checks)
        env = self._environment()
        caches = [str(one.settings["digest_cache"]) for one in declared if one.settings.get("digest_cache")]
        cache = env.get("MOBILEOPS_CI_DIGEST_CACHE")
        check_folders(checks, env, [*caches, *([cache] if cache and not caches else [])])
        reason, problem = self._place(task_vars)
        check_place(checks, reason, problem)
        return checks

    def _place(self, task_vars: Mapping[str, Any]) -> tuple[str | None, str | None]:
        """Return the reason why tasks run as modules, or None, and the problem of a variable about it."""
        self.spec = CODE_SIGNING
        try:
            return self._reason_for_module(self._requested_mode(task_vars)), None
        except CiError as error:
            return None, error.message

    def _examine(self, connection: Json, own: Json, task_vars: Json) -> Json:
        """Run the module with one connection and return its result. A failure of the module becomes a check."""
        reason, problem = self._place(task_vars)
        if problem:
            checks = Checks(CONNECTION_CHECKS)
            checks.skip("module", "The target was not checked, because mobileops_ci_run_in is not valid")
            return _as_result(checks)
        groups = [
            *([ENVIRONMENT_CHECKS] if reason else []),
            CONNECTION_CHECKS,
            TOKEN,
            *([BEHAVIOR] if own.get("behavior", True) else []),
        ]
        given = {option: own[name] for name, option in _OPTIONS.items() if name in own}
        result = self.execute(BITRISE_DOCTOR, {**given, **connection, "checks": groups}, task_vars)
        if "checks" in result:
            return result
        checks = Checks(CONNECTION_CHECKS)
        message = str(result.get("msg") or result.get("module_stderr") or "no result")
        if (result.get("error") or {}).get("kind") == "option":
            checks.fail("options", "{message}", "", message=Private("message", _with_variable(message)))
        else:
            checks.fail("module", "The module failed: {message}", "", message=Private("message", message))
        return _as_result(checks)

    def _check_declared(
        self, declared: Sequence[Declaration], problems: Sequence[str], task_vars: Json, *, is_accepted: bool
    ) -> Checks:
        checks = Checks(DECLARED)
        for problem in problems:
            checks.fail("inventory", "{problem}", "", problem=Private("message", problem))
        if not declared:
            failed = ", ".join(map(os.path.basename, _inventory_sources.failed_sources()))
            if failed:
                text = "Declarations were not checked, because the inventory source {source} failed"
                checks.skip("hosts", text, source=Private("source", failed))
            elif not problems:
                checks.skip("hosts", "No inventory is given", "Add -i with your inventory to check what it declares.")
            return checks
        engine = partial(self._compare, task_vars) if is_accepted else None
        if ignored := ignored_files(task_vars):
            text = "Files without effect, because no group or host has their name: {files}"
            files = [Private("file", file) for file in ignored]
            checks.warn(
                "variable_files", text, "If the name of a group or host is misspelt, rename the file.", files=files
            )
        check_declared(checks, declared, self.file_reader(CODE_SIGNING), engine)
        return checks

    def _compare(self, task_vars: Json, options: Mapping[str, Any]) -> Json:
        """Run the engine in check mode."""
        check_mode, self._task.check_mode = self._task.check_mode, True
        try:
            return self.execute(CODE_SIGNING, options, task_vars, variables=NAMES)
        finally:
            self._task.check_mode = check_mode

    def _outcome(self, checks: Sequence[Mapping[str, Any]], content: Json, own: Json) -> Json:
        ascii_only = needs_ascii()
        display.display("")
        for line, color in lines_of(checks, ascii_only=ascii_only):
            display.display(line, color=color)
        last = verdict(checks)
        record = own.get("record")
        try:
            kept = f" The record is in {write_record(record, content)}." if record else ""
        except CiError as error:
            return play_result(failure={"msg": f"{last} {error.message}"})
        display.display(f"\n{last}{kept}\n")
        stats: Json = {
            "failed_checks": [f"{check['group']}.{check['name']}" for check in checks if check["status"] == FAILED],
            **({"behaviors": content["behaviors"]} if content["behaviors"] else {}),
        }
        if stats["failed_checks"]:
            return play_result(failure={"msg": f"{last} See the lines above."}, stats=stats)
        return play_result(stats=stats)


def _is_only_localhost(declared: Sequence[Declaration], task_vars: Mapping[str, Any]) -> bool:
    """Return whether there is only localhost, and it stands for an inventory that failed or is not given."""
    if len(declared) != 1 or declared[0].host not in LOCALHOST:
        return False
    is_implicit = declared[0].host not in task_vars["groups"].get("all", ())
    if is_implicit and _inventory_sources.failed_sources():
        return True
    return declared[0].is_empty and not declared[0].slug


def _as_result(checks: Checks) -> Json:
    """Return the checks as a result of the module."""
    names = Pseudonyms()
    return {
        "checks": [check.as_result() for check in checks.found],
        "record": {"checks": recorded(checks.found, names), "behaviors": {}},
        "pseudonyms": names.as_dict(),
    }


def _with_variable(message: str) -> str:
    """Return a message about an option of the module with the name of the variable instead."""
    for variable, option in _OPTIONS.items():
        message = re.sub(rf"^{option}\b", f"doctor_{variable}", message)
    return message


def _connections(own: Json, declared: Sequence[Declaration]) -> list[tuple[Json, list[Declaration]]]:
    """Return the different connections with the declarations that use each. Variables of the doctor take precedence."""
    of_doctor = connection_of(own)
    found: dict[str, tuple[Json, list[Declaration]]] = {}
    for declaration in declared:
        if declaration.files:
            given = {**connection_of(declaration.settings), **of_doctor}
            # The key contains a token, so it must not get into any message.
            found.setdefault(repr(sorted(given.items())), (given, []))[1].append(declaration)
    return list(found.values()) or [(of_doctor, [])]


def _owner_of(app: str | None, connections: Sequence[tuple[Json, list[Declaration]]]) -> int:
    """Return the number of the connection that the app for temporary files belongs to."""
    of_app = (number for number, (_given, some) in enumerate(connections) if any(one.slug == app for one in some))
    return next(of_app, 0)


def _without_app(own: Json) -> Json:
    """Return the variables for a connection that the app for temporary files does not belong to."""
    return {**{name: value for name, value in own.items() if name not in ("app", "writes")}, "behavior": False}


def _renamed(result: Json, pseudonyms: Pseudonyms) -> list[Json]:
    """Return the record of a module with the pseudonyms of the whole playbook."""
    names = {
        name: pseudonyms.of(Private(kind, value))
        for kind, known in result["pseudonyms"].items()
        for value, name in known.items()
    }
    text = json.dumps(result["record"]["checks"])
    if names:
        any_name = "|".join(map(re.escape, names))
        text = re.sub(rf"(?<![\w-])({any_name})(?!\d)", lambda found: names[found[1]], text)
    renamed: list[Json] = json.loads(text)
    return renamed


def _is_accepted(result: Json) -> bool:
    return any(
        check["group"] == TOKEN and check["name"] == "valid" and check["status"] == OK for check in result["checks"]
    )


def _in_order(checks: Sequence[Json]) -> list[Json]:
    groups = list(TITLES)
    return sorted(checks, key=lambda check: groups.index(check["group"]))
