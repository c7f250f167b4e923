# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide what happens to the files that one declaration is about. Pure.

A first run and a rerun after an interruption decide by the same rules, from the service's list alone:

* Only the newest processed file of a name can be the declared one. Otherwise the declared content is uploaded.
* The older files go once the newest is complete, and only if they are generations of the same file: an interrupted
  replacement, or the result of two runs at once. Files that may both be wanted are rejected.
* What the older files have and the declaration leaves open (flags, password) is inherited.
* Protection comes last. Until then the new file can be compared, which is how a rerun recognizes the interruption.
* An unprocessed file belongs to some upload until it is too old to be under way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from . import plan_errors as refusals
from .actions import CREATED_AS, PASSWORD
from .evidence import (
    Candidates,
    Match,
    candidates_for,
    is_abandoned,
    match,
)
from .kinds import Place
from .model import Desired, RemoteFile


@dataclass(frozen=True)
class Inherited:
    """Flags and password that this run saw on files that are gone by now."""

    is_protected: bool = False
    is_hidden: bool = False  # is_expose was false
    password: str | None = field(default=None, repr=False)

    def join(self, file: RemoteFile) -> Inherited:
        return Inherited(
            self.is_protected or file.is_protected,
            self.is_hidden or not file.is_expose,
            file.password or self.password,
        )


@dataclass(frozen=True)
class Decision:
    """What happens to the files of one declaration.

    `keep` is the file that is the declared one already; None if the content is uploaded, or if the file is absent.
    `wanted` is the declaration with what it inherits.
    """

    desired: Desired
    wanted: Desired
    candidates: Candidates
    keep: RemoteFile | None = None
    uploads: bool = False
    changes: dict[str, Any] = field(default_factory=dict, repr=False)  # of the file to keep
    removed: tuple[tuple[RemoteFile, str], ...] = ()  # with the reason: replaced, duplicate or absent
    leftovers: tuple[RemoteFile, ...] = ()
    needs_marker: bool = False
    is_unverified: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def owned(self) -> frozenset[str]:
        """Return the slugs of the processed files that the declaration is about."""
        return frozenset(str(file.slug) for file in self.candidates.processed)

    @property
    def touched(self) -> frozenset[str]:
        """Return the slugs of all files that the declaration is about."""
        return self.owned | {str(file.slug) for file in self.candidates.unprocessed}


def decide(
    place: Place,
    desired: Desired,
    observed: Sequence[RemoteFile],
    now: float | None,
    inherited: Inherited | None = None,
    *,
    has_uploaded: bool = False,
) -> Decision:
    """Decide for one declaration and the files of its kind.

    `now`: Unix seconds by the service's clock. `inherited`: what this run has seen before. `has_uploaded`: this run has
    uploaded the declared content already, so it does not do so by force again.
    Raises RefusedError for what must not or cannot be done.
    """
    candidates = candidates_for(str(place), desired, observed)
    leftovers = _leftovers(desired, candidates, now)
    if not desired.present:
        if len(candidates.processed) > 1 and desired.duplicates != "remove":
            raise refusals.ambiguous(place, desired, candidates.processed, "All of them would be deleted.")
        absent = tuple((file, "absent") for file in candidates.processed)
        return Decision(desired, desired, candidates, removed=absent, leftovers=leftovers)
    if desired.sha256 is None:
        return _manage_flags(place, desired, candidates)
    keep, is_unverified = _choose(place, desired, candidates, has_uploaded=has_uploaded)
    _refuse_ambiguous(place, desired, candidates, keep)
    others = tuple(file for file in candidates.processed if file is not keep)
    wanted, warnings = _inherit(place, desired, candidates, keep, inherited or Inherited())
    removed = tuple((file, _reason(desired, file, keep)) for file in others)
    protects_later = bool(wanted.is_protected) and not (keep and keep.is_protected)
    return Decision(
        desired,
        wanted,
        candidates,
        keep=keep,
        uploads=keep is None,
        changes=_changes(place, desired, wanted, keep) if keep else {},
        removed=removed,
        leftovers=leftovers,
        needs_marker=protects_later and desired.is_protected is None and bool(removed),
        is_unverified=is_unverified,
        warnings=warnings,
    )


def _leftovers(desired: Desired, candidates: Candidates, now: float | None) -> tuple[RemoteFile, ...]:
    if desired.present and desired.sha256 is None:
        return ()
    abandoned = [file for file in candidates.unprocessed if is_abandoned(file, now)]
    return (*abandoned, *candidates.markers) if desired.present else tuple(abandoned)


def _reason(desired: Desired, file: RemoteFile, keep: RemoteFile | None) -> str:
    return "duplicate" if keep and match(desired, file) is Match.EQUAL else "replaced"


def _manage_flags(place: Place, desired: Desired, candidates: Candidates) -> Decision:
    """Decide where the declaration has no content: its flags are set on the one file of that name."""
    files = candidates.processed
    if not files:
        raise refusals.nothing_to_manage(place, desired)
    if len(files) > 1:
        raise refusals.several_to_manage(place, desired, files)
    if desired.differs_inside(files[0]):
        raise refusals.unchangeable_keystore(place, desired)
    return Decision(desired, desired, candidates, keep=files[0], changes=_changes(place, desired, desired, files[0]))


def _choose(
    place: Place, desired: Desired, candidates: Candidates, *, has_uploaded: bool
) -> tuple[RemoteFile | None, bool]:
    """Return the file to keep, or None to upload the content; and whether its content could not be verified."""
    files = candidates.processed
    if not files or (desired.force and not has_uploaded):
        return None, False
    newest = files[-1]
    if not candidates.are_ordered:
        # Without creation times any equal file is as good as another; all runs choose the same.
        newest = next((file for file in reversed(files) if match(desired, file) is Match.EQUAL), newest)
    found = match(desired, newest)
    if found is Match.DIFFERENT or desired.differs_inside(newest):
        return None, False
    if found is Match.EQUAL:
        return newest, False
    if desired.on_unverifiable == "fail":
        raise refusals.unverifiable(place, desired, newest)
    if desired.on_unverifiable == "replace" or len(files) > 1:
        return None, False
    return newest, desired.on_unverifiable == "warn"


def _refuse_ambiguous(place: Place, desired: Desired, candidates: Candidates, keep: RemoteFile | None) -> None:
    """Reject several files of one name unless they are equal or generations of the same file."""
    files = candidates.processed
    different = [file for file in files if match(desired, file) is not Match.EQUAL]
    if len(files) < 2 or not different or desired.duplicates == "remove" or desired.slug is not None:
        return
    if not candidates.are_ordered:
        evidence = "Their slugs do not tell which of them is the newest."
        raise refusals.ambiguous(place, desired, files, evidence)
    foreign = [file for file in different if file.identity and desired.identity not in (None, file.identity)]
    if foreign:
        evidence = f"{foreign[0].slug} is for {foreign[0].identity}, the declared file for {desired.identity}."
        raise refusals.ambiguous(place, desired, files, evidence)
    equal = [file for file in files if file not in different]
    closed = sum(file.is_protected for file in different)
    closed += any(file.is_protected for file in equal if keep is None or file is keep)
    if closed > 1:
        evidence = "More than one of them is protected, and nothing tells an older generation from another file."
        raise refusals.ambiguous(place, desired, files, evidence)


def _inherit(
    place: Place, desired: Desired, candidates: Candidates, keep: RemoteFile | None, inherited: Inherited
) -> tuple[Desired, tuple[str, ...]]:
    """Return the declaration completed by what the files of its name have, and warnings."""
    others = [file for file in candidates.processed if file is not keep]
    warnings = (refusals.kept_unverified(place, desired, keep),) if keep and _is_unverified(desired, keep) else ()
    if not place.kind.can_change:
        if keep is None:
            _refuse_unchangeable(place, desired, others)
        return desired, warnings
    protected = [file for file in candidates.processed if file.is_protected]
    if desired.is_protected is False and protected:
        raise refusals.protected_for_good(place, protected[0])
    if not others and not candidates.markers and inherited == Inherited():
        return desired, warnings
    wanted = desired
    if desired.is_protected is None and (protected or candidates.markers or inherited.is_protected):
        wanted = replace(wanted, is_protected=True)
    is_hidden = inherited.is_hidden or not all(file.is_expose for file in candidates.processed)
    if desired.is_expose is None and is_hidden and not (keep and keep.is_protected):
        wanted = replace(wanted, is_expose=False)
    if desired.password is None and place.kind.has_password:
        known = [file.password for file in candidates.processed if file.password is not None]
        password = next((text for text in reversed(known) if text), None) or inherited.password
        is_unknown = any(file.password is None for file in others) and not (keep and keep.is_protected)
        if not password and is_unknown and not desired.opens_without_password:
            raise refusals.unknown_password(place, desired)
        if password or known:
            wanted = replace(wanted, password=password or "")
    return wanted, warnings


def _is_unverified(desired: Desired, keep: RemoteFile) -> bool:
    return desired.on_unverifiable == "warn" and match(desired, keep) is not Match.EQUAL


def _refuse_unchangeable(place: Place, desired: Desired, replaced: Sequence[RemoteFile]) -> None:
    for flag in ("is_protected", "is_expose"):
        if getattr(desired, flag) not in (None, CREATED_AS[flag]):
            raise refusals.unchangeable_flag(place, desired, flag)
        if getattr(desired, flag) is None and any(getattr(file, flag) != CREATED_AS[flag] for file in replaced):
            raise refusals.lost_flag(place, desired, flag)


def _changes(place: Place, desired: Desired, wanted: Desired, file: RemoteFile) -> dict[str, Any]:
    """Return what has to be set on a file that stays. Raises RefusedError for what Bitrise does not support."""
    if not place.kind.can_change:
        for flag in ("is_protected", "is_expose"):
            if getattr(wanted, flag) not in (None, getattr(file, flag)):
                raise refusals.unchangeable_flag(place, desired, flag)
        return {}
    changes: dict[str, Any] = {}
    if wanted.is_expose is not None and wanted.is_expose != file.is_expose:
        if file.is_protected:
            raise refusals.frozen_flag(place, file)
        changes["is_expose"] = wanted.is_expose
    if wanted.is_protected is not None and wanted.is_protected != file.is_protected:
        if file.is_protected:
            raise refusals.protected_for_good(place, file)
        changes["is_protected"] = True
    if wanted.password is not None and place.kind.has_password:
        known_to_differ = file.password is not None and file.password != wanted.password
        sets_always = desired.password is not None and desired.update_password == "always"  # noqa: S105
        if known_to_differ or (file.password is None and sets_always):
            changes[PASSWORD] = wanted.password
    return changes
