# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the declarations with the code of the rollout, without a write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...module_utils._bitrise.doctor.checks import Checks, Private, Value
from ...module_utils._core.text import plural
from ...module_utils._local.read_file import Content
from .._code_signing.contents import Found, inspect_files
from .._code_signing.declaration import Declaration
from .._code_signing.fleet import (
    apps_of,
    check_shared_apps,
    name_hosts,
    runs_of,
)
from .._play.causes import Cause, Problem, by_cause

DECLARED = "declared"
# Most causes with a line of their own.
MOST_CAUSES = 20
MOST_HINTS = 3

Json = dict[str, Any]
# Runs the engine in check mode, with these options.
Engine = Callable[[Mapping[str, Any]], Json]


def check_declared(
    checks: Checks, declared: Sequence[Declaration], read_file: Callable[[str], Content], engine: Engine | None
) -> None:
    """Check the declarations of all hosts. `engine`: None if the service cannot be reached."""
    check_shared_apps(declared)
    declaring = [declaration for declaration in declared if declaration.files]
    _check_hosts(checks, declared, declaring)
    found = Found()
    for declaration in declared:
        for problem in declaration.problems:
            found.add(declaration.host, problem, "variable")
    valid = [declaration for declaration in declaring if not declaration.problems]
    runs = runs_of(valid)
    number = inspect_files(runs, read_file, found)
    outcome = _compare(runs, engine, found) if engine else None
    _report(checks, found, number)
    _report_outcome(checks, outcome, len(valid))


def _check_hosts(checks: Checks, declared: Sequence[Declaration], declaring: Sequence[Declaration]) -> None:
    silent = [Private("host", declaration.host) for declaration in declared if declaration.is_empty]
    facts: Mapping[str, Value] = {"hosts": len(declared), "declaring": len(declaring), "silent": len(silent)}
    values: dict[str, Value] = {
        "hosts": plural(len(declared), "host"),
        "declaring": len(declaring),
        "silent": silent,
    }
    if not declaring:
        advice = (
            "Declare files in group_vars or host_vars beside the inventory, for example code_signing_certificates. The "
            "role code_signing documents the variables."
        )
        checks.warn("hosts", "{hosts}, and none declares a file", advice, facts, **values)
    elif silent:
        checks.ok("hosts", "{hosts}, {declaring} with declared files. Without files: {silent}", facts, **values)
    elif len(declaring) == len(declared):
        checks.ok("hosts", "{hosts}, all with declared files", facts, **values)
    else:
        checks.ok("hosts", "{hosts}, {declaring} with declared files", facts, **values)


def _compare(runs: Sequence[tuple[Json, list[Declaration]]], engine: Engine, found: Found) -> Json | None:
    """Have the engine compare the declarations with the service. Return its counts, or None if it could not."""
    counts = {"apps": 0, "changed": 0}
    for options, several in runs:
        result = engine(options)
        apps = apps_of(result, several)
        if apps is None:
            message = str(result.get("msg") or "the engine failed")
            for declaration in several:
                found.add(declaration.host, Problem(message), str((result.get("error") or {}).get("kind")))
            return None
        for declaration, outcome in zip(several, apps, strict=True):
            error = outcome.get("error")
            if error:
                found.add(declaration.host, declaration.problem_of(error), str(error.get("kind")))
            else:
                counts["apps"] += 1
                counts["changed"] += bool(outcome.get("changed"))
        for text in result.get("warnings") or ():
            _add_warning(found, name_hosts(str(text), several), several)
    return counts


def _add_warning(found: Found, text: str, several: Sequence[Declaration]) -> None:
    """Add a warning of the engine, unless the validation of files gave the same one. It may concern many apps."""
    if not any(known in text for _host, known in found.warnings):
        hosts = (declaration.host for declaration in several if declaration.host in text)
        found.warn(next(hosts, several[0].host), text, Problem(text))


def _report(checks: Checks, found: Found, number: int) -> None:
    problems = by_cause((host, problem) for (host, _text), problem in found.problems.items())
    warnings = by_cause((host, problem) for (host, _text), problem in found.warnings.items())
    hints: dict[str, dict[str, None]] = {}
    for problem in found.problems.values():
        hints.setdefault(problem.key, {})[problem.hint] = None
    for cause in problems[:MOST_CAUSES]:
        _add(checks.fail, cause, " ".join(list(hints[cause.key])[:MOST_HINTS]), found.kinds[cause.key])
    for cause in warnings[:MOST_CAUSES]:
        _add(checks.warn, cause, "", "warning")
    left = len(problems[MOST_CAUSES:]) + len(warnings[MOST_CAUSES:])
    if left:
        add = checks.fail if problems[MOST_CAUSES:] else checks.warn
        add("files", "{left} more causes", "Correct the first ones, and run the doctor again.", left=left)
    if not problems:
        checks.ok("files", "{number} valid", {"number": number}, number=plural(number, "declared file"))


def _add(add: Callable[..., None], cause: Cause, hint: str, kind: str) -> None:
    places = f" ({', '.join(cause.places[:3])})" if cause.places else ""
    hosts = [Private("host", host) for host in cause.hosts]
    values: dict[str, Value] = {
        "message": Private("message", cause.text.rstrip(".") + places),
        "hosts": hosts,
        "hint": Private("message", hint),
    }
    add("files", "{message} [{hosts}]", "{hint}" if hint else "", {"kind": kind, "hosts": len(hosts)}, **values)


def _report_outcome(checks: Checks, outcome: Json | None, valid: int) -> None:
    if outcome is None or not outcome["apps"]:
        if valid:
            checks.skip("rollout", "No app was compared with the service, because of the problems above")
        return
    text = "A rollout would change {changed} of {apps}"
    checks.ok("rollout", text, dict(outcome), changed=outcome["changed"], apps=plural(outcome["apps"], "app"))
