# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undocumented behavior of the service that a task has observed. Observations in one app hold for all others."""

from __future__ import annotations

import threading
from collections.abc import Callable


class ObservedBehavior:
    """Observations, shared by all clients of a task. None: unknown yet."""

    def __init__(self) -> None:
        self.changes_unconfirmed: bool | None = None  # whether flags of a file can be set before it is confirmed
        self.lists_late: bool | None = None  # whether a list lags behind changes
        self.token_is_valid: bool | None = None
        self.changed_names: dict[tuple[str, str], str] = {}  # by kind and name: the name that the service stores
        # One thread observes, the others wait for it.
        self._unconfirmed = threading.Lock()
        self._token = threading.Lock()
        self._lists = threading.Lock()

    def change_unconfirmed(self, change: Callable[[], bool | None]) -> bool:
        """Return whether a file was changed before its confirmation.

        `change` sends the change. It returns None if it could not observe whether the service supports that.
        """
        if self.changes_unconfirmed is None:
            with self._unconfirmed:
                if self.changes_unconfirmed is None:
                    self.changes_unconfirmed = change()
                    return bool(self.changes_unconfirmed)
        return self.changes_unconfirmed and bool(change())

    def check_token(self, is_valid: Callable[[], bool]) -> bool:
        """Return whether the token is valid. Call `is_valid` only once in a task."""
        with self._token:
            if self.token_is_valid is None:
                self.token_is_valid = is_valid()
        return self.token_is_valid

    def note_list(self, *, is_late: bool) -> None:
        """Record whether a list lagged behind the changes of this task."""
        with self._lists:
            self.lists_late = is_late or bool(self.lists_late)
