# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The usual attributes of files that a task writes: mode, owner, group and the like.

What is more than a numeric mode is the business of ansible-core, whose code for it is part of modules. So a task with
such an option runs as a module, wherever that is.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._core.errors import LocalFileError, OptionError
from .._core.option_groups import OptionGroup

if TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

# As ansible.builtin.copy has them, without unsafe_writes: what is streamed is always renamed in the end.
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
# ansible-core keeps check mode and error handling in the module, and the umask belongs to the whole process.
_ONE_AT_A_TIME = threading.Lock()
_NAMES = (*ATTRIBUTES.argument_spec, "attr")


def only_as_module(arguments: Mapping[str, Any]) -> str | None:
    """Which option of the task the controller cannot see to, if there is one."""
    for name in _NAMES:
        value = arguments.get(name)
        if value is not None and (name != "mode" or _number(value) is None):
            return name
    return None


def set_mode(options: Mapping[str, Any], path: str, dry: bool) -> bool:
    """Give the file the numeric mode of the task; whether it has another one. `dry`: only look."""
    if options.get("mode") is None:
        return False
    wanted = _number(options["mode"])
    if wanted is None:
        raise OptionError(f"mode: {options['mode']} is not a mode in octal digits, such as '0640'.")
    try:
        differs = stat.S_IMODE(os.stat(path).st_mode) != wanted
        if differs and not dry:
            os.chmod(path, wanted)
    except OSError as error:
        raise LocalFileError(f"mode: cannot be set for {path}: {error.strerror}.") from error
    return differs


def set_as_module(module: AnsibleModule, options: Mapping[str, Any], path: str, dry: bool) -> bool:
    """The same for all attributes, inside of a module. For several threads."""
    if only_as_module(options) is None:
        return set_mode(options, path, dry)

    def refuse(msg: str, **_more: Any) -> None:
        given = ", ".join(name for name in ATTRIBUTES.argument_spec if options.get(name) is not None)
        raise LocalFileError(f"{given}: cannot be set for {options.get('dest') or path}: {msg.rstrip('.')}.")

    with _ONE_AT_A_TIME:
        # It would end the module on the spot, with what is half done left behind.
        original, module.fail_json = module.fail_json, refuse
        check_mode, module.check_mode = module.check_mode, dry
        try:
            wanted = module.load_file_common_arguments(dict(options), path)
            return bool(module.set_fs_attributes_if_different(wanted, False, expand=False))
        finally:
            module.fail_json, module.check_mode = original, check_mode


def _number(mode: Any) -> int | None:
    """A mode in octal digits, or the number that YAML has made of them."""
    try:
        number = mode if isinstance(mode, int) and not isinstance(mode, bool) else int(str(mode), 8)
    except ValueError:
        return None
    return number if 0 <= number <= 0o7777 else None
