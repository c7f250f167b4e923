# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file as the service lists it (RemoteFile), and a file as a task declares it (Desired)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..._core.fields import decided_flag, decided_text
from ..._core.text import composed
from ..._http.redact import without_secrets
from .kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    FileKind,
)

_SHA256 = re.compile(r"[0-9A-Fa-f]{64}")

# Fields that the service requires to create a keystore.
KEYSTORE_SECRETS = ("alias", "password", "private_key_password")


def _created_with(data: Mapping[str, Any]) -> dict[str, str]:
    """Return alias and passwords that a keystore was created with, as far as the service returns them.

    The service's documentation does not say whether it does. An empty text means that it does not.
    """
    stored = data.get("exposed_meta_datastore")
    if not isinstance(stored, Mapping):
        return {}
    found = {name: stored.get(name.upper()) for name in KEYSTORE_SECRETS}
    return {name: value for name, value in found.items() if isinstance(value, str) and value}


def _digest(value: Any) -> str | None:
    return value.lower() if isinstance(value, str) and _SHA256.fullmatch(value) else None


def _serials(listed: Any) -> frozenset[str]:
    entries = [entry for entry in listed if isinstance(entry, Mapping)] if isinstance(listed, list) else []
    found = (entry.get("serial") for entry in entries)
    return frozenset(serial.upper().lstrip("0") for serial in found if isinstance(serial, str) and serial)


def ignored_changes(data: Mapping[str, Any], changes: Mapping[str, Any]) -> list[str]:
    """Return the names of the changes that the service did not make, according to its object `data`.

    A value that the service does not return counts as changed.
    """
    return [name for name, value in changes.items() if data.get(name) is not None and data[name] != value]


def is_same_name(one: str, other: str) -> bool:
    """Return whether two names look the same. macOS may store an umlaut as two characters."""
    return one == other or composed(one) == composed(other)


@dataclass(frozen=True)
class RemoteFile:
    """A file of an app as the service reports it."""

    slug: str | None  # None: not uploaded yet
    name: str
    size: int | None
    processed: bool
    is_protected: bool
    is_expose: bool
    sha256: str | None = None
    # None: the service does not return it. "": no password is set.
    password: str | None = field(default=None, repr=False)
    env_key: str | None = None  # the key by which builds refer to the file, if its kind has one
    # Values of KEYSTORE_SECRETS, as far as the service returns them.
    created_with: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    others: Mapping[str, Any] = field(default_factory=dict, compare=False)
    # Evidence that is read only if a plan needs it.
    is_withheld: bool = False  # the service returns no download URL
    is_missing_bytes: bool = False  # the service lists the file, but the storage does not have its content
    identity: str | None = None  # who or what the file signs for; None: not read, or unreadable
    serials: frozenset[str] = frozenset()  # serial numbers of its certificates, as the service lists them

    @property
    def is_readable(self) -> bool:
        """Return whether the content can be downloaded."""
        return self.processed and not (self.is_protected or self.is_withheld or self.is_missing_bytes)

    @classmethod
    def from_service(cls, kind: FileKind, data: Mapping[str, Any]) -> RemoteFile:
        """Parse the service's object `data`. An undefined value may be null, "" or missing.

        Raise ServiceError of kind invalid_response if a flag is not a boolean, because deletions depend on flags.
        """
        size = data.get("upload_file_size")
        protected = decided_flag(data, "is_protected", default=False)
        password = decided_text(data, "certificate_password")
        own = {key: unset if data.get(key) is None else data[key] for key, unset in kind.unset.items()}
        known = ("slug", "upload_file_name", "upload_file_size", "processed", "is_protected", "is_expose")
        return cls(
            slug=str(data["slug"]),
            name=decided_text(data, "upload_file_name"),
            size=size if isinstance(size, int) and not isinstance(size, bool) else None,
            processed=decided_flag(data, "processed", default=False),
            is_protected=protected,
            is_expose=decided_flag(data, "is_expose", default=True),
            sha256=_digest(data.get("file_sha256")),
            password=None if protected or not kind.has_password else password,
            env_key=(decided_text(data, "user_env_key") or None) if kind.has_env_key else None,
            created_with=_created_with(data) if kind == ANDROID_KEYSTORE and not protected else {},
            others={**without_secrets({key: value for key, value in data.items() if key not in known}), **own},
            serials=_serials(data.get("certificates")) if kind == BUILD_CERTIFICATE else frozenset(),
        )

    def with_found_digest(self, sha256: str | None) -> RemoteFile:
        """Return the file with a digest that was computed from its content, in this run or an earlier one."""
        return replace(self, sha256=sha256)

    def as_result(self) -> dict[str, Any]:
        """Return the service's object without URLs and passwords, and with the digest if it is known."""
        return {
            **self.others,
            "slug": self.slug,
            "upload_file_name": self.name,
            "upload_file_size": self.size,
            "processed": self.processed,
            "is_protected": self.is_protected,
            "is_expose": self.is_expose,
            "sha256": self.sha256,
        }


@dataclass(frozen=True)
class Desired:
    """The state of a file that a task declares. None means that the task does not change the value."""

    name: str | None
    present: bool = True
    slug: str | None = None
    size: int | None = None
    sha256: str | None = None  # None: the content is not declared
    is_protected: bool | None = None
    is_expose: bool | None = None
    password: str | None = field(default=None, repr=False)
    update_password: str = "on_change"  # noqa: S105 # a policy
    env_key: str | None = None  # identifies the file instead of the name
    keystore: Mapping[str, str] = field(default_factory=dict, repr=False)  # the declared values of KEYSTORE_SECRETS
    keystore_name: str | None = None
    replace_order: str = "upload_first"
    on_unverifiable: str = "warn"
    duplicates: str = "fail"
    force: bool = False
    # Details of the declared content, read only if a plan needs them.
    made_at: float | None = None  # Unix seconds. A file that was uploaded earlier cannot have this content.
    identity: str | None = None
    serials: frozenset[str] = frozenset()
    opens_without_password: bool | None = None

    @property
    def label(self) -> str:
        return self.env_key or self.name or f"with slug {self.slug}"

    @property
    def named(self) -> str:
        """Return "named X" or "with slug X", which follows the kind of the file in a message."""
        return f"named {self.label}" if self.env_key or self.name else self.label

    @property
    def key(self) -> tuple[str | None, str | None, str | None]:
        """Return a key that is unique among the declared files of one kind for an app."""
        return (self.env_key, self.name, self.slug)

    @property
    def secrets(self) -> tuple[str | None, ...]:
        return (self.password, *(value for name, value in self.keystore.items() if name != "alias"))

    def means(self, file: RemoteFile) -> bool:
        """Return whether a remote file has the declared name, or the declared key where one is declared."""
        if self.env_key is not None:
            return file.env_key == self.env_key
        return self.name is not None and is_same_name(file.name, self.name)

    def keystore_differs_from(self, file: RemoteFile) -> bool:
        """Return whether the service shows that the keystore has another alias or password than declared."""
        return any(file.created_with.get(name, value) != value for name, value in self.keystore.items())
