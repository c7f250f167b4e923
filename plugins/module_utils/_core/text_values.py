# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that must be text. Without quotation marks YAML does not read 1.10, yes, 0123 and 12:30:45 as text.

ansible-core converts such a value to text without a warning: 1.10 becomes "1.1".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from .errors import OptionError

ADVICE = "Put it in quotation marks, or end its template with '| string'."


def require_text(what: str, value: Any, *, secret: bool = False) -> str:
    """Return the value if it is text, else raise OptionError. Its message quotes the value unless it is secret."""
    if isinstance(value, str):
        return value
    # Before ansible-core 2.19, text encrypted with ansible-vault is not a str. It is decrypted when it is used.
    if type(value).__name__ == "AnsibleVaultEncryptedUnicode":
        return str(value)
    raise OptionError(f"{what} must be text, but YAML reads it as {_reading(value, secret=secret)}. {ADVICE}")


def require_texts(option: str, values: Any) -> None:
    """Raise OptionError for an entry of the list that is not text. ansible-core splits a text with commas later."""
    if isinstance(values, (list, tuple)):
        for number, value in enumerate(values, 1):
            require_text(f"{option}: entry {number}", value)
    elif values is not None:
        require_text(option, values)


def _reading(value: Any, *, secret: bool) -> str:
    """Describe how YAML reads a value."""
    if isinstance(value, bool):
        # The original spelling is lost.
        return "true or false" if secret else f"the truth value {str(value).lower()}"
    if isinstance(value, (int, float)):
        return "a number" if secret else f"the number {value!r}"
    if isinstance(value, (dt.date, dt.time)):
        return "a date" if secret else f"the date {value.isoformat()}"
    if value is None:
        return "null"
    return "a dictionary" if isinstance(value, Mapping) else "a list"
