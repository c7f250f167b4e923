# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""phonegap_collaborator: collaborators, pending invitations, and changes that an invitation does not allow."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.tasks import Task, check_then_run_then_rerun

from .service import COLLABORATOR_MODULE, PhoneGap

MEMBER = "member@example.com"
UNREGISTERED = "nobody@example.com"


def task(phonegap: PhoneGap, email: str = MEMBER, role: str | None = "dev", **more: Any) -> Task:
    role_given = {"role": role} if role else {}
    return phonegap.make(COLLABORATOR_MODULE, app_id=1, email=email, **role_given, **more)


def people(phonegap: PhoneGap) -> dict[str, str]:
    return {one["email"]: one["role"] for one in phonegap.app_state()["collaborators"][1:]}


@pytest.fixture(autouse=True)
def app(phonegap: PhoneGap) -> None:
    phonegap.holds({"title": "Shop"})


def test_a_collaborator_with_an_account(phonegap: PhoneGap) -> None:
    result = check_then_run_then_rerun(task(phonegap))
    assert result["collaborator"] == {"id": 2, "email": MEMBER, "role": "dev", "pending": False}
    changed = check_then_run_then_rerun(task(phonegap, MEMBER.upper(), "tester"))
    assert (changed["actions"][0]["action"], people(phonegap)) == ("update", {MEMBER: "tester"})
    gone = check_then_run_then_rerun(task(phonegap, role=None, state="absent"))
    assert (gone["collaborator"], people(phonegap)) == (None, {})


def test_requests(phonegap: PhoneGap) -> None:
    assert phonegap.lines_of(task(phonegap), check_mode=True) == ["GET /apps/1"]
    assert phonegap.lines_of(task(phonegap)) == ["GET /apps/1", "POST /apps/1/collaborators"]
    assert phonegap.lines_of(task(phonegap, role="tester")) == ["GET /apps/1", "PUT /apps/1/collaborators/2"]
    absent = task(phonegap, role=None, state="absent")
    assert phonegap.lines_of(absent) == ["GET /apps/1", "DELETE /apps/1/collaborators/2"]


def test_a_collaborator_without_an_account(phonegap: PhoneGap) -> None:
    result = check_then_run_then_rerun(task(phonegap, UNREGISTERED))
    assert result["collaborator"] == {"id": None, "email": UNREGISTERED, "role": "dev", "pending": True}
    for options, expected in (({"role": "tester"}, "made tester"), ({"role": None, "state": "absent"}, "removed")):
        for check_mode in (True, False):
            failed = task(phonegap, UNREGISTERED, **options).fail(check_mode=check_mode)
            assert failed["error"]["kind"] == "pending"
            assert f"assigns no id before that, so the person cannot be {expected}" in failed["msg"]
    assert people(phonegap) == {UNREGISTERED: "developer"}


def test_the_older_form_of_the_response(phonegap: PhoneGap) -> None:
    body = '{"id": 1, "title": "Shop", "collaborators": [{"person": "member@example.com", "role": "developer"}]}'
    phonegap.emulator.fault(status=200, method="GET", body=body)
    assert task(phonegap).run()["changed"] is False


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"email": "owner@example.com"}, "owner", "owner@example.com owns the app 1 (Shop)"),
        ({"email": "not an address"}, "option", "email must contain an @"),
        ({"app_id": 9}, "not_found", "app #9 not available"),
    ],
)
def test_clear_errors(phonegap: PhoneGap, options: dict[str, Any], kind: str, words: str) -> None:
    failed = task(phonegap).with_options(**options).fail()
    assert (failed["error"]["kind"], words in failed["msg"]) == (kind, True), failed["msg"]


def test_only_the_owner_sees_collaborators(phonegap: PhoneGap) -> None:
    phonegap.holds(
        {"title": "Shop", "owner": "member", "collaborators": [{"email": "owner@example.com", "role": "tester"}]}
    )
    failed = task(phonegap).fail()
    assert (failed["error"]["kind"], "to its owner only" in failed["msg"]) == ("forbidden", True)


def test_gone_in_between(phonegap: PhoneGap) -> None:
    task(phonegap).run()
    phonegap.emulator.fault(status=404, method="DELETE", after_effect=True)
    assert task(phonegap, role=None, state="absent").run()["changed"] is True
