# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures by name, and loading them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.emulator.phonegap.demo import phonegap_demo
from tests.emulator.phonegap.fixture import Logins, PhoneGapLoader
from tests.emulator.phonegap.world import PhoneGapWorld

from .fixture_demo import demo_fixture
from .fixture_fleet import fleet_fixture
from .fixture_format import BadFixture, FixtureLoader
from .generated import Content
from .journal import Journal
from .model import Json
from .service import Service
from .world import World


def fixture_named(name: str, *, files_allowed: bool) -> Json:
    """Return a fixture by name: `empty`, `demo`, `fleet:N`, `fleet:N:FILES`, or a JSON file if files are allowed."""
    if name == "empty":
        return {}
    if name == "demo":
        return {**demo_fixture(), "phonegap": phonegap_demo()}
    if name.startswith("fleet:"):
        numbers = name.split(":")[1:]
        if len(numbers) > 2 or not all(number.isascii() and number.isdigit() for number in numbers):
            raise BadFixture(f"a fleet must be fleet:APPS or fleet:APPS:FILES, got '{name}'")
        return fleet_fixture(*map(int, numbers))
    if files_allowed and name.endswith(".json"):
        try:
            data = json.loads(Path(name).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadFixture(f"cannot read fixture '{name}': {error}") from None
        if not isinstance(data, dict):
            raise BadFixture(f"fixture '{name}' must hold an object")
        return data
    raise BadFixture(f"unknown fixture '{name}', must be demo, empty, fleet:N, fleet:N:FILES or a path to a .json file")


def fixture_from(body: Any) -> Json:
    """Return the fixture in the body of an admin request: `{"fixture": NAME}`, or the fixture itself."""
    if not isinstance(body, dict):
        raise BadFixture("a fixture must be an object")
    if "fixture" not in body:
        return body
    if set(body) != {"fixture"}:
        raise BadFixture("'fixture' cannot be combined with other keys")
    if isinstance(body["fixture"], dict):
        return body["fixture"]
    return fixture_named(str(body["fixture"]), files_allowed=False)


async def load_fixture(service: Service, tokens: dict[str, str], logins: Logins, fixture: Json) -> Json:
    """Replace the state by a fixture and return the numbers of its objects. An invalid fixture changes nothing."""
    fresh, fresh_phonegap = World(Journal()), PhoneGapWorld(Journal())
    now = service.clock.now()
    blobs: dict[str, Content] = {}
    summary = FixtureLoader(fresh, blobs, tokens, now).load(
        {name: value for name, value in fixture.items() if name != "phonegap"}
    )
    summary["phonegap"] = await PhoneGapLoader(fresh_phonegap, blobs, logins, now).load(fixture.get("phonegap", {}))
    await service.store.replace_all(blobs)
    with service.world.journal.transaction():
        service.world.replace_by(fresh)
        service.phonegap.replace_by(fresh_phonegap)
    return summary


async def load_phonegap(service: Service, logins: Logins) -> None:
    """Replace the state of PhoneGap Build by the standard accounts."""
    fresh = PhoneGapWorld(Journal())
    await PhoneGapLoader(fresh, {}, logins, service.clock.now()).load({})
    with service.world.journal.transaction():
        service.phonegap.replace_by(fresh)
