# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a task does its work: module_utils._core.option_groups.RUN."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  run_in:
    description:
      - Place where the task runs. The task needs a connection to the service only, so it need not run on its host.
      - V(controller) runs the task in-process, in the process of the controller. This is many times faster, because
        Ansible does not have to start a module. The task then ignores C(become) and rejects C(async).
      - V(target) runs the module on the host of the task.
      - V(auto) is V(controller) for a local connection without C(become) and C(async), if the controller is not on
        macOS, its Python has the libraries, and the task does not set a symbolic C(mode), an owner or another attribute
        of a file that only a module can set. Otherwise it is V(target).
      - If omitted, the variable C(mobileops_ci_run_in) is used.
    type: str
    choices: [auto, controller, target]
    default: auto
"""
