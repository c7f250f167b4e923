# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of routes matches the served routes."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

from tests.emulator.process import Emulator
from tests.emulator.routes import bitrise_routes

from .client import Api

SWAGGER = json.loads((Path(__file__).parent / "bitrise-swagger.json").read_text(encoding="utf-8"))


def test_each_route_is_served_with_its_methods_only(emulator: Emulator, owner: Api) -> None:
    methods: dict[str, set[str]] = defaultdict(set)
    for method, template in bitrise_routes():
        methods[template].add(method)
    assert len(bitrise_routes()) == len(set(bitrise_routes()))
    for template, listed in methods.items():
        response = owner.send("OPTIONS", re.sub(r"{.*?}", "x", template))
        assert response.status_code == 405, template
        assert set(response.headers["Allow"].split(", ")) - {"HEAD"} == listed, template


def test_no_other_described_route_is_served(emulator: Emulator, owner: Api) -> None:
    listed = {template for _method, template in bitrise_routes()}
    described = set(SWAGGER["paths"])
    assert listed <= described
    served = re.compile("|".join(re.sub(r"{.*?}", "[^/]+", template) for template in listed))
    for path in {re.sub(r"{.*?}", "x", template) for template in described - listed}:
        # `/apps/register` matches the route of an app.
        if not served.fullmatch(path):
            assert owner.send("OPTIONS", path).status_code == 404, path


def test_list_of_missing_methods_is_complete() -> None:
    served = {(method.lower(), template) for method, template in bitrise_routes()}
    paths = {template for _method, template in bitrise_routes()}
    described = {(method, path) for path in paths for method in SWAGGER["paths"][path] if method != "parameters"}
    assert served <= described
    assert described - served == {
        ("patch", "/apps/{app-slug}"),
        ("delete", "/apps/{app-slug}"),
        ("post", "/apps/{app-slug}/bitrise.yml"),
    }
