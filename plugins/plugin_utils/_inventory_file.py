# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a file is the configuration of an inventory plugin: by its key `plugin`, also where its YAML is broken."""

from __future__ import annotations

import re

import yaml


def is_meant_for(plugin: str, path: str) -> bool:
    """Whether the file names the plugin at its top level, or may do so because it is encrypted as a whole."""
    try:
        with open(path, encoding="utf-8-sig") as source:
            text = source.read()
    except (OSError, ValueError):
        return False
    if text.startswith("$ANSIBLE_VAULT;"):
        return True
    try:
        # Nodes only: tags such as !vault are nothing that has to be understood here.
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        # Claimed all the same, so that the user is told what is wrong with the file.
        return bool(re.search(rf"^(['\"]?)plugin\1\s*:\s*(['\"]?){re.escape(plugin)}\2\s*(#|$)", text, re.MULTILINE))
    entries = root.value if isinstance(root, yaml.MappingNode) else []
    return any(key.value == "plugin" and value.value == plugin for key, value in entries)
