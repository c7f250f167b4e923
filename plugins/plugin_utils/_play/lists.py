# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists as users write them: in YAML, in a survey, on the command line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any


def is_blank(value: Any) -> bool:
    """Return whether a value says nothing, such as the answer to a survey question that was left out."""
    return value is None or (isinstance(value, str) and not value.strip())


def as_list(value: Any) -> list[Any]:
    """Return the value as a list.

    Accept a list, a text with commas or line breaks, a JSON list or dictionary, or a single value. Leave out empty
    entries. Raises ValueError for a text that begins like JSON and is not.
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
