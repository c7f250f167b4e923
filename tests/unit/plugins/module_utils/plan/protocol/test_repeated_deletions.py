# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletions that the service confirms, although they have no effect at first or at all."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
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
    Case,
    FaultyClient,
    Run,
    case,
)
from .planning import Declaration
from .run import find
from .scenarios import file
from .service import File, Files, number_of, ulid


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
    "expected",
    [
        case((BY, file(5)), NEW, [STOP, *UPLOAD_WITH_FLAGS, *ROUNDS], ["upload is_expose"], name="replaced"),
        case((BY, file(5)), FLAGS, ROUNDS, [], name="absent", **ABSENT),
        case(
            (BY, file(5), file(6)),
            NEW,
            [STOP, *UPLOAD_WITH_FLAGS, *ROUNDS],
            ["upload is_expose"],
            name="replaced, by its slug",
            slug=FIFTH,
        ),
        case(
            (BY, file(5, name="other")),
            Declaration("X", purges=True),
            [STOP, *UPLOAD, *PURGES, STOP, "DELETE 5", "LIST"],
            ["upload"],
            name="purged",
        ),
        case(
            (file(5, exposed=True),),
            Declaration("X", deletes_first=True),
            [*PURGES, STOP, "DELETE 5", "LIST"],
            [],
            name="deleted first",
            kind=ANDROID_KEYSTORE,
        ),
    ],
)
def test_deletions_without_effect_are_repeated_and_reported(expected: Case) -> None:
    (name,) = (one.name for one in expected.files if one.slug == 5)
    run = expected.run(WithoutDeletions(expected.files, kind=expected.kind))
    assert run.requests == [STOP, *expected.requests]
    assert run.error
    assert run.error.kind == "invalid_response"
    assert f"but still lists them: {name} (slug {FIFTH})." in run.error.message
    assert run.actions == expected.actions


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
