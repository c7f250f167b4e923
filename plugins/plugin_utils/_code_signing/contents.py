# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validate the local files that hosts declare with the code of the rollout, without a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ...module_utils._bitrise.files.description import NOT_OPENED
from ...module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    FileKind,
)
from ...module_utils._bitrise.files.observe import DeclaredFile
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
    declared_files_of,
)
from ...module_utils._bitrise.fleet.fleet_options import FLEET, normalized
from ...module_utils._core.errors import CiError, ErrorKind
from ...module_utils._local.read_file import Content
from .._play.causes import Problem, problem_of_app
from .declaration import Declaration

Json = dict[str, Any]


@dataclass
class Found:
    """Problems and warnings of hosts. Equal ones of files and engine count once."""

    problems: dict[tuple[str, str], Problem] = field(default_factory=dict)
    warnings: dict[tuple[str, str], Problem] = field(default_factory=dict)
    # By the key of a problem: the kind of an error or the codes of findings, which a record may contain.
    kinds: dict[str, str] = field(default_factory=dict)

    def add(self, host: str, problem: Problem, kind: str) -> None:
        self.problems.setdefault((host, problem.text), problem)
        self.kinds.setdefault(problem.key, kind)

    def warn(self, host: str, text: str, problem: Problem) -> None:
        """Add a warning. `text`: that of the engine, which names the host."""
        self.warnings.setdefault((host, text), problem)


def inspect_files(
    runs: Sequence[tuple[Json, list[Declaration]]], read_file: Callable[[str], Content], found: Found
) -> int:
    """Validate all declared files as before an upload. Return their number."""
    reader, inspections, number = OnceReader(read_file), InspectionCache(), 0
    for options, several in runs:
        apps = _app_declarations(options, reader, several, found)
        for declaration, app in zip(several, apps, strict=True) if apps else ():
            try:
                files = declared_files_of(app, reader)
                number += sum(map(len, files.values()))
                _validate_app(declaration, files, inspections, found)
            except CiError as error:
                found.add(declaration.host, _problem_of(error, declaration), error.kind)
    return number


def _app_declarations(
    options: Json, reader: OnceReader, several: Sequence[Declaration], found: Found
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
            found.add(declaration.host, _problem_of(error, declaration), error.kind)
        return None


def _validate_app(
    declaration: Declaration,
    files: Mapping[FileKind, Sequence[DeclaredFile]],
    inspections: InspectionCache,
    found: Found,
) -> None:
    host, app_slug = declaration.host, declaration.slug
    validations = [
        replace(validation_of(inspections, kind, app_slug, one.desired, one.content, one.verify, ()), is_sent=True)
        for kind, some in files.items()
        for one in some
        if not _needs_password_of_service(inspections, kind, one)
    ]

    def validate(check: Callable[[], Iterable[str]], codes: Callable[[], Iterable[str]]) -> None:
        try:
            for text in check():
                problem = declaration.problem_of({"msg": text, "kind": ErrorKind.VERIFY.value})
                found.warn(host, problem_of_app(text, app_slug, host=host).text, problem)
        except CiError as error:
            found.add(host, _problem_of(error, declaration), " ".join([error.kind, *codes()]))

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


def _problem_of(error: CiError, declaration: Declaration) -> Problem:
    return declaration.problem_of({"msg": error.message, "kind": error.kind.value})
