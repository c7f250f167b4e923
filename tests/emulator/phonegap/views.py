# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON forms of the objects of PhoneGap Build."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.emulator.model import Json

from .model import ADMIN, APP_PLATFORMS, KEY_PLATFORMS, Account, App, Collaborator, Key
from .world import PhoneGapWorld

API = "/api/v1"


class Views:
    """The JSON forms that one account sees at one time."""

    def __init__(self, world: PhoneGapWorld, account: Account, now: float) -> None:
        self._world = world
        self._account = account
        self._now = now

    # Keys

    def key(self, key: Key) -> Json:
        """Return a key in full, without passwords."""
        shown = self.key_reference(key)
        if key.has_lock:
            shown["locked"] = key.locked(self._now)
        if key.platform == "ios":
            shown.update(cert_name=key.cert_name, provision=key.provision, role=key.role)
        if key.platform == "android":
            shown["alias"] = key.alias
        return {**shown, "created_at": rails_time(key.created_at), "last_used": rails_time(key.last_used)}

    @staticmethod
    def key_reference(key: Key) -> Json:
        """Return a key as apps and accounts show it."""
        link = f"{API}/keys/{key.platform}/{key.id}"
        return {"id": key.id, "title": key.title, "default": key.default, "link": link}

    def key_groups(self, *, full: bool) -> Json:
        """Return all keys of the account by platform."""
        show = self.key if full else self.key_reference
        groups: Json = {
            platform: {
                "all": [show(key) for key in self._world.keys_of(self._account.id, platform)],
                "link": f"{API}/keys/{platform}",
            }
            for platform in KEY_PLATFORMS
        }
        return groups

    # Apps

    def app(self, app: App) -> Json:
        """Return an app as lists show it."""
        return {
            **self._app_head(app),
            "repo": app.repo,
            "tag": app.tag,
            "private": app.private,
            "share": app.share,
            "phonegap_versions": dict.fromkeys(app.platforms, app.phonegap_version),
            "last_build": rails_time(max((build.queued_at for build in app.builds.values()), default=None)),
        }

    def app_detail(self, app: App, *, flat_collaborators: bool = False) -> Json:
        """Return an app in full."""
        keys: Json = dict.fromkeys(platform for platform in APP_PLATFORMS if platform in KEY_PLATFORMS)
        for platform in app.keys:
            key = self._world.app_key(app, platform)
            keys[platform] = self.key_reference(key) if key else None
        detail = {**self.app(app), "keys": keys, "completed": self._completed(app)}
        if self._world.role_in(app, self._account) == ADMIN:
            people = app.collaborators
            detail["collaborators"] = (
                [{"person": one.email, "role": one.role} for one in people] if flat_collaborators else self._people(app)
            )
        return detail

    def app_status(self, app: App) -> Json:
        """Return the part of an app that shows the progress of its builds."""
        head = self._app_head(app)
        return {**{name: head[name] for name in ("id", "link", "status", "error")}, "completed": self._completed(app)}

    def collaborator(self, app: App, one: Collaborator) -> Json:
        """Return a collaborator with the app."""
        return {**self._person(app, one), "app": self._app_head(app)}

    def _app_head(self, app: App) -> Json:
        link = f"{API}/apps/{app.id}"
        finished = {name: build for name, build in app.builds.items() if self._now >= build.finishes_at}
        return {
            "id": app.id,
            "title": app.title,
            "package": app.package,
            "version": app.version,
            "description": app.description,
            "debug": app.debug,
            "hydrates": app.hydrates,
            "phonegap_version": app.phonegap_version,
            "link": link,
            "role": self._world.role_in(app, self._account),
            # Only finished builds count. Before the first one the number is null.
            "build_count": (app.build_count - (0 if self._completed(app) else 1)) or None,
            "status": {name: build.status(self._now) for name, build in app.builds.items()},
            "download": {name: f"{link}/{name}" for name, build in finished.items() if build.package_key},
            "error": {name: build.error for name, build in finished.items() if build.error},
            "icon": {"filename": app.icon_name, "link": f"{link}/icon"},
        }

    def _completed(self, app: App) -> bool:
        return all(build.status(self._now) != "pending" for build in app.builds.values())

    def _people(self, app: App) -> Json:
        return {
            "link": f"{API}/apps/{app.id}/collaborators",
            "active": [self._person(app, one) for one in app.collaborators if one.id is not None],
            "pending": [{"person": one.email, "role": one.role} for one in app.collaborators if one.id is None],
        }

    @staticmethod
    def _person(app: App, one: Collaborator) -> Json:
        link = f"{API}/apps/{app.id}/collaborators/{one.id}"
        return {"id": one.id, "person": one.email, "role": one.role, "link": link}

    # The account

    def me(self) -> Json:
        """Return the account with references to its apps and keys."""
        apps = [
            {
                "id": app.id,
                "title": app.title,
                # Only this response names the role "owner" instead of "admin".
                "role": "owner" if app.owner_id == self._account.id else self._world.role_in(app, self._account),
                "link": f"{API}/apps/{app.id}",
            }
            for app in self._world.visible_apps(self._account)
        ]
        return {
            "id": self._account.id,
            "username": None,
            "email": self._account.email,
            "link": f"{API}/me",
            "apps": {"all": apps, "link": f"{API}/apps"},
            "keys": {**self.key_groups(full=False), "link": f"{API}/keys"},
        }


def rails_time(moment: float | None) -> str | None:
    """Return a time in the format of the service, None for None."""
    return None if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S +0000")
