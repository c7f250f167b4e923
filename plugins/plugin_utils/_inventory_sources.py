# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record the result of the inventory plugin for each source, for the playbooks that run in the same process.

ansible-core converts the error of an inventory source to a warning and continues. The playbooks of this collection read
the reason for missing apps here, and fail with that error.
"""

from __future__ import annotations

_failed: dict[str, str] = {}
_without_hosts: dict[str, str] = {}
_problems: list[str] = []


def begin(source: str) -> None:
    """Forget the last result of the source, which is read (again) now."""
    _failed.pop(source, None)
    _without_hosts.pop(source, None)


def record_failure(source: str, message: str) -> None:
    _failed[source] = message


def record_no_hosts(source: str, reason: str) -> None:
    _without_hosts[source] = reason


def failed_sources() -> dict[str, str]:
    """Return the error message of each source that failed."""
    return dict(_failed)


def sources_without_hosts() -> dict[str, str]:
    """Return the reason for each source that was read and contains no app."""
    return dict(_without_hosts)


def record_problem(message: str) -> None:
    """Keep why hosts cannot be selected, for a play that runs nevertheless. An empty text means no problem."""
    _problems[:] = [message] if message else []


def selection_problems() -> list[str]:
    return list(_problems)
