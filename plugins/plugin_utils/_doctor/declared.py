# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the declarations with the code of the rollout, without a write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ...module_utils._bitrise.doctor.checks import Checks, Private, Value, plural
from ...module_utils._bitrise.files.description import NOT_OPENED
from ...module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    FileKind,
)
from ...module_utils._bitrise.files.observe import Declaration as DeclaredFile
from ...module_utils._bitrise.files.verify import (
    InspectionCache,
    Validation,
    check_pairs,
    validation_of,
)
from ...module_utils._bitrise.fleet.declarations import (
    AppDeclaration,
    OnceReader,
    app_declarations,
    declarations_of,
)
from ...module_utils._bitrise.fleet.options import FLEET, normalized
from ...module_utils._core.errors import CiError
from ...module_utils._local.read_file import Content
from .._code_signing.declaration import Declaration
from .._code_signing.fleet import (
    apps_of,
    check_shared_apps,
    name_hosts,
    runs_of,
)
from .._code_signing.summary import APP
from .._play.causes import Cause, Problem, by_cause

DECLARED = "declared"
# Most causes with a line of their own.
MOST_CAUSES = 20
MOST_HINTS = 3

Json = dict[str, Any]
# Runs the engine in check mode, with these options.
Engine = Callable[[Mapping[str, Any]], Json]


@dataclass
class _Found:
    """Problems and warnings of hosts. Equal ones of files and engine count once."""

    problems: dict[tuple[str, str], Problem] = field(default_factory=dict)
    warnings: dict[tuple[str, str], Problem] = field(default_factory=dict)
    # By text: the kind of an error or the codes of findings, which a record may contain.
    kinds: dict[str, str] = field(default_factory=dict)

    def add(self, host: str, problem: Problem, kind: str) -> None:
        self.problems.setdefault((host, problem.text), problem)
        self.kinds.setdefault(problem.text, kind)

    def warn(self, host: str, text: str) -> None:
        self.warnings.setdefault((host, text), Problem(text))


def check_declared(
    checks: Checks, declared: Sequence[Declaration], read_file: Callable[[str], Content], engine: Engine | None
) -> None:
    """Check the declarations of all hosts. `engine`: None if the service cannot be reached."""
    check_shared_apps(declared)
    declaring = [declaration for declaration in declared if declaration.files]
    _check_hosts(checks, declared, declaring)
    found = _Found()
    for declaration in declared:
        for problem in declaration.problems:
            found.add(declaration.host, problem, "variable")
    valid = [declaration for declaration in declaring if not declaration.problems]
    runs = runs_of(valid)
    number = _inspect_files(runs, read_file, found)
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


def _inspect_files(
    runs: Sequence[tuple[Json, list[Declaration]]], read_file: Callable[[str], Content], found: _Found
) -> int:
    """Validate all declared files as before an upload. Return their number."""
    reader, inspections, number = OnceReader(read_file), InspectionCache(), 0
    for options, several in runs:
        apps = _app_declarations(options, reader, several, found)
        for declaration, app in zip(several, apps, strict=True) if apps else ():
            try:
                files = declarations_of(app, reader)
                number += sum(map(len, files.values()))
                _validate_app(declaration.host, app.app_slug, files, inspections, found)
            except CiError as error:
                found.add(declaration.host, _problem(error.message, app.app_slug), error.kind)
    return number


def _app_declarations(
    options: Json, reader: OnceReader, several: Sequence[Declaration], found: _Found
) -> list[AppDeclaration] | None:
    """Return the engine's declarations of these options, or None if the options are invalid."""
    try:
        given = normalized({name: value for name, value in options.items() if name in FLEET.argument_spec})
        validated = ArgumentSpecValidator(dict(FLEET.argument_spec), **FLEET.rules).validate(given)
        if validated.error_messages:
            raise CiError(validated.error_messages[0])
        return app_declarations(validated.validated_parameters, reader)
    except CiError as error:
        for declaration in several:
            found.add(declaration.host, Problem(error.message), error.kind)
        return None


def _validate_app(
    host: str,
    app_slug: str,
    files: Mapping[FileKind, Sequence[DeclaredFile]],
    inspections: InspectionCache,
    found: _Found,
) -> None:
    validations = [
        replace(validation_of(inspections, kind, app_slug, one.desired, one.content, one.verify, ()), is_sent=True)
        for kind, some in files.items()
        for one in some
        if not _needs_password_of_service(inspections, kind, one)
    ]

    def validate(check: Callable[[], Iterable[str]], codes: Callable[[], Iterable[str]]) -> None:
        try:
            for text in check():
                found.warn(host, text.replace(app_slug, APP))
        except CiError as error:
            found.add(host, _problem(error.message, app_slug), " ".join([error.kind, *codes()]))

    for validation in validations:
        validate(validation.check, partial(_codes, validation))
    validate(partial(check_pairs, validations), lambda: ["unpaired"])


def _codes(validation: Validation) -> list[str]:
    inspection = validation.inspection
    return [finding.code for finding in inspection.errors] if inspection else []


def _needs_password_of_service(inspections: InspectionCache, kind: FileKind, one: DeclaredFile) -> bool:
    """Return whether a file opens only with a password that the service has, and which is not declared."""
    desired = one.desired
    declares = desired.keystore.get("password") if kind == ANDROID_KEYSTORE else desired.password
    if declares is not None or one.content is None:
        return False
    inspection = validation_of(inspections, kind, "", desired, one.content, one.verify, ()).inspection
    return inspection is not None and any(finding.code in NOT_OPENED for finding in inspection.findings)


def _compare(runs: Sequence[tuple[Json, list[Declaration]]], engine: Engine, found: _Found) -> Json | None:
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
                found.add(declaration.host, _problem_of(error, declaration), str(error.get("kind")))
            else:
                counts["apps"] += 1
                counts["changed"] += bool(outcome.get("changed"))
        for text in result.get("warnings") or ():
            _add_warning(found, name_hosts(str(text), several), several)
    return counts


def _add_warning(found: _Found, text: str, several: Sequence[Declaration]) -> None:
    """Add a warning of the engine, unless the validation of files gave the same one. It may concern many apps."""
    if not any(known.replace(APP, host) in text for host, known in found.warnings):
        hosts = (declaration.host for declaration in several if declaration.host in text)
        found.warn(next(hosts, several[0].host), text)


def _problem_of(error: Mapping[str, Any], declaration: Declaration) -> Problem:
    """Return an error of the engine. Add the slug if it may be wrong."""
    problem = _problem(str(error.get("msg")), declaration.slug)
    if error.get("status") != 404:
        return problem
    return replace(problem, hint=f"The slug of {declaration.host} is {declaration.slug}.")


def _problem(message: str, app_slug: str) -> Problem:
    return Problem(message.replace(app_slug, APP) if app_slug else message)


def _report(checks: Checks, found: _Found, number: int) -> None:
    problems = by_cause((host, problem) for (host, _text), problem in found.problems.items())
    warnings = by_cause((host, problem) for (host, _text), problem in found.warnings.items())
    hints: dict[str, dict[str, None]] = {}
    for problem in found.problems.values():
        hints.setdefault(problem.text, {})[problem.hint] = None
    for cause in problems[:MOST_CAUSES]:
        _add(checks.fail, cause, " ".join(list(hints[cause.text])[:MOST_HINTS]), found.kinds[cause.text])
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
    text = cause.text.replace(APP, cause.hosts[0]) if len(hosts) == 1 else cause.text
    values: dict[str, Value] = {
        "message": Private("message", text.rstrip(".") + places),
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
