# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the module bitrise_provisioning_profile_info in-process if possible."""

from __future__ import annotations

from ..module_utils._bitrise.files.file_modules import PROVISIONING_PROFILE_INFO
from ..plugin_utils._in_process import InProcess


class ActionModule(InProcess):
    spec = PROVISIONING_PROFILE_INFO
