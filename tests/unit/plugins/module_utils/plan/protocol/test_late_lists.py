# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of the service that lag behind the changes of a run."""

from __future__ import annotations

from typing import Any, cast

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    BUILD_CERTIFICATE,
    PROVISIONING_PROFILE,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.observe import Observer

from .application import (
    ABSENT,
    BY,
    FLAGS,
    NEW,
    STOP,
    UPLOAD,
    LateClient,
    Run,
    undisturbed,
)
from .client import ModelClient
from .planning import Declaration
from .run import without_file
from .scenarios import file, slot
from .service import APP, Files


def waits(number: int) -> list[str]:
    """Return the lists that a run reads until one shows its changes."""
    return ["LIST", *(request for tries in range(2, number + 1) for request in (f"WAIT {tries}", "LIST"))]


@pytest.mark.parametrize("late", [0, 1, 3, 6])
def test_a_run_ends_when_the_list_shows_its_upload(late: int) -> None:
    run = Run(LateClient((BY,), late, undisturbed), NEW)
    assert run.requests == [STOP, STOP, *UPLOAD, *waits(late + 1)]
    assert run.outcome.warnings == []


def without_old(client: ModelClient, number: int) -> str:
    """Let another run delete the old file right before this run does."""
    if number == 2:
        client.now = without_file(client.now, 5)
    return ""


@pytest.mark.parametrize("late", [0, 1, 3])
def test_a_run_ends_when_the_list_shows_the_deletion_of_another_run(late: int) -> None:
    run = Run(LateClient((file(5),), late, without_old), FLAGS, **ABSENT)
    assert run.requests == [STOP, STOP, "DELETE 5", "LIST", *(waits(late) if late else [])]
    assert run.outcome.warnings == []
    assert run.actions == []


@pytest.mark.parametrize(
    ("files", "declaration", "desired", "requests"),
    [((BY,), NEW, {}, UPLOAD), ((file(5),), FLAGS, ABSENT, ["DELETE 5", "LIST"])],
)
def test_a_run_warns_if_no_list_shows_its_changes(
    files: Files, declaration: Declaration, desired: dict[str, Any], requests: list[str]
) -> None:
    run = Run(LateClient(files, 99, without_old), declaration, **desired)
    assert run.requests == [STOP, STOP, *requests, *waits(7)]
    (warning,) = run.outcome.warnings
    assert "does not show all uploads and deletions yet" in warning


@pytest.mark.parametrize("are_late", [False, True])
def test_the_lists_of_other_apps_show_whether_to_read_one_again(*, are_late: bool) -> None:
    client = LateClient((BY,), 1, undisturbed)
    client.observed.lists_late = are_late
    assert Run(client, NEW).requests == [STOP, STOP, *UPLOAD, *(waits(2) if are_late else [])]


def test_a_list_that_shows_a_deleted_file_is_late_for_all_apps() -> None:
    client = LateClient((file(5),), 1, undisturbed)
    assert Run(client, FLAGS, **ABSENT).requests == [STOP, STOP, "DELETE 5", "LIST", STOP, "DELETE 5", "LIST"]
    assert client.observed.lists_late is True


def test_only_lists_of_a_kind_after_its_changes_show_whether_they_are_late() -> None:
    client = LateClient((BY,), 0, undisturbed)
    observer = Observer(cast(BitriseClient, client), APP)
    observer.note_upload("a", BUILD_CERTIFICATE)
    observer.list_files(PROVISIONING_PROFILE)
    assert client.observed.lists_late is None
    observer.note_gone("b", PROVISIONING_PROFILE)
    observer.list_files(PROVISIONING_PROFILE)
    assert client.observed.lists_late is False
    assert observer.late == {PROVISIONING_PROFILE: False}
    observer.note_upload("c", PROVISIONING_PROFILE)
    assert observer.late == {}


def test_a_leftover_that_is_gone_must_disappear_from_the_list() -> None:
    client = LateClient((BY, file(5, "X"), slot(6)), 2, undisturbed)
    client.now = client.now[:2]
    run = Run(client, NEW)
    assert run.requests == [STOP, STOP, "GET 6", *waits(3)]
