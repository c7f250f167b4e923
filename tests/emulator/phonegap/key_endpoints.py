# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signing keys: read, upload, unlock, delete."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from .body import Submission, submission
from .endpoint import PhoneGapEndpoint, caller, reply
from .key_rules import KEY_KINDS, lock, role_of_profile, unlock
from .model import Key
from .world import refusal


class KeyEndpoints(PhoneGapEndpoint):
    """Everything under `/keys`."""

    async def list(self, request: Request) -> Response:
        """All keys of the caller by platform."""
        groups = self.views(request).key_groups(full=True)
        return reply({"keys": groups, "link": "/api/v1/keys"})

    async def list_platform(self, request: Request) -> Response:
        """Those of one platform."""
        platform = _platform(request)
        views = self.views(request)
        keys = [views.key(key) for key in self.world.keys_of(caller(request).id, platform)]
        return reply({"keys": keys, "link": f"/api/v1/keys/{platform}"})

    async def read(self, request: Request) -> Response:
        """One key."""
        return reply(self.views(request).key(self._key(request)))

    async def create(self, request: Request) -> Response:
        """A new key: locked, if a password is missing."""
        platform = _platform(request)
        sent = await submission(request)
        kind = KEY_KINDS[platform]
        missing = [name for name in ("title", *kind.texts) if not sent.text(name)]
        missing += [name for name in kind.files if name not in sent.files]
        if missing:
            raise refusal(400, f"{missing[0]} is required for a key of {platform}")
        key = Key(0, platform, caller(request).id, str(sent.text("title")), self.now)
        for name in kind.texts:
            setattr(key, name, sent.text(name))
        if platform == "ios":
            cert, profile = sent.files["cert"], sent.files["profile"]
            key.cert_name, key.provision, key.role = cert.name, profile.name, role_of_profile(profile.body)
        self._make_default(key, sent)
        unlock(key, _passwords(sent), self.now)
        key.id = self.world.next_id(f"{platform} key")
        for name in kind.files:
            upload = sent.files[name]
            key.files[name] = f"phonegap/keys/{platform}/{key.id}/{name}/{quote(upload.name, safe='')}"
            await self.store.put(key.files[name], upload.body)
        self.world.put_key(key)
        return reply(self.views(request).key(key), 201)

    async def update(self, request: Request) -> Response:
        """Unlock or lock it, call it something else."""
        key = self._key(request)
        sent = await submission(request)
        if sent.text("title"):
            key.title = str(sent.text("title"))
        self._make_default(key, sent)
        if sent.flag("lock"):
            lock(key)
        else:
            unlock(key, _passwords(sent), self.now)
        self.world.put_key(key)
        return reply(self.views(request).key(key))

    async def delete(self, request: Request) -> Response:
        """No more key; apps that used it have none then."""
        key = self._key(request)
        for blob in key.files.values():
            await self.store.delete(blob)
        self.world.remove_key(key)
        return reply({"success": f"{key.platform} key {key.id} deleted"}, 202)

    def _key(self, request: Request) -> Key:
        return self.world.key_for(caller(request), _platform(request), request.path_params["key"])

    def _make_default(self, key: Key, sent: Submission) -> None:
        wanted = sent.flag("default")
        if wanted is None:
            return
        key.default = wanted
        for other in self.world.keys_of(key.owner_id, key.platform):
            if wanted and other is not key and other.default:
                other.default = False
                self.world.put_key(other)


def _platform(request: Request) -> str:
    platform: str = request.path_params["platform"]
    if platform not in KEY_KINDS:
        raise refusal(404, f"there are no keys for {platform}")
    return platform


def _passwords(sent: Submission) -> dict[str, str | None]:
    return {name: sent.text(name) for name in ("password", "key_pw", "keystore_pw")}
