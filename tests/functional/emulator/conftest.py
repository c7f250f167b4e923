# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.process import Emulator

from .client import Api

TEAM = {"member": "admin", "viewer": "viewer"}


def small_fixture() -> dict[str, Any]:
    """Return three apps: one shared, one of another organization, one of a user."""
    return {
        "organizations": [{"name": "Acme", "members": ["member"]}, {"name": "Beta"}],
        "apps": [
            {"title": "One", "slug": "one", "owner": "Acme", "roles": TEAM},
            {"title": "Two", "slug": "two", "owner": "Beta"},
            {"title": "Three", "slug": "three", "owner": "member", "project_type": "android"},
        ],
    }


@pytest.fixture(scope="session")
def running() -> Iterator[Emulator]:
    with Emulator("empty") as emulator:
        yield emulator
    assert not emulator.error_output


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    """Return a running emulator with the small fixture."""
    running.reset(small_fixture())
    return running


@pytest.fixture
def owner(emulator: Emulator) -> Api:
    return Api(emulator.api_url, emulator.tokens["owner"])


@pytest.fixture
def member(emulator: Emulator) -> Api:
    return Api(emulator.api_url, emulator.tokens["member"])


@pytest.fixture
def viewer(emulator: Emulator) -> Api:
    return Api(emulator.api_url, emulator.tokens["viewer"])
