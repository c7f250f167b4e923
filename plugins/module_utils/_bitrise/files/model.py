# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file as the service has it, and a file as a task declares it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import FileKind

# Signed URLs and passwords: in no result, whatever else the service may add to its objects.
_SECRET_KEY = re.compile(r"url|password|secret|datastore", re.IGNORECASE)


def _public(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _public(item) for key, item in value.items() if not _SECRET_KEY.search(key)}
    return [_public(item) for item in value] if isinstance(value, list) else value


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
    # None: the service does not tell it. Where nothing is set it is "".
    password: str | None = field(default=None, repr=False)
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
            others={**_public({key: value for key, value in data.items() if key not in known}), **own},
        )

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
    on_unverifiable: str = "trust"
    duplicates: str = "fail"
    force: bool = False

    @property
    def label(self) -> str:
        return self.name or f"with slug {self.slug}"
