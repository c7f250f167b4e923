# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures by name, and the way they get into the world."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .fixture_demo import demo_fixture
from .fixture_fleet import fleet_fixture
from .fixture_format import BadFixture, FixtureLoader
from .generated import Content
from .journal import Journal
from .model import Json
from .phonegap.demo import phonegap_demo
from .phonegap.fixture import Logins, PhoneGapLoader
from .phonegap.world import PhoneGapWorld
from .service import Service
from .world import World


def fixture_named(name: str, *, files_allowed: bool) -> Json:
    """`empty`, `demo`, `fleet:N`, `fleet:N:FILES`, or (from the command line only) a JSON file."""
    if name == "empty":
        return {}
    if name == "demo":
        return {**demo_fixture(), "phonegap": phonegap_demo()}
    if name.startswith("fleet:"):
        numbers = name.split(":")[1:]
        if len(numbers) > 2 or not all(number.isascii() and number.isdigit() for number in numbers):
            raise BadFixture("a fleet is given as fleet:APPS or fleet:APPS:FILES_PER_APP")
        return fleet_fixture(*map(int, numbers))
    if files_allowed and name.endswith(".json"):
        try:
            data = json.loads(Path(name).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadFixture(f"cannot read fixture '{name}': {error}") from None
        if not isinstance(data, dict):
            raise BadFixture(f"fixture '{name}' must hold an object")
        return data
    raise BadFixture(
        f"unknown fixture '{name}', known are demo, empty, fleet:N, fleet:N:FILES and a path to a .json file"
    )


def fixture_from(order: Any) -> Json:
    """What the admin path was told to load: `{"fixture": NAME}`, or the fixture itself."""
    if not isinstance(order, dict):
        raise BadFixture("a fixture must be an object")
    if "fixture" not in order:
        return order
    if set(order) != {"fixture"}:
        raise BadFixture("'fixture' stands alone")
    if isinstance(order["fixture"], dict):
        return order["fixture"]
    return fixture_named(str(order["fixture"]), files_allowed=False)


async def load_fixture(service: Service, tokens: dict[str, str], logins: Logins, fixture: Json) -> Json:
    """Replace everything by the fixture, or leave everything as it is if the fixture is wrong."""
    fresh, fresh_phonegap = World(Journal()), PhoneGapWorld(Journal())
    now = service.clock.now()
    blobs: dict[str, Content] = {}
    summary = FixtureLoader(fresh, blobs, tokens, now).load(
        {name: value for name, value in fixture.items() if name != "phonegap"}
    )
    summary["phonegap"] = await PhoneGapLoader(fresh_phonegap, blobs, logins, now).load(fixture.get("phonegap", {}))
    await service.store.replace_all(blobs)
    with service.world.journal.transaction():
        service.world.take_over(fresh)
        service.phonegap.take_over(fresh_phonegap)
    return summary


async def load_phonegap(service: Service, logins: Logins) -> None:
    """Standard accounts with nothing in them, beside whatever else there is."""
    fresh = PhoneGapWorld(Journal())
    await PhoneGapLoader(fresh, {}, logins, service.clock.now()).load({})
    with service.world.journal.transaction():
        service.phonegap.take_over(fresh)
