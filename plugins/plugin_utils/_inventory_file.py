# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recognize the configuration of an inventory plugin by its key `plugin`, under any file name."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import yaml

_VAULT_HEADER = b"$ANSIBLE_VAULT;"
# A longer file is data for another plugin. ansible-core offers every inventory source to the plugin.
_MAX_BYTES = 1024 * 1024


def is_encrypted(path: str) -> bool:
    """Return whether the whole file is encrypted with ansible-vault."""
    return _content(path).startswith(_VAULT_HEADER)


def is_meant_for(plugin: str, path: str) -> bool:
    """Return whether the file names the plugin at its top level, or may do so because it is encrypted as a whole.

    Never raises. Files that do not contain the plugin's name are not parsed, and pipes and devices are not read, so
    that other inventory plugins find them untouched.
    """
    content = _content(path)
    if content.startswith(_VAULT_HEADER):
        return True
    if plugin.encode() not in content:
        return False
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    try:
        # Nodes only, so that tags such as !vault need no constructor.
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except RecursionError:
        return False
    except yaml.YAMLError:
        # Claim a broken file that names the plugin, so that the user gets one error about it.
        return bool(re.search(rf"^(['\"]?)plugin\1\s*:\s*(['\"]?){re.escape(plugin)}\2\s*(#|$)", text, re.MULTILINE))
    entries = root.value if isinstance(root, yaml.MappingNode) else []
    return any(key.value == "plugin" and value.value == plugin for key, value in entries)


def _content(path: str) -> bytes:
    """Return the content of a regular file of ordinary size, else nothing."""
    try:
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_BYTES:
            return b""
        return Path(path).read_bytes()
    except (OSError, ValueError):
        return b""
