# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each case in the controller and as a module: the same results, key by key, and the same text on the screen.

MOBILEOPS_CI_TEST_CASES=all in the environment adds the less common cases.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.process import Emulator
from tests.helpers.cases import ALL_CASES, exhaustive

from . import cases_bitrise, cases_builds, cases_plumbing
from .comparison import Case, run_both_ways
from .playbook import Playground, core_version

LESS_COMMON = () if ALL_CASES else cases_bitrise.LESS_COMMON + cases_builds.LESS_COMMON + cases_plumbing.LESS_COMMON
GROUPS = {
    "options": cases_plumbing.OPTIONS,
    "keywords": cases_plumbing.KEYWORDS,
    "errors": cases_plumbing.ERRORS,
    "profiles": cases_bitrise.PROFILES,
    "connections": cases_bitrise.CONNECTIONS,
    "others": cases_bitrise.FILES + cases_bitrise.LISTS + cases_bitrise.FLEETS + cases_builds.BUILDS,
}
# Results as full as they get. Pipelining spares time.
SETTINGS = {"ANSIBLE_INJECT_INVOCATION": "1", "ANSIBLE_PIPELINING": "1"}
# Cases that also run without -v: one of each kind.
SHOWN = (
    "missing",
    "wrong type",
    "deprecated alias",
    "refused",
    "connection refused",
    "warning",
    "own warning",
    "deprecation",
    "result with an object",
)


def app_of(case: Case) -> str:
    return hashlib.sha256(case.title.encode()).hexdigest()[:16]


def with_app(value: Any, slug: str) -> Any:
    """Insert the slug of the case's app into the value."""
    if isinstance(value, dict):
        return {key: with_app(item, slug) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [with_app(item, slug) for item in value]
    return slug if value == cases_bitrise.APP else value


@pytest.fixture
def playground(tmp_path: Path) -> Playground:
    """Create a playground with the files that the cases name."""
    ground = Playground(tmp_path)
    new = cases_bitrise.NEW.encode()
    for path in (ground.files / cases_bitrise.NAME, ground.files / "shop.p12", ground.play / "beside.mobileprovision"):
        path.write_bytes(new)
    (ground.home / "at-home.mobileprovision").write_bytes(new)
    (ground.files / "vaulted.mobileprovision").write_bytes(ground.vault(new))
    (ground.files / "vaulted-empty").write_bytes(ground.vault(b""))
    (ground.files / "foreign.mobileprovision").write_bytes(ground.vault(new).replace(b"3", b"4"))
    (ground.files / "empty").touch()
    (ground.files / "folder").mkdir()
    with (ground.files / "large").open("wb") as file:
        file.truncate(100 * 1024 * 1024 + 1)
    return ground


@pytest.fixture
def service(emulator: Emulator) -> Callable[[Sequence[Case]], dict[str, Any]]:
    """Return a function that prepares the service for the cases, and returns the keywords of their play."""

    def prepare(cases: Sequence[Case]) -> dict[str, Any]:
        emulator.clear_faults()
        apps = [{"title": case.title, "slug": app_of(case), "owner": "owner", **case.holds} for case in cases]
        emulator.load({"apps": apps})
        for case in cases:
            for fault in case.faults:
                emulator.fault(path=f"/apps/{app_of(case)}", **fault)
        connection = {"api_token": emulator.tokens["owner"], "api_url": emulator.api_url, "max_retries": 0}
        return {
            "module_defaults": {"group/mobileops.ci.bitrise": connection},
            "vars": {"token": connection["api_token"], "url": connection["api_url"]},
        }

    return prepare


@pytest.mark.parametrize(
    "groups",
    [
        # One run for many cases, because each start of ansible-playbook takes seconds.
        pytest.param(("options", "keywords", "errors"), id="common"),
        pytest.param(("profiles", "connections", "others"), id="less common", marks=exhaustive),
    ],
)
def test_results_are_the_same(
    groups: Sequence[str],
    playground: Playground,
    emulator: Emulator,
    service: Callable[[Sequence[Case]], dict[str, Any]],
) -> None:
    cases = [case_with_app(case) for group in groups for case in GROUPS[group] if case.title not in LESS_COMMON]
    done = run_both_ways(playground, cases, "-vvv", prepare=lambda: service(cases), env=SETTINGS)

    assert len({case.title for case in cases}) == len(cases)
    assert {event.task for event in done.here.events} >= {case.title for case in cases}
    assert done.differences(cases) == []
    assert done.wrong_places(cases) == []
    assert emulator.tokens["owner"] not in done.here.screen


def case_with_app(case: Case) -> Case:
    slug = app_of(case)
    return replace(case, args=with_app(case.args, slug))


@pytest.mark.parametrize(
    "env", [pytest.param({}, id="plain"), pytest.param({"ANSIBLE_NO_LOG": "1"}, id="ANSIBLE_NO_LOG", marks=exhaustive)]
)
def test_the_screen_is_the_same(env: dict[str, str], playground: Playground) -> None:
    cases = [case for group in GROUPS.values() for case in group if case.title in SHOWN]
    done = run_both_ways(playground, cases, "--check", "--diff", prepare=dict, env=env)

    assert done.differences(cases) == []
    # Before 2.19 an unexpected error is shown with a traceback, which names files.
    traceback = re.compile("Traceback|File ") if core_version() < (2, 19) else re.compile("(?!)")
    assert [line for line in done.screens(playground.folder) if not traceback.search(line)] == []
    assert cases_plumbing.TOKEN not in done.here.screen
