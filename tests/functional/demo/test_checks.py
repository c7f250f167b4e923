# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the demo notices when one of its claims is not true."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import pytest
import requests

from tests.demo import checks
from tests.demo.checks import Traffic
from tests.demo.fleet import APPS, ROLLED_OUT, State
from tests.demo.material import CERTIFICATES, PROFILES, Material, SigningFile, fixture
from tests.demo.playbook import Run
from tests.demo.results import FileResult
from tests.emulator.process import Emulator

Json = dict[str, Any]

UPLOAD = {"action": "upload", "kind": "build_certificate", "app_slug": "a", "name": "x.p12", "slug": None}
DELETE = {**UPLOAD, "action": "delete", "slug": "s"}


def run_with(*files: list[Json], name: str = "run") -> Run:
    return Run(name, files=[FileResult("one", actions) for actions in files])


@pytest.fixture
def seeded(fleet: Emulator) -> Json:
    return fleet.state()


@pytest.fixture
def declared(seeded: Json, material: Material) -> Json:
    """Return the state after a correct rollout: each app has the files that some apps have from the start."""
    state = copy.deepcopy(seeded)
    examples = {app.organization: app for app in ROLLED_OUT if app.certificate is State.IN_PLACE is app.profile}
    for app in ROLLED_OUT:
        example = _app(state, examples[app.organization].title)
        kept = [file for file in _app(state, app.title)[PROFILES] if file["upload_file_name"] != app.profile_name]
        profile = {
            **next(file for file in example[PROFILES]),
            "upload_file_name": app.profile_name,
            "sha256": material.current[app.profile_name].sha256,
        }
        _app(state, app.title)[CERTIFICATES] = copy.deepcopy(example[CERTIFICATES])
        _app(state, app.title)[PROFILES] = [*kept, profile]
    return state


def _app(state: Json, title: str) -> Json:
    app: Json = next(app for app in state["apps"].values() if app["title"] == title)
    return app


def test_finds_each_app_that_differs_from_its_declaration(seeded: Json, material: Material) -> None:
    problems = "\n".join(checks.problems_in_state(seeded, seeded, material))

    for app in ROLLED_OUT:
        is_as_declared = app.certificate is State.IN_PLACE is app.profile
        assert (f"{app.title}:" in problems) is not is_as_declared


def test_finds_no_problem_in_the_declared_state(seeded: Json, declared: Json, material: Material) -> None:
    assert not list(checks.problems_in_state(seeded, declared, material))


def test_finds_a_file_that_exists_twice(seeded: Json, declared: Json, material: Material) -> None:
    checkout = _app(declared, "Checkout")
    checkout[CERTIFICATES] *= 2

    assert list(checks.problems_in_state(seeded, declared, material)) == ["Checkout: a file exists twice"]


def test_finds_a_missing_undeclared_file(seeded: Json, declared: Json, material: Material) -> None:
    telehealth = _app(declared, "Telehealth")
    telehealth[PROFILES] = telehealth[PROFILES][1:]

    (problem,) = checks.problems_in_state(seeded, declared, material)
    assert problem.startswith("Telehealth: internal-testers.mobileprovision")


@pytest.mark.parametrize("title", [app.title for app in APPS if not app.is_rolled_out])
def test_finds_a_change_of_an_app_outside_the_inventory(
    seeded: Json, declared: Json, material: Material, title: str
) -> None:
    _app(declared, title)[CERTIFICATES] = [{"slug": "new"}]

    (problem,) = checks.problems_in_state(seeded, declared, material)
    assert problem.startswith(f"{title}: was changed")


def test_check_mode_must_not_write(seeded: Json) -> None:
    check = run_with([UPLOAD])

    assert not list(checks.problems_in_check(check, Traffic(9, 0), seeded, seeded))
    assert list(checks.problems_in_check(check, Traffic(9, 1), seeded, seeded))
    assert list(checks.problems_in_check(check, Traffic(9, 0), seeded, {**seeded, "users": []}))
    assert list(checks.problems_in_check(run_with([]), Traffic(9, 0), seeded, seeded))


def test_check_mode_and_rollout_must_report_the_same_actions() -> None:
    assert not list(checks.problems_in_rollout(run_with([UPLOAD, DELETE]), run_with([DELETE], [UPLOAD])))
    assert len(list(checks.problems_in_rollout(run_with([UPLOAD]), run_with([DELETE])))) == 2
    assert list(checks.problems_in_rollout(run_with([UPLOAD]), run_with([UPLOAD, UPLOAD])))


def test_second_run_must_not_change_anything() -> None:
    assert not list(checks.problems_in_second_run(run_with([], []), Traffic(9, 0)))
    assert list(checks.problems_in_second_run(run_with([UPLOAD]), Traffic(9, 0)))
    assert list(checks.problems_in_second_run(run_with([]), Traffic(9, 1)))


def test_run_must_succeed_for_all_apps() -> None:
    run = dataclasses.replace(run_with([], []), in_play=1)

    assert not list(checks.problems_in_run(run, apps=1))
    assert list(checks.problems_in_run(run, apps=2))
    assert list(checks.problems_in_run(dataclasses.replace(run, exit_code=2), apps=1))
    assert list(checks.problems_in_run(dataclasses.replace(run, failures=["one: no"]), apps=1)) == ["one: no"]


def test_traffic_counts_requests_since_the_last_call(fleet: Emulator) -> None:
    headers = {"Authorization": fleet.tokens["owner"]}
    requests.get(f"{fleet.api_url}/apps", headers=headers, timeout=60)
    requests.post(f"{fleet.api_url}/apps/unknown/build-certificates", headers=headers, timeout=60)

    assert checks.read_traffic(fleet) == Traffic(requests=2, writes=1)
    assert checks.read_traffic(fleet) == Traffic(0, 0)


def test_repr_contains_no_secret(material: Material) -> None:
    text = repr(material)

    assert material.passwords
    assert not any(password in text for password in material.passwords.values())
    assert "content" not in repr(SigningFile(b"bytes", "password"))


def test_fixture_has_all_apps(material: Material) -> None:
    assert [app["title"] for app in fixture(material)["apps"]] == [app.title for app in APPS]
