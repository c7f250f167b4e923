# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of PhoneGap Build, and who may see what of it. No HTTP in here."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from ..journal import Journal
from ..replies import ApiError
from .model import ADMIN, Account, App, Collaborator, Key, OAuthClient, PlatformBuild

_COUNTERS = "phonegap-counters"


def refusal(status: int, text: str) -> ApiError:
    """A refusal as this service words it."""
    return ApiError(status, text, key="error")


class PhoneGapWorld:
    """Accounts, keys, apps."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.accounts: dict[int, Account] = {}
        self.clients: dict[str, OAuthClient] = {}
        # Each platform counts for itself, so that a number alone names no key.
        self.keys: dict[tuple[str, int], Key] = {}
        self.apps: dict[int, App] = {}
        self._counters: dict[str, int] = {}

    # Who asks

    def with_token(self, token: str) -> Account | None:
        """Whose token this is: the account's own, or one that a program got in its name."""
        return next((one for one in self.accounts.values() if token and token in (one.token, *one.access_tokens)), None)

    def with_own_token(self, token: str) -> Account | None:
        """Whose own token this is."""
        return next((one for one in self.accounts.values() if token and token == one.token), None)

    def with_email(self, email: str) -> Account | None:
        """Who is registered with that address."""
        return next((one for one in self.accounts.values() if one.email.lower() == email.lower()), None)

    def with_password(self, encoded: str) -> Account | None:
        """Whose address and password these are, as the Basic scheme sends them."""
        try:
            email, separator, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        account = self.with_email(email)
        return account if account and separator and password and account.password == password else None

    def tokens(self) -> dict[str, str]:
        """The token of every account by its name."""
        return {account.name: account.token for account in self.accounts.values()}

    def logins(self) -> dict[str, dict[str, str]]:
        """Address and password of every account by its name."""
        return {one.name: {"username": one.email, "password": one.password} for one in self.accounts.values()}

    # Who sees what

    def role_in(self, app: App, account: Account) -> str | None:
        """The role in an app, or nothing for one that is hidden."""
        if app.owner_id == account.id:
            return ADMIN
        return next((one.role for one in app.collaborators if one.account_id == account.id), None)

    def visible_apps(self, account: Account) -> list[App]:
        """The account's apps and those that it was invited to, oldest first."""
        return [app for app in self.apps.values() if self.role_in(app, account)]

    def app_for(self, account: Account, number: int, roles: frozenset[str] | None = None) -> App:
        """An app that the account can see; with `roles`, one in which it may do something as well."""
        app = self.apps.get(number)
        role = self.role_in(app, account) if app else None
        if app is None or role is None:
            raise refusal(404, f"app #{number} not available" if roles is None else f"app {number} not found")
        if roles is not None and role not in roles:
            raise refusal(401, "You are not authorized to do that with this app.")
        return app

    def keys_of(self, account_id: int, platform: str | None = None) -> Iterator[Key]:
        """The keys of an account."""
        return (
            key
            for key in self.keys.values()
            if key.owner_id == account_id and (platform is None or key.platform == platform)
        )

    def app_key(self, app: App, platform: str) -> Key | None:
        """The key that an app uses for a platform."""
        return self.keys.get((platform, app.keys.get(platform, 0)))

    def key_for(self, account: Account, platform: str, number: int) -> Key:
        """A key of the account."""
        key = self.keys.get((platform, number))
        if key is None or key.owner_id != account.id:
            raise refusal(404, f"could not find {platform} key #{number}")
        return key

    # Changing

    def next_id(self, kind: str) -> int:
        """A number that nothing of that kind has had."""
        self._counters[kind] = number = self._counters.get(kind, 0) + 1
        self._journal.put("phonegap-counter", _COUNTERS, "", self._counters)
        return number

    def claim_id(self, kind: str, number: int) -> None:
        """Take a number that a fixture asks for."""
        self._counters[kind] = max(self._counters.get(kind, 0), number)
        self._journal.put("phonegap-counter", _COUNTERS, "", self._counters)

    def put_account(self, account: Account) -> None:
        """Add or change an account."""
        self.accounts[account.id] = account
        self._put("account", account.id, account)

    def put_client(self, client: OAuthClient) -> None:
        """Add or change a program."""
        self.clients[client.client_id] = client
        self._put("client", client.client_id, client)

    def put_key(self, key: Key) -> None:
        """Add or change a key."""
        self.keys[key.platform, key.id] = key
        self._put("key", f"{key.platform}/{key.id}", key)

    def put_app(self, app: App) -> None:
        """Add or change an app with everything in it."""
        self.apps[app.id] = app
        self._put("app", app.id, app)

    def remove_key(self, key: Key) -> None:
        """Take a key away, also from the apps that use it."""
        del self.keys[key.platform, key.id]
        self._journal.remove("phonegap-key", f"{key.platform}/{key.id}")
        for app in self.apps.values():
            if app.keys.get(key.platform) == key.id:
                del app.keys[key.platform]
                self.put_app(app)

    def remove_app(self, app: App) -> None:
        """Take an app away."""
        del self.apps[app.id]
        self._journal.remove("phonegap-app", str(app.id))

    def _put(self, kind: str, name: int | str, thing: Any) -> None:
        self._journal.put(f"phonegap-{kind}", str(name), "", asdict(thing))

    # All at once

    def take_over(self, other: PhoneGapWorld) -> None:
        """Become a copy of another world; the journal has been emptied."""
        for table in (self.accounts, self.clients, self.keys, self.apps, self._counters):
            table.clear()
        for kind, number in other._counters.items():
            self.claim_id(kind, number)
        for account in other.accounts.values():
            self.put_account(account)
        for client in other.clients.values():
            self.put_client(client)
        for key in other.keys.values():
            self.put_key(key)
        for app in other.apps.values():
            self.put_app(app)

    def restore(self) -> bool:
        """Take everything from the journal; false when there is nothing in it."""
        for _name, _parent, body in self._journal.objects("phonegap-counter"):
            self._counters = dict(body)
        for _name, _parent, body in self._journal.objects("phonegap-account"):
            self.accounts[body["id"]] = Account(**body)
        for name, _parent, body in self._journal.objects("phonegap-client"):
            self.clients[name] = OAuthClient(**body)
        for _name, _parent, body in self._journal.objects("phonegap-key"):
            self.keys[body["platform"], body["id"]] = Key(**body)
        for _name, _parent, body in self._journal.objects("phonegap-app"):
            self.apps[body["id"]] = app_from(body)
        return bool(self.accounts)


def app_from(body: Mapping[str, Any]) -> App:
    """An app from its JSON form."""
    return App(
        **{
            **body,
            "collaborators": [Collaborator(**one) for one in body["collaborators"]],
            "builds": {platform: PlatformBuild(**one) for platform, one in body["builds"].items()},
        }
    )
