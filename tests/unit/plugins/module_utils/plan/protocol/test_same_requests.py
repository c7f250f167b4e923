# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The runs of the model send the same requests as the code of the collection."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import PROVISIONING_PROFILE, FileKind
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.reconcile import (
    FilesOutcome,
    apply_app,
)
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError

from .application import as_client, prepare
from .client import ModelClient
from .planning import PROTOCOL, Declaration
from .run import Run, outcomes
from .scenarios import Scenario, file, quick_scenarios
from .service import Files

# Beginnings of faults, after the name of the request. A confirmation that times out is omitted: the code of the
# collection waits and confirms again, while a run of the model fails at once.
FAULTS = (", response lost", " swallowed", " not done", " says processed: false")


class Disturbance(NamedTuple):
    """A disturbance of one request of a run: another run is executed before it, or its response is a fault."""

    request: int
    other: Declaration | None = None
    fault: str = ""


class Course(NamedTuple):
    """The requests of a run, its end, and the files of the app afterwards."""

    requests: list[str]
    end: str
    files: Files


def carried_out(scenario: Scenario, disturbance: Disturbance) -> Course:
    """Apply the scenario's first declaration with the code of the collection."""

    def disturb(client: ModelClient, number: int) -> str:
        if number != disturbance.request:
            return ""
        if disturbance.other:
            client.now = alone(scenario.kind, client.now, client.top, disturbance.other)
        return disturbance.fault

    client = ModelClient(scenario.kind, scenario.files, disturb)
    end = "refused"
    try:
        prepared = prepare(client, scenario.runs[0])
        end = "failed"
        apply_app(as_client(client), prepared, FilesOutcome(), check_mode=False)
        end = "ok"
    except CiError:
        pass
    return Course(client.requests, end, plain(client.now))


def modeled(scenario: Scenario, disturbance: Disturbance) -> Course | None:
    """Apply it in the model. Return None if the request cannot end with this fault."""
    files, run, top = scenario.files, Run("A", scenario.runs[0]), 9
    requests: list[str] = []
    while not run.end:
        is_disturbed = len(requests) == disturbance.request
        if is_disturbed and disturbance.other:
            files = alone(scenario.kind, files, top, disturbance.other)
            top = max(top, *(file.slug for file in files))
        found = list(outcomes(scenario.kind, PROTOCOL, files, top, run))
        if is_disturbed and disturbance.fault:
            found = [outcome for outcome in found if outcome.label.endswith(disturbance.fault)]
            if not found:
                return None
        label, files, run, _deleted, _fault = found[0]
        top = max(top, *(file.slug for file in files))
        requests.append(label.removeprefix("A ").removesuffix(" refused").replace("DELETE marker", "DELETE"))
    return Course(requests, run.end, plain(files)) if disturbance.request < len(requests) else None


@lru_cache(maxsize=10_000)
def alone(kind: FileKind, files: Files, top: int, declaration: Declaration) -> Files:
    run = Run("B", declaration)
    while not run.end:
        _label, files, run, _deleted, _fault = next(outcomes(kind, PROTOCOL, files, top, run))
        top = max(top, *(file.slug for file in files))
    return files


def plain(files: Files) -> Files:
    """Return the files without what the service does not know."""
    return tuple(file._replace(owner="", content=file.stored or "") for file in files)


def possible_disturbances(scenario: Scenario) -> Iterator[tuple[Disturbance, Course]]:
    """Yield each disturbance, and the course of the run of the model with it."""
    for number in range(30):
        others = [Disturbance(number, other=other) for other in dict.fromkeys(scenario.runs)]
        faults = [Disturbance(number, fault=fault) for fault in FAULTS]
        courses = [(one, modeled(scenario, one)) for one in (*others, *faults)]
        possible = [(one, course) for one, course in courses if course]
        if not possible:
            return
        yield from possible


# The file that stays may be that of the other run, and still need a flag of this one.
OTHER_FLAG = Scenario(
    "old one; B another flag",
    PROVISIONING_PROFILE,
    (file(5, exposed=True),),
    (Declaration("X", is_expose=False), Declaration("X", is_expose=True)),
)


@pytest.mark.parametrize(
    "scenario",
    [*(scenario for scenario in quick_scenarios() if not scenario.is_slow), OTHER_FLAG],
    ids=lambda scenario: str(scenario.title),
)
def test_the_model_sends_the_same_requests(scenario: Scenario) -> None:
    swapped = scenario._replace(runs=scenario.runs[::-1])
    for ordered in dict.fromkeys([scenario, swapped]):
        for disturbance, course in possible_disturbances(ordered):
            assert carried_out(ordered, disturbance) == course, disturbance
