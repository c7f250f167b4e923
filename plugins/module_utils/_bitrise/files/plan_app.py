# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan a whole app: all declarations of all kinds together, as actions in phases. Pure: no network, file or clock.

The order of the declared files never changes the plan. A single-file module plans an app with one declaration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Optional

from ..._core.errors import OptionError
from . import plan_errors as refusals
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
from .kinds import KINDS, FileKind, Place
from .model import Desired, RemoteFile
from .purge import plan_purge, refuse_large_purge

PHASES = ("clear", "upload", "update", "delete", "protect", "tidy", "purge")

# A declaration of an app: its kind, and Desired.key.
Key = tuple[FileKind, tuple[Optional[str], Optional[str], Optional[str]]]


@dataclass(frozen=True)
class Policy:
    """What holds for all declarations of an app.

    `now`: Unix seconds by the service's clock, None if unknown. `inherited` and `uploaded` are what the same run has
    seen and done before.
    """

    purge: frozenset[str] = frozenset()  # kinds, by the name of their option
    max_purge: int = 10
    now: float | None = None
    inherited: Mapping[Key, Inherited] = field(default_factory=dict)
    uploaded: frozenset[Key] = frozenset()


@dataclass(frozen=True)
class FilePlan:
    """What happens because of one declaration, by phase."""

    place: Place
    decision: Decision
    clear: tuple[Delete, ...] = ()  # what must go before the upload, because it holds the key of the file
    upload: Upload | None = None
    update: Update | None = None  # of the file that stays
    delete: tuple[Delete, ...] = ()  # of what is replaced, of copies, and of what must be absent
    protect: Update | None = None  # of a file that stays and replaces others
    tidy: tuple[Delete, ...] = ()  # unfinished uploads that are not under way any more
    warnings: tuple[str, ...] = ()

    @property
    def desired(self) -> Desired:
        return self.decision.desired

    @property
    def key(self) -> Key:
        return self.place.kind, self.desired.key

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
    """The plan for an app. `files` are in the order of the declarations; the actions are in an order of their own."""

    app_slug: str
    files: tuple[FilePlan, ...] = ()
    purge: tuple[Delete, ...] = ()

    def in_order(self) -> tuple[FilePlan, ...]:
        """Return the file plans in the order in which each phase carries them out."""
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
    """Plan what makes all declarations for an app true.

    `observed`: all files of each declared kind, with the evidence that the declarations need.
    Raises RefusedError or OptionError for what must not or cannot be done; nothing has been changed then.
    """
    plans: list[FilePlan] = []
    for kind in KINDS:
        place = Place(kind, app_slug)
        decisions = [
            decide(
                place,
                desired,
                observed[kind],
                policy.now,
                policy.inherited.get((kind, desired.key)),
                has_uploaded=(kind, desired.key) in policy.uploaded,
            )
            for desired in declared.get(kind, ())
        ]
        _refuse_shared(place, decisions)
        plans += _plan_kind(place, decisions, observed.get(kind, ()))
    touched = frozenset(slug for plan in plans for slug in plan.decision.touched)
    purged = [kind for kind in KINDS if kind.plural in policy.purge and kind in declared]
    purge = tuple(
        action
        for kind in purged
        for action in plan_purge(Place(kind, app_slug), declared[kind], observed[kind], touched, policy.now)
    )
    refuse_large_purge(app_slug, purge, policy.max_purge)
    return AppPlan(app_slug, tuple(plans), purge)


def _order(plan: FilePlan) -> tuple[int, tuple[int, str, str]]:
    """Certificates come before the profiles that embed them."""
    return KINDS.index(plan.place.kind), _key_order(plan.decision)


def _key_order(decision: Decision) -> tuple[int, str, str]:
    """A keystore that is alone in its app gets the first key, so whoever is to have that key comes first."""
    had_first_key = any(file.env_key == FIRST_KEYSTORE for file, _reason in decision.removed)
    rank = 0 if had_first_key else 1 if decision.desired.keystore_name is None else 2
    return rank, decision.desired.label, decision.desired.slug or ""


def _refuse_shared(place: Place, decisions: Sequence[Decision]) -> None:
    """Reject two declarations about one file: by its name and by its slug, they would undo each other for ever."""
    about = [slug for decision in decisions for slug in decision.owned]
    shared = {slug for slug in about if about.count(slug) > 1}
    if shared:
        labels = sorted({decision.desired.label for decision in decisions if decision.owned & shared})
        raise OptionError(
            f"{place.kind.plural}: two entries for app {place.app_slug} declare the same file: {', '.join(labels)}."
        )


def _plan_kind(place: Place, decisions: Sequence[Decision], observed: Sequence[RemoteFile]) -> list[FilePlan]:
    plans: dict[int, FilePlan] = {}
    ordered = sorted(range(len(decisions)), key=lambda number: _key_order(decisions[number]))
    gone_first = {file.slug for decision in decisions for file in _cleared(place, decision)}
    present = [file.slug for file in observed if file.slug not in gone_first]
    seen: set[str | None] = set()
    for number in ordered:
        # Several declarations may name files of one name by their slugs: the first removes what is unfinished.
        leftovers = tuple(file for file in decisions[number].leftovers if file.slug not in seen)
        decision = replace(decisions[number], leftovers=leftovers)
        seen.update(file.slug for file in leftovers)
        more = Creation()
        if decision.uploads:
            replaced = [file for file, _reason in decision.removed]
            young = [file for file in decision.candidates.unprocessed if file.slug in present]
            holder = young[-1] if len(young) == len(present) and young else None
            more = creation(place.kind, place.app_slug, decision.wanted, replaced, crowded=bool(present), holder=holder)
            present.append(None)
        _refuse_lost_flags(place, decision)
        plans[number] = _plan_file(place, decision, more)
    return [plans[number] for number in range(len(decisions))]


def _deletes_first(place: Place, decision: Decision) -> bool:
    return decision.uploads and place.kind.has_env_key and decision.desired.replace_order == "delete_first"


def _refuse_lost_flags(place: Place, decision: Decision) -> None:
    """Reject a deletion before the upload if it takes away the only note of a flag that the new file inherits."""
    if not (place.kind.can_change and _deletes_first(place, decision)):
        return
    for flag in ("is_protected", "is_expose"):
        if getattr(decision.desired, flag) is None and getattr(decision.wanted, flag) not in (None, CREATED_AS[flag]):
            raise refusals.flag_lost_by_deletion(place, decision.wanted, flag)


def _cleared(place: Place, decision: Decision) -> list[RemoteFile]:
    """Return what goes before the upload, so that the new file gets the key that builds refer to it by."""
    if not (decision.uploads and place.kind.has_env_key):
        return []
    if not _deletes_first(place, decision):
        # Markers have a key of their own, and they hold until the new file is protected.
        return [file for file in decision.leftovers if file not in decision.candidates.markers]
    # The task gives up the moment with a file anyway, so an upload that may be under way does not keep the key either.
    return [*decision.candidates.unprocessed, *(file for file, _reason in decision.removed)]


def _plan_file(place: Place, decision: Decision, more: Creation) -> FilePlan:
    kind, app_slug = place.kind.name, place.app_slug

    def delete(file: RemoteFile, reason: str) -> Delete:
        return Delete(kind, app_slug, file.slug, file.name, reason)

    reasons = {file.slug: reason for file, reason in decision.removed}
    cleared = _cleared(place, decision)
    gone = {file.slug for file in cleared}
    changes = dict(decision.changes)
    protection: dict[str, bool] = {}
    if decision.removed and changes.pop("is_protected", False):
        protection = {"is_protected": True}
    keep = decision.keep

    def update(values: Mapping[str, object]) -> Update | None:
        return Update(kind, app_slug, keep.slug, keep.name, values) if keep and values else None

    return FilePlan(
        place,
        decision,
        clear=tuple(delete(file, reasons.get(file.slug, "leftover")) for file in cleared),
        upload=_upload(place, decision.wanted, more) if decision.uploads else None,
        update=update(changes),
        delete=tuple(delete(file, reason) for file, reason in decision.removed if file.slug not in gone),
        protect=update(protection),
        tidy=tuple(delete(file, "leftover") for file in decision.leftovers if file.slug not in gone),
        warnings=(*decision.warnings, *more.warnings),
    )


def _upload(place: Place, wanted: Desired, more: Creation) -> Upload:
    values: dict[str, object] = {"is_protected": wanted.is_protected, "is_expose": wanted.is_expose}
    if place.kind.has_password:
        values[PASSWORD] = wanted.password
    changes = {name: value for name, value in values.items() if value is not None and value != CREATED_AS[name]}
    if wanted.name is None or wanted.size is None or wanted.sha256 is None:
        raise ValueError("a file without name or content cannot be uploaded")
    return Upload(
        place.kind.name,
        place.app_slug,
        None,
        wanted.name,
        wanted.size,
        wanted.sha256,
        changes,
        more.values,
        more.env_key,
    )
