# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of PhoneGap Build, and its access rules. It does not depend on HTTP."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from tests.emulator.journal import Journal
from tests.emulator.replies import ApiError

from .model import ADMIN, Account, App, Collaborator, Key, OAuthClient, PlatformBuild

_COUNTERS = "phonegap-counters"


def api_error(status: int, text: str) -> ApiError:
    """Return an error in the format of this service."""
    return ApiError(status, text, key="error")


class PhoneGapWorld:
    """Accounts, OAuth clients, keys and apps."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.accounts: dict[int, Account] = {}
        self.clients: dict[str, OAuthClient] = {}
        # Each platform numbers its keys separately, so platform and number identify a key.
        self.keys: dict[tuple[str, int], Key] = {}
        self.apps: dict[int, App] = {}
        self._counters: dict[str, int] = {}

    # Accounts

    def with_token(self, token: str) -> Account | None:
        """Return the account with this token, which is its own or one obtained by OAuth."""
        return next((one for one in self.accounts.values() if token and token in (one.token, *one.access_tokens)), None)

    def with_own_token(self, token: str) -> Account | None:
        """Return the account with this token, ignoring tokens obtained by OAuth."""
        return next((one for one in self.accounts.values() if token and token == one.token), None)

    def with_email(self, email: str) -> Account | None:
        """Return the account with this email address."""
        return next((one for one in self.accounts.values() if one.email.lower() == email.lower()), None)

    def with_password(self, encoded: str) -> Account | None:
        """Return the account for the credentials of the Basic scheme, None if they are wrong."""
        try:
            email, separator, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        account = self.with_email(email)
        return account if account and separator and password and account.password == password else None

    def tokens(self) -> dict[str, str]:
        """Return the token of each account by name."""
        return {account.name: account.token for account in self.accounts.values()}

    def logins(self) -> dict[str, dict[str, str]]:
        """Return email address and password of each account by name."""
        return {one.name: {"username": one.email, "password": one.password} for one in self.accounts.values()}

    # Access

    def role_in(self, app: App, account: Account) -> str | None:
        """Return the role in an app, None if the app is hidden from the account."""
        if app.owner_id == account.id:
            return ADMIN
        return next((one.role for one in app.collaborators if one.account_id == account.id), None)

    def visible_apps(self, account: Account) -> list[App]:
        """Return the apps that the account owns or collaborates on, oldest first."""
        return [app for app in self.apps.values() if self.role_in(app, account)]

    def app_for(self, account: Account, number: int, roles: frozenset[str] | None = None) -> App:
        """Return an app that the account can see. Raise ApiError if it cannot, or lacks the role."""
        app = self.apps.get(number)
        role = self.role_in(app, account) if app else None
        if app is None or role is None:
            raise api_error(404, f"app #{number} not available" if roles is None else f"app {number} not found")
        if roles is not None and role not in roles:
            raise api_error(401, "You are not authorized to do that with this app.")
        return app

    def keys_of(self, account_id: int, platform: str | None = None) -> Iterator[Key]:
        """Yield the keys of an account, of one platform if given."""
        return (
            key
            for key in self.keys.values()
            if key.owner_id == account_id and (platform is None or key.platform == platform)
        )

    def app_key(self, app: App, platform: str) -> Key | None:
        """Return the key that an app uses for a platform, or None."""
        return self.keys.get((platform, app.keys.get(platform, 0)))

    def key_for(self, account: Account, platform: str, number: int) -> Key:
        """Return a key of the account. Raise ApiError 404 if there is none."""
        key = self.keys.get((platform, number))
        if key is None or key.owner_id != account.id:
            raise api_error(404, f"could not find {platform} key #{number}")
        return key

    # Changing

    def next_id(self, kind: str) -> int:
        """Return an id that no object of this kind has had."""
        self._counters[kind] = number = self._counters.get(kind, 0) + 1
        self._journal.put("phonegap-counter", _COUNTERS, "", self._counters)
        return number

    def claim_id(self, kind: str, number: int) -> None:
        """Reserve an id that a fixture sets."""
        self._counters[kind] = max(self._counters.get(kind, 0), number)
        self._journal.put("phonegap-counter", _COUNTERS, "", self._counters)

    def put_account(self, account: Account) -> None:
        """Add or change an account."""
        self.accounts[account.id] = account
        self._put("account", account.id, account)

    def put_client(self, client: OAuthClient) -> None:
        """Add or change an OAuth client."""
        self.clients[client.client_id] = client
        self._put("client", client.client_id, client)

    def put_key(self, key: Key) -> None:
        """Add or change a key."""
        self.keys[key.platform, key.id] = key
        self._put("key", f"{key.platform}/{key.id}", key)

    def put_app(self, app: App) -> None:
        """Add or change an app with its contents."""
        self.apps[app.id] = app
        self._put("app", app.id, app)

    def remove_key(self, key: Key) -> None:
        """Remove a key, also from the apps that use it."""
        del self.keys[key.platform, key.id]
        self._journal.remove("phonegap-key", f"{key.platform}/{key.id}")
        for app in self.apps.values():
            if app.keys.get(key.platform) == key.id:
                del app.keys[key.platform]
                self.put_app(app)

    def remove_app(self, app: App) -> None:
        """Remove an app."""
        del self.apps[app.id]
        self._journal.remove("phonegap-app", str(app.id))

    def _put(self, kind: str, name: int | str, thing: Any) -> None:
        self._journal.put(f"phonegap-{kind}", str(name), "", asdict(thing))

    # All contents

    def replace_by(self, other: PhoneGapWorld) -> None:
        """Replace the contents by those of another world."""
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
        """Load the contents from the journal. Return whether there were any."""
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
    """Return an app from its JSON form."""
    return App(
        **{
            **body,
            "collaborators": [Collaborator(**one) for one in body["collaborators"]],
            "builds": {platform: PlatformBuild(**one) for platform, one in body["builds"].items()},
        }
    )
