# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The application of a plan: its requests in their order, what it asks before each change, what it reports."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, cast

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.evidence import marker_name
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    PROJECT_FILE,
    PROVISIONING_PROFILE,
    FileKind,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.observe import Observer

from .application import STOP, Disturb, FaultyClient, LateClient, Run, undisturbed
from .client import ModelClient
from .planning import Declaration
from .run import find, without_file
from .scenarios import file, slot
from .service import APP, BYSTANDER, File, Files, digest_of, number_of, ulid

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
        runs(
            (file(5, exposed=True),),
            Declaration("X", deletes_first=True),
            [STOP, "DELETE 5", "LIST", STOP, *UPLOAD, "LIST"],
            ["delete 5 replaced", "upload"],
            name="the file with the key of the new one is deleted first",
            kind=ANDROID_KEYSTORE,
        ),
        runs(
            (BY, slot(6)),
            NEW,
            [STOP, "GET 6", "DELETE 6", STOP, *UPLOAD],
            ["delete 6 leftover", "upload"],
            name="a leftover with the key of the new one is deleted first",
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


def test_a_newer_file_that_cannot_be_compared_is_refused() -> None:
    newer = file(20, "O", protected=True, old=False)
    client = ModelClient(PROVISIONING_PROFILE, (BY, file(5)), uploads_before_the_deletion(newer))
    run = Run(client, NEW, on_unverifiable="fail")
    assert run.error
    assert run.error.kind == "unverifiable"
    assert newer in client.now


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
            (BY, file(5), file(6)),
            NEW,
            [STOP, *UPLOAD_WITH_FLAGS, *ROUNDS],
            ["upload is_expose"],
            name="replaced, by its slug",
            slug=FIFTH,
        ),
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


@pytest.mark.parametrize(
    ("more", "is_expose"),
    [
        pytest.param((), None, id="the new file"),
        pytest.param((file(5, "X", exposed=True),), False, id="the file of an interrupted run"),
    ],
)
def test_the_last_file_with_a_given_slug_is_protected_last(more: Files, *, is_expose: bool | None) -> None:
    client = WithoutDeletions((BY, file(4, "L"), *more))
    declaration = Declaration("X", is_protected=True, is_expose=is_expose)
    run = Run(client, declaration, slug=ulid(4, is_old=True), on_unverifiable="warn")
    assert run.error
    assert "but still lists them" in run.error.message
    assert "PATCH is_protected" not in run.requests


def test_one_marker_is_enough_for_repeated_deletions() -> None:
    client = WithoutDeletions((BY, file(5, "L", protected=True)))
    client.deletions = 1
    run = Run(client, NEW)
    assert run.requests[2:] == [
        *(*UPLOAD_WITH_FLAGS, "POST marker", STOP, "DELETE 5", "LIST"),
        *(STOP, "DELETE 5", "LIST", "PATCH is_protected", "DELETE 11"),
    ]


def test_without_ordered_slugs_a_deleted_file_in_a_late_list_is_no_copy() -> None:
    class Unordered(WithoutDeletions):
        deletions = 1

        def _data(self, file: File) -> dict[str, Any]:
            data = super()._data(file)
            return {**data, "slug": f"slug{file.slug:016d}"} if file.is_processed else data

    client = Unordered((BY, file(5)))
    run = Run(client, NEW)
    assert run.error is None
    assert run.requests[2:] == [*UPLOAD_WITH_FLAGS, STOP, "DELETE 5", "LIST", STOP, "DELETE 5", "LIST"]
    assert run.actions == ["upload is_expose", "delete 5 replaced"]


@pytest.mark.parametrize(("kind", "has_key"), [(PROVISIONING_PROFILE, False), (PROJECT_FILE, True)])
def test_a_marker_has_the_name_of_the_file_and_a_key_of_its_own(kind: FileKind, *, has_key: bool) -> None:
    client = FaultyClient((BY, file(5, "L", protected=True)), kind=kind)
    assert Run(client, Declaration("X", has_key=has_key)).error is None
    name = marker_name("N")
    digest = hashlib.sha256(name.encode()).hexdigest()[:16].upper()
    key = {"user_env_key": f"MOBILEOPS_CI_PROTECT_{digest}"} if has_key else {}
    assert client.created[1] == {"upload_file_name": name, "upload_file_size": 1, **key}


def test_flags_that_someone_sets_right_before_the_deletion_are_inherited() -> None:
    def protect(client: ModelClient, _number: int) -> str:
        if client.requests[-2:] == ["CONFIRM", STOP]:
            client.now = tuple(one._replace(is_protected=True) if one.slug == 5 else one for one in client.now)
        return ""

    client = ModelClient(PROVISIONING_PROFILE, (BY, file(5)), protect)
    run = Run(client, NEW)
    assert run.requests[-2:] == ["LIST", "PATCH is_protected"]
    assert [(one.slug, one.is_protected) for one in client.now] == [(1, False), (10, True)]


@pytest.mark.parametrize(
    ("declaration", "response"),
    [
        (NEW, {"message": "deleted"}),
        (FLAGS, {"message": "deleted"}),
        (FLAGS, {"slug": FIFTH, "is_protected": "odd"}),
    ],
)
def test_a_deletion_may_have_a_response_without_the_file(declaration: Declaration, response: dict[str, Any]) -> None:
    class Brief(FaultyClient):
        def _delete_file(self, slug: str) -> dict[str, Any] | None:
            super()._delete_file(slug)
            return response

    run = Run(Brief((BY, file(5))), declaration, present=bool(declaration.content))
    assert run.error is None
    assert run.requests[-2:] == ["DELETE 5", "LIST"]


def test_a_file_is_deleted_with_its_leftovers() -> None:
    client = ModelClient(PROVISIONING_PROFILE, (slot(4), file(5), slot(6)), undisturbed)
    run = Run(client, FLAGS, **ABSENT)
    assert sorted(run.actions) == ["delete 4 leftover", "delete 5 absent", "delete 6 leftover"]
    assert client.now == ()
