# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read lists that users write in YAML, in a survey or on the command line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any


def is_blank(value: Any) -> bool:
    """Return whether a value is empty, such as an omitted answer in a survey."""
    return value is None or (isinstance(value, str) and not value.strip())


def as_list(value: Any) -> list[Any]:
    """Return the value as a list.

    Accept a list, a text with commas or line breaks, a JSON list or dictionary, or a single value. Omit empty entries.
    Raise ValueError for a text that begins like JSON and is not valid.
    """
    if isinstance(value, str):
        value = _from_text(value)
    if isinstance(value, Mapping) or not isinstance(value, (list, tuple, set, frozenset)):
        value = [value]
    return [entry.strip() if isinstance(entry, str) else entry for entry in value if not is_blank(entry)]


def _from_text(text: str) -> Any:
    text = text.strip()
    if text.startswith(("[", "{")):
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError("it begins like JSON, but cannot be parsed as JSON") from error
    return re.split(r"[,\n]", text)
