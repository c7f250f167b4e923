# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Endpoints to list, upload, unlock and delete signing keys."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from .body import Submission, read_submission
from .endpoint import PhoneGapEndpoint, caller, reply
from .key_rules import KEY_KINDS, lock, role_of_profile, unlock
from .model import Key
from .world import api_error


class KeyEndpoints(PhoneGapEndpoint):
    """Endpoints under `/keys`."""

    async def list(self, request: Request) -> Response:
        """Return all keys of the caller by platform."""
        groups = self.views(request).key_groups(full=True)
        return reply({"keys": groups, "link": "/api/v1/keys"})

    async def list_platform(self, request: Request) -> Response:
        """Return the keys of one platform."""
        platform = _platform(request)
        views = self.views(request)
        keys = [views.key(key) for key in self.world.keys_of(caller(request).id, platform)]
        return reply({"keys": keys, "link": f"/api/v1/keys/{platform}"})

    async def read(self, request: Request) -> Response:
        """Return a key."""
        return reply(self.views(request).key(self._key(request)))

    async def create(self, request: Request) -> Response:
        """Create a key. It is locked if a password is missing."""
        platform = _platform(request)
        submission = await read_submission(request)
        kind = KEY_KINDS[platform]
        missing = [name for name in ("title", *kind.texts) if not submission.text(name)]
        missing += [name for name in kind.files if name not in submission.files]
        if missing:
            raise api_error(400, f"{missing[0]} is required for a key of {platform}")
        key = Key(0, platform, caller(request).id, str(submission.text("title")), self.now)
        for name in kind.texts:
            setattr(key, name, submission.text(name))
        if platform == "ios":
            cert, profile = submission.files["cert"], submission.files["profile"]
            key.cert_name, key.provision, key.role = cert.name, profile.name, role_of_profile(profile.body)
        self._make_default(key, submission)
        unlock(key, _passwords(submission), self.now)
        key.id = self.world.next_id(f"{platform} key")
        for name in kind.files:
            upload = submission.files[name]
            key.files[name] = f"phonegap/keys/{platform}/{key.id}/{name}/{quote(upload.name, safe='')}"
            await self.store.put(key.files[name], upload.body)
        self.world.put_key(key)
        return reply(self.views(request).key(key), 201)

    async def update(self, request: Request) -> Response:
        """Unlock, lock or rename a key."""
        key = self._key(request)
        submission = await read_submission(request)
        if submission.text("title"):
            key.title = str(submission.text("title"))
        self._make_default(key, submission)
        if submission.flag("lock"):
            lock(key)
        else:
            unlock(key, _passwords(submission), self.now)
        self.world.put_key(key)
        return reply(self.views(request).key(key))

    async def delete(self, request: Request) -> Response:
        """Delete a key, also from the apps that use it."""
        key = self._key(request)
        for blob in key.files.values():
            await self.store.delete(blob)
        self.world.remove_key(key)
        return reply({"success": f"{key.platform} key {key.id} deleted"}, 202)

    def _key(self, request: Request) -> Key:
        return self.world.key_for(caller(request), _platform(request), request.path_params["key"])

    def _make_default(self, key: Key, submission: Submission) -> None:
        is_default = submission.flag("default")
        if is_default is None:
            return
        key.default = is_default
        for other in self.world.keys_of(key.owner_id, key.platform):
            if is_default and other is not key and other.default:
                other.default = False
                self.world.put_key(other)


def _platform(request: Request) -> str:
    platform: str = request.path_params["platform"]
    if platform not in KEY_KINDS:
        raise api_error(404, f"there are no keys for {platform}")
    return platform


def _passwords(submission: Submission) -> dict[str, str | None]:
    return {name: submission.text(name) for name in ("password", "key_pw", "keystore_pw")}
