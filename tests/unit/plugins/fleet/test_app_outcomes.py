# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Outcomes of single apps of a fleet: results, errors, and tasks that stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.file_options import FILE_OPTIONS
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    BUILD_CERTIFICATE,
    PROVISIONING_PROFILE,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import RemoteFile
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.plan_app import Policy
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.reconcile import PreparedApp
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet import reconcile_app
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.declarations import AppDeclaration
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.reconcile_app import (
    FleetAppOutcome,
    FleetPolicy,
    Stop,
    action_counts,
    apply,
    file_as_result,
    prepare,
)
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError, NotDoneError, TaskStopError
from ansible_collections.mobileops.ci.plugins.module_utils._http.redact import Redactor
from tests.helpers.fleet import ONE

FILE = RemoteFile("slug", "dist", 3, True, True, False, "ab" * 32)
SHOWN = {
    "kind": "provisioning_profile",
    "name": "dist",
    "slug": "slug",
    "sha256": "ab" * 32,
    "is_protected": True,
    "is_expose": False,
}


class Action:
    """An action on a file. The same text after the type means the same file."""

    def __init__(self, action: str) -> None:
        self.action, _space, self.slug = action.partition(" ")
        self.kind, self.app_slug = "provisioning_profile", ONE

    def as_dict(self) -> dict[str, str]:
        return {"action": self.action}


def outcome(*actions: str, **values: Any) -> FleetAppOutcome:
    found: list[Any] = [Action(action) for action in actions]
    return FleetAppOutcome(actions=found, **values)


def test_results() -> None:
    files = [(PROVISIONING_PROFILE, FILE)]
    assert outcome("upload", files=files, unverified=files, before={"a": 1}, after={"a": 2}).as_result() == {
        "changed": True,
        "actions": [{"action": "upload"}],
        "error": None,
        "files": [SHOWN],
        "unverified": [SHOWN],
        "diff": {"before": {"a": 1}, "after": {"a": 2}},
    }
    assert file_as_result(*files[0]) == SHOWN


def test_errors() -> None:
    """Show the traceback of a bug only."""
    error = CiError("It failed.", kind="bug")
    shown = {"msg": "It failed.", **error.as_dict()}
    assert outcome(error=error).as_result()["error"] == shown
    assert outcome(error=error, traceback="line 1").as_result()["error"] == {**shown, "exception": "line 1"}
    assert outcome(traceback="line 1").as_result()["error"] is None
    assert outcome(error=error).as_result()["changed"] is False


def test_numbers() -> None:
    unverified = [(PROVISIONING_PROFILE, FILE)]
    outcomes = {
        "one": outcome("upload", "upload", "delete", unverified=unverified * 2),
        "two": outcome("update A", "upload", "update B", "download", "update A", unverified=unverified, leftovers=2),
    }
    counts = {"uploaded": 3, "updated": 2, "deleted": 1, "unverified": 3, "leftovers": 2}
    assert action_counts(outcomes) == counts


class Client:
    """The part of a client that the code needs before its first request."""

    def __init__(self, late: CiError | None = None) -> None:
        self.gates = self.deadline = self
        self.redact = Redactor(["t0ken-of-the-task"])
        self._late = late

    def check(self) -> None:
        if self._late:
            raise self._late


def policy(stop: Stop | None = None) -> FleetPolicy:
    return FleetPolicy(Policy(), False, broken, stop=stop or Stop())


def test_a_task_that_was_stopped() -> None:
    client: Any = Client()
    stop = Stop()
    policy(stop).check_stop(client, ONE)
    stop.set()
    with pytest.raises(
        NotDoneError, match=rf"^App {ONE} was not finished: the task was stopped, because another app failed\.$"
    ):
        policy(stop).check_stop(client, ONE)
    stop.reason = ", because the wind blew"
    with pytest.raises(NotDoneError, match=r"the task was stopped, because the wind blew\.$"):
        policy(stop).check_stop(client, ONE)
    found = FleetAppOutcome()
    assert prepare(client, AppDeclaration(ONE, {}, {}), policy(stop), found) is None
    assert isinstance(found.error, NotDoneError)
    assert found.error.message.endswith("stopped, because the wind blew. Run again to finish.")
    assert found.traceback is None


def test_a_task_without_time_left() -> None:
    client: Any = Client(TaskStopError("Time is over."))
    with pytest.raises(TaskStopError):
        policy().check_stop(client, ONE)


def broken(*_arguments: Any, **_more: Any) -> Any:
    raise RuntimeError("about t0ken-of-the-task and p4ssw0rd-of-the-file")


def own_file(**changes: Any) -> AppDeclaration:
    options = {
        name: described.get("default") for name, described in FILE_OPTIONS[BUILD_CERTIFICATE].argument_spec.items()
    }
    own = {BUILD_CERTIFICATE.plural: [{**options, "name": "x", "content": "eA==", **changes}]}
    return AppDeclaration(ONE, {}, own)


def test_a_bug_affects_one_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn an unexpected exception into an error of the app, and redact its traceback."""
    client: Any = Client()
    found = FleetAppOutcome()
    monkeypatch.setattr(reconcile_app, "prepare_app", broken)
    declared = own_file(certificate_password="p4ssw0rd-of-the-file")
    assert prepare(client, declared, policy(), found) is None
    assert found.error is not None
    assert found.error.kind == "bug"
    expected = f"Unexpected RuntimeError in app {ONE}. This is a bug of the collection, please report it."
    assert found.error.message == expected
    assert "RuntimeError: about " in (found.traceback or "")
    assert "t0ken" not in (found.traceback or "")
    assert "p4ssw0rd" not in (found.traceback or "")


class Prepared:
    """A prepared app of which only the slug matters."""

    def __init__(self) -> None:
        self.plan = self
        self.app_slug = ONE


def test_an_app_that_is_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    client: Any = Client()
    found = FleetAppOutcome()
    seen: list[Any] = []

    prepared: Any = Prepared()

    def prepare_app(*arguments: Any) -> PreparedApp:
        seen.append(arguments)
        return prepared  # type: ignore[no-any-return]

    monkeypatch.setattr(reconcile_app, "prepare_app", prepare_app)
    own = policy()
    assert prepare(client, own_file(), own, found) is prepared
    ((given_client, slug, declarations, *rest),) = seen
    assert (given_client, slug, rest) == (client, ONE, [own.policy, own.digests, own.inspections])
    assert [[one.desired.name for one in some] for some in declarations.values()] == [["x"]]
    assert found.error is None


@pytest.mark.parametrize("check_mode", [False, True])
def test_an_app_that_is_changed(monkeypatch: pytest.MonkeyPatch, *, check_mode: bool) -> None:
    """Check between the actions of an app if the task has to stop."""
    client: Any = Client()
    prepared: Any = Prepared()
    found = FleetAppOutcome()
    stop = Stop()
    seen: list[Any] = []

    def apply_app(*arguments: Any, check_mode: bool, check_stop: Callable[[], None]) -> None:
        seen.append((*arguments, check_mode))
        check_stop()
        stop.set()
        check_stop()

    monkeypatch.setattr(reconcile_app, "apply_app", apply_app)
    apply(client, prepared, replace(policy(stop), check_mode=check_mode), found)
    assert seen == [(client, prepared, found, check_mode)]
    assert isinstance(found.error, NotDoneError)
    monkeypatch.setattr(reconcile_app, "apply_app", broken)
    apply(client, prepared, policy(), found)
    assert found.error.kind == "bug"
    assert ONE in found.error.message
