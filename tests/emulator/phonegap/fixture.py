# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part `phonegap` of a fixture: accounts, keys, apps. README.md documents it."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from typing import Any

from tests.emulator.fixture_format import BadFixture, check_keys, entries_of
from tests.emulator.generated import Content, GeneratedBytes
from tests.emulator.model import Json

from .app_endpoints import DEFAULT_PHONEGAP
from .builds import package_key, queue_builds, store_content, store_icon
from .key_rules import KEY_KINDS, unlock
from .model import ADMIN, APP_PLATFORMS, DEVELOPER, TESTER, Account, App, Collaborator, Key, OAuthClient
from .world import PhoneGapWorld

STANDARD_ACCOUNTS: tuple[Json, ...] = ({"name": "owner"}, {"name": "member"}, {"name": "viewer"})
STANDARD_CLIENTS: tuple[Json, ...] = (
    {"client_id": "emulator", "client_secret": "emulator-secret", "callback": "http://127.0.0.1/callback"},
)

_TOP = frozenset({"accounts", "clients", "keys", "apps"})
_ACCOUNT = frozenset({"name", "email", "password", "token"})
_CLIENT = frozenset({"client_id", "client_secret", "callback"})
_KEY_TEXTS = ("alias", "cert_name", "provision", "role", "publisher_id")
_KEY = frozenset({"platform", "title", "id", "owner", "default", "passwords", "files", *_KEY_TEXTS})
_APP_TEXTS = ("package", "version", "description", "tag", "phonegap_version")
_APP_FLAGS = ("debug", "private", "share", "hydrates")
_APP = frozenset(
    {"title", "id", "owner", "repo", "content", "icon", "keys", "collaborators", "builds", "platforms", "build_count"}
) | {*_APP_TEXTS, *_APP_FLAGS}
_BUILD = frozenset({"status", "error", "content", "content_base64", "size_bytes"})
_ROLES = (DEVELOPER, TESTER)

_DAY_S = 86_400.0


class Logins:
    """Tokens and passwords by account name that stay the same when a fixture is loaded."""

    def __init__(self, tokens: Mapping[str, str], passwords: Mapping[str, str]) -> None:
        self.tokens = dict(tokens)
        self.passwords = dict(passwords)

    @classmethod
    def from_world(cls, world: PhoneGapWorld) -> Logins:
        """Return the logins of a world."""
        return cls(world.tokens(), {name: login["password"] for name, login in world.logins().items()})

    def apply_to(self, world: PhoneGapWorld) -> None:
        """Set these tokens and passwords in the accounts of a world."""
        for account in world.accounts.values():
            account.token = self.tokens.get(account.name, account.token)
            account.password = self.passwords.get(account.name, account.password)
            world.put_account(account)


class _Blobs:
    """Storage interface for a dictionary."""

    def __init__(self, blobs: dict[str, Content]) -> None:
        self._blobs = blobs

    async def read(self, key: str) -> bytes | None:
        body = self._blobs.get(key)
        return body.read() if isinstance(body, GeneratedBytes) else body

    async def put(self, key: str, body: Content) -> None:
        self._blobs[key] = body

    async def delete(self, key: str) -> None:
        self._blobs.pop(key, None)


class PhoneGapLoader:
    """Fills an empty world from a fixture."""

    def __init__(self, world: PhoneGapWorld, blobs: dict[str, Content], logins: Logins, now: float) -> None:
        self._world = world
        self._storage = _Blobs(blobs)
        self._logins = logins
        self._now = now
        self._accounts: dict[str, Account] = {}

    async def load(self, fixture: Json) -> Json:
        """Load a fixture and return the numbers of its objects. Raise BadFixture if it is invalid."""
        try:
            await self._load(fixture)
        except BadFixture:
            raise
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise BadFixture(f"'phonegap' has a value of the wrong type: {error}") from None
        return {"apps": len(self._world.apps), "keys": len(self._world.keys)}

    async def _load(self, fixture: Json) -> None:
        check_keys(fixture, _TOP, "'phonegap'")
        for entry in entries_of(fixture, "accounts") or STANDARD_ACCOUNTS:
            self._account(entry)
        for entry in entries_of(fixture, "clients") or STANDARD_CLIENTS:
            check_keys(entry, _CLIENT, "a client", *sorted(_CLIENT))
            self._world.put_client(OAuthClient(**entry))
        for entry in entries_of(fixture, "keys"):
            await self._key(entry)
        for entry in entries_of(fixture, "apps"):
            await self._app(entry)

    def _account(self, entry: Json) -> None:
        check_keys(entry, _ACCOUNT, "an account", "name")
        name = entry["name"]
        self._accounts[name] = account = Account(
            id=self._world.next_id("account"),
            name=name,
            email=entry.get("email") or f"{name}@example.com",
            password=entry.get("password") or self._logins.passwords.get(name) or secrets.token_urlsafe(12),
            token=entry.get("token") or self._logins.tokens.get(name) or secrets.token_urlsafe(15),
        )
        self._world.put_account(account)

    def _owner(self, entry: Json) -> Account:
        name = entry.get("owner") or next(iter(self._accounts))
        if name not in self._accounts:
            raise BadFixture(f"'{entry['title']}' has the owner '{name}', which is not an account")
        return self._accounts[name]

    def _number(self, kind: str, entry: Json, known: object) -> int:
        number = entry.get("id")
        if number is None:
            return self._world.next_id(kind)
        if not isinstance(number, int) or known:
            raise BadFixture(f"the id of the {kind} '{entry['title']}' must be an unused number")
        self._world.claim_id(kind, number)
        return number

    async def _key(self, entry: Json) -> None:
        check_keys(entry, _KEY, "a key", "platform", "title")
        platform = entry["platform"]
        if platform not in KEY_KINDS:
            raise BadFixture(f"unknown key platform '{platform}', must be one of {', '.join(KEY_KINDS)}")
        number = self._number(f"{platform} key", entry, (platform, entry.get("id")) in self._world.keys)
        key = Key(number, platform, self._owner(entry).id, entry["title"], self._now - _DAY_S)
        key.default = bool(entry.get("default", False))
        if platform == "ios":
            key.cert_name, key.provision, key.role = "distribution.p12", "app.mobileprovision", "distribution"
        if platform == "android":
            key.alias = "release"
        for name in _KEY_TEXTS:
            setattr(key, name, entry.get(name, getattr(key, name)))
        for name in KEY_KINDS[platform].files:
            body = _bytes_of(entry.get("files", {}).get(name, {"content": f"{platform} {name} {number}"}))
            key.files[name] = f"phonegap/keys/{platform}/{number}/{name}/file"
            await self._storage.put(key.files[name], body)
        unlock(key, entry.get("passwords", {}), self._now)
        self._world.put_key(key)

    async def _app(self, entry: Json) -> None:
        check_keys(entry, _APP, "an app", "title")
        owner, repo = self._owner(entry), entry.get("repo")
        number = self._number("app", entry, entry.get("id") in self._world.apps)
        method = "remote_repo" if repo else "file"
        app = App(number, owner.id, entry["title"], method, self._now - _DAY_S, repo=repo)
        app.phonegap_version = DEFAULT_PHONEGAP
        for name in _APP_TEXTS:
            setattr(app, name, entry.get(name, getattr(app, name)))
        for name in _APP_FLAGS:
            setattr(app, name, bool(entry.get(name, getattr(app, name))))
        app.platforms = list(entry.get("platforms", APP_PLATFORMS))
        for platform, key in entry.get("keys", {}).items():
            if (platform, key) not in self._world.keys:
                raise BadFixture(f"app '{app.title}' uses the {platform} key {key}, which does not exist")
            app.keys[platform] = key
        app.collaborators = [Collaborator(owner.email, ADMIN, self._world.next_id("collaborator"), owner.id)]
        for person in entries_of(entry, "collaborators"):
            self._collaborator(app, person)
        if method == "file":
            page = _bytes_of(entry.get("content", {"content": f"<title>{app.title}</title>"}))
            await store_content(self._storage, app, "index.html", page)
        if "icon" in entry:
            await store_icon(self._storage, app, "icon.png", _bytes_of(entry["icon"]))
        # The builds finished an hour ago.
        await queue_builds(self._world, self._storage, app, self._now - 3600, 1)
        for platform, build in entry.get("builds", {}).items():
            await self._build(app, platform, build)
        app.build_count = int(entry.get("build_count", app.build_count))
        self._world.put_app(app)

    def _collaborator(self, app: App, entry: Json) -> None:
        check_keys(entry, {"email", "role"}, "a collaborator", "email", "role")
        if entry["role"] not in _ROLES:
            raise BadFixture(f"the role of a collaborator must be one of {', '.join(_ROLES)}, got '{entry['role']}'")
        collaborator = Collaborator(entry["email"], entry["role"])
        account = self._world.with_email(collaborator.email)
        if account is not None:
            collaborator.id, collaborator.account_id = self._world.next_id("collaborator"), account.id
        app.collaborators.append(collaborator)

    async def _build(self, app: App, platform: str, entry: Json) -> None:
        """Set the state of the build of collaborator platform."""
        check_keys(entry, _BUILD, "a build")
        build = app.builds.get(platform)
        if build is None:
            raise BadFixture(f"app '{app.title}' cannot be built for '{platform}'")
        status = entry.get("status", "complete")
        build.skipped, build.needs_key = status == "skip", status == "needs key"
        build.error = entry.get("error", "build failed") if status == "error" else None
        build.finishes_at = self._now + 20 if status == "pending" else self._now - 60
        if status in ("complete", "pending"):
            build.package_key = build.package_key or package_key(app, platform, self._world.app_key(app, platform))
            if set(entry) & {"content", "content_base64"}:
                await self._storage.put(build.package_key, _bytes_of(entry))
            if "size_bytes" in entry:
                await self._storage.put(build.package_key, GeneratedBytes(build.package_key, int(entry["size_bytes"])))


def _bytes_of(entry: Any) -> bytes:
    if "content_base64" in entry:
        return base64.b64decode(entry["content_base64"], validate=True)
    content: str = entry["content"]
    return content.encode()
