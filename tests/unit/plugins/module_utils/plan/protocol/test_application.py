# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The application of a plan: its requests in their order, what it asks before each change, what it reports."""

from __future__ import annotations

import hashlib
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
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.observe import DeclaredFile
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.plan_app import Policy
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.reconcile import (
    FilesOutcome,
    apply_app,
    prepare_app,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.verify import NONE
from ansible_collections.mobileops.ci.plugins.module_utils._local.read_file import Content

from .application import (
    ABSENT,
    BY,
    FIFTH,
    FLAGS,
    NEW,
    STOP,
    UPLOAD,
    UPLOAD_WITH_FLAGS,
    Case,
    FaultyClient,
    Run,
    case,
    undisturbed,
)
from .client import ModelClient, ModelInspections
from .planning import PROTOCOL, Declaration
from .scenarios import file, slot
from .service import APP, BYSTANDER, bytes_of, digest_of


@pytest.mark.parametrize(
    "expected",
    [
        case((BY,), NEW, [STOP, *UPLOAD], ["upload"], name="upload"),
        case(
            (file(5),),
            Declaration(None, is_expose=True),
            [STOP, "PATCH is_expose"],
            ["update is_expose"],
            name="update",
        ),
        case(
            (file(5, "X"),),
            Declaration("X", is_protected=True, is_expose=True),
            [STOP, "PATCH is_expose", "PATCH is_protected"],
            ["update is_expose, is_protected"],
            name="protection comes last",
        ),
        case(
            (BY,),
            Declaration("X", is_protected=True),
            [STOP, *UPLOAD, "LIST", "PATCH is_protected"],
            ["upload is_protected"],
            name="protection of an upload is no further action",
        ),
        case(
            (file(5), slot(6)),
            Declaration("X", is_protected=True),
            [
                *(STOP, *UPLOAD_WITH_FLAGS),
                *(STOP, "DELETE 5", "LIST", "PATCH is_protected"),
                *(STOP, "GET 6", "DELETE 6"),
            ],
            ["upload is_expose, is_protected", "delete 5 replaced", "delete 6 leftover"],
            name="replace, protect, delete a leftover",
        ),
        *(
            case(
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
        case(
            (BY, file(3, name="other"), slot(2, name="others")),
            Declaration("X", purges=True),
            [STOP, *UPLOAD, STOP, "GET 2", "DELETE 2", STOP, "DELETE 3", "LIST"],
            ["upload", "delete 2 undeclared", "delete 3 undeclared"],
            name="purge",
        ),
        case((file(5),), FLAGS, [STOP, "DELETE 5", "LIST"], ["delete 5 absent"], name="absent", **ABSENT),
        case(
            (file(5), file(6)),
            FLAGS,
            [STOP, "DELETE 5", "LIST"],
            ["delete 5 absent"],
            name="absent, by its slug",
            slug=FIFTH,
            **ABSENT,
        ),
        case(
            (file(5), file(6)),
            NEW,
            [STOP, *UPLOAD_WITH_FLAGS, STOP, "DELETE 5", "LIST"],
            ["upload is_expose", "delete 5 replaced"],
            name="replaced, by its slug",
            slug=FIFTH,
        ),
        case(
            (file(5, exposed=True), slot(6)),
            Declaration("X", deletes_first=True),
            [STOP, "GET 6", "DELETE 6", STOP, "DELETE 5", "LIST", STOP, *UPLOAD, "LIST"],
            ["delete 6 leftover", "delete 5 replaced", "upload"],
            name="the files with the key of the new one are deleted first",
            kind=ANDROID_KEYSTORE,
        ),
        case(
            (file(5, exposed=True),),
            Declaration("X", deletes_first=True),
            [STOP, "DELETE 5", "LIST", STOP, *UPLOAD, "LIST"],
            ["delete 5 replaced", "upload"],
            name="the file with the key of the new one is deleted first",
            kind=ANDROID_KEYSTORE,
        ),
        case(
            (BY, slot(6)),
            NEW,
            [STOP, "GET 6", "DELETE 6", STOP, *UPLOAD],
            ["delete 6 leftover", "upload"],
            name="a leftover with the key of the new one is deleted first",
            kind=ANDROID_KEYSTORE,
        ),
    ],
)
def test_a_run_asks_before_each_change_whether_it_may_go_on(expected: Case) -> None:
    run = expected.run(ModelClient(expected.kind, expected.files, undisturbed))
    assert run.error is None
    assert run.requests == [STOP, *expected.requests]
    assert run.actions == expected.actions
    assert not [text for text in run.outcome.warnings if "list" in text]
    digests = [one.sha256 for _kind, one in run.outcome.files if one.name != BYSTANDER]
    content = expected.declaration.content
    digest = digest_of(content) if content else None
    assert digests == ([digest] if expected.desired.get("present", True) else [])


def test_the_content_of_an_upload_is_not_downloaded_again() -> None:
    class NotReadable(ModelClient):
        def download(self, url: str, open_sink: Any, what: str, *, most_bytes: int | None = None) -> None:
            assert not url.endswith(":10")
            super().download(url, open_sink, what, most_bytes=most_bytes)

    run = Run(NotReadable(PROVISIONING_PROFILE, (BY, file(5)), undisturbed), NEW)
    assert run.requests[-2:] == ["DELETE 5", "LIST"]


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


def test_a_replacement_with_another_purpose_is_a_warning() -> None:
    run = Run(ModelClient(PROVISIONING_PROFILE, (BY, file(5, "Q")), undisturbed), NEW)
    (warning,) = run.outcome.warnings
    assert warning.startswith("Provisioning profile N of app app1: the declared file has the ")
    assert warning.endswith(" OURS, the file that it replaces has Q.")


def test_a_plan_is_applied_with_the_client_of_its_thread() -> None:
    first, second = (ModelClient(PROVISIONING_PROFILE, (BY, file(5)), undisturbed) for _number in range(2))
    content = Content.of(bytes_of("X"))
    declared = {PROVISIONING_PROFILE: [DeclaredFile(NEW.desired(PROVISIONING_PROFILE, PROTOCOL), content, verify=NONE)]}
    prepared = prepare_app(cast(BitriseClient, first), APP, declared, Policy(), inspections=ModelInspections())
    first.requests.clear()
    apply_app(cast(BitriseClient, second), prepared, FilesOutcome(), check_mode=False)
    assert first.requests == []
    assert second.requests == [*UPLOAD_WITH_FLAGS, "DELETE 5", "LIST"]


def test_a_diff_shows_that_no_file_of_a_purged_kind_is_left() -> None:
    client = ModelClient(PROVISIONING_PROFILE, (BY, file(5, "X"), file(3, name="other")), undisturbed)
    run = Run(client, Declaration("X", purges=True))
    assert run.actions == ["delete 3 undeclared"]
    assert list(run.outcome.before[PROVISIONING_PROFILE.plural]) == ["other"]
    assert run.outcome.after == {PROVISIONING_PROFILE.plural: {}}
