# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The complete actions on one app."""

from __future__ import annotations

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.actions import Delete, FileAction, Update
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.journal import Journal


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
