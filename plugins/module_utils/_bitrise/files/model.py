# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file as the service has it, and a file as a task declares it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    FileKind,
)

# Signed URLs and passwords: in no result, whatever else the service may add to its objects.
_SECRET_KEY = re.compile(r"url|password|secret|datastore", re.IGNORECASE)

# What a keystore is created with, by the service's names.
KEYSTORE_SECRETS = ("alias", "password", "private_key_password")


def _public(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _public(item) for key, item in value.items() if not _SECRET_KEY.search(key)}
    return [_public(item) for item in value] if isinstance(value, list) else value


def _told(data: Mapping[str, Any]) -> dict[str, str]:
    """What a keystore was created with. Whether the service ever tells it is not documented; nothing looks like ""."""
    stored = data.get("exposed_meta_datastore")
    if not isinstance(stored, Mapping):
        return {}
    found = {name: stored.get(name.upper()) for name in KEYSTORE_SECRETS}
    return {name: value for name, value in found.items() if isinstance(value, str) and value}


@dataclass(frozen=True)
class RemoteFile:
    """A file of an app as the service reports it."""

    slug: str | None  # None: planned, not there yet
    name: str
    size: int | None
    processed: bool
    is_protected: bool
    is_expose: bool
    sha256: str | None = None
    digest_is_listed: bool = field(default=True, compare=False)  # by the service, and not found out from the bytes
    # None: the service does not tell it. Where nothing is set it is "".
    password: str | None = field(default=None, repr=False)
    env_key: str | None = None  # what builds refer to the file by, where its kind has that
    # Of a keystore: alias and passwords, as far as the service tells them. Named as at creation.
    told: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    others: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @classmethod
    def from_service(cls, kind: FileKind, data: Mapping[str, Any]) -> RemoteFile:
        """`data`: the service's object. An undefined value may be null, "" or missing (API, section values)."""
        size = data.get("upload_file_size")
        protected = bool(data.get("is_protected"))
        password = data.get("certificate_password") or ""
        own = {key: unset if data.get(key) is None else data[key] for key, unset in kind.unset.items()}
        known = ("slug", "upload_file_name", "upload_file_size", "processed", "is_protected", "is_expose")
        return cls(
            slug=str(data["slug"]),
            name=str(data.get("upload_file_name") or ""),
            size=size if isinstance(size, int) else None,
            processed=bool(data.get("processed")),
            is_protected=protected,
            is_expose=bool(data["is_expose"]) if data.get("is_expose") is not None else True,
            sha256=str(data["file_sha256"]).lower() if data.get("file_sha256") else None,
            password=None if protected or not kind.has_password else str(password),
            env_key=str(data["user_env_key"]) if kind.has_env_key and data.get("user_env_key") else None,
            told=_told(data) if kind == ANDROID_KEYSTORE and not protected else {},
            others={**_public({key: value for key, value in data.items() if key not in known}), **own},
        )

    def with_found_digest(self, sha256: str | None) -> RemoteFile:
        """With the digest that a download has given, now or before: protected, the file gives no bytes for that."""
        return replace(self, sha256=sha256, digest_is_listed=False)

    def as_result(self) -> dict[str, Any]:
        """The service's object without URLs and passwords, and the digest where it is known."""
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
    """A file as a task declares it. None means: leave it as it is."""

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
    keystore: Mapping[str, str] = field(default_factory=dict, repr=False)  # of KEYSTORE_SECRETS, what is declared
    keystore_name: str | None = None
    replace_order: str = "upload_first"
    on_unverifiable: str = "trust"
    duplicates: str = "fail"
    force: bool = False

    @property
    def label(self) -> str:
        return self.env_key or self.name or f"with slug {self.slug}"

    @property
    def secrets(self) -> tuple[str | None, ...]:
        return (self.password, *self.keystore.values())

    def means(self, file: RemoteFile) -> bool:
        """Whether a remote file has the declared identity, as far as that is not a slug."""
        if self.env_key is not None:
            return file.env_key == self.env_key
        return self.name is not None and file.name == self.name

    def differs_inside(self, file: RemoteFile) -> bool:
        """Whether the keystore is known to have been created with another alias or password."""
        return any(file.told.get(name, value) != value for name, value in self.keystore.items())
