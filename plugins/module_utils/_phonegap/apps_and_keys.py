# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apps, collaborators and keys of the service."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._core.errors import RejectedError
from .._core.fields import flag, number, text

FILE = "file"
REMOTE_REPO = "remote_repo"
OWNER_ROLE = "admin"
ERROR = "error"
# Roles in requests, by roles in responses.
ROLES = {"developer": "dev", "tester": "tester", OWNER_ROLE: OWNER_ROLE}

# The service returns messages of the tools of each platform: jarsigner, openssl, security.
_WRONG_PASSWORD = re.compile("password|recover ?(able)? ?key|final block", re.IGNORECASE)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


@dataclass(frozen=True)
class Person:
    """A collaborator. One without id was invited and has not registered yet."""

    email: str
    role: str
    id: int | None = None

    def as_result(self) -> dict[str, Any]:
        return {"id": self.id, "email": self.email, "role": self.role, "pending": self.id is None}


@dataclass(frozen=True)
class App:
    """An app as the service shows it."""

    id: int | None  # None before it is created
    title: str
    create_method: str
    package: str | None = None
    version: str | None = None
    description: str | None = None
    repo: str | None = None
    debug: bool | None = None
    private: bool | None = None
    phonegap_version: str | None = None
    hydrates: bool | None = None
    role: str | None = None
    build_count: int | None = None
    status: Mapping[str, str | None] = field(default_factory=dict)
    error: Mapping[str, str] = field(default_factory=dict)
    icon: str | None = None
    keys: Mapping[str, int | None] = field(default_factory=dict)
    # None if the service does not show them to this account.
    people: tuple[Person, ...] | None = None

    @classmethod
    def from_service(cls, data: Mapping[str, Any]) -> App:
        repo = text(data.get("repo"))
        return cls(
            id=data["id"],
            title=text(data.get("title")) or "",
            # The service does not return it, and it never changes.
            create_method=REMOTE_REPO if repo else FILE,
            package=text(data.get("package")),
            version=text(data.get("version")),
            description=text(data.get("description")),
            repo=repo,
            debug=flag(data.get("debug")),
            private=flag(data.get("private")),
            phonegap_version=text(data.get("phonegap_version")),
            hydrates=flag(data.get("hydrates")),
            role=text(data.get("role")),
            build_count=number(data.get("build_count")),
            status={str(name): text(value) for name, value in _mapping(data.get("status")).items()},
            error={str(name): str(value) for name, value in _mapping(data.get("error")).items() if value},
            icon=text(_mapping(data.get("icon")).get("filename")),
            keys={str(name): number(_mapping(value).get("id")) for name, value in _mapping(data.get("keys")).items()},
            people=_people(data.get("collaborators")),
        )

    @property
    def label(self) -> str:
        return f"app {self.id} ({self.title})" if self.id is not None else f"app {self.title}"

    def found_password_wrong(self, platform: str) -> bool:
        """Return whether the error of its build looks like a wrong password of the signing key.

        The service does not check a password when it receives it.
        """
        return self.status.get(platform) == ERROR and bool(_WRONG_PASSWORD.search(self.error.get(platform, "")))

    def as_result(self) -> dict[str, Any]:
        shown = {name: value for name, value in vars(self).items() if name not in ("people", "keys")}
        for name in ("status", "error"):
            shown[name] = dict(shown[name])
        people = None if self.people is None else [person.as_result() for person in self.people]
        # Not `keys`, which is a method of every dictionary in templates.
        return {**shown, "signing_keys": dict(self.keys), "collaborators": people}


def _people(value: Any) -> tuple[Person, ...] | None:
    """Return people in either form of the service: an object with active and pending people, or a list."""
    if isinstance(value, Mapping):
        entries: list[Any] = []
        for group in ("active", "pending"):
            found = value.get(group)
            entries += found if isinstance(found, list) else []
    elif isinstance(value, list):
        entries = value
    else:
        return None
    return tuple(
        Person(entry["person"], ROLES.get(str(entry.get("role")), str(entry.get("role"))), number(entry.get("id")))
        for entry in entries
        if isinstance(entry, Mapping) and text(entry.get("person"))
    )


@dataclass(frozen=True)
class Key:
    """A signing key as the service shows it."""

    id: int | None  # None before it is created
    platform: str
    title: str
    default: bool | None = None
    locked: bool | None = None  # None if the key has no password
    alias: str | None = None
    cert_name: str | None = None
    provision: str | None = None
    role: str | None = None

    @classmethod
    def from_service(cls, data: Mapping[str, Any]) -> Key:
        return cls(
            id=data["id"],
            platform=data["platform"],
            title=text(data.get("title")) or "",
            default=flag(data.get("default")),
            locked=flag(data.get("locked")),
            alias=text(data.get("alias")),
            cert_name=text(data.get("cert_name")),
            provision=text(data.get("provision")),
            role=text(data.get("role")),
        )

    @property
    def label(self) -> str:
        number_of_it = "" if self.id is None else f" {self.id}"
        return f"{self.platform} key{number_of_it} ({self.title})"

    def as_result(self) -> dict[str, Any]:
        return dict(vars(self))


def only_one(found: Iterable[Mapping[str, Any]], what: str) -> Mapping[str, Any] | None:
    """Return the only object, or None. Raise RejectedError for several, because their title does not identify one."""
    several = list(found)
    if len(several) > 1:
        numbers = ", ".join(str(item["id"]) for item in several)
        raise RejectedError(
            f"There are several {what}, with the ids {numbers}. Nothing was changed. Select one with id.",
            kind="duplicates",
        )
    return several[0] if several else None
