# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Behaviors of the service: the doctor finds each, and an emulator that starts with the record has the same ones."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.behaviors.behavior import Value
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.behaviors.table import BEHAVIORS, behaviors_of
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.doctor.checks import (
    FAILED,
    OK,
    SKIPPED,
    WARNING,
    Check,
    Checks,
    Pseudonyms,
    recorded,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.doctor.probing import probe_service as probing
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.doctor.probing.probe_service import (
    AccountObservations,
    check_behavior,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.doctor.probing.results import ProbeResults, is_asked
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.doctor.probing.throwaway_content import (
    ThrowawayContent,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.doctor.probing.throwaways import PREFIX, Throwaways
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import BUILD_CERTIFICATE
from ansible_collections.mobileops.ci.plugins.module_utils._http.transport_options import Transport
from tests.helpers.cases import ALL_CASES, exhaustive
from tests.helpers.doctor_report import only, statuses
from tests.helpers.service import CERTIFICATES, a_file
from tests.reliability.clients import Adapter, Client, Disturbance, Killed, in_force
from tests.reliability.service import FIRST_PORT, TOKEN, InProcess

WRITES = {"create", "put", "confirm", "patch", "delete"}
APP, OTHER = "a99a0001a99a0001", "a99a0002a99a0002"
CHUNKS = [f"{number}\n" for number in range(60)]
FILE = a_file("theirs.p12", b"theirs")
APPS: list[dict[str, Any]] = [
    {"title": "Throw-away", "slug": APP, CERTIFICATES: [FILE]},
    {
        "title": "Other",
        "slug": OTHER,
        "builds": [
            {"status": 1, "log": "a\n", "artifacts": [{"title": "x", "artifact_type": "file", "content": "x"}]},
            {"status": 4},
            {"status": 0, "is_on_hold": True},
            {"status": 0, "log": CHUNKS},
        ],
    },
]
# The account does not reveal them, because the token belongs to a person with all rights.
UNKNOWN = {"me", "role_refused"}
# Behaviors that hide others.
HIDDEN = {
    ("paging", "missing"): {"last_page"},
    ("paging", "null"): {"last_page"},
    ("protected_values", "shown"): {"withheld"},
    ("hash_fields", False): {"file_sha256", "details_delay_s", "certificates", "patch_protected_password"},
    ("file_sha256", "never"): {"details_delay_s"},
    ("certificates", "never"): {"patch_protected_password"},
    ("certificates", "absent"): {"patch_protected_password"},
}
# With these answers, a service cannot give another one to other questions.
IMPLIED = {("patch_unprocessed", "refuse"): {"patch_processed": "refuse"}}
WRITING = [
    "probe_certificate",
    "probe_protected_password",
    "probe_creation",
    "probe_names",
    "probe_changes",
    "probe_unuploaded",
    "probe_second_upload",
    "probe_file_lists",
    "probe_keystores",
]
SINGLE = [
    (key, value)
    for key, behavior in BEHAVIORS.items()
    if is_asked(key) and key != "role_refused"
    for value in list(behavior.values)[1:]
]


@dataclass
class Examined:
    checks: list[Check]
    answers: dict[str, Value | None]
    client: Client

    @property
    def known(self) -> dict[str, Value]:
        return behaviors_of(json.loads(json.dumps({"behaviors": self.answers})))


class DoctorRun:
    """A service in this process, which the doctor examines."""

    def __init__(self, service: InProcess, adapter: Adapter) -> None:
        self.service = service
        self._adapter = adapter

    def behaves(self, **behaviors: Any) -> None:
        self.service.load(APPS, behaviors)

    def examine(
        self, disturbance: Disturbance | None = None, *, app: str | None = APP, writes: bool = True, **seen: Any
    ) -> Examined:
        client = self._adapter.clients[FIRST_PORT] = Client(FIRST_PORT, disturbance)
        transport = Transport(max_retries=0)
        api = BitriseClient(f"{self.service.root(FIRST_PORT)}/v0.1", TOKEN, transport)
        apps = list(api.apps()) if disturbance is None else []
        me = api.send(api.call("GET", "/me", "read the user")) if disturbance is None else None
        user = (me.json().get("data") or {}) if me is not None and me.status_code == 200 else {}
        known = {"apps": apps, "me_status": me.status_code if me is not None else 200, "me": user, **seen}
        checks = Checks("behavior")
        answers = check_behavior(checks, api, TOKEN, app, AccountObservations(**known), writes=writes)
        text = json.dumps([check.as_result() for check in checks.found])
        record = json.dumps([recorded(checks.found, Pseudonyms()), answers])
        for private in (TOKEN, "X-Amz-Signature", "BEGIN"):
            assert private not in text + record
        assert APP not in record
        return Examined(checks.found, answers, client)

    def names(self) -> list[str]:
        return [file.name for file in self.service.files(APP)]


@pytest.fixture(scope="module")
def service() -> InProcess:
    return InProcess()


@pytest.fixture(autouse=True)
def material(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the throw-away files once for all tests of a process."""
    made = _made()
    monkeypatch.setattr(ThrowawayContent, "make", classmethod(lambda _cls: made))


@functools.cache
def _made() -> ThrowawayContent:
    return ThrowawayContent.make()


@pytest.fixture
def patient(service: InProcess) -> Iterator[DoctorRun]:
    with in_force(service) as adapter:
        patient = DoctorRun(service, adapter)
        patient.behaves()
        yield patient


def test_a_service_as_expected(patient: DoctorRun) -> None:
    found = patient.examine()
    unknown = {key for key, value in found.answers.items() if value is None}
    assert found.answers.keys() == {key for key in BEHAVIORS if is_asked(key)}
    assert unknown == UNKNOWN
    assert found.known == {key: BEHAVIORS[key].default for key in found.answers if key not in unknown}
    assert statuses(found.checks) == {"throwaways": OK, "answers": OK}
    assert patient.names() == ["theirs.p12"]


def mixture(number: int) -> dict[str, Value]:
    """Return one answer to each question, so that ten mixtures have every answer of up to five at least twice."""
    return {
        key: list(BEHAVIORS[key].values)[(number + position) % len(BEHAVIORS[key].values)]
        for position, key in enumerate(key for key in BEHAVIORS if is_asked(key) and key != "role_refused")
    }


def check_replayed(patient: DoctorRun, behaviors: Mapping[str, Value]) -> None:
    """Examine a service that behaves like this, and an emulator that is started with the record."""
    patient.behaves(**behaviors)
    first = patient.examine()
    assert FAILED not in statuses(first.checks).values(), [check.message for check in first.checks]
    assert patient.names() == ["theirs.p12"]
    patient.behaves(**first.known)
    second = patient.examine()
    assert second.answers == first.answers


@pytest.mark.parametrize("number", range(30 if ALL_CASES else 5))
def test_a_record_starts_an_emulator_that_behaves_the_same(patient: DoctorRun, number: int) -> None:
    check_replayed(patient, mixture(number))


@exhaustive
@pytest.mark.parametrize(("key", "value"), SINGLE)
def test_each_behavior_alone(patient: DoctorRun, key: str, value: Value) -> None:
    patient.behaves(**{key: value})
    found = patient.examine()
    unknown = UNKNOWN | HIDDEN.get((key, value), set())
    expected = {one: None if one in unknown else BEHAVIORS[one].default for one in found.answers}
    assert found.answers == {**expected, **IMPLIED.get((key, value), {}), key: value}
    shown = {check.name: check for check in found.checks}[key]
    assert shown.status == (WARNING if BEHAVIORS[key].effect(value) else OK)
    assert shown.message.startswith(BEHAVIORS[key].question)
    assert shown.facts == {"value": value}


def test_unexpected_behaviors_are_explained(patient: DoctorRun) -> None:
    patient.behaves(confirm_delay_s=4, create_status="200")
    shown = {check.name: check.as_result() for check in patient.examine().checks}
    assert shown["confirm_delay_s"]["message"] == (
        "How long after its confirmation is a file processed? 4 s (expected: 0 s)"
    )
    assert shown["confirm_delay_s"]["advice"] == BEHAVIORS["confirm_delay_s"].effect(4) != ""
    assert shown["create_status"]["status"] == OK
    assert shown["create_status"]["message"].endswith("200 (expected: 201). This makes no difference")
    assert shown["answers"]["message"].endswith(" as expected")


def test_an_unknown_behavior(patient: DoctorRun) -> None:
    """Omit an unknown behavior from the record, and continue."""
    path = f"/apps/{APP}/build-certificates/[^/]*/uploaded$"
    patient.service.service.faults.add({"status": 418, "path": path, "nth": 2})
    found = patient.examine()
    shown = {check.name: check for check in found.checks}["confirm_twice"]
    assert shown.status == WARNING
    assert "An unknown answer: 418" in shown.message
    assert found.answers["confirm_twice"] is None


def test_behaviors_that_the_account_shows(patient: DoctorRun) -> None:
    assert patient.examine(refusals=[404], me_status=403).known.items() >= {"role_refused": "404", "me": "403"}.items()


@pytest.mark.parametrize("given", [{"app": None}, {"app": ""}, {"writes": False}])
def test_without_both_variables_nothing_is_sent(patient: DoctorRun, given: dict[str, Any]) -> None:
    found = patient.examine(Disturbance(1, 500), **given)
    missing = "doctor_writes=true" if "writes" in given else "doctor_app=SLUG"
    assert only(found.checks, SKIPPED).advice.endswith(f"add: -e {missing}")
    assert found.client.sent == 0
    assert found.answers == {}


@pytest.mark.parametrize("build", [{"status": 0}, {"status": 0, "is_on_hold": True}])
def test_an_app_with_builds_is_not_touched(patient: DoctorRun, build: dict[str, Any]) -> None:
    patient.service.load([{**APPS[0], "builds": [build]}])
    found = patient.examine()
    assert "has 1 build running or waiting" in only(found.checks, FAILED).message
    assert not WRITES & set(found.client.trace)


def test_builds_that_cannot_be_listed(patient: DoctorRun) -> None:
    """Create nothing, because builds may be running."""
    patient.service.service.faults.add({"status": 403, "path": f"/apps/{APP}/builds$"})
    found = patient.examine()
    assert only(found.checks, FAILED).message == (
        f"The builds of app {APP} cannot be listed (403), so nothing was created there"
    )
    assert not WRITES & set(found.client.trace)


def test_a_build_that_starts_meanwhile(patient: DoctorRun, monkeypatch: pytest.MonkeyPatch) -> None:
    def start_a_build(files: Throwaways, material: ThrowawayContent, _findings: ProbeResults) -> None:
        assert files.make(BUILD_CERTIFICATE, material.certificate)
        given = {"hook_info": {"type": "bitrise"}, "build_params": {"branch": "main"}}
        assert files._prober.send("POST", f"/apps/{APP}/builds", given).succeeded

    monkeypatch.setattr(probing, WRITING[0], start_a_build)
    found = patient.examine()
    assert "A build has started" in only(found.checks, FAILED).message
    assert found.client.trace.count("create") == 1
    assert patient.names() == ["theirs.p12"]


def test_a_creation_without_a_response(patient: DoctorRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look up the slug of the file, which the service has created."""
    for step in WRITING[1:]:
        monkeypatch.setattr(probing, step, lambda *_given: None)
    first = patient.examine(Disturbance(9999, "reset")).client.trace.index("create") + 1
    found = patient.examine(Disturbance(first, "reset"))
    assert statuses(found.checks)["interrupted"] == FAILED
    assert statuses(found.checks)["throwaways"] == OK
    assert patient.names() == ["theirs.p12"]


def test_files_of_others_with_a_similar_name(patient: DoctorRun, monkeypatch: pytest.MonkeyPatch) -> None:
    for step in WRITING[1:]:
        monkeypatch.setattr(probing, step, lambda *_given: None)
    patient.service.load([{**APPS[0], CERTIFICATES: [a_file(f"{PREFIX}notes.p12", b"theirs")]}])
    assert patient.examine().answers["create_status"] == "201"
    assert patient.names() == [f"{PREFIX}notes.p12"]


def test_an_app_that_does_not_exist(patient: DoctorRun) -> None:
    found = patient.examine(app="a99a0009a99a0009")
    assert only(found.checks, FAILED).message == "App a99a0009a99a0009 cannot be read (404)"


def test_without_cryptography(patient: DoctorRun, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_cls: type[ThrowawayContent]) -> ThrowawayContent:
        raise ImportError

    monkeypatch.setattr(ThrowawayContent, "make", classmethod(missing))
    found = patient.examine()
    assert "cryptography is missing" in only(found.checks, FAILED).message
    assert not WRITES & set(found.client.trace)


def test_a_service_that_stops_responding(patient: DoctorRun) -> None:
    assert statuses(patient.examine(Disturbance(60, "reset")).checks)["interrupted"] == FAILED
    assert patient.names() == ["theirs.p12"]
    assert statuses(patient.examine(Disturbance(60, 500, times=3)).checks)["server_errors"] == WARNING
    assert patient.names() == ["theirs.p12"]


@pytest.mark.parametrize("number", [25, 33, 60, 90, 120])
def test_a_later_run_removes_files_of_a_killed_one(patient: DoctorRun, number: int) -> None:
    with pytest.raises(Killed):
        patient.examine(Disturbance(number, "kill"))
    left = [name for name in patient.names() if name.startswith(PREFIX)]
    found = patient.examine()
    assert patient.names() == ["theirs.p12"]
    message = {check.name: check for check in found.checks}["throwaways"].message
    assert message == "All throw-away files were deleted" + (f", also {len(left)} of an earlier run" if left else "")


def test_files_that_cannot_be_removed(patient: DoctorRun) -> None:
    patient.behaves(delete="ignored")
    found = patient.examine()
    kept = {check.name: check for check in found.checks}["throwaways"]
    assert kept.status == FAILED
    assert "theirs.p12" not in kept.message
    assert len(patient.names()) - 1 == kept.facts["kept"]


def test_probes_that_would_change_builds_are_omitted(patient: DoctorRun) -> None:
    """Create no builds and artifacts, because they cannot be removed."""
    assert {key for key, one in BEHAVIORS.items() if one.probe == "write"} - set(patient.examine().answers) == {
        "abort_finished",
        "artifact_page_refused",
    }
    assert probing.BEHAVIOR == "behavior"
