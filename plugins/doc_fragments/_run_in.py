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
      - Where the work is done. All that it takes is a way to the service, so it need not be the task's host.
      - V(controller) does it in the process of the controller that executes the task. That is many times faster,
        because no module has to be started. C(become) is passed over then, and C(async) is refused.
      - V(target) runs the module on the task's host.
      - V(auto) is V(controller) for a local connection without C(become) and C(async), as long as the controller's
        Python has the libraries; else V(target).
      - Without the option the variable C(mobileops_ci_run_in) is looked at.
    type: str
    choices: [auto, controller, target]
    default: auto
"""
