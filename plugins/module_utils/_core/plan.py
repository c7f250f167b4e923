# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan is: typed actions, and all that a user is shown of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True)
class Action:
    """One change to the service. Subclasses add what it takes, and name themselves."""

    action: ClassVar[str]

    def as_dict(self) -> dict[str, Any]:
        """The entry of the result's `actions`: at least action, kind, app_slug, slug, name; no secrets."""
        raise NotImplementedError


@dataclass(frozen=True)
class Plan:
    """What is to be done, in order, and the state around it in words that a diff can show."""

    actions: tuple[Action, ...] = ()
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        return bool(self.actions)

    def as_result(self) -> dict[str, Any]:
        return {"changed": self.changed, "actions": [action.as_dict() for action in self.actions]}

    @property
    def diff(self) -> dict[str, Any]:
        return {"before": dict(self.before), "after": dict(self.after)}
