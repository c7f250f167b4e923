# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every method of the service's API has a module that requests it and a route that responds."""

from __future__ import annotations

import re

import pytest

from tests.emulator.phonegap.routes import phonegap_routes
from tests.helpers.tasks import Task

from .service import ANDROID, API, BUILD_MODULE, COLLABORATOR_MODULE, PhoneGap
from .test_apps import PNG
from .test_keys import declared


def member(phonegap: PhoneGap, **options: str) -> Task:
    return phonegap.make(COLLABORATOR_MODULE, app_id=1, email="member@example.com", **options)


# Method and path, and the task that asks for it.
WRITE_API = {
    "POST /apps": lambda it: it.app(title="New", repo="https://example.com/a.git"),
    "PUT /apps/:id": lambda it: it.app(id=1, version="2.0"),
    "POST /apps/:id/icon": lambda it: it.app(id=1, icon=it.file("icon.png", PNG)),
    "POST /apps/:id/build": lambda it: it.make(BUILD_MODULE, app_id=1),
    "POST /apps/:id/build/:platform": lambda it: it.make(BUILD_MODULE, app_id=1, platforms=["android"]),
    "POST /apps/:id/collaborators": lambda it: it.make(
        COLLABORATOR_MODULE, app_id=1, email="new@example.com", role="dev"
    ),
    "PUT /apps/:id/collaborators/:id": lambda it: member(it, role="dev"),
    "POST /keys/:platform": lambda it: it.key(**declared(it, "ios")),
    "PUT /keys/:platform/:id": lambda it: it.key(platform="android", id=1, locked=False, **ANDROID),
    "DELETE /apps/:id": lambda it: it.app(id=1, state="absent"),
    "DELETE /apps/:id/collaborators/:id": lambda it: member(it, state="absent"),
    "DELETE /keys/:platform/:id": lambda it: it.key(platform="android", id=1, state="absent"),
}


def documented(line: str) -> str:
    """Return a request with names in place of the values in its path."""
    line = re.sub(r"/(android|ios)\b", "/:platform", line)
    return re.sub(r"/\d+", "/:id", line)


@pytest.mark.parametrize("endpoint", WRITE_API)
def test_every_method_has_its_module(phonegap: PhoneGap, endpoint: str) -> None:
    people = [{"email": "member@example.com", "role": "tester"}]
    phonegap.holds({"title": "Shop", "collaborators": people}, keys=({"platform": "android", "title": "Release"},))
    written = [line for line in phonegap.lines_of(WRITE_API[endpoint](phonegap)) if not line.startswith("GET ")]
    assert [documented(line) for line in written] == [endpoint]
    method, path = endpoint.split()
    assert f"{method} {API}{path}" in {f"{route.method} {route.documented_path}" for route in phonegap_routes()}
