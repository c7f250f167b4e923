# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of the collection's code against the service of the model, for tests of the application of a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, cast

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.actions import Delete, FileAction
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.content import Backup
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import PROVISIONING_PROFILE, FileKind
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import Desired
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.observe import DeclaredFile
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.plan_app import Policy
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.reconcile import (
    FilesOutcome,
    PreparedApp,
    apply_app,
    prepare_app,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.verify import NONE, STRICT
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.observed_behavior import ObservedBehavior
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError, ServiceError
from ansible_collections.mobileops.ci.plugins.module_utils._local.read_file import Content

from .client import ModelClient, ModelInspections
from .planning import PROTOCOL, Declaration
from .scenarios import file
from .service import APP, BYSTANDER, File, Files, bytes_of, number_of, ulid

STOP = "check stop"
UPLOAD = ["POST", "PUT", "CONFIRM"]
NEW = Declaration("X")
BY = file(1, name=BYSTANDER)
FLAGS = Declaration(None)
ABSENT = {"present": False}
UPLOAD_WITH_FLAGS = ["POST", "PUT", "PATCH slot", "CONFIRM"]
FIFTH = ulid(5, is_old=True)
Disturb = Callable[[ModelClient, int], str]


def undisturbed(_client: ModelClient, _number: int) -> str:
    return ""


def refused(status: int = 409, method: str = "POST", kind: str = "bad_request") -> ServiceError:
    """Return the error for a request that the service refuses."""
    return ServiceError("It refused.", kind=kind, status=status, method=method)


class FaultyClient(ModelClient):
    """A client that raises errors in the place of responses, or changes them, by the request as the model names it.

    `times`: how often it raises errors. `created`: the bodies of requests that create files.
    """

    def __init__(
        self,
        files: Files,
        errors: Mapping[str, BaseException] | None = None,
        changes: Mapping[str, Mapping[str, Any]] | None = None,
        *,
        kind: FileKind = PROVISIONING_PROFILE,
        times: int = 99,
        disturb: Disturb = undisturbed,
    ) -> None:
        super().__init__(kind, files, disturb)
        self._errors, self._changes, self._times = errors or {}, changes or {}, times
        self._latest = ""
        self.created: list[Mapping[str, Any]] = []

    def data(self, method: str, path: str, what: str, *, json: Any = None, repeatable: bool = True) -> dict[str, Any]:
        if json and method == "POST":
            self.created.append(json)
        return super().data(method, path, what, json=json, repeatable=repeatable)

    def _request(self, words: str) -> str:
        fault = super()._request(words)
        self._latest = words
        if words in self._errors and self._times > 0:
            self._times -= 1
            raise self._errors[words]
        return fault

    def _data(self, file: File) -> dict[str, Any]:
        return {**super()._data(file), **self._changes.get(self._latest, {})}

    def back_off(self, tries: int) -> None:
        self.requests.append(f"WAIT {tries}")


class LateClient(FaultyClient):
    """A client whose first `late` lists after the first one show the files of the beginning."""

    def __init__(self, files: Files, late: int, disturb: Disturb) -> None:
        super().__init__(files, disturb=disturb)
        self.observed = ObservedBehavior()
        self._old, self._late = files, late + 1

    def pages(
        self, path: str, what: str, filters: Mapping[str, Any] | None = None, limit: int | None = None
    ) -> Iterator[dict[str, Any]]:
        current = self.now
        self._late -= 1
        self.now = self._old if self._late >= 0 else current
        listed = list(super().pages(path, what, filters, limit))
        self.now = current
        return iter(listed)


def as_client(client: ModelClient) -> BitriseClient:
    return cast(BitriseClient, client)


def prepare(client: ModelClient, declaration: Declaration, backup: Backup | None = None, **desired: Any) -> PreparedApp:
    """List the files and plan. `desired`: changes of the declared file. It raises CiError if the plan is refused."""
    kind = client.kind
    content = Content.of(bytes_of(declaration.content)) if declaration.content else None
    declared = [DeclaredFile(replace(declaration.desired(kind, PROTOCOL), **desired), content, backup, verify=STRICT)]
    if declaration.purges:
        declared.append(DeclaredFile(Desired(BYSTANDER), verify=NONE))
    policy = Policy(purge=frozenset({kind.plural} if declaration.purges else ()))
    return prepare_app(as_client(client), APP, {kind: declared}, policy, inspections=ModelInspections())


class Run:
    """A run of the collection's code with one declaration.

    `requests`: what it does after it has planned. `error`: why it failed. `desired`: changes of the declared file.
    """

    def __init__(
        self, client: ModelClient, declaration: Declaration, backup: Backup | None = None, **desired: Any
    ) -> None:
        self.client = client
        self.outcome = FilesOutcome()
        self.error: CiError | None = None
        prepared = prepare(client, declaration, backup, **desired)
        client.requests.clear()
        try:
            apply_app(
                as_client(client),
                prepared,
                self.outcome,
                check_mode=False,
                check_stop=lambda: client.requests.append(STOP),
            )
        except CiError as error:
            self.error = error

    @property
    def requests(self) -> list[str]:
        return self.client.requests

    @property
    def actions(self) -> list[str]:
        """Return the actions with the reason or the changes of each."""
        return [describe(action) for action in self.outcome.actions]


def describe(action: FileAction) -> str:
    if isinstance(action, Delete):
        return f"delete {number_of(action.slug)} {action.reason}"
    return f"{action.action} {', '.join(sorted(action.changes))}".strip()


class Case(NamedTuple):
    """A declaration, and the requests and actions to which it leads. `desired`: changes of the declared file."""

    kind: FileKind
    files: Files
    declaration: Declaration
    desired: Mapping[str, Any]
    requests: Sequence[str]
    actions: Sequence[str]

    def run(self, client: ModelClient) -> Run:
        return Run(client, self.declaration, **self.desired)


def case(
    files: Files,
    declaration: Declaration,
    requests: Sequence[str],
    actions: Sequence[str],
    *,
    name: str,
    kind: FileKind = PROVISIONING_PROFILE,
    **desired: Any,
) -> Any:
    """Return a case of a test."""
    return pytest.param(Case(kind, files, declaration, desired, requests, actions), id=name)
