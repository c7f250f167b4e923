# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The application of a plan: its requests in their order, what it asks before each change, what it reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    PROJECT_FILE,
    PROVISIONING_PROFILE,
    FileKind,
)

from .application import STOP, Disturb, FaultyClient, LateClient, Run, undisturbed
from .client import ModelClient
from .planning import Declaration
from .run import find, without_file
from .scenarios import file, slot
from .service import BYSTANDER, File, Files, digest_of, number_of, ulid

BY = file(1, name=BYSTANDER)
NEW = Declaration("X")
FLAGS = Declaration(None)
ABSENT = {"present": False}
UPLOAD = ["POST", "PUT", "CONFIRM"]
UPLOAD_WITH_FLAGS = ["POST", "PUT", "PATCH slot", "CONFIRM"]
FIFTH = ulid(5, is_old=True)


def runs(
    files: Files,
    declaration: Declaration,
    requests: Sequence[str],
    actions: Sequence[str],
    *,
    name: str,
    kind: FileKind = PROVISIONING_PROFILE,
    **desired: Any,
) -> Any:
    return pytest.param(kind, files, declaration, desired, requests, actions, id=name)


@pytest.mark.parametrize(
    ("kind", "files", "declaration", "desired", "requests", "actions"),
    [
        runs((BY,), NEW, [STOP, *UPLOAD], ["upload"], name="upload"),
        runs(
            (file(5),),
            Declaration(None, is_expose=True),
            [STOP, "PATCH is_expose"],
            ["update is_expose"],
            name="update",
        ),
        runs(
            (file(5, "X"),),
            Declaration("X", is_protected=True, is_expose=True),
            [STOP, "PATCH is_expose", "PATCH is_protected"],
            ["update is_expose, is_protected"],
            name="protection comes last",
        ),
        runs(
            (BY,),
            Declaration("X", is_protected=True),
            [STOP, *UPLOAD, "LIST", "PATCH is_protected"],
            ["upload is_protected"],
            name="protection of an upload is no further action",
        ),
        runs(
            (file(5), slot(6)),
            Declaration("X", is_protected=True),
            [
                *(STOP, *UPLOAD_WITH_FLAGS),
                *(STOP, "DELETE 5", "LIST", "PATCH is_protected"),
                *(STOP, "GET 6", "DELETE 6"),
            ],
            ["upload is_expose, is_protected", "delete 5 replaced", "delete 6 leftover"],
            name="replace, protect, tidy",
        ),
        *(
            runs(
                (BY, file(5, "L", protected=True)),
                Declaration("X", has_password=kind.has_password, has_key=kind.has_env_key),
                [
                    *(STOP, *UPLOAD_WITH_FLAGS),
                    *("POST marker", STOP, "DELETE 5", "LIST", "PATCH is_protected", "DELETE 11"),
                ],
                [f"upload {password}is_expose, is_protected", "delete 5 replaced"],
                name=f"a protected {kind.words}",
                kind=kind,
            )
            for kind, password in (
                (PROVISIONING_PROFILE, ""),
                (BUILD_CERTIFICATE, "certificate_password, "),
                (PROJECT_FILE, ""),
            )
        ),
        runs(
            (BY, file(3, name="other"), slot(2, name="others")),
            Declaration("X", purges=True),
            [STOP, *UPLOAD, STOP, "GET 2", "DELETE 2", STOP, "DELETE 3", "LIST"],
            ["upload", "delete 2 undeclared", "delete 3 undeclared"],
            name="purge",
        ),
        runs((file(5),), FLAGS, [STOP, "DELETE 5", "LIST"], ["delete 5 absent"], name="absent", **ABSENT),
        runs(
            (file(5), file(6)),
            FLAGS,
            [STOP, "DELETE 5", "LIST"],
            ["delete 5 absent"],
            name="absent, by its slug",
            slug=FIFTH,
            **ABSENT,
        ),
        runs(
            (file(5), file(6)),
            NEW,
            [STOP, *UPLOAD_WITH_FLAGS, STOP, "DELETE 5", "LIST"],
            ["upload is_expose", "delete 5 replaced"],
            name="replaced, by its slug",
            slug=FIFTH,
        ),
        runs(
            (file(5, exposed=True), slot(6)),
            Declaration("X", deletes_first=True),
            [STOP, "GET 6", "DELETE 6", STOP, "DELETE 5", "LIST", STOP, *UPLOAD, "LIST"],
            ["delete 6 leftover", "delete 5 replaced", "upload"],
            name="the files with the key of the new one are deleted first",
            kind=ANDROID_KEYSTORE,
        ),
    ],
)
def test_a_run_asks_before_each_change_whether_it_may_go_on(
    kind: FileKind,
    files: Files,
    declaration: Declaration,
    desired: dict[str, Any],
    requests: Sequence[str],
    actions: Sequence[str],
) -> None:
    run = Run(ModelClient(kind, files, undisturbed), declaration, **desired)
    assert run.error is None
    assert run.requests == [STOP, *requests]
    assert run.actions == actions
    assert not [text for text in run.outcome.warnings if "list" in text]
    digests = [one.sha256 for _kind, one in run.outcome.files if one.name != BYSTANDER]
    digest = digest_of(declaration.content) if declaration.content else None
    assert digests == ([digest] if desired.get("present", True) else [])


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
def test_a_run_that_waits_in_vain_warns(
    files: Files, declaration: Declaration, desired: dict[str, Any], requests: list[str]
) -> None:
    run = Run(LateClient(files, 99, without_old), declaration, **desired)
    assert run.requests == [STOP, STOP, *requests, *waits(7)]
    (warning,) = run.outcome.warnings
    assert "does not show all changes of this run yet" in warning


@pytest.mark.parametrize("are_late", [False, True])
def test_the_lists_of_other_apps_show_whether_to_read_one_again(*, are_late: bool) -> None:
    client = LateClient((BY,), 1, undisturbed)
    client.observed.lists_late = are_late
    assert Run(client, NEW).requests == [STOP, STOP, *UPLOAD, *(waits(2) if are_late else [])]


def test_the_content_of_an_upload_is_not_downloaded_again() -> None:
    class NotReadable(ModelClient):
        def download(self, url: str, open_sink: Any, what: str, *, most_bytes: int | None = None) -> None:
            assert not url.endswith(":10")
            super().download(url, open_sink, what, most_bytes=most_bytes)

    run = Run(NotReadable(PROVISIONING_PROFILE, (BY, file(5)), undisturbed), NEW)
    assert run.requests[-2:] == ["DELETE 5", "LIST"]


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
    assert (
        "Done before the error: uploaded provisioning profile N, deleted provisioning profile N." in run.error.message
    )
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


class WithoutDeletions(FaultyClient):
    """A service that confirms deletions which have no effect, at first or always."""

    deletions = 99

    def _delete_file(self, slug: str) -> dict[str, Any] | None:
        if self.deletions <= 0:
            return super()._delete_file(slug)
        self.deletions -= 1
        self._request(f"DELETE {number_of(slug)}")
        there = find(self.now, number_of(slug))
        return self._data(there) if there else None


ROUNDS = [
    *(STOP, "DELETE 5", "LIST", STOP, "DELETE 5", "LIST"),
    *(STOP, "DELETE 5", "WAIT 2", "LIST", STOP, "DELETE 5", "WAIT 3", "LIST", STOP, "DELETE 5"),
]
PURGES = [STOP, "DELETE 5", "LIST", STOP, "DELETE 5", "LIST", "WAIT 2", STOP, "DELETE 5", "LIST", "WAIT 3"]


@pytest.mark.parametrize(
    ("kind", "files", "declaration", "desired", "requests", "actions"),
    [
        runs((BY, file(5)), NEW, [STOP, *UPLOAD_WITH_FLAGS, *ROUNDS], ["upload is_expose"], name="replaced"),
        runs((BY, file(5)), FLAGS, ROUNDS, [], name="absent", **ABSENT),
        runs(
            (BY, file(5, name="other")),
            Declaration("X", purges=True),
            [STOP, *UPLOAD, *PURGES, STOP, "DELETE 5", "LIST"],
            ["upload"],
            name="purged",
        ),
        runs(
            (file(5, exposed=True),),
            Declaration("X", deletes_first=True),
            [*PURGES, STOP, "DELETE 5", "LIST"],
            [],
            name="deleted first",
            kind=ANDROID_KEYSTORE,
        ),
    ],
)
def test_deletions_without_effect_are_repeated_and_reported(
    kind: FileKind,
    files: Files,
    declaration: Declaration,
    desired: dict[str, Any],
    requests: Sequence[str],
    actions: Sequence[str],
) -> None:
    (name,) = (one.name for one in files if one.slug == 5)
    run = Run(WithoutDeletions(files, kind=kind), declaration, **desired)
    assert run.requests == [STOP, *requests]
    assert run.error
    assert run.error.kind == "invalid_response"
    assert f"but still lists them: {name} (slug {FIFTH})." in run.error.message
    assert run.actions == actions
