# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module: the token, its rights, and the values that a public report may contain."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.doctor import interpreter
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.doctor.checks import FAILED, OK, SKIPPED, WARNING
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.doctor.doctor import BITRISE_DOCTOR, GROUPS
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import TaskContext
from tests.emulator.process import Emulator
from tests.helpers.doctor_report import by_name
from tests.helpers.service import CERTIFICATES, a_file
from tests.helpers.tasks import validated

ONE, TWO, THREE = "a99a0001a99a0001", "a99a0002a99a0002", "a99a0003a99a0003"
ARTIFACT = {"title": "shop.ipa", "content": "x"}
APPS: list[dict[str, Any]] = [
    {"title": "Shop", "slug": ONE, "owner": "Acme", "project_type": "ios", CERTIFICATES: [a_file("dist.p12", b"x")]},
    {"title": "Bank", "slug": TWO, "owner": "Acme", "project_type": "ios", "builds": [{"artifacts": [ARTIFACT]}]},
    {"title": "Game", "slug": THREE, "owner": "Acme", "project_type": "flutter", "is_disabled": True},
]
TOKEN_CHECKS = ["valid", "owner", "organizations", "apps", "signing", "builds", "artifacts"]


@pytest.fixture
def account(emulator: Emulator) -> Emulator:
    load(emulator)
    return emulator


def load(emulator: Emulator, *apps: dict[str, Any], roles: dict[str, str] | None = None) -> None:
    described = [{**app, "roles": roles or {}} for app in apps or APPS]
    emulator.load({"organizations": [{"name": "Acme", "owners": ["owner"]}], "apps": described})
    emulator.clear_requests()


def examine(emulator: Emulator, user: str = "owner", **options: Any) -> dict[str, Any]:
    given = {"api_url": emulator.api_url, "api_token": emulator.tokens[user], "max_retries": 0, **options}
    validated_options = validated(BITRISE_DOCTOR, {name: value for name, value in given.items() if value is not None})
    result = BITRISE_DOCTOR.execute(validated_options, TaskContext({}), diff=False)
    assert not result.get("failed"), result
    assert emulator.tokens[user] not in json.dumps(result)
    return result


def test_no_problem(account: Emulator) -> None:
    result = examine(account)
    assert (result["changed"], result["failed_checks"], result["warning_checks"]) == (False, 0, 0)
    found = by_name(result, "token")
    assert list(found) == TOKEN_CHECKS
    assert {check["status"] for check in found.values()} == {OK}
    messages = [check["message"] for check in found.values()]
    assert messages == [
        "The service accepts the token",
        "It is the personal token of owner",
        "1 organization: Acme",
        "3 apps, 1 disabled: 2 ios, 1 flutter",
        "It may list signing files in 3 of 3 apps",
        "It may list builds in 3 of 3 apps",
        "It may list artifacts in 1 of 1 app",
    ]
    assert by_name(result, "connection")["storage"]["status"] == OK
    assert list(by_name(result, "environment")) == ["target_python", "target_libraries"]
    assert {request["method"] for request in account.requests()} == {"GET"}


def test_requested_groups_only(account: Emulator) -> None:
    for group in GROUPS:
        result = examine(account, checks=[group])
        assert {check["group"] for check in result["checks"]} == {group}
        assert result["failed_checks"] == 0
    account.clear_requests()
    examine(account, checks=["environment"])
    assert account.requests() == []


@pytest.mark.parametrize(
    ("token", "message"),
    [
        (None, "There is no token"),
        (" ", "There is no token"),
        ("'quoted'", "api_token must contain the token alone. Remove the quotation marks around it"),
        ("wrong-token", "The service does not accept the token (401)"),
    ],
    ids=["none", "blank", "quoted", "wrong"],
)
def test_no_valid_token(account: Emulator, token: str | None, message: str) -> None:
    result = examine(account, api_token=token)
    found = by_name(result, "token")
    assert {name: check["status"] for name, check in found.items()} == {"valid": FAILED}
    assert found["valid"]["message"] == message
    assert "on Bitrise" in found["valid"]["advice"]
    # The connection to the service is checked too.
    assert by_name(result, "connection")["api"]["status"] == OK


def test_the_service_is_too_busy_to_return_the_user(account: Emulator) -> None:
    account.fault(status=429, path="/me$", times=1)
    account.fault(status=500, path="/builds$")
    found = by_name(examine(account), "token")
    assert found["owner"]["status"] == SKIPPED
    assert found["artifacts"]["message"].endswith("no builds can be listed")


def test_the_token_of_a_workspace(account: Emulator) -> None:
    account.fault(method="GET", path="/me$", status=403)
    result = examine(account)
    assert by_name(result, "token")["owner"]["message"] == "It is the token of a workspace: the service names no person"
    assert result["failed_checks"] == 0


def test_organizations_that_cannot_be_listed(account: Emulator) -> None:
    account.fault(method="GET", path="/organizations$", status=403)
    assert by_name(examine(account), "token")["organizations"]["status"] == WARNING


def test_apps_that_cannot_be_listed(account: Emulator) -> None:
    account.fault(method="GET", path="/apps$", status=500)
    found = by_name(examine(account), "token")
    assert {name: check["status"] for name, check in found.items()} == {"valid": FAILED}
    assert found["valid"]["message"].startswith("The apps cannot be listed: ")


def test_a_token_that_sees_no_app(emulator: Emulator) -> None:
    found = by_name(examine(emulator), "token")
    assert found["apps"]["status"] == FAILED
    assert "signing" not in found


def test_apps_without_a_right_are_named(account: Emulator) -> None:
    load(account, *APPS[:2], roles={"member": "admin"})
    for right, path in (("signing", "build-certificates"), ("builds", "builds"), ("artifacts", "artifacts")):
        account.fault(method="GET", path=f"/apps/{TWO}.*/{path}$", status=403)
        check = by_name(examine(account, "member"), "token")[right]
        account.clear_faults()
        assert check["status"] == WARNING
        assert ", but not in Bank" in check["message"]


def test_a_token_without_any_right_to_signing_files(account: Emulator) -> None:
    load(account, roles={"viewer": "viewer"})
    check = by_name(examine(account, "viewer"), "token")["signing"]
    assert check["status"] == FAILED
    assert check["message"] == "It may list signing files in 0 of 3 apps, but not in Shop, Bank, Game"


def test_lists_that_cannot_be_read(account: Emulator) -> None:
    account.fault(method="GET", path=f"/apps/{ONE}/build-certificates$", status=400)
    found = by_name(examine(account), "token")
    assert found["lists"]["status"] == WARNING
    assert found["signing"]["message"] == "It may list signing files in 2 of 2 apps"


def test_a_sample_of_apps(account: Emulator) -> None:
    assert by_name(examine(account, sample=2), "token")["signing"]["message"].endswith("in 2 of 2 apps")
    assert by_name(examine(account, sample=0), "token")["signing"]["status"] == SKIPPED
    assert by_name(examine(account, sample=9), "token")["builds"]["message"].endswith("in 3 of 3 apps")


def test_the_record_names_no_person(account: Emulator) -> None:
    load(account, roles={"viewer": "viewer"})
    result = examine(account, "viewer", app_slug=ONE)
    text = json.dumps(result["record"])
    for private in ("viewer", "Acme", "Shop", "Bank", "Game", "127.0.0.1", ONE, TWO):
        assert private not in text
    assert "It may list signing files in 0 of 3 apps, but not in app-1, app-2, app-3" in text
    assert result["pseudonyms"]["app"] == {"Shop": "app-1", "Bank": "app-2", "Game": "app-3"}


def test_wrong_options_of_the_connection(account: Emulator) -> None:
    result = examine(account, ca_path="/no/such/bundle")
    assert by_name(result, "connection")["address"]["status"] == FAILED
    assert by_name(result, "token")["valid"]["status"] == SKIPPED
    assert by_name(result, "behavior")["behavior"]["status"] == SKIPPED


def test_without_requests(account: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    found = interpreter._version
    monkeypatch.setattr(interpreter, "_version", lambda library: None if library == "requests" else found(library))
    result = examine(account)
    assert by_name(result, "environment")["target_libraries"]["status"] == FAILED
    assert by_name(result, "connection")["address"]["status"] == SKIPPED
    assert account.requests() == []


@pytest.mark.parametrize(("option", "value"), [("sample", -1), ("concurrency", 0)])
def test_useless_options(account: Emulator, option: str, value: int) -> None:
    given = {"api_url": account.api_url, "api_token": "x", option: value}
    result = BITRISE_DOCTOR.execute(validated(BITRISE_DOCTOR, given), TaskContext({}), diff=False)
    assert result["error"]["kind"] == "option"
    assert option in result["msg"]
