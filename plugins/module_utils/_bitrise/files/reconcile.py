# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring the files of one app to their declared state: observe, plan, validate, back up, apply."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..._core.errors import CiError
from ..client import BitriseClient
from .actions import (
    PASSWORD,
    Delete,
    FileAction,
    simulate,
)
from .apply import Declared, PlanApplication
from .description import (
    Description,
    replacement_warnings,
)
from .diff import files_for_diff
from .evidence import is_marker
from .kinds import BUILD_CERTIFICATE, PROVISIONING_PROFILE, FileKind
from .model import RemoteFile
from .observe import (
    DeclaredFile,
    Digests,
    Observer,
    observe_app,
)
from .plan_app import (
    AppPlan,
    FilePlan,
    Key,
    Policy,
    plan_app,
)
from .verify import (
    InspectionCache,
    Validation,
    check_pairs,
    validation_of,
)

# Reasons for the deletion of a file that builds may use. A duplicate has a copy, and a leftover has no content.
_REASONS = frozenset({"replaced", "absent", "undeclared"})


@dataclass
class FilesOutcome:
    """The outcome for the files of one app. After a failure, `actions` holds the actions that were complete."""

    actions: list[FileAction] = field(default_factory=list)
    files: list[tuple[FileKind, RemoteFile]] = field(default_factory=list)  # declared files
    before: dict[str, Any] = field(default_factory=dict)  # by kind and name, as a diff shows them
    after: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    unverified: list[tuple[FileKind, RemoteFile]] = field(default_factory=list)
    leftovers: int = 0  # number of unfinished uploads that another run may still have in progress


@dataclass(frozen=True)
class PreparedApp:
    """An app that was planned and validated, but not changed yet."""

    plan: AppPlan
    observed: Mapping[FileKind, Sequence[RemoteFile]]
    declared: Declared
    policy: Policy
    observer: Observer
    validations: Mapping[Key, Validation]
    warnings: tuple[str, ...] = ()
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)

    @property
    def observed_count(self) -> int:
        return sum(len(files) for files in self.observed.values())


def prepare_app(
    client: BitriseClient,
    app_slug: str,
    declared: Declared,
    policy: Policy,
    digests: Digests | None = None,
    inspections: InspectionCache | None = None,
) -> PreparedApp:
    """Observe, plan and validate one app. Send only GET requests.

    Raise CiError for declared files that cannot or must not be applied.
    """
    observer = Observer(client, app_slug, digests, inspections)
    desired, files = observe_app(observer, declared)
    # The response with the list has the time of the service's clock.
    policy = replace(policy, now=client.service_time())
    plan = plan_app(app_slug, desired, files, policy)
    validations, warnings = _validate(observer, declared, plan, files)
    before, after, replacements = _describe(observer, declared, plan, files)
    return PreparedApp(
        plan, files, declared, policy, observer, validations, (*plan.warnings, *warnings, *replacements), before, after
    )


def apply_app(
    client: BitriseClient,
    prepared: PreparedApp,
    outcome: FilesOutcome,
    *,
    check_mode: bool,
    check_stop: Callable[[], None] = lambda: None,
) -> None:
    """Apply the plan. In check mode, only report it. Fill `outcome` as actions complete."""
    plan = prepared.plan
    check_stop()
    prepared.observer.use(client)
    outcome.warnings += [*prepared.warnings, *_back_up(client, prepared, check_mode=check_mode)]
    outcome.before, outcome.after = dict(prepared.before), dict(prepared.after)
    outcome.leftovers = plan.leftover_count
    if check_mode:
        outcome.actions += plan.actions
    elif plan.actions:
        application = PlanApplication(
            client, prepared.observer, prepared.declared, prepared.policy, outcome.actions, check_stop
        )
        try:
            application.run(plan, prepared.observed)
        except BaseException:
            _add_files(outcome, plan, application.files, only_changed=True)
            raise
        finally:
            outcome.warnings += application.warnings
        _add_files(outcome, plan, application.files)
        return
    _add_files(outcome, plan, {})


def _add_files(
    outcome: FilesOutcome, plan: AppPlan, changed: Mapping[Key, RemoteFile], *, only_changed: bool = False
) -> None:
    """Add the declared files as they are now, or in check mode as they will be."""
    for file_plan in plan.files:
        file = changed.get(file_plan.key) or (None if only_changed else _planned_file(file_plan))
        if file is not None and file_plan.desired.present:
            outcome.files.append((file_plan.location.kind, file))
            if file_plan.decision.is_unverified:
                outcome.unverified.append((file_plan.location.kind, file))


def _validate(
    observer: Observer, declared: Declared, plan: AppPlan, observed: Mapping[FileKind, Sequence[RemoteFile]]
) -> tuple[dict[Key, Validation], list[str]]:
    """Validate the files that would be uploaded. Raise RejectedError for an invalid one."""
    validations: dict[Key, Validation] = {}
    warnings: list[str] = []
    for file_plan, declared_file in _with_declared_files(plan, declared):
        validation = validation_of(
            observer.inspections,
            file_plan.location.kind,
            plan.app_slug,
            file_plan.decision.effective,
            declared_file.content,
            declared_file.verify,
            file_plan.actions,
        )
        validations[file_plan.key] = validation
        warnings += validation.check()
    present = [validations[file_plan.key] for file_plan in plan.files if file_plan.desired.present]
    deleted = {
        action.slug
        for action in plan.actions
        if isinstance(action, Delete) and action.kind == BUILD_CERTIFICATE.name and action.reason in _REASONS
    }
    known = deleted | {file_plan.decision.keep.slug for file_plan in plan.files if file_plan.decision.keep}
    others = [
        file
        for file in observed.get(BUILD_CERTIFICATE, ())
        if file.slug not in known and file.processed and not is_marker(file)
    ]
    warnings += check_pairs(present, removes_certificate=bool(deleted), has_other_certificates=bool(others))
    return validations, warnings


def _with_declared_files(plan: AppPlan, declared: Declared) -> list[tuple[FilePlan, DeclaredFile]]:
    by_key = {(kind, one.desired.key): one for kind, some in declared.items() for one in some}
    return [(file_plan, by_key[file_plan.key]) for file_plan in plan.files]


def _describe(
    observer: Observer, declared: Declared, plan: AppPlan, observed: Mapping[FileKind, Sequence[RemoteFile]]
) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """Return the files before and after in the form of a diff, and warnings about replacements to check."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    warnings: list[str] = []
    for file_plan, declared_file in _with_declared_files(plan, declared):
        kind = file_plan.location.kind
        if not file_plan.actions:
            continue
        old, new = Description(), Description()
        replaced = [file for file, reason in file_plan.decision.removed if reason == "replaced"]
        if file_plan.upload:
            password = file_plan.upload.changes.get(PASSWORD, file_plan.desired.password)
            new = observer.describe_declared(kind, declared_file, replace(file_plan.desired, password=password))
            # The list describes certificates and keystores. A profile must be downloaded, which takes two requests.
            downloads = kind == PROVISIONING_PROFILE
            if replaced:
                # The details serve only the warnings, so a failed download does not stop the replacement.
                with contextlib.suppress(CiError):
                    old = observer.describe(kind, replaced[-1], downloads=downloads)
            subject = f"{kind.words.capitalize()} {file_plan.desired.label} of app {plan.app_slug}"
            warnings += replacement_warnings(subject, kind, old, new)
        touched = file_plan.decision.touched
        descriptions = {str(replaced[-1].slug): old.for_diff(kind, new)} if replaced else {}
        is_about = [file for file in observed[kind] if file.slug in touched]
        planned = [
            file for file in simulate(observed[kind], file_plan.actions) if file.slug is None or file.slug in touched
        ]
        keep = file_plan.decision.keep
        # Where the diff shows the declared file under its name, it compares like with like.
        main = keep.slug if keep else replaced[-1].slug if replaced else None
        _add(before, kind, files_for_diff(kind, is_about, file_plan.desired, descriptions, main))
        _add(
            after,
            kind,
            files_for_diff(kind, planned, file_plan.desired, {**descriptions, "": new.for_diff(kind)}, main),
        )
    for kind in declared:
        slugs = {action.slug for action in plan.purge if action.kind == kind.name}
        if slugs:
            _add(before, kind, files_for_diff(kind, [file for file in observed[kind] if file.slug in slugs]))
            after.setdefault(kind.plural, {})
    return before, after, warnings


def _add(files_by_kind: dict[str, Any], kind: FileKind, files: Mapping[str, Any]) -> None:
    """Add files to those of a kind. Number equal names, which occur if one file is declared by its slug."""
    known = files_by_kind.setdefault(kind.plural, {})
    for name, file in files.items():
        keys = (name, *(f"{name} ({number})" for number in range(2, len(known) + 3)))
        known[next(key for key in keys if key not in known)] = file


def _back_up(client: BitriseClient, prepared: PreparedApp, *, check_mode: bool) -> list[str]:
    """Back up the files that the plan deletes, if the declared file has a backup folder. Return warnings."""
    problems = [
        declared_file.backup.save(client, file_plan.location.kind, prepared.plan.app_slug, file, check_mode=check_mode)
        for file_plan, declared_file in _with_declared_files(prepared.plan, prepared.declared)
        if declared_file.backup
        for file, _reason in file_plan.decision.removed
    ]
    return [problem for problem in problems if problem]


def _planned_file(file_plan: FilePlan) -> RemoteFile | None:
    """Return the declared file as it will be after the plan, or None if it will be absent."""
    kind, keep = file_plan.location.kind, file_plan.decision.keep
    if keep is not None:
        return simulate([keep], [action for action in file_plan.actions if action.slug == keep.slug])[0]
    if file_plan.upload is None:
        return None
    file = simulate([], [file_plan.upload])[0]
    # Values that the service will compute, as far as they are known.
    known = {"file_sha256": file.sha256, "user_env_key": file.env_key}
    return replace(file, others={key: known.get(key, unset) for key, unset in kind.unset.items()})
