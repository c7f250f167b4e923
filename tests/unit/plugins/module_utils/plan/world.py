# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An app with known content, the evidence of a run about it, and its files after each step of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.actions import (
    PASSWORD,
    Delete,
    FileAction,
    Update,
    Upload,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.env_keys import FIRST_KEYSTORE
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.evidence import (
    candidates_for,
    files_to_hash,
    files_to_identify,
    needs_own_evidence,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    FILE_KINDS,
    PROJECT_FILE,
    FileKind,
    FileLocation,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import Desired, RemoteFile
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.plan_app import AppPlan, Policy, plan_app

from .building import APP, NOW, marker, ulid

# Identity and size of contents, by digest. Three of the contents have the same size.
IDENTITIES = {"a" * 64: "team A1", "b" * 64: "team A1", "c" * 64: "team A1", "d" * 64: "team B2"}
SIZES = {"a" * 64: 100, "b" * 64: 100, "c" * 64: 200, "d" * 64: 100}

Declared = Mapping[FileKind, Sequence[Desired]]


@dataclass(frozen=True)
class World:
    """The files of one app with their true digests and passwords, whether a run can know them or not."""

    files: Mapping[FileKind, tuple[RemoteFile, ...]]
    made: int = 0  # how many files the runs have made

    def plan(self, declared: Declared, **policy: Any) -> AppPlan:
        """Observe and plan as a run does."""
        desired_files: dict[FileKind, list[Desired]] = {}
        listed: dict[FileKind, list[RemoteFile]] = {}
        for kind, some in declared.items():
            listed[kind] = [_as_listed(kind, file) for file in self.files.get(kind, ())]
            desired_files[kind] = [self._complete(kind, desired, listed[kind]) for desired in some]
        return plan_app(APP, desired_files, listed, Policy(**{"now": NOW, **policy}))

    def _complete(self, kind: FileKind, desired: Desired, listed: list[RemoteFile]) -> Desired:
        """Read the evidence that the plan needs into `listed`, as `Observer.complete` does."""
        true = {file.slug: file for file in self.files[kind]}
        if kind == PROJECT_FILE:
            same = sorted((file for file in listed if desired.means(file)), key=lambda file: file.slug or "")
            newest = same[-1].identity if same else None
            desired = replace(desired, identity=f"key {desired.env_key}" if desired.env_key else newest)
        while found := files_to_hash(desired, listed):
            for file in found:
                assert not file.is_protected, "the service does not return the bytes of protected files"
                listed[listed.index(file)] = file.with_found_digest(true[file.slug].sha256)
        candidates = candidates_for(str(FileLocation(kind, APP)), desired, listed)
        if kind != PROJECT_FILE and needs_own_evidence(kind, desired, candidates):
            desired = replace(desired, identity=IDENTITIES[str(desired.sha256)], opens_without_password=False)
            for file in files_to_identify(desired, candidates):
                identity = IDENTITIES[str(true[file.slug].sha256)]
                listed[listed.index(file)] = replace(file, identity=identity)
        return desired

    def after(self, actions: Iterable[FileAction]) -> World:
        world = self
        for action in actions:
            world = world._after_one(action)
        return world

    def _after_one(self, action: FileAction) -> World:
        kind = next(kind for kind in FILE_KINDS if kind.name == action.kind)
        files, made = list(self.files.get(kind, ())), self.made
        if isinstance(action, Delete):
            assert any(file.slug == action.slug for file in files), "a file is deleted twice"
            files = [file for file in files if file.slug != action.slug]
        elif isinstance(action, Update):
            assert any(file.slug == action.slug for file in files), "a file that is gone is changed"
            files = [_changed(file, action.changes) if file.slug == action.slug else file for file in files]
        elif isinstance(action, Upload):
            made += 1
            files.append(_changed(_created(kind, action, ulid(NOW + made, "N"), is_alone=not files), action.changes))
        return World({**self.files, kind: tuple(files)}, made)

    def with_marker(self, kind: FileKind, name: str) -> World:
        return World({**self.files, kind: (*self.files[kind], marker(of=name))}, self.made)

    def of(self, kind: FileKind, desired: Desired) -> list[RemoteFile]:
        """Return the processed files that the declaration is about."""
        return [file for file in self.files.get(kind, ()) if file.processed and desired.means(file)]

    def essence(self) -> dict[str, list[str]]:
        """Return what does not depend on which run made the files."""
        return {
            kind.name: sorted(
                repr(replace(file, slug=None, env_key=None, created_with={})) + str(file.password) for file in files
            )
            for kind, files in self.files.items()
        }


def _as_listed(kind: FileKind, file: RemoteFile) -> RemoteFile:
    """Return the file as the service lists it."""
    has_digest = file.processed and "file_sha256" in dict(kind.own_keys)
    identity = f"key {file.env_key}" if kind == PROJECT_FILE else None
    if kind == ANDROID_KEYSTORE and file.processed:
        identity = IDENTITIES[str(file.sha256)]
    return replace(
        file,
        sha256=file.sha256 if has_digest else None,
        password=None if file.is_protected or not kind.has_password else file.password,
        identity=identity,
    )


def _created(kind: FileKind, action: Upload, slug: str, *, is_alone: bool) -> RemoteFile:
    env_key = action.env_key
    if kind == ANDROID_KEYSTORE:
        name = action.creation.get("keystore_file_name")
        env_key = FIRST_KEYSTORE if is_alone or name is None else f"{FIRST_KEYSTORE}_{name}"
    return RemoteFile(
        slug, action.name, action.size, True, False, True, sha256=action.sha256, password="", env_key=env_key
    )


def _changed(file: RemoteFile, changes: Mapping[str, Any]) -> RemoteFile:
    return replace(
        file,
        is_protected=changes.get("is_protected", file.is_protected),
        is_expose=changes.get("is_expose", file.is_expose),
        password=changes.get(PASSWORD, file.password),
    )
