# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remove options that do not exist from the arguments of a task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def known_options(options: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that the argument specification contains, at every level.

    ansible-core masks the values of options with no_log, and a misspelt option has no no_log.
    """
    described = {alias: option for name, option in spec.items() for alias in (name, *(option.get("aliases") or ()))}
    return {
        name: _known_value(value, described[name].get("options"))
        for name, value in options.items()
        if name in described
    }


def _known_value(value: Any, spec: Mapping[str, Any] | None) -> Any:
    if not spec:
        return value
    if isinstance(value, Mapping):
        return known_options(value, spec)
    if isinstance(value, (list, tuple)):
        return [_known_value(item, spec) for item in value]
    return None  # ansible-core parses a dictionary from this text, which may contain anything
