# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Helpers for tests of the doctor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.doctor.checks import Check


def statuses(checks: Iterable[Check]) -> dict[str, str]:
    """Return the status of each check by its name. The last one counts if several have one name."""
    return {check.name: check.status for check in checks}


def only(checks: Iterable[Check], status: str) -> Check:
    """Return the one check with this status."""
    (found,) = [check for check in checks if check.status == status]
    return found


def by_name(result: Mapping[str, Any], group: str) -> dict[str, dict[str, Any]]:
    """Return the checks of a group in the result of the module."""
    return {check["name"]: check for check in result["checks"] if check["group"] == group}
