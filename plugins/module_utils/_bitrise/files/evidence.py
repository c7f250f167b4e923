# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evidence of whether a remote file has the declared content, and of which files a declared file is about. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from ..._core.errors import RejectedError
from .kinds import FileKind
from .model import Desired, RemoteFile, is_same_name
from .slugs import are_ordered, creation_time

# Tolerated difference between the clock of the service and that of the machine that made the declared file.
CLOCK_TOLERANCE_S = 600
# A younger unprocessed file may belong to an upload in progress: a signed URL is valid for ten minutes, and no run
# confirms an upload later than LATEST_CONFIRMATION_S after it created the file.
UNDER_WAY_S = 3600
LATEST_CONFIRMATION_S = 900

# While a replacement inherits protection, an unprocessed file of this name records that on the service: the marker.
# The prefix contains no blank and no capital letter, because a service might change them.
MARKER_PREFIX = "mobileops.ci-protect-"


class Match(IntEnum):
    """Result of the comparison of a remote file with the declared content."""

    EQUAL = 0
    UNVERIFIABLE = 1  # the service returns neither its digest nor its content
    UNKNOWN = 2  # a download is necessary
    DIFFERENT = 3


def match(desired: Desired, file: RemoteFile) -> Match:
    """Compare by the strongest evidence that is known: digest, size, serial numbers, time."""
    if file.is_missing_bytes:
        return Match.DIFFERENT
    if file.sha256 is not None:
        return Match.EQUAL if file.sha256 == desired.sha256 else Match.DIFFERENT
    if file.size is not None and file.size != desired.size:
        return Match.DIFFERENT
    if file.serials and desired.serials and file.serials.isdisjoint(desired.serials):
        return Match.DIFFERENT
    if not (file.is_protected or file.is_withheld):
        return Match.UNKNOWN
    return Match.DIFFERENT if _was_uploaded_before(file, desired) else Match.UNVERIFIABLE


def _was_uploaded_before(file: RemoteFile, desired: Desired) -> bool:
    """Return whether the remote file is older than the declared content, which it therefore cannot have."""
    uploaded_at = creation_time(file.slug)
    if uploaded_at is None or desired.made_at is None:
        return False
    return uploaded_at + CLOCK_TOLERANCE_S < desired.made_at


def age(file: RemoteFile, now: float | None) -> float | None:
    """Return the age of a file in seconds by the service's clock `now`, or None if it is unknown."""
    created_at = creation_time(file.slug)
    return None if now is None or created_at is None else now - created_at


def is_abandoned(file: RemoteFile, now: float | None) -> bool:
    """Return whether an unprocessed file is too old to belong to an upload in progress."""
    seconds = age(file, now)
    return not file.processed and seconds is not None and seconds > UNDER_WAY_S


def marker_name(name: str) -> str:
    return f"{MARKER_PREFIX}{name}"


def is_marker(file: RemoteFile) -> bool:
    return not file.processed and file.name.startswith(MARKER_PREFIX)


def is_marker_of(name: str, file: RemoteFile) -> bool:
    return is_marker(file) and is_same_name(file.name, marker_name(name))


@dataclass(frozen=True)
class Candidates:
    """The files of an app that one declared file is about. The processed ones are sorted by slug, the newest last."""

    processed: tuple[RemoteFile, ...] = ()
    unprocessed: tuple[RemoteFile, ...] = ()
    markers: tuple[RemoteFile, ...] = ()

    @property
    def are_ordered(self) -> bool:
        return are_ordered([str(file.slug) for file in self.processed])


def candidates_for(place: str, desired: Desired, observed: Sequence[RemoteFile]) -> Candidates:
    """Select the files that the declared file is about. `place` completes "the ..." in messages.

    Raise RejectedError if slug and name contradict each other, or if the slug does not exist.
    """
    named = sorted((file for file in observed if desired.means(file)), key=lambda file: file.slug or "")
    processed = [file for file in named if file.processed]
    unprocessed = tuple(file for file in named if not file.processed)
    if desired.slug is not None:
        exact = next((file for file in observed if file.slug == desired.slug), None)
        if exact is None:
            processed = [_successor(place, desired, processed)] if desired.present else []
            unprocessed = unprocessed if desired.present else ()
        else:
            _check_slug(place, desired, exact)
            processed = [exact, *_replacements(desired, exact, processed)] if exact.processed else []
            unprocessed = (
                unprocessed if exact.processed else (exact, *(file for file in unprocessed if file is not exact))
            )
    names = [desired.name] if desired.name or desired.present else [file.name for file in processed]
    noted = [file for file in observed if any(name and is_marker_of(name, file) for name in names)]
    return Candidates(tuple(processed), unprocessed, tuple(sorted(noted, key=lambda file: file.slug or "")))


def files_to_hash(desired: Desired, observed: Sequence[RemoteFile]) -> list[RemoteFile]:
    """Return the files whose digest the plan needs next and the service does not list.

    Add the digests and call this again, until it returns an empty list.
    """
    if not desired.present or desired.sha256 is None:
        return []
    pool = [file for file in observed if desired.means(file)]
    if desired.slug is not None:
        exact = [file for file in observed if file.slug == desired.slug]
        if exact and match(desired, exact[0]) in (Match.EQUAL, Match.UNKNOWN):
            pool = exact
    pool = [file for file in pool if file.processed]
    if desired.force and len(pool) < 2:
        return []
    return [file for file in pool if match(desired, file) is Match.UNKNOWN]


def files_to_identify(desired: Desired, candidates: Candidates) -> list[RemoteFile]:
    """Return the readable files whose identity the plan needs, to tell generations of one file from different files."""
    return [file for file in _different_files(desired, candidates) if file.is_readable and file.identity is None]


def _different_files(desired: Desired, candidates: Candidates) -> list[RemoteFile]:
    """Return the files with other content than declared, if the plan has to choose between several files."""
    if desired.sha256 is None or desired.duplicates == "remove" or len(candidates.processed) < 2:
        return []
    return [file for file in candidates.processed if match(desired, file) is not Match.EQUAL]


def needs_own_evidence(kind: FileKind, desired: Desired, candidates: Candidates) -> bool:
    """Return whether the plan depends on details of the declared content."""
    if desired.sha256 is None:
        return False
    unclear = any(match(desired, file) is Match.UNVERIFIABLE for file in candidates.processed)
    unknown_password = kind.has_password and desired.password is None
    hidden = any(file.is_protected for file in candidates.processed)
    return unclear or (unknown_password and hidden) or bool(_different_files(desired, candidates))


def _check_slug(place: str, desired: Desired, exact: RemoteFile) -> None:
    if desired.env_key is not None and not desired.means(exact):
        raise RejectedError(
            f"slug and user_env_key contradict each other: the {place} with slug {exact.slug} has the key "
            f"{exact.env_key}, not {desired.env_key}. Omit one of the two.",
            kind="option",
        )
    if desired.env_key is None and desired.name is not None and not desired.means(exact):
        raise RejectedError(
            f"slug and name contradict each other: the {place} with slug {exact.slug} is named {exact.name}, not "
            f"{desired.name}. Set name to {exact.name} (its default is the base name of src), or omit slug.",
            kind="option",
        )


def _replacements(desired: Desired, exact: RemoteFile, named: Sequence[RemoteFile]) -> list[RemoteFile]:
    """Return newer files with the declared content: an interrupted run uploaded them to replace this file."""
    if desired.sha256 is None or match(desired, exact) is Match.EQUAL or not desired.present:
        return []
    newer = [
        file for file in named if are_ordered([str(exact.slug), str(file.slug)]) and str(file.slug) > str(exact.slug)
    ]
    return [file for file in newer if match(desired, file) is Match.EQUAL]


def _successor(place: str, desired: Desired, named: Sequence[RemoteFile]) -> RemoteFile:
    """Return the file with which an earlier run most likely replaced the one whose slug the task gives."""
    equal = [file for file in named if match(desired, file) is Match.EQUAL]
    if not equal and desired.on_unverifiable in ("warn", "trust"):
        equal = [file for file in named if match(desired, file) in (Match.UNVERIFIABLE, Match.UNKNOWN)]
    if not equal:
        raise RejectedError(
            f"There is no {place} with slug {desired.slug}. A replacement changes the slug of a file. Omit slug to "
            "find the file by its name.",
            kind="missing_file",
        )
    return equal[-1]
