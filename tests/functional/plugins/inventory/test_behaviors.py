# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory is the same for all forms of responses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.emulator.behaviors import BEHAVIORS
from tests.emulator.process import Emulator

from .conftest import ORGANIZATION, Build, app, members, variables

FORMS = [
    {key: value}
    for key in ("unset_values", "empty_list", "paging", "last_page", "title_filter")
    for value in list(BEHAVIORS[key].values)[1:]
]
CONFIG = {"organizations": [ORGANIZATION], "keyed_groups": [{"key": "bitrise_owner.account_type", "prefix": "of"}]}


@pytest.fixture
def switched(emulator: Emulator) -> Iterator[Callable[..., Any]]:
    usual = emulator.options()
    yield emulator.options
    emulator.options(**usual)


def plain(value: Any) -> Any:
    return (
        {key: plain(one) for key, one in value.items() if one not in (None, "")} if isinstance(value, dict) else value
    )


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_responses_in_another_form(
    fleet: Callable[..., None], build: Build, switched: Callable[..., Any], form: dict[str, Any]
) -> None:
    fleet(app("Shop", "aa1", project_type=None), app("Pay", "aa2"))
    expected = build(CONFIG)
    switched(**form)
    found = build(CONFIG)
    assert members(found) == members(expected)
    for host in expected.hosts:
        assert plain(variables(found, host)) == plain(variables(expected, host))


@pytest.mark.parametrize("form", [{"empty_list": "null"}, {"empty_list": "absent"}, {"paging": "missing"}], ids=str)
def test_account_without_apps(
    fleet: Callable[..., None], build: Build, switched: Callable[..., Any], form: dict[str, Any]
) -> None:
    fleet()
    switched(**form)
    assert not build({}).hosts


def test_values_that_are_in_no_description(
    fleet: Callable[..., None], build: Build, switched: Callable[..., Any]
) -> None:
    fleet(app("Shop", "aa1"))
    switched(new_values=True)
    found = build(CONFIG)
    [host] = found.hosts
    assert variables(found, host)["bitrise_project_type"] == "visionos"
    assert members(found) == {"of_workspace": [host]}
