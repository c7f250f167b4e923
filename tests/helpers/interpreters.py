# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interpreter for modules."""

from __future__ import annotations

from pathlib import Path


def without_spaces(python: Path, folder: Path) -> Path:
    """Return another path of the interpreter: ansible-core 2.19 and older cannot start a module if it has a space."""
    if " " not in str(python):
        return python
    environment = folder / "environment"
    environment.symlink_to(python.parent.parent)
    return environment / "bin" / python.name
