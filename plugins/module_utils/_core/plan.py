# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans: typed actions, and the form in which results show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True)
class Action:
    """One change to the service. A subclass adds the values that it needs, and sets `action`."""

    action: ClassVar[str]

    def as_dict(self) -> dict[str, Any]:
        """Return the entry of the result's `actions`: at least action, kind, app_slug, slug, name. No secrets."""
        raise NotImplementedError


@dataclass(frozen=True)
class Plan:
    """Actions in order, and the state before and after them, as a diff shows it."""

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
