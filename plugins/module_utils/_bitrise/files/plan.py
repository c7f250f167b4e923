# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the files of an app as declared and as observed to the actions in between. Pure: no network, file or clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.actions import (
    CREATED_AS,
    PASSWORD,
    Delete,
    FileAction,
    Update,
    Upload,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.env_keys import Creation, creation
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import FileKind
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import Desired, RemoteFile
from ansible_collections.mobileops.ci.plugins.module_utils._errors import RefusedError


class Match(IntEnum):
    """How sure it is that a remote file has the declared content. The order is that of preference."""

    EQUAL = 0
    UNVERIFIABLE = 1
    UNKNOWN = 2  # could be found out by a download
    DIFFERENT = 3


@dataclass(frozen=True)
class FilePlan:
    """What is to be done about one declared file."""

    actions: tuple[FileAction, ...] = ()
    keep: str | None = None  # the slug of the file that is or becomes the declared one, unless it is uploaded
    touched: frozenset[str] = frozenset()  # slugs of the files that were looked at: what a diff shows
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """Where the files are, and which replacements were cut off (new slug: slugs of the files it replaces).

    `joined`: the task uploads another file of the kind before this one.
    """

    kind: FileKind
    app_slug: str
    interrupted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    joined: bool = False

    def __str__(self) -> str:
        return f"{self.kind.words} of app {self.app_slug}"

    @property
    def plural(self) -> str:
        return f"{self.kind.words}s of app {self.app_slug}"


def match(desired: Desired, file: RemoteFile) -> Match:
    if file.sha256 is not None:
        return Match.EQUAL if file.sha256 == desired.sha256 else Match.DIFFERENT
    if file.size is not None and file.size != desired.size:
        return Match.DIFFERENT
    return Match.UNVERIFIABLE if file.is_protected else Match.UNKNOWN


def worth_downloading(place: Place, desired: Desired, observed: Sequence[RemoteFile]) -> list[RemoteFile]:
    """The files whose digest the plan for this declaration needs and the service does not tell."""
    if not desired.present or desired.sha256 is None or desired.force:
        return []
    candidates = _processed(_candidates(place, desired, observed)[0])
    return [file for file in candidates if match(desired, file) is Match.UNKNOWN]


def plan_file(place: Place, desired: Desired, observed: Sequence[RemoteFile]) -> FilePlan:
    """What it takes to make one declaration true. Raises RefusedError if it must not or cannot be done."""
    candidates, slug_found = _candidates(place, desired, observed)
    candidates = sorted(candidates, key=_by_slug)
    touched = frozenset(file.slug for file in candidates if file.slug)
    leftovers = [_delete(place, file, "leftover") for file in candidates if not file.processed]
    processed = _processed(candidates)
    # What an interrupted run has already put something in the place of.
    cut_off = [file for file in processed if _heir(place, file.slug, processed) != file.slug]
    ours = [file for file in processed if file not in cut_off]

    if not desired.present:
        _refuse_ambiguous(place, desired, ours)
        gone = [_delete(place, file, "absent") for file in processed]
        return FilePlan((*gone, *leftovers), None, touched)
    if desired.slug and not slug_found:
        ours, cut_off = [_successor(place, desired, processed)], []
    if desired.sha256 is None:
        keep: RemoteFile | None = _only_one(place, desired, ours)
    else:
        _refuse_ambiguous(place, desired, ours)
        keep = _choose(place, desired, ours)
    if keep is None:
        replaced = sorted([*cut_off, *ours], key=_by_slug)
        wanted, warnings = _inherit(place, desired, replaced)
        stays = [file for file in observed if file.processed or file not in candidates]
        if desired.replace_order == "delete_first":
            stays = [file for file in stays if file not in replaced]
        more = creation(place.kind, place.app_slug, wanted, replaced, crowded=bool(stays) or place.joined)
        upload = _upload(place, wanted, more)
        deletes = [_delete(place, file, "replaced") for file in replaced]
        actions = _in_order(place, desired, upload, deletes, leftovers)
        return FilePlan(actions, None, touched, (*warnings, *more.warnings))
    wanted, warnings = _inherit(place, desired, cut_off) if place.kind.can_change else (desired, ())
    deletes = [_delete(place, file, "replaced") for file in cut_off]
    if desired.duplicates == "remove":  # copies that are equal do no harm: only a task that says so removes them
        deletes += [_delete(place, file, "duplicate") for file in ours if file is not keep]
    updates = _update(place, wanted, keep)
    _refuse_to_hide_a_copy(place, desired, ours, keep, updates)
    return FilePlan((*updates, *deletes, *leftovers), keep.slug, touched, warnings)


def _in_order(
    place: Place, desired: Desired, upload: Upload, deletes: Sequence[Delete], leftovers: Sequence[Delete]
) -> tuple[FileAction, ...]:
    """What is new comes before what is old goes. Of a key that builds refer to, a leftover must not be in the way."""
    if not place.kind.has_env_key:
        return (upload, *deletes, *leftovers)
    if desired.replace_order == "delete_first":
        return (*leftovers, *deletes, upload)
    return (*leftovers, upload, *deletes)


def plan_purge(place: Place, declared: frozenset[str], observed: Sequence[RemoteFile]) -> tuple[FileAction, ...]:
    """Deletes every file that no declaration is about. `declared`: slugs of the files that one is about."""
    undeclared = [file for file in observed if file.slug not in declared]
    return tuple(_delete(place, file, "undeclared") for file in sorted(undeclared, key=_by_slug))


def _candidates(place: Place, desired: Desired, observed: Sequence[RemoteFile]) -> tuple[list[RemoteFile], bool]:
    """The files that the declaration is about, and whether the one it names by slug is there."""
    named = [file for file in observed if desired.means(file)]
    if desired.slug is None:
        return named, False
    slug = _heir(place, desired.slug, _processed(observed))
    exact = [file for file in observed if file.slug == slug]
    if not exact:
        return (named if desired.present else []), False
    if desired.env_key is not None and not desired.means(exact[0]):
        raise RefusedError(
            f"slug and user_env_key contradict each other: the {place} with slug {slug} has the key "
            f"{exact[0].env_key}, not {desired.env_key}. Leave one of the two out.",
            kind="option",
        )
    if desired.env_key is None and desired.name is not None and not desired.means(exact[0]):
        raise RefusedError(
            f"slug and name contradict each other: the {place} with slug {slug} is named {exact[0].name}, not "
            f"{desired.name}. Set name to {exact[0].name} (its default is the base name of src), or leave slug out.",
            kind="option",
        )
    replaced = place.interrupted.get(slug or "", frozenset())
    leftovers = [file for file in named if not file.processed and file not in exact]
    return exact + leftovers + [file for file in observed if file.slug in replaced], True


def _heir(place: Place, slug: str | None, processed: Sequence[RemoteFile]) -> str | None:
    """The slug of the file that an interrupted run has put in the place of this one; else this very slug."""
    there = {file.slug for file in processed}
    successors = {old: new for new, replaced in place.interrupted.items() if new in there for old in replaced}
    seen = set()
    while slug in successors and slug not in seen:
        seen.add(slug)
        slug = successors[slug]
    return slug


def _successor(place: Place, desired: Desired, files: Sequence[RemoteFile]) -> RemoteFile:
    """The file that an earlier run has most likely put in the place of the one that the task names by its slug."""
    possible = [file for file in files if match(desired, file) is not Match.DIFFERENT]
    if not possible:
        raise RefusedError(
            f"slug: there is no {place} with slug {desired.slug}. Slugs change when a file is replaced; "
            "leave slug out to find the file by its name.",
            kind="missing_file",
        )

    def order(file: RemoteFile) -> tuple[int, int, int, str]:
        sure = int(match(desired, file))
        return (0 if desired.on_unverifiable == "trust" else sure, _effort(desired, file), sure, file.slug or "")

    return min(possible, key=order)


def _by_slug(file: RemoteFile) -> str:
    return file.slug or ""


def _processed(files: Sequence[RemoteFile]) -> list[RemoteFile]:
    return [file for file in files if file.processed]


def _refuse_ambiguous(place: Place, desired: Desired, files: Sequence[RemoteFile]) -> None:
    """Several files of one name: which of them is meant is for the user to say."""
    if len(files) < 2 or desired.duplicates == "remove":
        return
    if desired.sha256 is not None and all(match(desired, file) is Match.EQUAL for file in files):
        return
    raise _ambiguous(place, desired, files, ", not all with the declared content" if desired.present else "")


def _refuse_to_hide_a_copy(
    place: Place, desired: Desired, files: Sequence[RemoteFile], keep: RemoteFile, updates: Sequence[Update]
) -> None:
    """Equal copies do no harm as long as it can be seen that they are: protection would end that, for good."""
    if len(files) < 2 or desired.duplicates == "remove" or keep.digest_is_listed:
        return
    if any("is_protected" in update.changes for update in updates):
        why = (
            " is_protected would be set on one of them, for good: its bytes could not be compared any more, and the "
            "next run would not know which file is meant."
        )
        raise _ambiguous(place, desired, files, ", all with the declared content", why)


def _ambiguous(
    place: Place, desired: Desired, files: Sequence[RemoteFile], contents: str, why: str = ""
) -> RefusedError:
    listed = ", ".join(f"{file.slug} ({_description(desired, file)})" for file in files)
    remedy = "keep exactly one" if desired.present else "delete them all"
    return RefusedError(
        f"There are {len(files)} files named {desired.label} among the {place.plural}{contents}: {listed}.{why} "
        f"Set slug to the one that is meant, or duplicates=remove to {remedy}.",
        kind="duplicates",
    )


def _description(desired: Desired, file: RemoteFile) -> str:
    words = [f"{file.size} bytes"]
    if file.is_protected:
        words.append("protected")
    if desired.sha256 is not None and match(desired, file) is Match.EQUAL:
        words.append("the declared content")
    return ", ".join(words)


def _choose(place: Place, desired: Desired, files: Sequence[RemoteFile]) -> RemoteFile | None:
    """The file to keep; None if the declared content has to be uploaded."""
    if desired.force:
        return None
    # What a keystore was created with cannot be changed any more.
    files = [file for file in files if not desired.differs_inside(file)]
    acceptable = [file for file in files if match(desired, file) is Match.EQUAL]
    if not acceptable:
        acceptable = [file for file in files if match(desired, file) in (Match.UNVERIFIABLE, Match.UNKNOWN)]
        if acceptable and desired.on_unverifiable == "fail":
            raise RefusedError(
                f"Whether the {place} named {desired.label} (slug {acceptable[0].slug}) has the declared content "
                "cannot be told: name and size agree, but the service gives neither its digest nor its bytes. "
                "Set on_unverifiable=trust to accept it or on_unverifiable=replace to upload it anew.",
                kind="unverifiable",
            )
        # Of several that might be it, the wrong one may be kept for good: a new one is surely right.
        if desired.on_unverifiable != "trust" or len(acceptable) > 1:
            return None
    if not acceptable:
        return None
    # Prefer a file that needs no change, then one that can be changed at all; the slug makes the choice stable.
    return min(acceptable, key=lambda file: (_effort(desired, file), file.slug or ""))


def _effort(desired: Desired, file: RemoteFile) -> int:
    wanted = {"is_protected": desired.is_protected, "is_expose": desired.is_expose}
    differs = any(value is not None and value != getattr(file, name) for name, value in wanted.items())
    differs = differs or (desired.password is not None and file.password not in (None, desired.password))
    return 2 if differs and file.is_protected else int(differs)


def _only_one(place: Place, desired: Desired, files: Sequence[RemoteFile]) -> RemoteFile:
    """The file whose flags are managed where the task declares no content."""
    if not files:
        raise RefusedError(
            f"There is no {place} named {desired.label}, and neither src nor content says what to upload.",
            kind="missing_file",
        )
    if len(files) > 1:
        listed = ", ".join(str(file.slug) for file in files)
        raise RefusedError(
            f"There are {len(files)} files named {desired.label} among the {place.plural}: {listed}. Set slug to the "
            "one that is meant, or give src or content to say which content is to stay.",
            kind="duplicates",
        )
    if desired.differs_inside(files[0]):
        raise RefusedError(
            f"The {place} named {desired.label} was created with another alias or password, and the service lets "
            "nothing of a keystore be changed. Give src or content, so that it can be uploaded anew.",
            kind="unchangeable",
        )
    return files[0]


def _update(place: Place, desired: Desired, file: RemoteFile) -> list[Update]:
    """What has to be set on a file that stays. Raises RefusedError for what the service does not allow."""
    if not place.kind.can_change:
        for flag in ("is_protected", "is_expose"):
            if getattr(desired, flag) not in (None, getattr(file, flag)):
                raise _unchangeable(place, desired, flag)
        return []
    changes: dict[str, Any] = {}
    if desired.is_protected is not None and desired.is_protected != file.is_protected:
        if file.is_protected:
            raise _protected_for_good(place, file)
        changes["is_protected"] = True
    if desired.is_expose is not None and desired.is_expose != file.is_expose:
        if file.is_protected:
            raise RefusedError(
                f"is_expose: the {place} named {file.name} (slug {file.slug}) is protected, and the service does not "
                "let is_expose of a protected file change. Leave is_expose out, or use force=true to upload it anew.",
                kind="one_way_flag",
            )
        changes["is_expose"] = desired.is_expose
    if desired.password is not None and place.kind.has_password:
        known_to_differ = file.password is not None and file.password != desired.password
        if known_to_differ or (file.password is None and desired.update_password == "always"):  # noqa: S105
            changes[PASSWORD] = desired.password
    return [Update(place.kind.name, place.app_slug, file.slug, file.name, changes)] if changes else []


def _protected_for_good(place: Place, file: RemoteFile) -> RefusedError:
    return RefusedError(
        f"is_protected: the {place} named {file.name} (slug {file.slug}) is protected, and the service never takes "
        "protection away. Leave is_protected out or set it to true; to have an unprotected file, delete this one first "
        "(state=absent).",
        kind="one_way_flag",
    )


def _unchangeable(place: Place, desired: Desired, flag: str) -> RefusedError:
    return RefusedError(
        f"{flag}: the service has no way to set it for {place.plural}, so it cannot be made "
        f"{str(getattr(desired, flag)).lower()} for {desired.label}. Leave {flag} out, or set it on the website.",
        kind="unchangeable",
    )


def _not_to_be_kept(place: Place, desired: Desired, flag: str) -> RefusedError:
    default = str(CREATED_AS[flag]).lower()
    return RefusedError(
        f"{flag}: the {place} named {desired.label} would be replaced by one with {flag}={default}, because the "
        f"service has no way to set it. Declare {flag}={default} to accept that; it can be set on the website then.",
        kind="unchangeable",
    )


def _inherit(place: Place, desired: Desired, replaced: Sequence[RemoteFile]) -> tuple[Desired, tuple[str, ...]]:
    """What the declaration leaves open stays as it was on the files that are replaced."""
    if not place.kind.can_change:
        for flag in ("is_protected", "is_expose"):
            if getattr(desired, flag) not in (None, CREATED_AS[flag]):
                raise _unchangeable(place, desired, flag)
            if getattr(desired, flag) is None and any(getattr(file, flag) != CREATED_AS[flag] for file in replaced):
                raise _not_to_be_kept(place, desired, flag)
        return desired, ()
    if not replaced:
        return desired, ()
    protected = [file for file in replaced if file.is_protected]
    if desired.is_protected is False and protected:
        raise _protected_for_good(place, protected[0])
    if desired.is_protected is None and protected:
        desired = replace(desired, is_protected=True)
    if desired.is_expose is None and not all(file.is_expose for file in replaced):
        desired = replace(desired, is_expose=False)
    if desired.password is not None or not place.kind.has_password:
        return desired, ()
    passwords = {file.password for file in replaced}
    known = passwords.pop() if len(passwords) == 1 else None
    if known is not None:
        return replace(desired, password=known), ()
    warning = (
        f"{desired.label}: a {place} is replaced whose password the service does not tell, and the task declares none: "
        "the new file has no password. Declare certificate_password if it needs one."
    )
    return desired, (warning,)


def _upload(place: Place, desired: Desired, more: Creation) -> Upload:
    wanted: dict[str, Any] = {"is_protected": desired.is_protected, "is_expose": desired.is_expose}
    if place.kind.has_password:
        wanted[PASSWORD] = desired.password
    changes = {name: value for name, value in wanted.items() if value is not None and value != CREATED_AS[name]}
    if desired.name is None or desired.size is None or desired.sha256 is None:
        raise ValueError("a file without name or content cannot be uploaded")
    return Upload(
        place.kind.name,
        place.app_slug,
        None,
        desired.name,
        desired.size,
        desired.sha256,
        changes,
        more.values,
        more.env_key,
    )


def _delete(place: Place, file: RemoteFile, reason: str) -> Delete:
    return Delete(place.kind.name, place.app_slug, file.slug, file.name, reason)
