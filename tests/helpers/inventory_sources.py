# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sources for the inventory plugin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

NAME = "mobileops.ci.bitrise"


def write(path: Path, config: Any) -> str:
    """Write a source for the plugin, given as text or without the key `plugin`, and return its path."""
    text = config if isinstance(config, str) else yaml.safe_dump({"plugin": NAME, **config})
    path.write_text(text, encoding="utf-8")
    return str(path)
