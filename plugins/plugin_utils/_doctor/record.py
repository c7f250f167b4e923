# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the record of the doctor: a file that users may attach to a public report."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import secrets
from collections.abc import Mapping
from typing import Any

from ...module_utils._core.errors import LocalFileError

# Increases if the meaning of a key changes.
FORMAT = 1


def write_record(path: str, content: Mapping[str, Any]) -> str:
    """Write the record, and return its absolute path. Raise LocalFileError."""
    target = os.path.abspath(os.path.expanduser(os.path.expandvars(path)))
    made_at = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    record = {"format": FORMAT, "made_at": made_at, **content}
    text = json.dumps(record, indent=2) + "\n"
    if os.path.lexists(target) and not os.path.isfile(target):
        raise LocalFileError(f"doctor_record: {target} is not a file. Set it to the path of a file to write.")
    temporary = f"{target}.{secrets.token_hex(4)}.new"
    try:
        with open(temporary, "x", encoding="ascii") as file:
            file.write(text)
        os.replace(temporary, target)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise LocalFileError(f"doctor_record: {target} cannot be written ({error.strerror}).") from None
    return target
