# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entry point shared by all modules."""

from __future__ import annotations

import json
import os
import sys
from functools import partial
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from .._core import controller_process as _controller
from .._core.errors import CiError
from .._local.task_files import reader
from .known_options import known_options
from .module_attributes import set_as_module
from .module_spec import ModuleSpec, TaskContext, failure


class _Module(AnsibleModule):
    def add_path_info(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return the result unchanged. It has the same facts about a file in-process and as a module."""
        return kwargs

    params: dict[str, Any]

    def __init__(self, spec: ModuleSpec) -> None:
        self._spec = spec
        super().__init__(dict(spec.options.argument_spec), supports_check_mode=True, **spec.options.rules)

    def _load_params(self) -> None:
        """Normalize the arguments before their validation. The action plugin usually did so before."""
        super()._load_params()
        try:
            self.params = self._spec.prepared(self.params)
        except CiError as error:
            # fail_json() needs properties that AnsibleModule does not have yet.
            sys.stdout.write(json.dumps(failure(error)))
            raise SystemExit(1) from None

    def fail_json(self, msg: str, **kwargs: Any) -> None:
        """Fail without the values of unknown options. A misspelt option may hold a secret, which no_log misses."""
        self.params = known_options(self.params, self.argument_spec)
        super().fail_json(msg, **kwargs)


def run_module(spec: ModuleSpec) -> None:
    """Read the arguments of the module process, execute the task and print its result."""
    _controller.watch_from(os.environ)
    # Before the arguments are validated, so that the archive of files is removed even if validation fails.
    read_file = reader(os.environ, spec.read_path)
    module = _Module(spec)
    set_attributes = partial(set_as_module, module)
    context = TaskContext(os.environ, module.check_mode, read_file, set_attributes=set_attributes)
    result = spec.execute(module.params, context, diff=module._diff)
    for text in result.pop("warnings", []):
        module.warn(text)
    # Not in an `except` block, in which fail_json would add a traceback to an expected error.
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)
