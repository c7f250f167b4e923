# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of modules about a build: module_utils._bitrise.builds.build_options."""

from __future__ import annotations


class ModuleDocFragment:
    BUILD = r"""
options:
  build_slug:
    description:
      - Slug of the build, as in the address of its page and in the result of M(mobileops.ci.bitrise_build_info).
    type: str
    required: true
"""
