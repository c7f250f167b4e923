# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of PhoneGap Build on the admin path, with secrets and bytes as digests."""

from __future__ import annotations

import hashlib

from tests.emulator.model import Json
from tests.emulator.storage import ObjectStore, sha256_of

from .model import App, Key
from .world import PhoneGapWorld


async def phonegap_state(world: PhoneGapWorld, store: ObjectStore, now: float) -> Json:
    """Return accounts, apps by number, and keys by platform and number."""
    keys: dict[str, Json] = {}
    for (platform, number), key in world.keys.items():
        keys.setdefault(platform, {})[str(number)] = await _key_state(key, store, now)
    return {
        "accounts": [{"id": one.id, "name": one.name, "email": one.email} for one in world.accounts.values()],
        "keys": keys,
        "apps": {str(app.id): await _app_state(app, store, now) for app in world.apps.values()},
    }


async def _key_state(key: Key, store: ObjectStore, now: float) -> Json:
    return {
        "title": key.title,
        "owner_id": key.owner_id,
        "default": key.default,
        "locked": key.locked(now),
        "alias": key.alias,
        "cert_name": key.cert_name,
        "provision": key.provision,
        "publisher_id": key.publisher_id,
        "files": {name: await _digest(store, blob) for name, blob in key.files.items()},
        "passwords_sha256": {name: hashlib.sha256(value.encode()).hexdigest() for name, value in key.passwords.items()},
    }


async def _app_state(app: App, store: ObjectStore, now: float) -> Json:
    return {
        "title": app.title,
        "owner_id": app.owner_id,
        "create_method": app.create_method,
        "package": app.package,
        "version": app.version,
        "description": app.description,
        "repo": app.repo,
        "tag": app.tag,
        "debug": app.debug,
        "private": app.private,
        "share": app.share,
        "hydrates": app.hydrates,
        "phonegap_version": app.phonegap_version,
        "content_sha256": app.content_sha256,
        "uploads": app.uploads,
        "icon": {"filename": app.icon_name, "sha256": await _digest(store, app.icon_key)},
        "keys": dict(app.keys),
        "collaborators": [{"id": one.id, "email": one.email, "role": one.role} for one in app.collaborators],
        "builds_queued": app.build_count,
        "status": {platform: build.status(now) for platform, build in app.builds.items()},
    }


async def _digest(store: ObjectStore, key: str | None) -> str | None:
    body = await store.read(key) if key else None
    return None if body is None else sha256_of(body)
