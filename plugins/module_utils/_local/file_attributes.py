# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes of files that a task writes: mode, owner, group and others.

The collection sets a numeric mode itself. ansible-core sets all other attributes with code of AnsibleModule, so a
task with such an option runs as a module.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import Any

from .._core.errors import LocalFileError, OptionError
from .._core.option_groups import OptionGroup

# As in ansible.builtin.copy, without unsafe_writes: a streamed file is always renamed at the end.
ATTRIBUTES = OptionGroup(
    {
        "mode": {"type": "raw"},
        "owner": {"type": "str"},
        "group": {"type": "str"},
        "seuser": {"type": "str"},
        "serole": {"type": "str"},
        "setype": {"type": "str"},
        "selevel": {"type": "str"},
        "attributes": {"type": "str", "aliases": ["attr"]},
    }
)
_NAMES = (*ATTRIBUTES.argument_spec, "attr")


def only_as_module(arguments: Mapping[str, Any]) -> str | None:
    """Return an option of the task that cannot be applied in-process, or None."""
    for name in _NAMES:
        value = arguments.get(name)
        if value is not None and (name != "mode" or _number(value) is None):
            return name
    return None


def set_mode(options: Mapping[str, Any], path: str, dry: bool) -> bool:
    """Give the file the numeric mode of the task. Return whether it had another mode. `dry`: only compare."""
    if options.get("mode") is None:
        return False
    requested = _number(options["mode"])
    if requested is None:
        raise OptionError(f"mode must consist of octal digits, such as '0640', got {options['mode']}.")
    try:
        differs = stat.S_IMODE(os.stat(path).st_mode) != requested
        if differs and not dry:
            os.chmod(path, requested)
    except OSError as error:
        raise LocalFileError(f"Could not set mode of {path}: {error.strerror}.") from error
    return differs


def _number(mode: Any) -> int | None:
    """Return the number of a mode in octal digits, or the number that YAML made of them. None for other values."""
    try:
        number = mode if isinstance(mode, int) and not isinstance(mode, bool) else int(str(mode), 8)
    except ValueError:
        return None
    return number if 0 <= number <= 0o7777 else None
