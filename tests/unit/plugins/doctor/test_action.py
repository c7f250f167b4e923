# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action of the playbook, and the advice in other errors to run the doctor."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.action._doctor import (
    ActionModule,
    _connections,
    _is_only_localhost,
    _owner_of,
    _renamed,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.doctor.checks import Private, Pseudonyms
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.doctor_hint import DOCTOR, with_pointer
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.responses import HINTS
from ansible_collections.mobileops.ci.plugins.plugin_utils import _inventory_sources
from ansible_collections.mobileops.ci.plugins.plugin_utils._code_signing.declaration import Declaration
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.action import _with_doctor


def declaration(host: str, **settings: Any) -> Declaration:
    return Declaration(host, f"slug-{host}", {"build_certificates": [{"name": "x"}]}, settings)


def test_connections_are_examined_once() -> None:
    several = [declaration("a", api_token="1"), declaration("b", api_token="2"), declaration("c", api_token="1")]
    found = _connections({}, [*several, Declaration("silent", settings={"api_token": "3"})])
    assert [(given, [one.host for one in some]) for given, some in found] == [
        ({"api_token": "1"}, ["a", "c"]),
        ({"api_token": "2"}, ["b"]),
    ]
    assert [_owner_of(app, found) for app in (None, "slug-b", "slug-c", "other")] == [0, 1, 0, 0]
    own = {"api_token": "4", "app": "x"}
    assert [given for given, _some in _connections(own, several)] == [{"api_token": "4"}]
    assert _connections({"timeout": 3.0}, []) == [({"timeout": 3.0}, [])]


def test_pseudonyms_are_the_same_for_all_connections() -> None:
    names = Pseudonyms()
    names.of(Private("app", "Bank"))
    checks = [{"message": "not in app-1, app-2 and app-12", "facts": {"app": "app-2"}}]
    known = {"app": {"Shop": "app-1", "Bank": "app-2"}}
    assert _renamed({"record": {"checks": checks}, "pseudonyms": known}, names) == [
        {"message": "not in app-2, app-1 and app-12", "facts": {"app": "app-1"}}
    ]


@pytest.mark.parametrize(("kind", "points"), [("dns", True), ("tls", True), ("forbidden", False), (None, False)])
def test_errors_that_the_doctor_explains(kind: str | None, points: bool) -> None:
    assert with_pointer("No.", kind) == ("No. " + DOCTOR if points else "No.")
    assert _with_doctor({"msg": "No.", "error": {"kind": kind}})["msg"] == with_pointer("No.", kind)
    assert _with_doctor({"msg": "No."}) == {"msg": "No."}


def test_a_refused_token_points_to_the_doctor() -> None:
    assert HINTS["unauthorized"].endswith(DOCTOR)


def test_declarations_of_a_failed_inventory_are_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ignore the implicit localhost, which has the variables of all hosts and is not an app."""
    of_all, silent = [declaration("localhost")], [Declaration("localhost")]
    implicit, listed = {"groups": {"all": ["other"]}}, {"groups": {"all": ["localhost"]}}
    assert not _is_only_localhost(of_all, implicit)
    assert _is_only_localhost(silent, implicit)

    monkeypatch.setattr(_inventory_sources, "_failed", {"/fleet/fleet.bitrise.yml": "401"})

    assert _is_only_localhost(of_all, implicit)
    assert not _is_only_localhost(of_all, listed)
    assert not _is_only_localhost([declaration("Shop")], implicit)
    found = (
        ActionModule.__new__(ActionModule)._check_declared([], ["The source failed: 401"], {}, is_accepted=False).found
    )
    assert [(check.status, check.message) for check in found] == [
        ("failed", "The source failed: 401"),
        ("skipped", "Declarations were not checked, because the inventory source fleet.bitrise.yml failed"),
    ]


def test_the_hint_about_a_refused_token_has_no_word_that_redaction_may_mask() -> None:
    words = re.findall(r"\w+", HINTS["unauthorized"].lower().replace(DOCTOR.lower(), ""))

    assert not {"wrong", "invalid", "token", "test", "secret"} & set(words)
