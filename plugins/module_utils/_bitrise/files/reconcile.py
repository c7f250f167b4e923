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
    FileAction,
    simulate,
)
from .apply import Application, Declared
from .description import (
    Description,
    replacement_warnings,
)
from .diff import shown_files
from .kinds import PROVISIONING_PROFILE, FileKind
from .model import RemoteFile
from .observe import (
    Declaration,
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
    Inspector,
    Verdict,
    check_pairs,
    look_inside,
)


@dataclass
class AppOutcome:
    """What happened to one app. After a failure `actions` are those that were complete by then."""

    actions: list[FileAction] = field(default_factory=list)
    files: list[tuple[FileKind, RemoteFile]] = field(default_factory=list)  # the declared ones
    before: dict[str, Any] = field(default_factory=dict)  # by kind and name, as a diff shows them
    after: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    unverified: list[tuple[FileKind, RemoteFile]] = field(default_factory=list)


@dataclass(frozen=True)
class PreparedApp:
    """An app that is planned and validated, and not changed yet."""

    plan: AppPlan
    observed: Mapping[FileKind, Sequence[RemoteFile]]
    declared: Declared
    policy: Policy
    observer: Observer
    verdicts: Mapping[Key, Verdict]
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
    inspector: Inspector | None = None,
) -> PreparedApp:
    """Observe, plan and validate one app. Sends only GET requests; raises CiError for what must not or cannot be "
    "done."""
    observer = Observer(client, app_slug, digests, inspector)
    wanted, files = observe_app(observer, declared)
    # The answer to the list tells the time by the service's clock.
    policy = replace(policy, now=client.service_time())
    plan = plan_app(app_slug, wanted, files, policy)
    verdicts, warnings = _validate(observer, declared, plan)
    before, after, replacements = _describe(observer, declared, plan, files)
    return PreparedApp(
        plan, files, declared, policy, observer, verdicts, (*plan.warnings, *warnings, *replacements), before, after
    )


def apply_app(
    client: BitriseClient,
    prepared: PreparedApp,
    outcome: AppOutcome,
    *,
    check_mode: bool,
    go_on: Callable[[], None] = lambda: None,
) -> None:
    """Carry the plan out, or in check mode only tell what it would do. `outcome` is filled as things are done."""
    plan = prepared.plan
    go_on()
    prepared.observer.use(client)
    outcome.warnings += [*prepared.warnings, *_back_up(client, prepared, check_mode=check_mode)]
    outcome.before, outcome.after = dict(prepared.before), dict(prepared.after)
    if check_mode:
        outcome.actions += plan.actions
    elif plan.actions:
        application = Application(client, prepared.observer, prepared.declared, prepared.policy, outcome.actions, go_on)
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
    outcome: AppOutcome, plan: AppPlan, changed: Mapping[Key, RemoteFile], *, only_changed: bool = False
) -> None:
    """Add the declared files as they are now, or in check mode as they will be."""
    for file_plan in plan.files:
        file = changed.get(file_plan.key) or (None if only_changed else _planned_file(file_plan))
        if file is not None and file_plan.desired.present:
            outcome.files.append((file_plan.place.kind, file))
            if file_plan.decision.is_unverified:
                outcome.unverified.append((file_plan.place.kind, file))


def _validate(observer: Observer, declared: Declared, plan: AppPlan) -> tuple[dict[Key, Verdict], list[str]]:
    """Look inside the files that would be sent. Raises RefusedError for what must not be sent."""
    verdicts: dict[Key, Verdict] = {}
    warnings: list[str] = []
    for file_plan, declaration in _with_declarations(plan, declared):
        verdict = look_inside(
            observer.inspector,
            file_plan.place.kind,
            plan.app_slug,
            file_plan.desired,
            declaration.content,
            declaration.verify,
            file_plan.actions,
        )
        verdicts[file_plan.key] = verdict
        warnings += verdict.check()
    warnings += check_pairs(list(verdicts.values()))
    return verdicts, warnings


def _with_declarations(plan: AppPlan, declared: Declared) -> list[tuple[FilePlan, Declaration]]:
    by_key = {(kind, one.desired.key): one for kind, some in declared.items() for one in some}
    return [(file_plan, by_key[file_plan.key]) for file_plan in plan.files]


def _describe(
    observer: Observer, declared: Declared, plan: AppPlan, observed: Mapping[FileKind, Sequence[RemoteFile]]
) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """Return the files before and after as a diff shows them, and warnings about doubtful replacements."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    warnings: list[str] = []
    for file_plan, declaration in _with_declarations(plan, declared):
        kind = file_plan.place.kind
        if not file_plan.actions:
            continue
        old, new = Description(), Description()
        replaced = [file for file, reason in file_plan.decision.removed if reason == "replaced"]
        if file_plan.upload:
            password = file_plan.upload.changes.get(PASSWORD, file_plan.desired.password)
            new = observer.describe_declared(kind, declaration, replace(file_plan.desired, password=password))
            # Of a certificate or keystore the list tells enough; two requests more tell what a profile is.
            downloads = kind == PROVISIONING_PROFILE
            if replaced:
                # The file is about to be replaced: that it cannot be described is no reason to keep it.
                with contextlib.suppress(CiError):
                    old = observer.describe(kind, replaced[-1], downloads=downloads)
            subject = f"{kind.words.capitalize()} {file_plan.desired.label} of app {plan.app_slug}"
            warnings += replacement_warnings(subject, kind, old, new)
        touched = file_plan.decision.touched
        descriptions = {str(replaced[-1].slug): old.shown(kind)} if replaced else {}
        is_about = [file for file in observed[kind] if file.slug in touched]
        planned = [
            file for file in simulate(observed[kind], file_plan.actions) if file.slug is None or file.slug in touched
        ]
        _add(before, kind, shown_files(kind, is_about, file_plan.desired, descriptions))
        _add(after, kind, shown_files(kind, planned, file_plan.desired, {**descriptions, "": new.shown(kind)}))
    for kind in declared:
        slugs = {action.slug for action in plan.purge if action.kind == kind.name}
        if slugs:
            _add(before, kind, shown_files(kind, [file for file in observed[kind] if file.slug in slugs]))
            after.setdefault(kind.plural, {})
    return before, after, warnings


def _add(shown: dict[str, Any], kind: FileKind, files: Mapping[str, Any]) -> None:
    """Add files to those of a kind: files of one name, of which one is declared by its slug, do not hide each other."""
    known = shown.setdefault(kind.plural, {})
    for name, file in files.items():
        number = sum(other == name or other.startswith(f"{name} (") for other in known)
        known[f"{name} ({number + 1})" if number else name] = file


def _back_up(client: BitriseClient, prepared: PreparedApp, *, check_mode: bool) -> list[str]:
    """Save what the plan deletes, where a declaration asks for it. Returns warnings about what could not be saved."""
    problems = [
        declaration.backup.save(client, file_plan.place.kind, prepared.plan.app_slug, file, check_mode=check_mode)
        for file_plan, declaration in _with_declarations(prepared.plan, prepared.declared)
        if declaration.backup
        for file, _reason in file_plan.decision.removed
    ]
    return [problem for problem in problems if problem]


def _planned_file(file_plan: FilePlan) -> RemoteFile | None:
    """Return the declared file as it will be, in the form of a result of the service."""
    kind, keep = file_plan.place.kind, file_plan.decision.keep
    if keep is not None:
        return simulate([keep], [action for action in file_plan.actions if action.slug == keep.slug])[0]
    if file_plan.upload is None:
        return None
    file = simulate([], [file_plan.upload])[0]
    # What the service would fill in, as far as it is known.
    known = {"file_sha256": file.sha256, "user_env_key": file.env_key}
    return replace(file, others={key: known.get(key, unset) for key, unset in kind.unset.items()})
