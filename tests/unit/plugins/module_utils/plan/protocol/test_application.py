# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The application of a plan: the order of its requests, what it asks before each change, what it remembers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import PROVISIONING_PROFILE, FileKind
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import Desired
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.observe import DeclaredFile
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.plan_app import Policy
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.reconcile import (
    FilesOutcome,
    apply_app,
    prepare_app,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.verify import NONE
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.observed_behaviour import ObservedBehaviour
from ansible_collections.mobileops.ci.plugins.module_utils._local.read_file import Content

from .client import ModelClient, ModelInspections
from .planning import PROTOCOL, Declaration, Variant
from .run import without_file
from .scenarios import file, slot
from .service import APP, BYSTANDER, Files, bytes_of

STOP = "may it go on?"
Disturb = Callable[[ModelClient, int], str]


def undisturbed(_client: ModelClient, _number: int) -> str:
    return ""


class Absent(Declaration):
    """The declaration that there is no such file."""

    def desired(self, kind: FileKind, variant: Variant) -> Desired:
        return replace(super().desired(kind, variant), present=False)


class LateClient(ModelClient):
    """A client whose first `late` lists after the first one show the files of the beginning."""

    def __init__(self, files: Files, late: int, disturb: Disturb) -> None:
        super().__init__(PROVISIONING_PROFILE, files, disturb)
        self.observed = ObservedBehaviour()
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

    def back_off(self, tries: int) -> None:
        self.requests.append(f"WAIT {tries}")


class Run:
    """A run of the collection's code with one declaration. `requests`: what it does after it has planned."""

    def __init__(self, client: ModelClient, declaration: Declaration) -> None:
        self.client = client
        self.outcome = FilesOutcome()
        kind = client.kind
        content = Content.of(bytes_of(declaration.content)) if declaration.content else None
        declared = [DeclaredFile(declaration.desired(kind, PROTOCOL), content, verify=NONE)]
        if declaration.purges:
            declared.append(DeclaredFile(Desired(BYSTANDER), verify=NONE))
        policy = Policy(purge=frozenset({kind.plural} if declaration.purges else ()))
        real = cast(BitriseClient, client)
        prepared = prepare_app(real, APP, {kind: declared}, policy, inspections=ModelInspections())
        client.requests.clear()
        apply_app(real, prepared, self.outcome, check_mode=False, check_stop=lambda: client.requests.append(STOP))

    @property
    def requests(self) -> list[str]:
        return self.client.requests


BY = file(1, name=BYSTANDER)
UPLOAD = ["POST", "PUT", "CONFIRM"]
LATE = "does not show all changes of this run yet"


@pytest.mark.parametrize(
    ("files", "declaration", "requests"),
    [
        pytest.param((BY,), Declaration("X"), [STOP, *UPLOAD], id="upload"),
        pytest.param((file(5),), Declaration(None, is_expose=True), [STOP, "PATCH is_expose"], id="update"),
        pytest.param(
            (file(5), slot(6)),
            Declaration("X", is_protected=True),
            [
                *(STOP, "POST", "PUT", "PATCH slot", "CONFIRM"),
                *(STOP, "DELETE 5", "LIST", "PATCH is_protected"),
                *(STOP, "GET 6", "DELETE 6"),
            ],
            id="replace, protect, tidy",
        ),
        pytest.param(
            (BY, file(3, name="other"), slot(2, name="others")),
            Declaration("X", purges=True),
            [STOP, *UPLOAD, STOP, "GET 2", "DELETE 2", STOP, "DELETE 3", "LIST"],
            id="purge",
        ),
        pytest.param((file(5),), Absent(None), [STOP, "DELETE 5", "LIST"], id="absent"),
    ],
)
def test_a_run_asks_before_each_change_whether_it_may_go_on(
    files: Files, declaration: Declaration, requests: list[str]
) -> None:
    assert Run(ModelClient(PROVISIONING_PROFILE, files, undisturbed), declaration).requests == [STOP, *requests]


def waits(number: int) -> list[str]:
    """Return the lists that a run reads until one shows its changes."""
    return ["LIST", *(request for tries in range(2, number + 1) for request in (f"WAIT {tries}", "LIST"))]


@pytest.mark.parametrize("late", [0, 1, 3, 6])
def test_a_run_ends_when_the_list_shows_its_upload(late: int) -> None:
    run = Run(LateClient((BY,), late, undisturbed), Declaration("X"))
    assert run.requests == [STOP, STOP, *UPLOAD, *waits(late + 1)]
    assert run.outcome.warnings == []


def without_old(client: ModelClient, number: int) -> str:
    """Let another run delete the old file right before this run does."""
    if number == 2:
        client.now = without_file(client.now, 5)
    return ""


@pytest.mark.parametrize("late", [0, 1, 3])
def test_a_run_ends_when_the_list_shows_the_deletion_of_another_run(late: int) -> None:
    run = Run(LateClient((file(5),), late, without_old), Absent(None))
    assert run.requests == [STOP, STOP, "DELETE 5", "LIST", *(waits(late) if late else [])]
    assert run.outcome.warnings == []
    assert run.outcome.actions == []


@pytest.mark.parametrize(
    ("declaration", "requests"), [(Declaration("X"), UPLOAD), (Absent(None), ["DELETE 5", "LIST"])]
)
def test_a_run_that_lists_too_late_warns(declaration: Declaration, requests: list[str]) -> None:
    files = (BY,) if declaration.content else (file(5),)
    run = Run(LateClient(files, 99, without_old), declaration)
    assert run.requests == [STOP, STOP, *requests, *waits(7)]
    (warning,) = run.outcome.warnings
    assert LATE in warning


def test_a_list_that_was_never_late_is_not_read_again() -> None:
    client = LateClient((BY,), 0, undisturbed)
    client.observed.lists_late = False
    assert Run(client, Declaration("X")).requests == [STOP, STOP, *UPLOAD]


def test_protection_is_inherited_from_a_file_that_another_run_deletes_with_the_marker() -> None:
    def finish(client: ModelClient, number: int) -> str:
        if client.requests[-1:] == [STOP] and number > 2:
            client.now = tuple(one for one in client.now if one.slug == client.top - 1)
        return ""

    client = ModelClient(PROVISIONING_PROFILE, (file(5, protected=True),), finish)
    run = Run(client, Declaration("X"))
    assert run.requests[-4:] == ["DELETE 5", "LIST", "PATCH is_protected", "DELETE 11"]
    assert [(one.content, one.is_protected) for one in client.now] == [("X", True)]
