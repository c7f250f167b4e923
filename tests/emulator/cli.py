# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Command line and environment variables of the emulator."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tests.emulator.phonegap.fixture import Logins
from tests.emulator.phonegap.world import PhoneGapWorld

from .app import build_app
from .behaviors import Value, behaviors_of
from .clock import Clock, parse_time
from .external_storage import ExternalStore
from .fixture_format import BadFixture
from .fixtures import fixture_named, load_fixture, load_phonegap
from .journal import Journal, open_journal
from .options import BadOption, Options, option_from_text
from .server import first_line, listening_socket, serve, url_of
from .service import Service
from .signed_urls import SigningKey
from .storage import LocalStore, ObjectStore
from .watchdog import Watchdog
from .world import World


def main(arguments: Sequence[str] | None = None) -> int:
    """Start the emulator and serve until it is stopped. Return the exit status."""
    settings = _parser().parse_args(arguments)
    try:
        tokens = _tokens(settings.token)
        with listening_socket(settings.port) as listener, closing(open_journal(settings.state)) as journal:
            service = asyncio.run(_service(settings, journal, tokens, url_of(listener)))
            serve(build_app(service), listener, _watchdog(settings, service), first_line(service, url_of(listener)))
    except (BadFixture, BadOption, OSError, ValueError, sqlite3.Error) as error:
        print(f"emulator: {error}", file=sys.stderr)
        return 2
    return 0


def _watchdog(settings: argparse.Namespace, service: Service) -> Watchdog:
    parent = None if settings.no_parent else settings.parent or os.getppid()
    # Process 1 of a machine or container never ends before the emulator.
    return Watchdog(parent if parent != 1 else None, settings.idle, service.activity)


async def _service(settings: argparse.Namespace, journal: Journal, tokens: dict[str, str], base: str) -> Service:
    clock = Clock(journal)
    store = await _external_store(settings.storage) if settings.storage else _local_store(journal, clock, base)
    if settings.now:
        clock.set(parse_time(settings.now))
    options = Options()
    options.update({"latency_ms": settings.latency_ms, "rate_limit": settings.rate_limit})
    if settings.behavior:
        options.update(_record(settings.behavior))
    for text in settings.option:
        options.update(option_from_text(text))
    service = Service(World(journal), PhoneGapWorld(journal), clock, options, store)
    logins = Logins(_environment("EMULATOR_PHONEGAP_TOKEN_"), _environment("EMULATOR_PHONEGAP_PASSWORD_"))
    has_phonegap = service.phonegap.restore()
    if service.world.restore():
        for user in list(service.world.users.values()):
            if user.username in tokens:
                user.token = tokens[user.username]
                service.world.put_user(user)
    else:
        has_phonegap = True
        await load_fixture(service, tokens, logins, fixture_named(settings.fixture, files_allowed=True))
    if has_phonegap:
        logins.apply_to(service.phonegap)
    else:
        # The state file was written by a version that did not emulate PhoneGap Build.
        await load_phonegap(service, logins)
    return service


def _record(path: Path) -> dict[str, Value]:
    try:
        return behaviors_of(json.loads(path.read_bytes()))
    except ValueError as error:
        raise BadOption(f"{path}: {error}") from None


def _local_store(journal: Journal, clock: Clock, base: str) -> ObjectStore:
    return LocalStore(_signing_key(journal), clock, journal, lambda: base)


async def _external_store(url: str) -> ObjectStore:
    env = os.environ
    key = SigningKey(
        env.get("AWS_ACCESS_KEY_ID", ""), env.get("AWS_SECRET_ACCESS_KEY", ""), env.get("AWS_REGION") or "us-east-1"
    )
    store = ExternalStore(url, key)
    await store.prepare()
    return store


def _signing_key(journal: Journal) -> SigningKey:
    """Return the storage's credentials. They are kept with the state, so URLs survive a restart."""
    for slug, _parent, body in journal.objects("meta"):
        if slug == "signing-key":
            return SigningKey(**body)
    body = {"access_key": "AKIAEMULATOR" + secrets.token_hex(4).upper(), "secret_key": secrets.token_urlsafe(30)}
    journal.put("meta", "signing-key", "", body)
    return SigningKey(**body)


def _tokens(pairs: Sequence[str]) -> dict[str, str]:
    tokens = _environment("EMULATOR_TOKEN_")
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator or not name or not value:
            raise BadFixture(f"--token must be USER=TOKEN, got a value with {'an empty part' if separator else 'no ='}")
        tokens[name] = value
    return tokens


def _environment(prefix: str) -> dict[str, str]:
    """Return the secrets set by environment variables with this prefix, by user name."""
    return {
        name.removeprefix(prefix).lower(): value
        for name, value in os.environ.items()
        if name.startswith(prefix) and value
    }


def _parser() -> argparse.ArgumentParser:
    env = os.environ
    parser = argparse.ArgumentParser(
        prog="python -m tests.emulator", description="Emulate the Bitrise API for tests, demos and rehearsals."
    )
    parser.add_argument(
        "--port", type=int, default=env.get("PORT") or "0", help="TCP port; 0 (default) picks a free one"
    )
    parser.add_argument("--fixture", default=env.get("FIXTURE") or "demo", help="demo, empty, fleet:N, or a .json file")
    parser.add_argument("--state", type=Path, default=env.get("STATE") or None, help="SQLite file that keeps the state")
    parser.add_argument(
        "--latency-ms", type=float, default=env.get("LATENCY_MS") or "0", help="delay of every response in milliseconds"
    )
    parser.add_argument(
        "--rate-limit", default=env.get("RATE_LIMIT") or "", help="such as 200/60s, 10/s,burst=20 or at-once=4"
    )
    parser.add_argument("--behavior", type=Path, metavar="FILE.json", help="a record of how the service behaves")
    parser.add_argument("--option", action="append", default=[], metavar="NAME=VALUE", help="set a switch")
    parser.add_argument("--now", metavar="TIME", help="start the service's clock at 2026-11-29T10:00:00Z")
    parser.add_argument("--idle", type=float, metavar="SECONDS", help="end after this time without a request")
    parser.add_argument("--parent", type=int, metavar="PID", help="end with this process (default: the parent)")
    parser.add_argument("--no-parent", action="store_true", help="keep running when the parent has ended")
    parser.add_argument(
        "--storage", default=env.get("STORAGE"), metavar="URL", help="http://HOST/BUCKET of an S3-compatible store"
    )
    parser.add_argument("--token", action="append", default=[], metavar="USER=TOKEN", help="fix a user's token")
    return parser
