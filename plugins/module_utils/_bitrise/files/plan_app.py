# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan all declared files of all kinds for an app, as actions in phases. Pure: no network, file or clock.

The plan does not depend on the order of the declared files. A module for single files plans an app with one
declared file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Optional

from ..._core.errors import OptionError
from . import plan_errors
from .actions import (
    CREATED_AS,
    PASSWORD,
    Delete,
    FileAction,
    Update,
    Upload,
)
from .decide import Decision, Inherited, decide
from .env_keys import (
    FIRST_KEYSTORE,
    Creation,
    creation,
)
from .evidence import age
from .kinds import FILE_KINDS, FileKind, FileLocation
from .model import Desired, RemoteFile
from .purge import plan_purge, reject_large_purge

PHASES = ("clear", "upload", "update", "delete", "protect", "delete_leftovers", "purge")

# A declared file of an app: its kind, and Desired.key.
Key = tuple[FileKind, tuple[Optional[str], Optional[str], Optional[str]]]


@dataclass(frozen=True)
class Policy:
    """Settings for all declared files of an app.

    `now`: Unix seconds by the service's clock, None if unknown. `inherited`: flags and passwords that this run saw
    earlier. `uploaded`: declared files whose content this run has uploaded.
    """

    purge: frozenset[str] = frozenset()  # kinds, by the name of their option
    max_purge: int = 10
    now: float | None = None
    inherited: Mapping[Key, Inherited] = field(default_factory=dict)
    uploaded: frozenset[Key] = frozenset()


@dataclass(frozen=True)
class FilePlan:
    """The actions for one declared file, by phase."""

    location: FileLocation
    decision: Decision
    clear: tuple[Delete, ...] = ()  # files to delete before the upload, because they hold the key of the new file
    upload: Upload | None = None
    update: Update | None = None  # of the file that stays
    delete: tuple[Delete, ...] = ()  # replaced files, duplicates, and files that must be absent
    protect: Update | None = None  # of a file that stays and replaces others
    delete_leftovers: tuple[Delete, ...] = ()  # unfinished uploads that are not in progress
    warnings: tuple[str, ...] = ()

    @property
    def desired(self) -> Desired:
        return self.decision.desired

    @property
    def key(self) -> Key:
        return self.location.kind, self.desired.key

    def actions_of(self, phase: str) -> tuple[FileAction, ...]:
        found = getattr(self, phase, ())
        if found is None:
            return ()
        return found if isinstance(found, tuple) else (found,)

    @property
    def actions(self) -> tuple[FileAction, ...]:
        return tuple(action for phase in PHASES for action in self.actions_of(phase))


@dataclass(frozen=True)
class AppPlan:
    """The plan for an app. `files` has the order of the declared files. Actions are ordered by phase, then by kind."""

    app_slug: str
    files: tuple[FilePlan, ...] = ()
    purge: tuple[Delete, ...] = ()
    leftover_count: int = 0  # unfinished uploads that are too young to be deleted by this plan

    def in_order(self) -> tuple[FilePlan, ...]:
        """Return the file plans in the order in which each phase applies them."""
        return tuple(sorted(self.files, key=_order))

    def actions_of(self, phase: str) -> tuple[FileAction, ...]:
        if phase == "purge":
            return self.purge
        return tuple(action for plan in self.in_order() for action in plan.actions_of(phase))

    @property
    def actions(self) -> tuple[FileAction, ...]:
        return tuple(action for phase in PHASES for action in self.actions_of(phase))

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(text for plan in self.files for text in plan.warnings)


def plan_app(
    app_slug: str,
    declared: Mapping[FileKind, Sequence[Desired]],
    observed: Mapping[FileKind, Sequence[RemoteFile]],
    policy: Policy,
) -> AppPlan:
    """Compute the actions that bring the files of an app to their declared state.

    `observed`: all files of each declared kind, with the evidence that the declared files need.
    Raise RejectedError or OptionError for declared files that cannot or must not be applied.
    """
    plans: list[FilePlan] = []
    for kind in FILE_KINDS:
        location = FileLocation(kind, app_slug)
        decisions = [
            decide(
                location,
                desired,
                observed[kind],
                policy.now,
                policy.inherited.get((kind, desired.key)),
                has_uploaded=(kind, desired.key) in policy.uploaded,
            )
            for desired in declared.get(kind, ())
        ]
        _reject_shared(location, decisions)
        plans += _plan_kind(location, decisions, observed.get(kind, ()))
    touched = frozenset(slug for plan in plans for slug in plan.decision.touched)
    purged = [kind for kind in FILE_KINDS if kind.plural in policy.purge and kind in declared]
    purge = tuple(
        action
        for kind in purged
        for action in plan_purge(FileLocation(kind, app_slug), declared[kind], observed[kind], touched, policy.now)
    )
    reject_large_purge(app_slug, purge, policy.max_purge)
    return AppPlan(app_slug, tuple(plans), purge, _leftover_count(plans, policy.now))


def _leftover_count(plans: Sequence[FilePlan], now: float | None) -> int:
    """Return the number of unfinished uploads that a later plan deletes, because then they are old enough."""
    deleted = {action.slug for plan in plans for action in plan.actions if isinstance(action, Delete)}
    young = {
        file.slug
        for plan in plans
        if plan.desired.sha256 is not None or not plan.desired.present
        for file in plan.decision.candidates.unprocessed
        if age(file, now) is not None
    }
    return len(young - deleted)


def _order(plan: FilePlan) -> tuple[int, tuple[int, str, str]]:
    """Return a sort key: certificates come before the profiles that embed them."""
    return FILE_KINDS.index(plan.location.kind), _key_order(plan.decision)


def _key_order(decision: Decision) -> tuple[int, str, str]:
    """Return a sort key: only a keystore that is alone in its app gets FIRST_KEYSTORE, so that one comes first."""
    had_first_key = any(file.env_key == FIRST_KEYSTORE for file, _reason in decision.removed)
    rank = 0 if had_first_key else 1 if decision.desired.keystore_name is None else 2
    return rank, decision.desired.label, decision.desired.slug or ""


def _reject_shared(location: FileLocation, decisions: Sequence[Decision]) -> None:
    """Reject two declared files that mean the same one, by its name and by its slug, so each would undo the other."""
    about = [slug for decision in decisions for slug in decision.owned]
    shared = {slug for slug in about if about.count(slug) > 1}
    if shared:
        labels = sorted({decision.desired.label for decision in decisions if decision.owned & shared})
        raise OptionError(
            f"{location.kind.plural}: two entries for app {location.app_slug} declare the same file: "
            f"{', '.join(labels)}. Remove one of the entries."
        )


def _plan_kind(location: FileLocation, decisions: Sequence[Decision], observed: Sequence[RemoteFile]) -> list[FilePlan]:
    plans: dict[int, FilePlan] = {}
    ordered = sorted(range(len(decisions)), key=lambda number: _key_order(decisions[number]))
    gone_first = {file.slug for decision in decisions for file in _cleared(location, decision)}
    present = [file.slug for file in observed if file.slug not in gone_first]
    seen: set[str | None] = set()
    for number in ordered:
        # Several declared files may give the slugs of files of one name. The first one deletes the leftovers.
        leftovers = tuple(file for file in decisions[number].leftovers if file.slug not in seen)
        decision = replace(decisions[number], leftovers=leftovers)
        seen.update(file.slug for file in leftovers)
        more = Creation()
        if decision.uploads:
            replaced = [file for file, _reason in decision.removed]
            young = [file for file in decision.candidates.unprocessed if file.slug in present]
            unfinished = young[-1] if len(young) == len(present) and young else None
            more = creation(
                location.kind,
                location.app_slug,
                decision.effective,
                replaced,
                has_others=bool(present),
                unfinished=unfinished,
            )
            present.append(None)
        _reject_lost_flags(location, decision)
        plans[number] = _plan_file(location, decision, more)
    return [plans[number] for number in range(len(decisions))]


def _deletes_first(location: FileLocation, decision: Decision) -> bool:
    return decision.uploads and location.kind.has_env_key and decision.desired.replace_order == "delete_first"


def _reject_lost_flags(location: FileLocation, decision: Decision) -> None:
    """Reject a deletion before the upload if only the deleted file shows a flag that the new file inherits."""
    if not (location.kind.can_change and _deletes_first(location, decision)):
        return
    for flag in ("is_protected", "is_expose"):
        if getattr(decision.desired, flag) is None and getattr(decision.effective, flag) not in (
            None,
            CREATED_AS[flag],
        ):
            raise plan_errors.flag_lost_by_deletion(location, decision.effective, flag)


def _cleared(location: FileLocation, decision: Decision) -> list[RemoteFile]:
    """Return the files to delete before the upload, so that the new file gets their key."""
    if not (decision.uploads and location.kind.has_env_key):
        return []
    if not _deletes_first(location, decision):
        # Markers have their own key, and are needed until the new file is protected.
        return [file for file in decision.leftovers if file not in decision.candidates.markers]
    # With delete_first the app is without the file for a moment anyway, so delete an upload in progress as well.
    return [*decision.candidates.unprocessed, *(file for file, _reason in decision.removed)]


def _plan_file(location: FileLocation, decision: Decision, more: Creation) -> FilePlan:
    kind, app_slug = location.kind.name, location.app_slug

    def delete(file: RemoteFile, reason: str) -> Delete:
        return Delete(kind, app_slug, file.slug, file.name, reason)

    reasons = {file.slug: reason for file, reason in decision.removed}
    cleared = _cleared(location, decision)
    gone = {file.slug for file in cleared}
    changes = dict(decision.changes)
    protection: dict[str, bool] = {}
    if decision.removed and changes.pop("is_protected", False):
        protection = {"is_protected": True}
    keep = decision.keep

    def update(values: Mapping[str, object]) -> Update | None:
        return Update(kind, app_slug, keep.slug, keep.name, values) if keep and values else None

    return FilePlan(
        location,
        decision,
        clear=tuple(delete(file, reasons.get(file.slug, "leftover")) for file in cleared),
        upload=_upload(location, decision.effective, more) if decision.uploads else None,
        update=update(changes),
        delete=tuple(delete(file, reason) for file, reason in decision.removed if file.slug not in gone),
        protect=update(protection),
        delete_leftovers=tuple(delete(file, "leftover") for file in decision.leftovers if file.slug not in gone),
        warnings=(*decision.warnings, *more.warnings),
    )


def _upload(location: FileLocation, effective: Desired, more: Creation) -> Upload:
    values: dict[str, object] = {"is_protected": effective.is_protected, "is_expose": effective.is_expose}
    if location.kind.has_password:
        values[PASSWORD] = effective.password
    changes = {name: value for name, value in values.items() if value is not None and value != CREATED_AS[name]}
    if effective.name is None or effective.size is None or effective.sha256 is None:
        raise ValueError("a file without name or content cannot be uploaded")
    return Upload(
        location.kind.name,
        location.app_slug,
        None,
        effective.name,
        effective.size,
        effective.sha256,
        changes,
        more.values,
        more.env_key,
    )
