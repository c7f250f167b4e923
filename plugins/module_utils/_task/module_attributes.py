# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes of files that only ansible-core can set, with code of AnsibleModule."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from .._core.errors import LocalFileError
from .._local.file_attributes import ATTRIBUTES, only_as_module, set_mode

# Check mode and error handling of ansible-core are state of the module, and the umask is state of the process.
_ONE_AT_A_TIME = threading.Lock()


def set_as_module(module: AnsibleModule, options: Mapping[str, Any], path: str, dry: bool) -> bool:
    """Give the file all attributes of the task, in a module. Several threads may call it. See set_mode()."""
    if only_as_module(options) is None:
        return set_mode(options, path, dry)

    def raise_error(msg: str, **_more: Any) -> None:
        given = ", ".join(name for name in ATTRIBUTES.argument_spec if options.get(name) is not None)
        raise LocalFileError(f"Could not set {given} of {options.get('dest') or path}: {msg.rstrip('.')}.")

    with _ONE_AT_A_TIME:
        # The module's own fail_json would end the process without a clean-up.
        original, module.fail_json = module.fail_json, raise_error
        check_mode, module.check_mode = module.check_mode, dry
        try:
            requested = module.load_file_common_arguments(dict(options), path)
            return bool(module.set_fs_attributes_if_different(requested, False, expand=False))
        finally:
            module.fail_json, module.check_mode = original, check_mode
