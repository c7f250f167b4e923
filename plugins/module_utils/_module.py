# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way through the module: what main() of every module calls."""

from __future__ import annotations

import os
from importlib.util import find_spec

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.mobileops.ci.plugins.module_utils._entry import Entry, TaskContext
from ansible_collections.mobileops.ci.plugins.module_utils._errors import CiError


def run_module(entry: Entry) -> None:
    module = AnsibleModule(dict(entry.options.argument_spec), supports_check_mode=True, **entry.options.rules)
    for library in entry.requires:
        if find_spec(library) is None:
            # The message names the interpreter that misses it.
            error = CiError(missing_required_lib(library), kind="missing_library")
            module.fail_json(msg=error.message, error=error.as_dict())
    context = TaskContext(env=os.environ, check_mode=module.check_mode)
    result = entry.carry_out(module.params, context, diff=module._diff)
    # Not from inside an `except`: fail_json would add a traceback of its own to an expected error.
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)
