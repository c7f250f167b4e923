# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide for one declared file which files to keep, upload, change and delete. Pure.

A first run and a rerun after an interruption decide by the same rules, from the service's list alone:

* Keep only the newest processed file of a name, if it has the declared content. Otherwise upload the content.
* Delete the older files once the newest is complete, and only if they are generations of the same file: an interrupted
  replacement, or the result of two concurrent runs. Reject files that may be different ones.
* The new file inherits flags and password of the older files, unless the declared file sets them.
* Set protection last. Until then the new file can be compared, so a rerun recognizes the interruption.
* An unprocessed file may belong to an upload in progress until it is too old for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from . import plan_errors
from .actions import CREATED_AS, PASSWORD
from .evidence import (
    Candidates,
    Match,
    age,
    candidates_for,
    is_abandoned,
    is_marker_of,
    match,
)
from .kinds import FileLocation
from .model import Desired, RemoteFile


@dataclass(frozen=True)
class Inherited:
    """Flags and password that this run saw on files that have been deleted since."""

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
    """Decision about the files that one declared file is about.

    `keep` is the file that has the declared content already. It is None if the content is uploaded or the file is
    declared absent. `effective` is the declared state with the values that it inherits.
    """

    desired: Desired
    effective: Desired
    candidates: Candidates
    keep: RemoteFile | None = None
    uploads: bool = False
    changes: dict[str, Any] = field(default_factory=dict, repr=False)  # to the file to keep
    removed: tuple[tuple[RemoteFile, str], ...] = ()  # with the reason: replaced, duplicate or absent
    leftovers: tuple[RemoteFile, ...] = ()
    needs_marker: bool = False
    is_unverified: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def owned(self) -> frozenset[str]:
        """Return the slugs of the processed files that the declared file is about."""
        return frozenset(str(file.slug) for file in self.candidates.processed)

    @property
    def touched(self) -> frozenset[str]:
        """Return the slugs of all files that the declared file is about."""
        return self.owned | {str(file.slug) for file in self.candidates.unprocessed}


def decide(
    location: FileLocation,
    desired: Desired,
    observed: Sequence[RemoteFile],
    now: float | None,
    inherited: Inherited | None = None,
    *,
    has_uploaded: bool = False,
) -> Decision:
    """Decide for one declared file, given all files of its kind.

    `now`: Unix seconds by the service's clock. `inherited`: values that this run saw on files before it deleted them.
    `has_uploaded`: this run has uploaded the declared content already, so option force does not upload it again.
    Raise RejectedError for a declared file that cannot or must not be applied.
    """
    candidates = candidates_for(str(location), desired, observed)
    leftovers = _leftovers(desired, candidates, observed, now)
    if not desired.present:
        if len(candidates.processed) > 1 and desired.duplicates != "remove":
            raise plan_errors.ambiguous(location, desired, candidates.processed, "All of them would be deleted.")
        absent = tuple((file, "absent") for file in candidates.processed)
        return Decision(desired, desired, candidates, removed=absent, leftovers=leftovers)
    if desired.sha256 is None:
        return _manage_flags(location, desired, candidates)
    keep, is_unverified = _choose(location, desired, candidates, has_uploaded=has_uploaded)
    _reject_ambiguous(location, desired, candidates, keep)
    others = tuple(file for file in candidates.processed if file is not keep)
    effective, warnings = _inherit(location, desired, candidates, keep, inherited or Inherited())
    removed = tuple((file, _reason(desired, file, keep)) for file in others)
    protects_later = bool(effective.is_protected) and not (keep and keep.is_protected)
    return Decision(
        desired,
        effective,
        candidates,
        keep=keep,
        uploads=keep is None,
        changes=_changes(location, desired, effective, keep) if keep else {},
        removed=removed,
        leftovers=leftovers,
        needs_marker=protects_later and desired.is_protected is None and bool(removed),
        is_unverified=is_unverified,
        warnings=warnings,
    )


def _leftovers(
    desired: Desired, candidates: Candidates, observed: Sequence[RemoteFile], now: float | None
) -> tuple[RemoteFile, ...]:
    if desired.present and desired.sha256 is None:
        return ()
    # The user decides about an upload of unknown age, by its slug.
    named = None if desired.present else desired.slug
    abandoned = [
        file
        for file in candidates.unprocessed
        if is_abandoned(file, now) or (file.slug == named and age(file, now) is None)
    ]
    if desired.present:
        return (*abandoned, *candidates.markers)
    # Without a file of its name, a marker would protect the next upload of that name.
    left = [file for file in observed if file.processed and file not in candidates.processed]
    alone = (marker for marker in candidates.markers if not any(is_marker_of(file.name, marker) for file in left))
    return (*abandoned, *alone)


def _reason(desired: Desired, file: RemoteFile, keep: RemoteFile | None) -> str:
    return "duplicate" if keep and match(desired, file) is Match.EQUAL else "replaced"


def _manage_flags(location: FileLocation, desired: Desired, candidates: Candidates) -> Decision:
    """Decide for a declared file without content: set its flags on the one file of that name."""
    files = candidates.processed
    if not files:
        raise plan_errors.nothing_to_manage(location, desired, candidates.unprocessed)
    if len(files) > 1:
        raise plan_errors.several_to_manage(location, desired, files)
    if desired.keystore_differs_from(files[0]):
        raise plan_errors.unchangeable_keystore(location, desired)
    return Decision(desired, desired, candidates, keep=files[0], changes=_changes(location, desired, desired, files[0]))


def _choose(
    location: FileLocation, desired: Desired, candidates: Candidates, *, has_uploaded: bool
) -> tuple[RemoteFile | None, bool]:
    """Return the file to keep, or None to upload the content, and whether its content is unverified."""
    files = candidates.processed
    if not files or (desired.force and not has_uploaded):
        return None, False
    newest = files[-1]
    if not candidates.are_ordered:
        # Without creation times, choose any equal file, but the same one in all runs.
        newest = next((file for file in reversed(files) if match(desired, file) is Match.EQUAL), newest)
    found = match(desired, newest)
    if found is Match.DIFFERENT or desired.keystore_differs_from(newest):
        return None, False
    if found is Match.EQUAL:
        return newest, False
    if desired.on_unverifiable == "fail":
        raise plan_errors.unverifiable(location, desired, newest)
    if desired.on_unverifiable == "replace" or len(files) > 1:
        return None, False
    return newest, desired.on_unverifiable == "warn"


def _reject_ambiguous(
    location: FileLocation, desired: Desired, candidates: Candidates, keep: RemoteFile | None
) -> None:
    """Reject several files of one name unless they are equal or generations of the same file."""
    files = candidates.processed
    different = [file for file in files if match(desired, file) is not Match.EQUAL]
    if len(files) < 2 or not different or desired.duplicates == "remove" or desired.slug is not None:
        return
    if not candidates.are_ordered:
        evidence = "Their slugs do not show which of them is the newest."
        raise plan_errors.ambiguous(location, desired, files, evidence)
    foreign = [file for file in different if file.identity and desired.identity not in (None, file.identity)]
    if foreign:
        evidence = f"{foreign[0].slug} is for {foreign[0].identity}, the declared file for {desired.identity}."
        raise plan_errors.ambiguous(location, desired, files, evidence)
    equal = [file for file in files if file not in different]
    closed = sum(file.is_protected for file in different)
    closed += any(file.is_protected for file in equal if keep is None or file is keep)
    if closed > 1:
        evidence = (
            "Several of them are protected. Generations of one file cannot be distinguished from different files."
        )
        raise plan_errors.ambiguous(location, desired, files, evidence)


def _inherit(
    location: FileLocation, desired: Desired, candidates: Candidates, keep: RemoteFile | None, inherited: Inherited
) -> tuple[Desired, tuple[str, ...]]:
    """Return the declared state, completed by flags and password of the files of its name, and warnings."""
    others = [file for file in candidates.processed if file is not keep]
    warnings = (plan_errors.kept_unverified(location, desired, keep),) if keep and _is_unverified(desired, keep) else ()
    if not location.kind.can_change:
        if keep is None:
            _reject_unchangeable(location, desired, others)
        return desired, warnings
    protected = [file for file in candidates.processed if file.is_protected]
    if desired.is_protected is False and protected:
        raise plan_errors.protected_for_good(location, protected[0])
    if not others and not candidates.markers and inherited == Inherited():
        return desired, warnings
    effective = desired
    if desired.is_protected is None and (protected or candidates.markers or inherited.is_protected):
        effective = replace(effective, is_protected=True)
    is_hidden = inherited.is_hidden or not all(file.is_expose for file in candidates.processed)
    if desired.is_expose is None and is_hidden and not (keep and keep.is_protected):
        effective = replace(effective, is_expose=False)
    if desired.password is None and location.kind.has_password:
        known = [file.password for file in candidates.processed if file.password is not None]
        password = next((text for text in reversed(known) if text), None) or inherited.password
        is_unknown = any(file.password is None for file in others) and not (keep and keep.is_protected)
        if not password and is_unknown and not desired.opens_without_password:
            raise plan_errors.unknown_password(location, desired)
        if password or known:
            effective = replace(effective, password=password or "")
    return effective, warnings


def _is_unverified(desired: Desired, keep: RemoteFile) -> bool:
    return desired.on_unverifiable == "warn" and match(desired, keep) is not Match.EQUAL


def _reject_unchangeable(location: FileLocation, desired: Desired, replaced: Sequence[RemoteFile]) -> None:
    for flag in ("is_protected", "is_expose"):
        if getattr(desired, flag) not in (None, CREATED_AS[flag]):
            raise plan_errors.unchangeable_flag(location, desired, flag)
        if getattr(desired, flag) is None and any(getattr(file, flag) != CREATED_AS[flag] for file in replaced):
            raise plan_errors.lost_flag(location, desired, flag)


def _changes(location: FileLocation, desired: Desired, effective: Desired, file: RemoteFile) -> dict[str, Any]:
    """Return the changes to a file that is kept. Raise RejectedError for changes that Bitrise does not support."""
    if not location.kind.can_change:
        for flag in ("is_protected", "is_expose"):
            if getattr(effective, flag) not in (None, getattr(file, flag)):
                raise plan_errors.unchangeable_flag(location, desired, flag)
        return {}
    changes: dict[str, Any] = {}
    if effective.is_expose is not None and effective.is_expose != file.is_expose:
        if file.is_protected:
            raise plan_errors.frozen_flag(location, file)
        changes["is_expose"] = effective.is_expose
    if effective.is_protected is not None and effective.is_protected != file.is_protected:
        if file.is_protected:
            raise plan_errors.protected_for_good(location, file)
        changes["is_protected"] = True
    if effective.password is not None and location.kind.has_password:
        known_to_differ = file.password is not None and file.password != effective.password
        sets_always = desired.password is not None and desired.update_password == "always"  # noqa: S105
        if known_to_differ or (file.password is None and sets_always):
            changes[PASSWORD] = effective.password
    return changes
