# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that name an artifact: module_utils._bitrise.artifacts.artifact_options.ARTIFACT."""

from __future__ import annotations


class ModuleDocFragment:
    ARTIFACT = r"""
options:
  slug:
    description:
      - Slug of the artifact, as in the result of M(mobileops.ci.bitrise_artifact_info).
      - Either O(slug) or O(title) is required. They are mutually exclusive.
    type: str
  title:
    description:
      - Title of the artifact, usually the name of a file. If several artifacts of the build have this title, the task
        lists their slugs and fails before any change.
    type: str
"""
