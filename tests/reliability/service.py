# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator's application, called directly, and its state without a detour over HTTP."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from starlette.types import Message, Scope

from tests.emulator.app import build_app
from tests.emulator.clock import Clock
from tests.emulator.fixtures import load_fixture
from tests.emulator.journal import Journal
from tests.emulator.kinds import STORED_KINDS
from tests.emulator.model import App, StoredFile
from tests.emulator.options import Options
from tests.emulator.phonegap.fixture import Logins
from tests.emulator.phonegap.world import PhoneGapWorld
from tests.emulator.service import Service
from tests.emulator.signed_urls import SigningKey
from tests.emulator.slugs import UlidMaker, ulid_time
from tests.emulator.storage import LocalStore, sha256_of
from tests.emulator.world import World

from .virtual_time import VirtualTime

TOKEN = "in-process-token"  # not a secret of any service
FIRST_PORT = 41001


@dataclass(frozen=True)
class ServiceResponse:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class File:
    """A file as the service has it."""

    kind: str
    slug: str
    name: str
    sha256: str | None
    processed: bool
    is_protected: bool
    is_expose: bool
    password: str
    env_key: str


@dataclass(frozen=True)
class Snapshot:
    """The state of the service at one moment."""

    apps: dict[str, App]
    removed: list[tuple[str, StoredFile, float]]
    blobs: dict[str, Any]
    shown: dict[str, list[File]]

    def files(self, app: str) -> list[File]:
        return self.shown[app]


class InProcess:
    """A service with apps in it. Each client has a port of its own, which identifies it."""

    def __init__(self) -> None:
        self.time = VirtualTime()
        journal = Journal()
        self._clock = Clock(journal, self.time.service_time)
        self._port = FIRST_PORT
        # Known numbers, so that a case that fails fails again.
        self._store = LocalStore(
            SigningKey("AKIAINPROCESS", "none"), self._clock, journal, lambda: self.root(self._port)
        )
        self.service = Service(World(journal), PhoneGapWorld(journal), self._clock, Options(), self._store)
        self._app = build_app(self.service)

    @staticmethod
    def root(port: int) -> str:
        return f"http://127.0.0.1:{port}"

    def connection(self, port: int) -> dict[str, Any]:
        """Return the options that every task needs."""
        return {"api_url": f"{self.root(port)}/v0.1", "api_token": TOKEN, "max_retries": 0}

    def load(
        self,
        apps: Sequence[Mapping[str, Any]],
        options: Mapping[str, Any] | None = None,
        users: Sequence[Mapping[str, Any]] = (),
        phonegap: Mapping[str, Any] | None = None,
    ) -> None:
        """Replace everything by these apps, switches, users beside the owner, and the account of PhoneGap."""
        service = self.service
        service.options = Options()
        service.options.update(options or {})
        service.faults.clear()
        service.log.clear()
        service.ulids = UlidMaker(random.Random(1).randbytes)
        account = {"name": "owner", "token": TOKEN, "password": "not used"}
        fixture = {
            "users": [{"username": "owner", "sees_everything": True, "token": TOKEN}, *users],
            "apps": list(apps),
            "phonegap": {"accounts": [account, {"name": "member"}], **(phonegap or {})},
        }
        _finish(load_fixture(service, {}, Logins({}, {}), fixture))

    def files(self, app: str) -> list[File]:
        return list(self._files(self.service.world.apps[app]))

    def snapshot(self) -> Snapshot:
        """Return what the service holds at this moment."""
        world = self.service.world
        files = {app: self.files(app) for app in world.apps}
        return Snapshot(copy.deepcopy(world.apps), list(world.removed), dict(self._store.blobs), files)

    def restore(self, snapshot: Snapshot) -> None:
        """Put the service back; the time goes on."""
        world = self.service.world
        for held, kept in ((world.apps, copy.deepcopy(snapshot.apps)), (self._store.blobs, dict(snapshot.blobs))):
            held.clear()
            held.update(kept)  # type: ignore[arg-type]
        world.removed.clear()
        world.removed.extend(snapshot.removed)

    def upload(self, app: str, kind: str, name: str, body: bytes, env_key: str) -> None:
        """Upload a file as a person does, at once."""
        [collection] = [known.path for known in STORED_KINDS if known.name == kind]
        url = f"{self.root(FIRST_PORT)}/v0.1/apps/{app}/{collection}"
        entry = {"upload_file_name": name, "upload_file_size": len(body), "user_env_key": env_key}
        authorization = {"authorization": TOKEN}
        made = json.loads(self.respond(FIRST_PORT, "POST", url, authorization, json.dumps(entry).encode()).body)["data"]
        assert self.respond(FIRST_PORT, "PUT", made["upload_url"], {}, body).status == 200
        assert self.respond(FIRST_PORT, "POST", f"{url}/{made['slug']}/uploaded", authorization, b"").status == 200

    def delete(self, app: str, kind: str, name: str) -> None:
        """Delete a file as a person does."""
        [collection] = [known.path for known in STORED_KINDS if known.name == kind]
        [slug] = [file.slug for file in self.files(app) if file.kind == kind and file.name == name]
        url = f"{self.root(FIRST_PORT)}/v0.1/apps/{app}/{collection}/{slug}"
        assert self.respond(FIRST_PORT, "DELETE", url, {"authorization": TOKEN}, b"").status == 200

    def age_s(self, file: File) -> float | None:
        """Return how old a file is by its slug; None if the slug does not tell."""
        made = ulid_time(file.slug)
        return None if made is None else self._clock.now() - made

    def _files(self, app: App) -> Iterator[File]:
        now = self._clock.now()
        for kind, files in app.files.items():
            for item in files.values():
                body = self._store.blobs.get(item.key)
                assert body is None or isinstance(body, bytes)
                yield File(
                    kind=kind,
                    slug=item.slug,
                    name=item.upload_file_name,
                    sha256=None if body is None else digest_of(body),
                    processed=item.processed or (item.processed_at is not None and item.processed_at <= now),
                    is_protected=item.is_protected,
                    is_expose=item.is_expose,
                    password=_password(item),
                    env_key=item.user_env_key,
                )

    def respond(self, port: int, method: str, url: str, headers: Mapping[str, str], body: bytes) -> ServiceResponse:
        """Have one request answered."""
        self._port = port
        parts = urlsplit(url)
        given = {"host": parts.netloc, **{name.lower(): value for name, value in headers.items()}}
        if body or method in ("POST", "PUT", "PATCH"):
            given["content-length"] = str(len(body))
        scope: Scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(parts.path),
            "raw_path": parts.path.encode(),
            "root_path": "",
            "query_string": parts.query.encode(),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in given.items()],
            "client": ("127.0.0.1", port),
            "server": ("127.0.0.1", port),
            "state": {},
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        _finish(self._app(scope, receive, send))  # type: ignore[arg-type]
        shown = {name.decode("latin-1"): value.decode("latin-1") for name, value in sent[0]["headers"]}
        return ServiceResponse(sent[0]["status"], shown, b"".join(message.get("body", b"") for message in sent[1:]))


def _finish(work: Coroutine[Any, Any, Any]) -> None:
    """Run what the emulator does to its end. It waits for nothing, so it takes no event loop."""
    try:
        while True:
            waiting = work.send(None)
            assert waiting is None, "the emulator waits for something that only an event loop brings"
    except StopIteration:
        pass


@cache
def digest_of(body: bytes) -> str:
    return sha256_of(body)


def _password(item: StoredFile) -> str:
    return item.certificate_password or str((item.exposed_meta_datastore or {}).get("PASSWORD") or "")
