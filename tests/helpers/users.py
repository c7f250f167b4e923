# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another user than root, to whom permissions apply."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def unprivileged_user() -> Iterator[Path]:
    """Drop the rights of root, who may write anywhere, and yield a folder of the new user.

    Import all modules before, because that user may not be able to read Python itself.
    """
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        if root:
            os.chown(folder, 65534, -1)
            os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            if root:
                os.seteuid(0)
            Path(folder).chmod(0o700)
            for parent, folders, _files in os.walk(folder):
                for name in folders:
                    Path(parent, name).chmod(0o700)
