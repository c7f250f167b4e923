# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lifecycle of each kind of file under each behavior of the table alone, and under all pairs of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any
from zlib import crc32

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.code_signing import CODE_SIGNING
from tests.emulator.behaviors import BEHAVIORS, Value
from tests.helpers.service import CERTIFICATES, KEYSTORES, PROFILES, PROJECT_FILES

from .cases import ALL_CASES, count_case, dice, exhaustive, report, sample, some
from .lab import Lab
from .lifecycle import ALL_KINDS, REFUSED, REFUSED_AFTER_KILL, run_lifecycle
from .scenarios import Scenario, bystander, declared, declared_project_file, there
from .service import InProcess

# Areas of behaviors that matter for signing files.
AREAS = ("lists", "values", "files", "storage", "keystores")
CHOICES = [
    (key, value)
    for key, one in BEHAVIORS.items()
    if one.area in AREAS or key == "error_body"
    for value in list(one.values)[1:]
]


def shown(choice: tuple[str, Value]) -> str:
    return f"{choice[0]}={choice[1]}"


def at_one_request(of: str) -> Callable[[str, int], Sequence[int]]:
    """Kill a lifecycle once in each step (short form: in one of its steps), at a request that depends on the case."""

    def chosen(step: str, length: int) -> Sequence[int]:
        number = crc32(f"{of} {step}".encode())
        return [number % length + 1] if ALL_CASES or number % 8 == 0 else []

    return chosen


@pytest.mark.parametrize("choice", CHOICES, ids=shown)
def test_lifecycle_with_one_behavior(lab: Lab, choice: tuple[str, Value]) -> None:
    wrong = []
    kinds = (
        ALL_KINDS
        if ALL_CASES or shown(choice) in REFUSED
        else [ALL_KINDS[crc32(shown(choice).encode()) % len(ALL_KINDS)]]
    )
    runs = 0
    for kind in kinds:
        lifecycle = run_lifecycle(lab, kind, {choice[0]: choice[1]}, at_one_request(f"{shown(choice)} {kind}"))
        runs += lifecycle.runs
        count_case()
        wrong += [f"{kind}: {text}" for text in lifecycle.problems]
    assert not wrong, report(wrong, runs)


@exhaustive
@pytest.mark.parametrize("choice", CHOICES, ids=shown)
def test_lifecycle_killed_at_each_request(lab: Lab, choice: tuple[str, Value]) -> None:
    def killed(step: str, length: int) -> Sequence[int]:
        return some(range(1, length + 1), 1, of=f"{shown(choice)} {step}")

    wrong = []
    runs = 0
    for kind in ALL_KINDS:
        lifecycle = run_lifecycle(lab, kind, {choice[0]: choice[1]}, killed)
        runs += lifecycle.runs
        count_case()
        wrong += [f"{kind}: {text}" for text in lifecycle.problems]
    assert not wrong, report(wrong, runs)


@exhaustive
@pytest.mark.parametrize("first", range(len(CHOICES)), ids=lambda number: shown(CHOICES[number]))
def test_lifecycle_with_two_behaviors(lab: Lab, first: int) -> None:
    one = CHOICES[first]
    wrong = []
    runs = 0
    for other in sample(CHOICES[first + 1 :], len(CHOICES), of=first):
        both = {shown(one), shown(other)}
        if one[0] == other[0]:
            continue
        kind = dice(sorted(both)).choice(ALL_KINDS)
        lifecycle = run_lifecycle(lab, kind, dict([one, other]), at_one_request(f"{sorted(both)} {kind}"))
        count_case()
        runs += lifecycle.runs
        wrong += [f"{' and '.join(sorted(both))}, {kind}: {text}" for text in lifecycle.problems]
    assert not wrong, report(wrong, runs)


@pytest.mark.parametrize(
    ("kind", "switches"),
    [
        pytest.param(PROJECT_FILES, {"deleted_listed_s": 4, "slugs": "hex"}, id="deleted files count as copies"),
        pytest.param(CERTIFICATES, {"deleted_listed_s": 4, "list_late_s": 4}, id="two markers"),
        pytest.param(PROFILES, {"confirm_answer": "204", "confirm_delay_s": 4}, id="confirmed without a body"),
    ],
)
def test_lifecycle_with_two_behaviors_that_failed_once(lab: Lab, kind: str, switches: dict[str, Value]) -> None:
    lifecycle = run_lifecycle(lab, kind, switches, at_one_request(f"{switches} {kind}"))
    assert not lifecycle.problems, report(lifecycle.problems, lifecycle.runs)


def test_the_table_names_each_refusal() -> None:
    """Check that the table of behaviors names the effect wherever a lifecycle may end with an error."""
    for case in itertools.chain(REFUSED, REFUSED_AFTER_KILL):
        key, _equals, text = case.partition("=")
        one = BEHAVIORS[key]
        [value] = [value for value in one.values if str(value) == text]
        assert one.effect(value)


def test_fallback_is_chosen_once_for_all_apps(lab: Lab, in_process: InProcess) -> None:
    """Find out once, in the first app, that the service refuses changes before the confirmation."""
    trace = traced(lab, in_process, {"patch_unprocessed": "refuse"})
    assert trace.count("create") == 3
    assert trace.count("patch") == 3 + 1


def traced(lab: Lab, service: InProcess, switches: dict[str, Any]) -> list[str]:
    """Upload a hidden file to three apps, and return the words of the requests."""
    apps = ("aa1", "aa2", "aa3")
    lab.begin(Scenario({}, (CODE_SIGNING, {}), {}, apps=apps), **switches)
    entry = declared("dist", b"content", is_expose=False)
    ran = lab.run((CODE_SIGNING, {"concurrency": 1, PROFILES: [entry]}))
    assert not ran.failed, ran.message
    assert all(not file.is_expose and file.processed for app in apps for file in service.files(app))
    return ran.client.trace


@pytest.mark.parametrize("key", ["prefixed", "name"])
def test_purge_of_project_files_leaves_keystores(lab: Lab, in_process: InProcess, key: str) -> None:
    """Keep keystores that the service lists among the project files, even with the name of a declared one."""
    before = {KEYSTORES: [there("dist", b"keystore"), there("two", b"x", keystore_file_name="TWO")], PROJECT_FILES: []}
    scenario = Scenario(before, (CODE_SIGNING, {}), {PROJECT_FILES: [bystander(PROJECT_FILES)]})
    lab.begin(scenario, keystores_in_generic_list=True, keystore_env_key=key)
    options = {PROJECT_FILES: [declared_project_file("dist", b"content")], "purge": [PROJECT_FILES], "concurrency": 1}
    for changed in (True, False):
        ran = lab.run((CODE_SIGNING, options))
        assert ran.result is not None
        assert ran.result["changed"] is changed, ran.message
    assert sorted((file.kind, file.name) for file in in_process.files(scenario.apps[0])) == [
        (KEYSTORES, "dist"),
        (KEYSTORES, "two"),
        (PROJECT_FILES, "dist"),
    ]


def test_name_that_the_service_changes_is_created_once(lab: Lab, in_process: InProcess) -> None:
    apps = ("aa1", "aa2", "aa3")
    lab.begin(Scenario({}, (CODE_SIGNING, {}), {}, apps=apps), names="lower_case")
    ran = lab.run((CODE_SIGNING, {"concurrency": 1, PROFILES: [declared("Dist", b"content")]}))
    assert ran.failed
    assert ran.error == "changed_name"
    assert ran.client.trace.count("create") == 1
    assert not any(in_process.files(app) for app in apps)
