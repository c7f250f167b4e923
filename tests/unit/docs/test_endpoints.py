# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of endpoints name what the emulator serves and what modules document, all of it and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.options import BITRISE
from ansible_collections.mobileops.ci.plugins.module_utils._core.option_groups import RUN
from ansible_collections.mobileops.ci.plugins.module_utils._phonegap.phonegap_options import PHONEGAP, PHONEGAP_KEY
from tests.emulator.phonegap.routes import API as PHONEGAP_API
from tests.emulator.phonegap.routes import phonegap_routes
from tests.emulator.routes import bitrise_routes
from tests.helpers.documentation import read_yaml, spec_of

from .endpoints import CHECKOUT, Page


def _below_the_api() -> set[tuple[str, str]]:
    routes = ((route.method, route.documented_path) for route in phonegap_routes())
    return {
        (method, path.removeprefix(PHONEGAP_API) or "/") for method, path in routes if path.startswith(PHONEGAP_API)
    }


SERVICES = {
    "bitrise": ("bitrise_endpoints", set(bitrise_routes()), BITRISE + RUN),
    "phonegap": ("phonegap_endpoints", _below_the_api(), PHONEGAP),
}
# The option `password` of this module is that of a key, not of the account.
CONNECTIONS = {"phonegap_key": PHONEGAP_KEY}


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def page(service: str) -> Page:
    return Page.read(SERVICES[service][0])


@pytest.fixture
def modules(service: str) -> Mapping[str, set[str]]:
    """Return the options of each module, without those of the connection, which another test compares."""
    names = [file.stem for file in (CHECKOUT / "plugins" / "modules").glob(f"{service}_*.py")]
    connections = {name: CONNECTIONS.get(name, SERVICES[service][2]) for name in names}
    return {
        name: set(spec_of(name).options.argument_spec) - set(connection.argument_spec)
        for name, connection in connections.items()
    }


def test_every_route_has_one_row(service: str, page: Page) -> None:
    rows = Counter((row.method, row.path) for row in page.rows)
    assert set(rows) == SERVICES[service][1]
    assert set(rows.values()) == {1}


def test_every_module_is_named(page: Page, modules: Mapping[str, set[str]]) -> None:
    named = {module for row in page.rows for module in row.modules}
    assert named == set(modules)


def test_options_are_those_of_the_modules(page: Page, modules: Mapping[str, set[str]]) -> None:
    for row in page.rows:
        known = set().union(*(modules[module] for module in row.modules))
        assert set(row.options) <= known, row
        assert len(set(row.options)) == len(row.options), row


def test_no_option_is_left_out(page: Page, modules: Mapping[str, set[str]]) -> None:
    for module, options in modules.items():
        named = {option for row in page.rows if module in row.modules for option in row.options}
        missing = options - named - page.options_of_no_request
        assert not missing, f"name these options of {module} in a row of the page, or at its end: {missing}"


def test_an_option_is_carried_or_is_not(page: Page, modules: Mapping[str, set[str]]) -> None:
    carried = {option for row in page.rows for option in row.options}
    assert not carried & page.options_of_no_request
    assert page.options_of_no_request <= set().union(*modules.values())


def test_every_page_is_in_the_table_of_contents() -> None:
    content: dict[str, Any] = read_yaml((CHECKOUT / "docs" / "docsite" / "extra-docs.yml").read_text("utf-8"))
    listed = [name for section in content["sections"] for name in section["toctree"]]
    assert sorted(listed) == sorted(file.stem for file in (CHECKOUT / "docs" / "docsite" / "rst").glob("*.rst"))
