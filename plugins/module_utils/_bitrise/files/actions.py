# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions on files of an app, and a simulation of their effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from ..._core.plan import Action
from ..._http.redact import HIDDEN
from .model import (
    KEYSTORE_SECRETS,
    RemoteFile,
)

PASSWORD = "certificate_password"  # noqa: S105 # the service's name of the field
_SECRET = frozenset({PASSWORD, *KEYSTORE_SECRETS})
# Values that the service sets when a file is created.
CREATED_AS: Mapping[str, Any] = {"is_protected": False, "is_expose": True, PASSWORD: ""}
# Keys that every entry of `actions` has; null if a key does not apply to the action.
_DETAILS: Mapping[str, None] = dict.fromkeys(("size", "sha256", "changes", "reason"))


@dataclass(frozen=True)
class FileAction(Action):
    """An action on one file."""

    kind: str
    app_slug: str
    slug: str | None  # None: the file gets its slug only when it is created
    name: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "kind": self.kind,
            "app_slug": self.app_slug,
            "slug": self.slug,
            "name": self.name,
            **self.own_fields(),
        }

    def own_fields(self) -> dict[str, Any]:
        """Return the keys that depend on the type of the action."""
        raise NotImplementedError


@dataclass(frozen=True)
class Upload(FileAction):
    """Create a file, send its content, confirm it, and set values that differ from CREATED_AS in one request."""

    action: ClassVar[str] = "upload"
    size: int
    sha256: str
    changes: Mapping[str, Any] = field(default_factory=dict, repr=False)
    # Fields of the creation request that depend on the kind, and the key that the file is expected to get.
    creation: Mapping[str, str] = field(default_factory=dict, repr=False)
    env_key: str | None = None

    def own_fields(self) -> dict[str, Any]:
        changes = redacted_changes({**self.creation, **self.changes})
        return {**_DETAILS, "size": self.size, "sha256": self.sha256, "changes": changes}


@dataclass(frozen=True)
class Update(FileAction):
    """Set flags or the password of an existing file."""

    action: ClassVar[str] = "update"
    changes: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def own_fields(self) -> dict[str, Any]:
        return {**_DETAILS, "changes": redacted_changes(self.changes)}


@dataclass(frozen=True)
class Delete(FileAction):
    """Delete a file. `reason`: replaced, duplicate, leftover (of an interrupted upload), absent, or undeclared."""

    action: ClassVar[str] = "delete"
    reason: str

    def own_fields(self) -> dict[str, Any]:
        return {**_DETAILS, "reason": self.reason}


def redacted_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes by name, with a placeholder for each secret."""
    return {key: HIDDEN if key in _SECRET else value for key, value in sorted(changes.items())}


def simulate(observed: Sequence[RemoteFile], actions: Iterable[FileAction]) -> tuple[RemoteFile, ...]:
    """Return the app's files as they will be after the actions. An uploaded file has no slug yet."""
    files = list(observed)
    for action in actions:
        if isinstance(action, Delete):
            files = [file for file in files if file.slug != action.slug]
        elif isinstance(action, Update):
            files = [with_changes(file, action.changes) if file.slug == action.slug else file for file in files]
        elif isinstance(action, Upload):
            files.append(with_changes(as_created(action), action.changes))
    return tuple(files)


def as_created(upload: Upload) -> RemoteFile:
    """Return the uploaded file before its changes are set."""
    return RemoteFile(
        slug=None,
        name=upload.name,
        size=upload.size,
        processed=True,
        is_protected=CREATED_AS["is_protected"],
        is_expose=CREATED_AS["is_expose"],
        sha256=upload.sha256,
        password=CREATED_AS[PASSWORD],
        env_key=upload.env_key,
        created_with={name: value for name, value in upload.creation.items() if name in KEYSTORE_SECRETS},
    )


def with_changes(file: RemoteFile, changes: Mapping[str, Any]) -> RemoteFile:
    """Return the file after an update. The service does not return the password of a protected file."""
    file = replace(
        file,
        is_protected=changes.get("is_protected", file.is_protected),
        is_expose=changes.get("is_expose", file.is_expose),
        password=changes.get(PASSWORD, file.password),
    )
    return replace(file, password=None) if file.is_protected else file
