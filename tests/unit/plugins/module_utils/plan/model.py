# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service small enough to reason about: files whose true content is known, and what it tells of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.actions import FileAction, simulate
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import FileKind
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import Desired, RemoteFile
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.plan import (
    FilePlan,
    Place,
    plan_file,
    worth_downloading,
)

APP = "app1"


@dataclass(frozen=True)
class Service:
    """The files of one app. Their `sha256` and `password` are the true ones, told or not."""

    kind: FileKind
    files: tuple[RemoteFile, ...]
    tells_digests: bool = False
    interrupted: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        return Place(self.kind, APP, self.interrupted)

    def observed(self, desired: Desired) -> list[RemoteFile]:
        """What a task knows when it plans: what the service tells, and what a download adds."""
        told = [self._told(file) for file in self.files]
        truth = {file.slug: file.sha256 for file in self.files}
        fetched = {file.slug for file in worth_downloading(self.place, desired, told)}
        assert not any(file.is_protected for file in told if file.slug in fetched), "protected files give no bytes"
        return [file.with_found_digest(truth[file.slug]) if file.slug in fetched else file for file in told]

    def plan(self, desired: Desired) -> FilePlan:
        return plan_file(self.place, desired, self.observed(desired))

    def after(self, actions: tuple[FileAction, ...], new_slug: str = "NEW") -> Service:
        """The service once the actions are carried out; what was uploaded has got its slug."""
        files = simulate(self.files, actions)
        return replace(self, files=tuple(replace(file, slug=file.slug or new_slug) for file in files))

    def named(self, name: str | None) -> list[RemoteFile]:
        return [file for file in self.files if file.name == name]

    def usable(self, name: str | None) -> list[RemoteFile]:
        return [file for file in self.named(name) if file.processed]

    def _told(self, file: RemoteFile) -> RemoteFile:
        if not file.processed or not self.tells_digests:
            file = replace(file, sha256=None)
        return replace(file, password=None) if file.is_protected or not self.kind.has_password else file
