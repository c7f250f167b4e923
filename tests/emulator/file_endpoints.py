# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Endpoints of the four kinds of files: create, upload, confirm, list, show, change, delete."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .endpoint import VERSION, Endpoint, Handler, caller, json_body, resource
from .file_rules import check_changes, check_upload, file_data, keystore_details, withheld, withholds
from .inspection import certificates_in, keystore_fingerprint
from .kinds import CERTIFICATES, KEYSTORES, PROJECT_FILES, StoredKind
from .model import App, Json, StoredFile
from .options import Options
from .paging import page_of
from .replies import ApiError, bad_request, html_page, not_found
from .service import Service
from .slugs import random_slug, slug_before
from .storage import sha256_of
from .world import MAY_MANAGE_FILES


class FileEndpoints(Endpoint):
    """Endpoints of one kind of files."""

    def __init__(self, service: Service, kind: StoredKind) -> None:
        super().__init__(service)
        self.kind = kind

    def routes(self) -> list[Route]:
        """Return the routes of this group."""
        base = f"{VERSION}/apps/{{app}}/{self.kind.path}"
        one: dict[str, Handler] = {"get": self.show, "delete": self.delete}
        if self.kind.has_patch:
            one["patch"] = self.change
        return [
            resource(base, get=self.index, post=self.create),
            resource(base + "/{file}", **one),
            resource(base + "/{file}/uploaded", post=self.uploaded),
        ]

    async def index(self, request: Request) -> Response:
        """Return a page of the files of an app."""
        app, options = self._managed_app(request), _options(request)
        stored = list(self._files(app, options).values())
        for item in stored:
            await self._settle(app, item)
        found = _listed(self._with_lag(app, stored, options), options)
        page, paging = page_of(found, request.query_params, self.service.options)
        return self.reply({"data": [self._shown(item, options) for item in page], "paging": paging})

    async def create(self, request: Request) -> Response:
        """Create a file and return its upload URL."""
        body = await json_body(request)
        app = self._managed_app(request)
        name, size = check_upload(self.kind, app, body, _options(request))
        env_key, secrets = str(body.get("user_env_key") or ""), None
        if self.kind is KEYSTORES:
            env_key, secrets = keystore_details(app, body, _options(request))
        slug = self._new_slug(app, _options(request))
        item = StoredFile(
            slug=slug,
            kind=self.kind.name,
            upload_file_name=name,
            upload_file_size=size,
            key=storage_key(self.kind, slug, name),
            user_env_key=env_key if self.kind.has_env_key else "",
            exposed_meta_datastore=secrets,
            created_at=self.service.clock.now(),
        )
        self.world.put_file(app, item)
        upload_url = self.service.store.upload_url(item.key, size)
        return self._data(request, item, {"upload_url": upload_url}, int(_options(request).create_status))

    async def show(self, request: Request) -> Response:
        """Return a file, with a download URL unless it is protected."""
        app, options = self._managed_app(request), _options(request)
        item = self._file(app, request, options)
        await self._settle(app, item)
        extra: dict[str, str | None] = {"download_url": self.service.store.download_url(item.key)}
        if withholds(item, options) or not (item.processed or options.slot_download_url):
            extra = withheld("download_url", options)
        return self._data(request, item, extra)

    async def uploaded(self, request: Request) -> Response:
        """Confirm an upload."""
        app, options = self._managed_app(request), _options(request)
        item = self._file(app, request, options)
        await self._settle(app, item)
        if item.processed_at is not None and options.confirm_twice != "200":
            raise ApiError(int(options.confirm_twice), "The file has been confirmed already")
        if not item.processed:
            await self._confirm(app, item, options)
        return self._change_response(options.confirm_answer, self._confirmed_data(item, options))

    async def change(self, request: Request) -> Response:
        """Change flags, password or metadata of a file."""
        body = await json_body(request)
        app = self._managed_app(request)
        options = _options(request)
        item = self._file(app, request, options)
        await self._settle(app, item)
        if options.patch_unprocessed == "refuse" and not item.processed:
            raise bad_request("The file has not been processed yet")
        changes = check_changes(item, self.kind, app, body, options)
        confirm = changes.pop("processed", False)
        if confirm:
            await self._is_uploaded(item, options)
        for name, value in changes.items():
            setattr(item, name, value)
        if confirm:
            await self._confirm(app, item, options)
        elif "certificate_password" in changes and item.processed:
            await self._inspect(item)
        self.world.put_file(app, item)
        data = self._confirmed_data(item, options) if confirm else self._shown(item, options)
        return self._change_response(options.patch_answer, data)

    async def delete(self, request: Request) -> Response:
        """Delete a file, whether protected or confirmed or not."""
        app = self._managed_app(request)
        options = _options(request)
        item = self._file(app, request, options)
        await self._settle(app, item)
        if options.delete_unprocessed == "refuse" and not item.processed:
            raise bad_request("The file has not been processed yet")
        if options.delete == "ignored_html":
            return Response(html_page("200 OK"), 200, media_type="text/html")
        if options.delete == "ignored_json":
            return self.reply({})
        if options.delete == "done":
            self.world.remove_file(app, item, self.service.clock.now())
            await self.service.store.delete(item.key)
        # For a keystore the real service returns the generic file model.
        return self._change_response(options.delete_answer, self._shown(item, options, generic=True))

    def _change_response(self, response_form: str, data: Json) -> Response:
        """Return the response to a change, with or without the file."""
        if response_form == "204":
            return Response(status_code=204)
        return self.reply({}) if response_form == "200_empty" else self.reply({"data": data}, int(response_form))

    def _managed_app(self, request: Request) -> App:
        app = self.app(request)
        if self.world.role_in(app, caller(request)) not in MAY_MANAGE_FILES:
            status = self.service.options.role_refused
            raise ApiError(int(status), _ROLE_REFUSED[status])
        return app

    def _files(self, app: App, options: Options) -> dict[str, StoredFile]:
        files = app.files_of(self.kind.name)
        if self.kind is PROJECT_FILES and options.keystores_in_generic_list:
            return {**app.files_of(KEYSTORES.name), **files}
        return files

    def _file(self, app: App, request: Request, options: Options) -> StoredFile:
        item = self._files(app, options).get(request.path_params["file"])
        if item is None:
            raise not_found()
        return item

    def _shown(self, item: StoredFile, options: Options, *, generic: bool = False) -> Json:
        data = file_data(item, options, self.service.clock.now())
        if item.kind == KEYSTORES.name and (generic or self.kind is PROJECT_FILES):
            return {name: data[name] for name in data if name not in _KEYSTORE_ONLY}
        return data

    def _with_lag(self, app: App, stored: list[StoredFile], options: Options) -> list[StoredFile]:
        """Return the files of a list that shows recent changes late."""
        now = self.service.clock.now()
        visible = [item for item in stored if (item.created_at or 0.0) + options.list_late_s <= now]
        still_listed = [
            item
            for slug, item, removed_at in self.world.removed
            if slug == app.slug and item.kind == self.kind.name and now < removed_at + options.deleted_listed_s
        ]
        return visible + still_listed

    def _new_slug(self, app: App, options: Options) -> str:
        if options.slugs == "hex":
            return random_slug()
        if options.slugs == "uuid":
            return str(uuid.uuid4())
        before = slug_before(app.files_of(self.kind.name)) if options.slugs == "falling" else None
        return before or self.service.ulids.make(self.service.clock.now())

    def _data(
        self, request: Request, item: StoredFile, extra: Mapping[str, str | None] | None = None, status: int = 200
    ) -> Response:
        return self.reply({"data": {**self._shown(item, _options(request)), **(extra or {})}}, status)

    def _confirmed_data(self, item: StoredFile, options: Options) -> Json:
        """Return the file in the response to a confirmation. The digest may not be computed yet."""
        data = self._shown(item, options)
        if options.file_sha256 == "later":
            data = {**data, **{name: None for name in _DIGESTS if name in data}}
        return data

    async def _is_uploaded(self, item: StoredFile, options: Options) -> bool:
        """Return whether a confirmation takes effect. Raise ApiError if the service checks for missing bytes."""
        if await self.service.store.size(item.key) == item.upload_file_size:
            return True
        if options.confirm_without_upload == "refuse":
            raise bad_request("The file has not been uploaded yet")
        return options.confirm_without_upload == "accept"

    async def _confirm(self, app: App, item: StoredFile, options: Options) -> None:
        uploaded = await self._is_uploaded(item, options)
        if item.slug not in app.files_of(self.kind.name):
            # The file was deleted while a slow storage was queried.
            raise not_found()
        if not uploaded or options.confirm == "ignored":
            return
        item.processed_at = self.service.clock.now() + options.confirm_delay_s
        await self._settle(app, item)
        self.world.put_file(app, item)

    async def _settle(self, app: App, item: StoredFile) -> None:
        """Process a confirmed file once its processing time is reached."""
        if item.processed or item.processed_at is None or item.processed_at > self.service.clock.now():
            return
        item.processed = True
        await self._inspect(item)
        self.world.put_file(app, item)

    async def _inspect(self, item: StoredFile) -> None:
        if self.kind not in (CERTIFICATES, KEYSTORES):
            return
        body = await self.service.store.read(item.key)
        if body is not None:
            inspect_file(item, body)


_UNSAFE = re.compile(r"[^A-Za-z0-9.+_-]")
_DIGESTS = frozenset({"file_sha256", "certificate_sha256_fingerprint"})
_KEYSTORE_ONLY = _DIGESTS
_ROLE_REFUSED = {"401": "Unauthorized", "403": "Forbidden", "404": "Not Found"}


def _options(request: Request) -> Options:
    """Return the switches that apply to this request."""
    options: Options = request.state.options
    return options


def _listed(items: list[StoredFile], options: Options) -> Sequence[StoredFile]:
    """Return the files in the order in which the service lists them."""
    if options.list_lacks == "newest":
        items = items[:-1]
    if options.list_order == "newest_first":
        return items[::-1]
    if options.list_order == "shuffled":
        # The order is the same each time, so that pages fit together.
        found = sorted(items, key=lambda item: hashlib.sha256(item.slug.encode()).digest())
        is_other = found != items and (len(items) < 3 or found != items[::-1])
        return found if is_other else [*found[1:], *found[:1]]
    return items


def storage_key(kind: StoredKind, slug: str, name: str) -> str:
    """Return the storage key of a file. Characters that are unsafe in keys are replaced."""
    return f"{kind.name}/uploads/{slug}/original/f_{_UNSAFE.sub('_', name)}"


def inspect_file(item: StoredFile, body: bytes) -> None:
    """Set the attributes that the service computes from the bytes."""
    if item.kind == CERTIFICATES.name:
        item.file_sha256 = sha256_of(body)
        item.certificates = certificates_in(body, item.certificate_password)
    elif item.kind == KEYSTORES.name:
        secrets: Json = item.exposed_meta_datastore or {}
        item.file_sha256 = sha256_of(body)
        item.certificate_sha256_fingerprint = keystore_fingerprint(body, secrets.get("PASSWORD", ""))
