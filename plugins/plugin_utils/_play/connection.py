# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of modules as variables of roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...module_utils._bitrise.options import BITRISE
from ...module_utils._core.option_groups import OptionGroup

_FILLED_IN = ("default", "fallback", "required")


def as_variables(group: OptionGroup, *without: str) -> dict[str, dict[str, Any]]:
    """Return the specification of variables for these options.

    Without a variable its option is omitted, so that `module_defaults`, the environment and the default of the module
    apply, in this order.
    """
    return {
        name: {key: value for key, value in spec.items() if key not in _FILLED_IN}
        for name, spec in group.argument_spec.items()
        if name not in without
    }


# The connection to Bitrise.
CONNECTION = as_variables(BITRISE)


def connection_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the connection options among the values of a host's variables."""
    return {name: values[name] for name in CONNECTION if name in values}
