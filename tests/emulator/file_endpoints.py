# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The four kinds of files: create, upload, confirm, list, show, change, delete."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .endpoint import VERSION, Endpoint, Handler, caller, json_body, resource
from .file_rules import check_changes, check_upload, file_data, keystore_details
from .inspection import certificates_in, keystore_fingerprint
from .kinds import CERTIFICATES, KEYSTORES, Kind
from .model import App, Json, StoredFile
from .paging import page_of
from .replies import bad_request, not_found
from .service import Service
from .slugs import new_ulid
from .storage import sha256_of
from .world import MAY_MANAGE_FILES


class FileEndpoints(Endpoint):
    """One kind of files."""

    def __init__(self, service: Service, kind: Kind) -> None:
        super().__init__(service)
        self.kind = kind

    def routes(self) -> list[Route]:
        """Paths and what answers them."""
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
        """A page of the list."""
        app = self._managed_app(request)
        page, paging = page_of(list(app.files_of(self.kind.name).values()), request.query_params)
        return self.reply({"data": [file_data(item, self.service.options) for item in page], "paging": paging})

    async def create(self, request: Request) -> Response:
        """A new slot, and the URL for its bytes."""
        body = await json_body(request)
        app = self._managed_app(request)
        name, size = check_upload(self.kind, app, body, self.service.options)
        env_key, secrets = str(body.get("user_env_key") or ""), None
        if self.kind is KEYSTORES:
            env_key, secrets = keystore_details(app, body)
        slug = new_ulid(self.service.clock.now())
        item = StoredFile(
            slug=slug,
            kind=self.kind.name,
            upload_file_name=name,
            upload_file_size=size,
            key=storage_key(self.kind, slug, name),
            user_env_key=env_key if self.kind.has_env_key else "",
            exposed_meta_datastore=secrets,
        )
        self.world.put_file(app, item)
        upload_url = self.service.store.upload_url(item.key, size)
        return self._data(item, status=201, upload_url=upload_url)

    async def show(self, request: Request) -> Response:
        """One file, with a URL to its bytes unless it is protected."""
        item = self._file(self._managed_app(request), request)
        url = None if item.is_protected else self.service.store.download_url(item.key)
        return self._data(item, download_url=url)

    async def uploaded(self, request: Request) -> Response:
        """The confirmation of an upload."""
        app = self._managed_app(request)
        item = self._file(app, request)
        if not item.processed:
            await self._confirm(app, item)
        return self._data(item)

    async def change(self, request: Request) -> Response:
        """New flags, or a new password."""
        body = await json_body(request)
        app = self._managed_app(request)
        item = self._file(app, request)
        changes = check_changes(item, self.kind, app, body, self.service.options)
        confirm = changes.pop("processed", False)
        if confirm:
            await self._require_upload(item)
        for name, value in changes.items():
            setattr(item, name, value)
        if confirm:
            await self._confirm(app, item)
        elif "certificate_password" in changes and item.processed:
            await self._inspect(item)
        self.world.put_file(app, item)
        return self._data(item)

    async def delete(self, request: Request) -> Response:
        """Take a file away, protected or not, confirmed or not."""
        app = self._managed_app(request)
        item = self._file(app, request)
        self.world.remove_file(app, item)
        await self.service.store.delete(item.key)
        if self.kind is KEYSTORES:
            # The real service answers with the generic model here.
            data = file_data(item, self.service.options)
            return self.reply({"data": {name: data[name] for name in data if name not in _KEYSTORE_ONLY}})
        return self._data(item)

    def _managed_app(self, request: Request) -> App:
        app = self.app(request)
        self.world.require(app, caller(request), MAY_MANAGE_FILES)
        return app

    def _file(self, app: App, request: Request) -> StoredFile:
        item = app.files_of(self.kind.name).get(request.path_params["file"])
        if item is None:
            raise not_found()
        return item

    def _data(self, item: StoredFile, status: int = 200, **more: str | None) -> Response:
        return self.reply({"data": {**file_data(item, self.service.options), **more}}, status)

    async def _require_upload(self, item: StoredFile) -> None:
        if self.service.options.confirm_without_upload:
            return
        if await self.service.store.size(item.key) != item.upload_file_size:
            raise bad_request("The file has not been uploaded yet")

    async def _confirm(self, app: App, item: StoredFile) -> None:
        await self._require_upload(item)
        if item.slug not in app.files_of(self.kind.name):
            # Deleted while a slow storage was asked.
            raise not_found()
        item.processed = True
        await self._inspect(item)
        self.world.put_file(app, item)

    async def _inspect(self, item: StoredFile) -> None:
        if self.kind not in (CERTIFICATES, KEYSTORES):
            return
        body = await self.service.store.read(item.key)
        if body is not None:
            inspect_file(item, body)


_ODD = re.compile(r"[^A-Za-z0-9.+_-]")
_KEYSTORE_ONLY = frozenset({"file_sha256", "certificate_sha256_fingerprint"})


def storage_key(kind: Kind, slug: str, name: str) -> str:
    """Where the bytes of a file lie; odd characters of its name are replaced."""
    return f"{kind.name}/uploads/{slug}/original/f_{_ODD.sub('_', name)}"


def inspect_file(item: StoredFile, body: bytes) -> None:
    """Fill in what the service computes from the bytes."""
    if item.kind == CERTIFICATES.name:
        item.file_sha256 = sha256_of(body)
        item.certificates = certificates_in(body, item.certificate_password)
    elif item.kind == KEYSTORES.name:
        secrets: Json = item.exposed_meta_datastore or {}
        item.file_sha256 = sha256_of(body)
        item.certificate_sha256_fingerprint = keystore_fingerprint(body, secrets.get("PASSWORD", ""))
