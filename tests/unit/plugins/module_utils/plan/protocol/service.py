# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service with the files of one app that a model checker can explore, and the responses to a run.

Contents are letters. A slug is a number; the plan sees it as a ULID with the age of the file.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.evidence import (
    candidates_for,
    files_to_hash,
    files_to_identify,
    marker_name,
    needs_own_evidence,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    PROJECT_FILE,
    FileKind,
    FileLocation,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import Desired, RemoteFile
from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspection import SIGNING_KINDS as INSPECTED_KINDS

APP = "app1"
NAME, BYSTANDER, OTHER_SLOT, UNDECLARED, MARKER = "N", "Z", "W", "U", "M"
PASSWORD = "pw"

# O and L are old contents, X and Y were made after the oldest files were uploaded. Q is for another identity.
SIZES = {"O": 1, "X": 1, "Y": 1, "Q": 1, "L": 2}
OTHER_IDENTITY = "Q"
FIRST_NEW_SLUG = 10

NOW = 1_796_000_000.0
_DAY_S = 86_400
MADE_AT = {"O": NOW - 200 * _DAY_S, "L": NOW - 200 * _DAY_S, "X": NOW - _DAY_S, "Y": NOW - _DAY_S, "Q": NOW - _DAY_S}
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class File(NamedTuple):
    """A file of the app. `content`: what it was created for; `stored`: what has arrived."""

    slug: int
    name: str
    content: str
    stored: str | None
    is_processed: bool
    is_protected: bool
    is_expose: bool
    has_password: bool  # whether the password that opens the file is set
    is_old: bool  # too old to belong to an upload that is under way
    owner: str


Files = tuple[File, ...]


def lists_digest(kind: FileKind) -> bool:
    return "file_sha256" in dict(kind.own_keys)


def is_usable(kind: FileKind, file: File) -> bool:
    """Return whether builds can use this file as the declared one."""
    is_complete = file.is_processed and file.name == NAME and file.stored == file.content
    return is_complete and (file.has_password or not kind.has_password)


def named(files: Files) -> list[File]:
    """Return the processed files of the declared name, oldest first."""
    return [file for file in files if file.name == NAME and file.is_processed]


def an_hour_later(files: Files) -> Files:
    """Return the files when uploads that are under way now are too old. The age of the others does not matter."""
    return tuple(file if file.is_processed else file._replace(is_old=True) for file in files)


def bytes_of(content: str) -> bytes:
    """Return the bytes of a content, as many as the service lists."""
    return content.encode() * SIZES[content]


def content_of(data: bytes) -> str:
    return data.decode()[:1]


@cache
def digest_of(content: str) -> str:
    return hashlib.sha256(bytes_of(content)).hexdigest()


def ulid(slug: int, *, is_old: bool) -> str:
    """Return a slug of the service: files from before all runs are days old, the others minutes or hours."""
    age = 300 if not is_old else 7200 if slug >= FIRST_NEW_SLUG else 100 * _DAY_S
    number, text = int((NOW - age + slug) * 1000), ""
    for _index in range(10):
        number, digit = divmod(number, len(_DIGITS))
        text = _DIGITS[digit] + text
    return f"{text}{slug:016d}"


def number_of(slug: str | None) -> int:
    return int(str(slug)[-16:])


def _identity(kind: FileKind, content: str | None) -> str | None:
    """Return what a content is for, as far as a run can read it."""
    if content is None:
        return None
    if kind == PROJECT_FILE:
        return f"key {_project_key(content)}"
    return "team of Q" if content == OTHER_IDENTITY else "team"


def _project_key(content: str) -> str:
    return "OTHER" if content == OTHER_IDENTITY else "KEY"


def _env_key(kind: FileKind, file: File) -> str | None:
    if not kind.has_env_key:
        return None
    if file.name == NAME:
        return "ANDROID_KEYSTORE_N" if kind == ANDROID_KEYSTORE else _project_key(file.content)
    return f"KEY_OF_{file.name}"


@cache
def remote_file(kind: FileKind, file: File, *, is_ordered: bool = True) -> RemoteFile:
    """Return the file as the service lists it."""
    listed = file.stored if file.is_processed and lists_digest(kind) else None
    slug = ulid(file.slug, is_old=file.is_old) if is_ordered or not file.is_processed else f"slug{file.slug:016d}"
    is_marker = file.name == MARKER
    identity = _identity(kind, file.content if kind == PROJECT_FILE else listed)
    return RemoteFile(
        slug=slug,
        name=marker_name(NAME) if is_marker else file.name,
        size=1 if is_marker else SIZES[file.content],
        processed=file.is_processed,
        is_protected=file.is_protected,
        is_expose=file.is_expose,
        sha256=digest_of(listed) if listed else None,
        password=None if file.is_protected or not kind.has_password else PASSWORD if file.has_password else "",
        env_key=_env_key(kind, file),
        identity=identity if kind in (ANDROID_KEYSTORE, PROJECT_FILE) else None,
    )


def observe(
    kind: FileKind, files: Files, desired: Desired, content: str | None, *, is_ordered: bool = True
) -> tuple[Desired, list[RemoteFile]]:
    """List the files and read the evidence that the plan needs, as `Observer.complete` does."""
    stored = {file.slug: file.stored for file in files}
    remote = [remote_file(kind, file, is_ordered=is_ordered) for file in files]
    if kind == PROJECT_FILE:
        same_name = [file for file in remote if desired.means(file)]
        newest = max(same_name, key=lambda file: file.slug or "").identity if same_name else None
        desired = replace(desired, identity=f"key {desired.env_key}" if desired.env_key else newest)
    while found := files_to_hash(desired, remote):
        for file in found:
            bytes_there = stored[number_of(file.slug)]
            read = (
                file.with_found_digest(digest_of(bytes_there)) if bytes_there else replace(file, is_missing_bytes=True)
            )
            remote[remote.index(file)] = read
    candidates = candidates_for(str(FileLocation(kind, APP)), desired, remote)
    if content and kind.name in INSPECTED_KINDS and needs_own_evidence(kind, desired, candidates):
        desired = replace(
            desired,
            made_at=MADE_AT[content],
            identity=_identity(kind, content),
            opens_without_password=desired.opens_without_password or False,
        )
        for file in files_to_identify(desired, candidates):
            identity = _identity(kind, stored[number_of(file.slug)])
            remote[remote.index(file)] = replace(file, identity=identity)
    return desired, remote
