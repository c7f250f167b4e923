# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record of the actions that are complete, for the result and for the message of an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..._core.errors import CiError
from .actions import Delete, FileAction, Upload
from .kinds import FILE_KINDS
from .plan_app import AppPlan

_PAST = {"upload": "uploaded", "update": "updated", "delete": "deleted"}


class Journal:
    """The complete actions on one app. `actions` is the list of the app's outcome."""

    def __init__(self, actions: list[FileAction]) -> None:
        self.actions = actions

    def add(self, action: FileAction) -> None:
        self.actions.append(action)

    def add_deletion(self, action: Delete, response: Mapping[str, Any] | None) -> None:
        """Add a deletion, unless it was added before or the file did not exist any more, which a list may show late."""
        if response is not None and action not in self.actions:
            self.actions.append(action)

    def retract_deletions(self, deletions: Sequence[Delete]) -> None:
        """Remove deletions that had no effect."""
        slugs = {action.slug for action in deletions}
        self.actions[:] = [done for done in self.actions if not (isinstance(done, Delete) and done.slug in slugs)]

    def explain(self, plan: AppPlan, error: CiError) -> None:
        """Add notes to the error: the actions before it, and the files that a rerun deletes."""
        if not self.actions:
            return
        listed = ", ".join(f"{_PAST[action.action]} {_words(action)} {action.name}" for action in self.actions)
        error.notes.append(f"Done before the error: {listed}. Run again to finish.")
        waiting = [action for action in plan.actions_of("delete") if action not in self.actions]
        if waiting and any(isinstance(action, Upload) for action in self.actions):
            listed = ", ".join(f"{action.name} (slug {action.slug})" for action in waiting)
            error.notes.append(f"Replaced files that still exist: {listed}.")


def _words(action: FileAction) -> str:
    return next(kind.words for kind in FILE_KINDS if kind.name == action.kind)
