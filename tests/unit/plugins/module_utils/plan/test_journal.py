# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The complete actions on one app."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.actions import (
    Delete,
    FileAction,
    Update,
    Upload,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.journal import Journal
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError


def deletion(slug: str) -> Delete:
    return Delete("provisioning_profile", "app", slug, "dist", reason="replaced")


def test_only_deletions_without_effect_are_retracted() -> None:
    done: list[FileAction] = [Update("provisioning_profile", "app", "B", "dist"), deletion("A"), deletion("B")]
    journal = Journal(list(done))
    journal.retract_deletions([deletion("B")])
    assert journal.actions == done[:2]


def test_a_deletion_is_added_once() -> None:
    journal = Journal([])
    for response in ({}, None, {"slug": "A"}):
        journal.add_deletion(deletion("A"), response)
    assert journal.actions == [deletion("A")]
    journal.add_deletion(deletion("B"), None)
    assert journal.actions == [deletion("A")]


UPLOAD = Upload("provisioning_profile", "app", None, "dist", size=1, sha256="a")


class Plan:
    """The deletions of a plan."""

    def __init__(self, *slugs: str) -> None:
        self._deletions = [deletion(slug) for slug in slugs]

    def actions_of(self, phase: str) -> list[Delete]:
        return self._deletions if phase == "delete" else []


@pytest.mark.parametrize(
    ("done", "planned", "notes"),
    [
        pytest.param([], ["A"], [], id="nothing done"),
        pytest.param([UPLOAD], [], ["uploaded provisioning profile dist"], id="nothing to delete"),
        pytest.param([deletion("A")], ["A", "B"], ["deleted provisioning profile dist"], id="no upload"),
        pytest.param(
            [UPLOAD, deletion("A")],
            ["A", "B"],
            ["uploaded provisioning profile dist, deleted provisioning profile dist", "dist (slug B)"],
            id="not all deleted",
        ),
    ],
)
def test_an_error_says_what_was_done_and_what_remains(
    done: list[FileAction], planned: list[str], notes: list[str]
) -> None:
    error = CiError("It failed.")
    plan: Any = Plan(*planned)
    Journal(done).explain(plan, error)
    texts = ("Done before the error: {}. Run again to finish.", "Replaced files that still exist: {}.")
    assert error.notes == [text.format(note) for text, note in zip(texts, notes, strict=False)]
