# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One app of a fleet: everything is planned before anything is changed, and a purge comes last."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.actions import FileAction
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.journal import Journal
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import RemoteFile
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.reconcile import (
    Begun,
    Digests,
    FilesOfApp,
    Step,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.verify import Inspector, check_pairs
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.declarations import (
    KINDS,
    AppDeclaration,
    declarations_of,
)
from ansible_collections.mobileops.ci.plugins.module_utils._errors import (
    CiError,
    NotDoneError,
    OptionError,
    RefusedError,
)
from ansible_collections.mobileops.ci.plugins.module_utils._local_file import Content


@dataclass
class AppOutcome:
    """What came of one app. After a failure `actions` are those that were complete by then."""

    actions: list[FileAction] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    error: CiError | None = None

    def as_result(self) -> dict[str, Any]:
        return {
            "changed": bool(self.actions),
            "actions": [action.as_dict() for action in self.actions],
            "error": {"msg": self.error.message, **self.error.as_dict()} if self.error else None,
            "files": self.files,
            "diff": {"before": self.before, "after": self.after},
        }


@dataclass(frozen=True)
class FleetPolicy:
    """What holds for every app of the task."""

    purge: frozenset[str]
    max_purge: int
    check_mode: bool
    read_file: Callable[[str], Content]
    journal: Journal
    digests: Digests | None = None
    inspector: Inspector = field(default_factory=Inspector)
    stop: threading.Event = field(default_factory=threading.Event)

    def go_on(self, app_slug: str) -> None:
        if self.stop.is_set():
            raise NotDoneError(f"App {app_slug} was not dealt with any further: the task was stopped.")


def reconcile_app(client: BitriseClient, declared: AppDeclaration, policy: FleetPolicy) -> AppOutcome:
    """Make the declarations for one app true. Errors are part of the outcome."""
    outcome = AppOutcome()
    try:
        _reconcile(client, declared, policy, outcome)
    except CiError as error:
        outcome.error = error
    except (Exception, SystemExit) as error:  # a fault that one app brings to light must not stop the others
        message = f"Unexpected {type(error).__name__} with app {declared.app_slug}: this is a bug of the collection."
        outcome.error = CiError(message, kind="bug")
    return outcome


def _reconcile(client: BitriseClient, declared: AppDeclaration, policy: FleetPolicy, outcome: AppOutcome) -> None:
    policy.go_on(declared.app_slug)
    todo, purges = _prepare(client, declared, policy)
    outcome.warnings += check_pairs([step.verdict for _files, step in todo if step.verdict])
    for files, step in todo:
        outcome.warnings += [*step.warnings, *files.back_up(step, check_mode=policy.check_mode)]
    # First all that is new, then all that is old: a certificate that is replaced stays until the profiles that embed
    # its successor are there, so that a build which starts in between finds a pair that fits.
    begun: list[tuple[Step, Begun | None]] = []
    try:
        for files, step in todo:
            begun.append((step, _begin(files, step, policy, outcome)))
        while begun:
            step, part = begun[0]
            if part is None:
                outcome.actions += step.last
            else:
                part.finish()
            begun.pop(0)
    except CiError as error:
        waiting = [action for step, _part in begun for action in step.last if action not in outcome.actions]
        if waiting:
            listed = ", ".join(f"{action.name} (slug {action.slug})" for action in waiting)
            error.notes.append(f"What is replaced already is still there: {listed}. Run again to finish.")
        raise
    finally:
        outcome.warnings += [text for files in dict.fromkeys(files for files, _step in todo) for text in files.warnings]
    for files, step in purges:
        if step.plan.changed:
            policy.go_on(declared.app_slug)
            _add(outcome.before.setdefault(files.kind.plural, {}), step.plan.before)
            outcome.after.setdefault(files.kind.plural, {})
            if policy.check_mode:
                outcome.actions += step.actions
            else:
                files.apply(step, outcome.actions)


def _begin(files: FilesOfApp, step: Step, policy: FleetPolicy, outcome: AppOutcome) -> Begun | None:
    """Do all of a step but its deletions; None where nothing is really done."""
    part, file = None, step.file
    if step.plan.changed:
        policy.go_on(files.app_slug)
        _add(outcome.before.setdefault(files.kind.plural, {}), step.plan.before)
        _add(outcome.after.setdefault(files.kind.plural, {}), step.plan.after)
    if step.plan.changed and not policy.check_mode:
        part = files.begin(step, outcome.actions)
        file = part.file
    else:
        outcome.actions += step.first
    if file is not None:
        outcome.files.append(_shown(files.kind.name, file))
    return part


def _prepare(
    client: BitriseClient, declared: AppDeclaration, policy: FleetPolicy
) -> tuple[list[tuple[FilesOfApp, Step]], list[tuple[FilesOfApp, Step]]]:
    """The plans for what is declared, and those to purge what is not."""
    declarations = declarations_of(declared, policy.read_file)
    todo: list[tuple[FilesOfApp, Step]] = []
    purges: list[tuple[FilesOfApp, Step]] = []
    for kind in KINDS:
        if kind.plural not in declarations:
            continue
        client.redact.add(
            *(secret for declaration in declarations[kind.plural] for secret in declaration.desired.secrets)
        )
        files = FilesOfApp(client, kind, declared.app_slug, policy.journal, policy.digests, policy.inspector)
        steps = [files.prepare(declaration) for declaration in declarations[kind.plural]]
        _check_declared_once(declared.app_slug, files, steps)
        todo += [(files, step) for step in steps]
        if kind.plural in policy.purge:
            purges.append((files, files.prepare_purge(steps)))
    _check_purge(declared.app_slug, [step for _name, step in purges], policy.max_purge)
    return todo, purges


def _check_declared_once(app_slug: str, files: FilesOfApp, steps: list[Step]) -> None:
    """A file may be declared by its name and by its slug; twice in both words would never come to rest."""
    about = [slug for step in steps for slug in step.touched]
    twice = sorted({file.name for file in files.observed if about.count(str(file.slug)) > 1})
    if twice:
        raise OptionError(f"{files.kind.plural}: declared twice for app {app_slug}: {', '.join(twice)}.")


def _add(shown: dict[str, Any], files: Mapping[str, Any]) -> None:
    """Files of one name, of which one is declared by its slug, do not hide each other in a diff."""
    for name, file in files.items():
        number = sum(known == name or known.startswith(f"{name} (") for known in shown)
        shown[f"{name} ({number + 1})" if number else name] = file


def _check_purge(app_slug: str, purges: list[Step], max_purge: int) -> None:
    names = sorted(action.name for step in purges for action in step.actions)
    if len(names) <= max_purge:
        return
    listed = ", ".join(names[: max_purge + 5]) + (", ..." if len(names) > max_purge + 5 else "")
    raise RefusedError(
        f"purge: {len(names)} files of app {app_slug} are not declared and would be deleted, more than "
        f"max_purge={max_purge}: {listed}. Nothing was changed in this app. Declare them, or raise max_purge.",
        kind="max_purge",
    )


def _shown(kind: str, file: RemoteFile) -> dict[str, Any]:
    return {
        "kind": kind,
        "name": file.name,
        "slug": file.slug,
        "sha256": file.sha256,
        "is_protected": file.is_protected,
        "is_expose": file.is_expose,
    }


def counts(outcomes: Mapping[str, AppOutcome]) -> dict[str, int]:
    """How often each action was carried out."""
    names = [action.action for outcome in outcomes.values() for action in outcome.actions]
    return {"uploaded": names.count("upload"), "updated": names.count("update"), "deleted": names.count("delete")}
