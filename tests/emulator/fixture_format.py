# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON format of a fixture: users, organizations, apps, files, builds. README.md documents it."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Iterable
from typing import Any

from .file_endpoints import inspect_file, storage_key
from .file_rules import keystore_details
from .fixture_builds import build_from, check_known_keys, pipeline_from
from .generated import Content
from .kinds import KEYSTORES, STORED_KINDS, StoredKind
from .model import App, Json, Organization, StoredFile, User
from .options import Options
from .replies import ApiError
from .slugs import derived_slug, derived_ulid
from .world import OWNER, ROLES, World


class BadFixture(ValueError):
    """A fixture is invalid or cannot be loaded."""


STANDARD_USERS: tuple[Json, ...] = (
    {"username": "owner", "sees_everything": True},
    {"username": "member"},
    {"username": "viewer"},
)

_TOP = frozenset({"users", "organizations", "apps"})
_USER_DETAILS = ("avatar_url", "has_used_organization_trial", "payment_processor", "unconfirmed_email")
_USER = frozenset({"username", "slug", "email", "token", "sees_everything", *_USER_DETAILS})
_ORGANIZATION_DETAILS = ("avatar_icon_url", "concurrency_count")
_ORGANIZATION = frozenset({"name", "slug", "owners", "members", *_ORGANIZATION_DETAILS})
_APP_DETAILS = (
    "project_type",
    "provider",
    "is_disabled",
    "is_public",
    "workflows",
    "pipelines",
    "avatar_url",
    "project_id",
    "is_github_checks_enabled",
)
_APP = frozenset(
    {
        *_APP_DETAILS,
        "title",
        "slug",
        "owner",
        "roles",
        "repo_url",
        "bitrise_yml",
        "builds",
        "pipeline_runs",
    }
) | {kind.name for kind in STORED_KINDS}
_FILE = frozenset(
    {
        "name",
        "slug",
        "content",
        "content_base64",
        "size",
        "uploaded",
        "age_s",
        "processed",
        "is_expose",
        "is_protected",
        "certificate_password",
        "user_env_key",
        "exposed_meta_datastore",
        "alias",
        "password",
        "private_key_password",
        "keystore_file_name",
    }
)


class FixtureLoader:
    """Fills an empty world from a fixture.

    Creation times count backwards from `now`, so that lists show the order of the fixture.
    """

    def __init__(self, world: World, blobs: dict[str, Content], tokens: dict[str, str], now: float) -> None:
        self._world = world
        self._blobs = blobs
        self._tokens = tokens
        self._now = now
        self._owners: dict[str, tuple[str, str, str]] = {}
        self._titles: dict[str, int] = {}

    def load(self, fixture: Json) -> Json:
        """Load a fixture and return the numbers of its objects. Raise BadFixture if it is invalid."""
        try:
            return self._load(fixture)
        except BadFixture:
            raise
        except (TypeError, AttributeError, ValueError) as error:
            raise BadFixture(f"the fixture has a value of the wrong type: {error}") from None

    def _load(self, fixture: Json) -> Json:
        check_keys(fixture, _TOP, "the fixture")
        for entry in entries_of(fixture, "users") or STANDARD_USERS:
            self._user(entry)
        for entry in entries_of(fixture, "organizations"):
            self._organization(entry)
        files = 0
        for position, entry in enumerate(entries_of(fixture, "apps")):
            files += self._app(position, entry)
        return {"organizations": len(self._world.organizations), "apps": len(self._world.apps), "files": files}

    def _user(self, entry: Json) -> None:
        check_keys(entry, _USER, "a user", "username")
        name = entry["username"]
        token = entry.get("token") or self._tokens.get(name) or "emu" + secrets.token_urlsafe(45)
        self._tokens[name] = token
        user = User(
            username=name,
            slug=entry.get("slug") or derived_slug("user", name),
            email=entry.get("email") or f"{name}@example.com",
            token=token,
            data_id=len(self._world.users) + 1,
            created_at=self._now - 86_400 * 365,
            sees_everything=bool(entry.get("sees_everything", False)),
            **_details(entry, _USER_DETAILS),
        )
        self._world.put_user(user)
        self._owners[name] = self._owners[user.slug] = ("user", name, user.slug)

    def _organization(self, entry: Json) -> None:
        check_keys(entry, _ORGANIZATION, "an organization", "name")
        name = entry["name"]
        slug = entry.get("slug") or derived_slug("organization", name)
        owners = list(entry.get("owners", ["owner"]))
        members, details = list(entry.get("members", [])), _details(entry, _ORGANIZATION_DETAILS)
        self._world.put_organization(Organization(name, slug, owners, members, **details))
        self._owners[name] = self._owners[slug] = ("organization", name, slug)

    def _app(self, position: int, entry: Json) -> int:
        check_keys(entry, _APP, "an app", "title")
        title = entry["title"]
        self._titles[title] = ordinal = self._titles.get(title, 0) + 1
        owner = entry.get("owner") or next(iter(self._owners))
        if owner not in self._owners:
            raise BadFixture(f"app '{title}' has the owner '{owner}', which is neither a user nor an organization")
        for role in entry.get("roles", {}).values():
            if role not in ROLES or role == OWNER:
                raise BadFixture(f"app '{title}' has the unknown role '{role}', known are {', '.join(ROLES[1:])}")
        owner_type, owner_name, owner_slug = self._owners[owner]
        app = App(
            slug=entry.get("slug") or app_slug(title, ordinal),
            title=title,
            owner_type=owner_type,
            owner_name=owner_name,
            owner_slug=owner_slug,
            created_at=self._now - 3600 - position,
            roles=dict(entry.get("roles", {})),
            bitrise_yml=entry.get("bitrise_yml") or _YML,
        )
        if app.slug in self._world.apps:
            raise BadFixture(f"two apps have the slug '{app.slug}'")
        _fill_repository(app, entry)
        self._world.put_app(app)
        count = 0
        for kind in STORED_KINDS:
            for number, file_entry in enumerate(entries_of(entry, kind.name)):
                self._file(app, kind, number, file_entry)
                count += 1
        for number, build_entry in enumerate(reversed(entries_of(entry, "builds"))):
            build = build_from(app, number + 1, build_entry, self._blobs, self._now, BadFixture)
            if build.slug in app.builds:
                raise BadFixture(f"two builds of app '{title}' have the slug '{build.slug}'")
            self._world.put_build(app, build)
        for pipeline_entry in entries_of(entry, "pipeline_runs"):
            self._world.put_pipeline(app, pipeline_from(app, pipeline_entry, BadFixture))
        return count

    def _file(self, app: App, kind: StoredKind, number: int, entry: Json) -> None:
        check_keys(entry, _FILE, f"a file of app '{app.title}'", "name")
        body = _content(entry)
        processed = bool(entry.get("processed", body is not None))
        if processed and body is None:
            raise BadFixture(f"file '{entry['name']}' cannot be processed without content")
        env_key, meta = entry.get("user_env_key", ""), entry.get("exposed_meta_datastore")
        if kind is KEYSTORES:
            try:
                env_key, meta = keystore_details(app, {"keystore_file_name": f"FILE_{number + 1}", **entry}, Options())
            except ApiError as error:
                raise BadFixture(str(error)) from None
        age = entry.get("age_s")
        moment = 1_700_000_000 + number if age is None else self._now - float(age)
        slug = entry.get("slug") or derived_ulid(moment, number, app.slug, kind.name)
        item = StoredFile(
            slug=slug,
            kind=kind.name,
            upload_file_name=entry["name"],
            upload_file_size=len(body) if body is not None else int(entry.get("size", 1024)),
            key=storage_key(kind, slug, entry["name"]),
            processed=processed,
            is_expose=bool(entry.get("is_expose", True)),
            is_protected=bool(entry.get("is_protected", False)),
            certificate_password=entry.get("certificate_password") or "",
            user_env_key=env_key if kind.has_env_key else "",
            exposed_meta_datastore=meta,
        )
        if body is not None and entry.get("uploaded", True):
            self._blobs[item.key] = body
        if processed and body is not None:
            inspect_file(item, body)
        self._world.put_file(app, item)


_YML = """format_version: "13"
default_step_lib_source: https://github.com/bitrise-io/bitrise-steplib.git
workflows:
  primary: {}
"""


def app_slug(title: str, ordinal: int = 1) -> str:
    """Return the slug of the app number `ordinal` with this title. It is the same on every start."""
    return derived_slug("app", title, str(ordinal))


def _details(entry: Json, names: Iterable[str]) -> Json:
    """Return the given values of these names, including null."""
    return {name: entry[name] for name in names if name in entry}


def _fill_repository(app: App, entry: Json) -> None:
    for name, value in _details(entry, _APP_DETAILS).items():
        setattr(app, name, value)
    if "repo_url" in entry:
        app.repo_url = entry["repo_url"]
        return
    app.repo_owner = "".join(char if char.isascii() and char.isalnum() else "-" for char in app.owner_name.lower())
    app.repo_slug = f"app-{app.slug}"
    app.repo_url = f"https://github.com/{app.repo_owner}/{app.repo_slug}.git"


def _content(entry: Json) -> bytes | None:
    if entry.get("content_base64") is not None:
        try:
            return base64.b64decode(entry["content_base64"], validate=True)
        except (binascii.Error, TypeError) as error:
            raise BadFixture(f"content_base64 of '{entry['name']}' is not base64: {error}") from None
    content = entry.get("content")
    return content.encode() if isinstance(content, str) else None


def check_keys(entry: Any, known: Iterable[str], place: str, *required: str) -> None:
    """Raise BadFixture if `entry` is not an object, has unknown keys or lacks a required text."""
    if not isinstance(entry, dict):
        raise BadFixture(f"{place} must be an object")
    check_known_keys(entry, known, place, BadFixture)
    for name in required:
        if not isinstance(entry.get(name), str) or not entry[name]:
            raise BadFixture(f"{place} needs '{name}'")


def entries_of(entry: Json, name: str) -> list[Json]:
    """Return a list of a fixture, empty if it is omitted."""
    value = entry.get(name, [])
    if not isinstance(value, list):
        raise BadFixture(f"'{name}' must be a list")
    return value
