# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other runs that change the same files at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.content import Backup
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    PROVISIONING_PROFILE,
)

from .application import (
    ABSENT,
    BY,
    FIFTH,
    FLAGS,
    NEW,
    STOP,
    UPLOAD,
    UPLOAD_WITH_FLAGS,
    Disturb,
    FaultyClient,
    Run,
)
from .client import ModelClient
from .planning import Declaration
from .run import find
from .scenarios import file
from .service import File, bytes_of

DONE = "Done before the error: uploaded provisioning profile N, deleted provisioning profile N."


def test_protection_is_inherited_from_a_file_that_another_run_deletes_with_the_marker() -> None:
    def finish(client: ModelClient, number: int) -> str:
        if client.requests[-1:] == [STOP] and number > 2:
            client.now = tuple(one for one in client.now if one.slug == client.top - 1)
        return ""

    client = ModelClient(PROVISIONING_PROFILE, (file(5, protected=True),), finish)
    run = Run(client, NEW)
    assert run.requests[-4:] == ["DELETE 5", "LIST", "PATCH is_protected", "DELETE 11"]
    assert [(one.content, one.is_protected) for one in client.now] == [("X", True)]


def uploads_before_the_deletion(other: File) -> Disturb:
    """Let another run upload a file after the upload of this one, right before this one deletes the old file."""

    def disturb(client: ModelClient, _number: int) -> str:
        if client.requests[-2:] == ["CONFIRM", STOP]:
            client.now = (*client.now, other)
        return ""

    return disturb


def test_a_newer_equal_file_of_another_run_stays_and_gets_the_flags() -> None:
    client = ModelClient(
        PROVISIONING_PROFILE, (BY, file(5)), uploads_before_the_deletion(file(20, "X", exposed=False, old=False))
    )
    run = Run(client, Declaration("X", is_protected=True, is_expose=True))
    assert run.requests == [
        *(STOP, STOP, *UPLOAD, STOP, "DELETE 5", "LIST"),
        *("PATCH is_expose", STOP, "DELETE 10", "LIST", "PATCH is_protected"),
    ]
    assert run.actions == ["upload is_protected", "delete 5 replaced", "update is_expose", "delete 10 duplicate"]
    kept = find(client.now, 20)
    assert kept
    assert kept.is_protected
    assert kept.is_expose


@pytest.mark.parametrize(
    ("content", "reason"),
    [("Y", "A newer file of that name has other content."), ("Q", "is for development profile of Q")],
)
def test_a_newer_other_file_of_another_run_is_not_changed(content: str, reason: str) -> None:
    newer = file(20, content, old=False)
    client = ModelClient(PROVISIONING_PROFILE, (BY, file(5)), uploads_before_the_deletion(newer))
    run = Run(client, NEW)
    assert run.error
    assert run.error.kind == "concurrent_change"
    assert reason in run.error.message
    assert DONE in run.error.message
    assert newer in client.now


def test_an_absent_file_that_another_run_uploads_again_is_not_deleted() -> None:
    def upload(client: ModelClient, number: int) -> str:
        if number == 2:
            client.now = (*client.now, file(20, old=False))
        return ""

    client = ModelClient(PROVISIONING_PROFILE, (BY, file(5)), upload)
    run = Run(client, FLAGS, **ABSENT)
    assert run.error is None
    assert run.requests == [STOP, STOP, "DELETE 5", "LIST"]


def test_an_old_protected_file_that_the_first_list_lacks_is_replaced_as_well() -> None:
    class Lacking(FaultyClient):
        lists = 0

        def pages(self, *arguments: Any) -> Iterator[dict[str, Any]]:
            self.lists += 1
            return (data for data in super().pages(*arguments) if self.lists > 1 or data["slug"] != FIFTH)

    client = Lacking((BY, file(4), file(5, "L", protected=True)))
    run = Run(client, NEW)
    assert run.requests == [
        *(STOP, STOP, *UPLOAD_WITH_FLAGS, STOP, "DELETE 4", "LIST"),
        *("POST marker", STOP, "DELETE 5", "LIST", "PATCH is_protected", "DELETE 11"),
    ]
    assert [(one.slug, one.is_protected) for one in client.now] == [(1, False), (10, True)]


def test_files_that_the_first_list_lacks_are_backed_up_before_they_are_deleted(tmp_path: Path) -> None:
    client = ModelClient(PROVISIONING_PROFILE, (BY, file(5)), uploads_before_the_deletion(file(6, "L")))
    run = Run(client, NEW, Backup(str(tmp_path)))
    assert run.actions == ["upload is_expose", "delete 5 replaced", "delete 6 replaced"]
    assert {copy.read_bytes() for copy in tmp_path.iterdir()} == {bytes_of("O"), bytes_of("L")}


def test_a_file_that_the_first_list_lacks_is_not_deleted_without_a_required_backup(tmp_path: Path) -> None:
    other = file(6, "L", protected=True)
    client = ModelClient(PROVISIONING_PROFILE, (BY, file(5)), uploads_before_the_deletion(other))
    run = Run(client, NEW, Backup(str(tmp_path), required=True))
    assert run.error
    assert run.error.kind == "backup"
    assert "It was not deleted." in run.error.message
    assert (
        "Done before the error: uploaded provisioning profile N, deleted provisioning profile N." in run.error.message
    )
    assert other in client.now


def test_a_newer_file_that_cannot_be_compared_is_refused() -> None:
    newer = file(20, "O", protected=True, old=False)
    client = ModelClient(PROVISIONING_PROFILE, (BY, file(5)), uploads_before_the_deletion(newer))
    run = Run(client, NEW, on_unverifiable="fail")
    assert run.error
    assert run.error.kind == "unverifiable"
    assert newer in client.now
