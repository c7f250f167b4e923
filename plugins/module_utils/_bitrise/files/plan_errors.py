# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors for declared files that a plan rejects, before any request that changes something is sent."""

from __future__ import annotations

from collections.abc import Sequence

from ..._core.errors import RejectedError
from .actions import CREATED_AS
from .evidence import Match, match
from .kinds import FileLocation
from .model import Desired, RemoteFile
from .slugs import creation_time


def ambiguous(location: FileLocation, desired: Desired, files: Sequence[RemoteFile], evidence: str) -> RejectedError:
    """Return the error for several files of one name of which none is clearly obsolete. `evidence` says why."""
    listed = ", ".join(f"{file.slug} ({_description(desired, file)})" for file in files)
    remedy = "keep only the declared one" if desired.present else "delete all of them"
    return RejectedError(
        f"The app has {len(files)} files named {desired.label} among its {location.kind.words}s: {listed}. {evidence} "
        f"Set slug to the file that you mean, or duplicates=remove to {remedy}.",
        kind="duplicates",
    )


def _description(desired: Desired, file: RemoteFile) -> str:
    words = [f"{file.size} bytes"]
    if file.is_protected:
        words.append("protected")
    if file.identity:
        words.append(file.identity)
    if desired.sha256 is not None and match(desired, file) is Match.EQUAL:
        words.append("the declared content")
    return ", ".join(words)


def unverifiable(location: FileLocation, desired: Desired, file: RemoteFile) -> RejectedError:
    return RejectedError(
        f"Cannot tell whether the {location} {desired.named} (slug {file.slug}) has the declared content: name "
        "and size are equal, and the service returns neither its digest nor its content. Set on_unverifiable=warn or "
        "trust to keep it, or on_unverifiable=replace to upload the declared file.",
        kind="unverifiable",
    )


def kept_unverified(location: FileLocation, desired: Desired, file: RemoteFile) -> str:
    """Return the warning for a file that is kept although its content cannot be compared."""
    dated = desired.made_at is not None and creation_time(file.slug) is not None
    evidence = "It was uploaded after the declared file was made" if dated else "The date of its content is unknown"
    return (
        f"Kept the {location} {desired.named} (slug {file.slug}) without comparing its content: it is "
        f"{'protected' if file.is_protected else 'not downloadable'} and does not differ in size. {evidence}, so it "
        "may be the declared file. Set on_unverifiable=replace once to upload the declared file, or "
        "on_unverifiable=trust to accept it without this warning."
    )


def nothing_to_manage(location: FileLocation, desired: Desired, unfinished: Sequence[RemoteFile]) -> RejectedError:
    if unfinished:
        slugs = ", ".join(str(file.slug) for file in unfinished)
        return RejectedError(
            f"The upload of the {location} {desired.named} is unfinished (slug {slugs}). Run again when it is done, or "
            "set src or content to upload the file.",
            kind="missing_file",
        )
    return RejectedError(
        f"There is no {location} {desired.named}. Set src or content to upload one.", kind="missing_file"
    )


def several_to_manage(location: FileLocation, desired: Desired, files: Sequence[RemoteFile]) -> RejectedError:
    listed = ", ".join(str(file.slug) for file in files)
    return RejectedError(
        f"The app has {len(files)} files named {desired.label} among its {location.kind.words}s: {listed}. A "
        "replacement may be under way or interrupted: the run that declares the content finishes it. Set src or "
        "content to declare which content stays, or set slug to the file that you mean.",
        kind="duplicates",
    )


def unchangeable_keystore(location: FileLocation, desired: Desired) -> RejectedError:
    return RejectedError(
        f"The {location} {desired.named} has another alias or password, and Bitrise does not support modifying a "
        "keystore. Set src or content to upload it again.",
        kind="unchangeable",
    )


def protected_for_good(location: FileLocation, file: RemoteFile) -> RejectedError:
    return RejectedError(
        f"is_protected: the {location} named {file.name} (slug {file.slug}) is protected, and Bitrise does not support "
        "removing protection. Omit is_protected or set it to true. To get an unprotected file, delete this one first "
        "(state=absent).",
        kind="one_way_flag",
    )


def frozen_flag(location: FileLocation, file: RemoteFile) -> RejectedError:
    return RejectedError(
        f"is_expose: the {location} named {file.name} (slug {file.slug}) is protected, and Bitrise does not support "
        "changing is_expose of a protected file. Omit is_expose, or set force=true to upload the file again.",
        kind="one_way_flag",
    )


def unchangeable_flag(location: FileLocation, desired: Desired, flag: str) -> RejectedError:
    return RejectedError(
        f"{flag}: the API cannot set it for a {location.kind.words}, so it cannot become "
        f"{str(getattr(desired, flag)).lower()} for {desired.label} in app {location.app_slug}. Omit {flag}, or set "
        "it on the website.",
        kind="unchangeable",
    )


def lost_flag(location: FileLocation, desired: Desired, flag: str) -> RejectedError:
    default = str(CREATED_AS[flag]).lower()
    return RejectedError(
        f"{flag}: replacing the {location} {desired.named} would reset {flag} to {default}, because the API "
        f"cannot set it. Declare {flag}={default} to accept that, and set it on the website afterwards.",
        kind="unchangeable",
    )


def flag_lost_by_deletion(location: FileLocation, effective: Desired, flag: str) -> RejectedError:
    value = str(getattr(effective, flag)).lower()
    return RejectedError(
        f"{flag} is required with replace_order=delete_first for the {location} {effective.named}: if a run is "
        f"interrupted after the deletion, the next run cannot know that {flag} was {value}. Set {flag}={value} to keep "
        "it.",
        kind="option",
    )


def unknown_password(location: FileLocation, desired: Desired) -> RejectedError:
    return RejectedError(
        f"certificate_password: the {location} {desired.named} is protected, so Bitrise does not return its "
        "password, and the declared file cannot be opened without one. Set certificate_password. Nothing was changed.",
        kind="password",
    )
