# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Endpoints to read, create, change and delete apps, and their icons."""

from __future__ import annotations

import copy
import html
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from .body import Submission, Upload, read_submission
from .builds import delete_stored_files, store_content, store_icon
from .content import read_content
from .endpoint import MAY_BUILD, OWNER_ONLY, PhoneGapEndpoint, caller, reply
from .key_rules import unlock
from .model import ADMIN, APP_PLATFORMS, App, Collaborator
from .world import api_error

DEFAULT_PHONEGAP = "cli-9.0.0"
_METHODS = {"file": "file", "remote_repo": "repo"}
_TEXTS = ("package", "version", "description", "phonegap_version", "tag")
_FLAGS = ("debug", "private", "share", "hydrates")


class AppEndpoints(PhoneGapEndpoint):
    """Endpoints of the apps themselves."""

    async def list(self, request: Request) -> Response:
        """Return all apps of the caller."""
        views = self.views(request)
        apps = [views.app(app) for app in self.world.visible_apps(caller(request))]
        return reply({"apps": apps, "link": "/api/v1/apps"})

    async def read(self, request: Request) -> Response:
        """Return an app."""
        return reply(self.views(request).app_detail(self.app(request)))

    async def status(self, request: Request) -> Response:
        """Return the status of the builds of an app."""
        return reply(self.views(request).app_status(self.app(request)))

    async def create(self, request: Request) -> Response:
        """Create an app and queue its builds."""
        submission = await read_submission(request)
        method = self._create_method(submission)
        repo = self._repo(submission) if method == "remote_repo" else None
        upload = self._upload(submission, required=True) if method == "file" else None
        title = submission.text("title")
        if not title and self.service.options.phonegap_strict:
            raise api_error(400, "title is required")
        account = caller(request)
        app = App(0, account.id, title or "", method, self.now, repo=repo, phonegap_version=DEFAULT_PHONEGAP)
        self._fill(app, submission, upload)
        if not app.title:
            name = upload.name if upload is not None else (repo or "").partition("#")[0]
            app.title = name.rstrip("/").rpartition("/")[2].partition(".")[0]
        self._within_quota(app)
        app.keys = {key.platform: key.id for key in self.world.keys_of(account.id) if key.default}
        app.keys = {platform: number for platform, number in app.keys.items() if platform in APP_PLATFORMS}
        self._choose_keys(app, submission, request)
        # Everything above may raise an error, so the app is stored only from here on.
        app.id = self.world.next_id("app")
        app.collaborators = [Collaborator(account.email, ADMIN, self.world.next_id("collaborator"), account.id)]
        if upload is not None:
            await store_content(self.store, app, upload.name, upload.body)
        await self.rebuild(app)
        return self._written(request, app, 201)

    async def update(self, request: Request) -> Response:
        """Change fields, content and keys. Queue builds unless only `hydrates` is given."""
        # Work on copies of app and keys, so that a rejected request changes nothing.
        app = copy.deepcopy(self.app(request, MAY_BUILD))
        submission = await read_submission(request)
        method = submission.text("create_method")
        if method and method != app.create_method:
            raise api_error(400, "create_method cannot be changed")
        if submission.flag("pull") and app.create_method != "remote_repo":
            raise api_error(400, f"app #{app.id} is not repo backed")
        upload = self._upload(submission, required=False)
        if upload is not None and app.create_method != "file":
            raise api_error(400, f"app #{app.id} is not file backed")
        if submission.has("repo") and app.create_method == "remote_repo":
            app.repo = self._repo(submission)
        self._choose_keys(app, submission, request)
        if submission.text("title"):
            app.title = str(submission.text("title"))
        self._fill(app, submission, upload)
        if upload is not None:
            await store_content(self.store, app, upload.name, upload.body)
        if set(submission.fields) == {"hydrates"} and upload is None:
            self.world.put_app(app)
        else:
            await self.rebuild(app)
        return self._written(request, app, 200)

    async def delete(self, request: Request) -> Response:
        """Delete an app."""
        app = self.app(request, OWNER_ONLY)
        await delete_stored_files(self.store, app)
        self.world.remove_app(app)
        return reply({"success": f"app {app.id} deleted"}, 202)

    async def read_icon(self, request: Request) -> Response:
        """Return a redirect to the icon."""
        app = self.app(request)
        if app.icon_key is None:
            raise api_error(404, f"No icon available for app #{app.id}")
        return self.redirect(app.icon_key)

    async def set_icon(self, request: Request) -> Response:
        """Replace the icon and queue builds."""
        app = self.app(request, MAY_BUILD)
        icon = (await read_submission(request)).files.get("icon")
        if icon is None or not icon.body.startswith(b"\x89PNG\r\n\x1a\n"):
            raise api_error(400, "icon must be a png file")
        await store_icon(self.store, app, icon.name, icon.body)
        await self.rebuild(app)
        return self._written(request, app, 201)

    # Helpers of create and update

    def _written(self, request: Request, app: App, status: int) -> Response:
        flat = self.service.options.phonegap_flat_collaborators
        return reply(self.views(request).app_detail(app, flat_collaborators=flat), status)

    def _create_method(self, submission: Submission) -> str:
        method = submission.text("create_method")
        if method in _METHODS:
            return method
        if method is None and not self.service.options.phonegap_strict:
            # Later clients do not pass create_method, only the file or the repository.
            if "file" in submission.files:
                return "file"
            if submission.has("repo"):
                return "remote_repo"
        raise api_error(400, "no create_method specified: file or remote_repo")

    @staticmethod
    def _repo(submission: Submission) -> str:
        repo = submission.text("repo")
        if not repo:
            raise api_error(400, "repo is required")
        name, at_sign, _host = urlsplit(repo).netloc.rpartition("@")
        if at_sign:
            quoted = html.escape(f'"{name}@"')
            raise api_error(400, f"Private repository URLs not supported - try removing {quoted}")
        return repo

    @staticmethod
    def _upload(submission: Submission, *, required: bool) -> Upload | None:
        upload = submission.files.get("file")
        if upload is None and required:
            raise api_error(400, "file is required")
        return upload

    def _fill(self, app: App, submission: Submission, upload: Upload | None) -> None:
        """Set fields from the request. An uploaded config.xml takes precedence."""
        flags = {name: submission.flag(name) for name in _FLAGS}
        texts = {name: submission.text(name) for name in _TEXTS if name in submission.fields}
        content = read_content(upload) if upload is not None else None
        for name, flag in flags.items():
            if flag is not None:
                setattr(app, name, flag)
        for name, text in texts.items():
            setattr(app, name, text or (DEFAULT_PHONEGAP if name == "phonegap_version" else None))
        if content is not None:
            app.platforms = content.platforms
            for name in ("title", "package", "version", "description", "phonegap_version"):
                if getattr(content, name):
                    setattr(app, name, getattr(content, name))

    def _within_quota(self, app: App) -> None:
        limit = self.service.options.phonegap_private_apps
        owned = sum(one.owner_id == app.owner_id and one.private for one in self.world.apps.values())
        if limit and owned >= limit and (app.private or app.create_method == "file"):
            raise api_error(400, "Private app limit reached")

    def _choose_keys(self, app: App, submission: Submission, request: Request) -> None:
        """Select keys by id, and unlock those whose passwords are given."""
        requested = submission.mapping("keys")
        if requested and app.owner_id != caller(request).id:
            raise api_error(401, "Signing keys can be managed only by the owner of the app.")
        chosen = []
        for platform, choice in requested.items():
            if choice in (None, ""):
                # The API cannot remove a key from an app.
                continue
            details: dict[str, Any] = choice if isinstance(choice, dict) else {"id": choice}
            number = str(details.get("id"))
            is_number = number.isascii() and number.isdigit() and len(number) < 19
            key = copy.copy(self.world.keys.get((platform, int(number) if is_number else 0)))
            if platform not in APP_PLATFORMS or key is None or key.owner_id != app.owner_id:
                raise api_error(404, f"{platform} key {number} not found (maybe wrong platform?)")
            passwords = {name: str(value) for name, value in details.items() if name != "id" and value}
            if key.locked(self.now) and not unlock(key, passwords, self.now):
                raise api_error(401, f"{platform} key {number} is locked: unlock it before you choose it")
            if not key.locked(self.now):
                unlock(key, passwords, self.now)
            chosen.append(key)
        for key in chosen:
            self.world.put_key(key)
            app.keys[key.platform] = key.id
