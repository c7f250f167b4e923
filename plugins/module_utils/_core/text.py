# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text for people: lists of names, and text of others in one line without control characters and long words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

LONGEST_WORD = 500
LONGEST_LINE = 8_000

# CSI and OSC sequences, and escapes of two characters.
_ESCAPE_SEQUENCE = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\\]|\x9d)[^\x07\x1b\x9c]{0,500}(?:\x07|\x1b\\\\|\x9c)|\x1b[ -~]"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Marks that change the order in which text is shown, invisible tags, and halves of surrogate pairs.
_DECEPTIVE = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f]")
_LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")

_DATE = re.compile(r"\d{4}-\d\d-\d\d(T[\d:]+Z)?(, [\w ]+ ago)?")


def clean(text: str) -> str:
    """Return the text as one line without escape sequences, control characters and bidirectional marks."""
    text = _ESCAPE_SEQUENCE.sub("", text)
    return _DECEPTIVE.sub("\ufffd", _CONTROL.sub(" ", text))


def cut(text: str, most: int) -> str:
    """Return the text with at most `most` characters. A longer text keeps its beginning and a part of its end."""
    if len(text) <= most:
        return text
    end = most // 5
    return f"{text[: most - end - 5]} ... {text[-end:]}"


def one_line(text: str) -> str:
    """Return a message, a warning or a line of progress in clean form, with long names cut."""
    text = _LONG_WORD.sub(lambda word: cut(word[0], LONGEST_WORD), clean(text))
    return cut(text, LONGEST_LINE)


def clean_diff(value: Any) -> Any:
    """Return a diff with clean text. Keys that become equal get a number."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        result: dict[Any, Any] = {}
        for key, item in value.items():
            name = first = clean(key) if isinstance(key, str) else key
            number = 1
            while name in result:
                number += 1
                name = f"{first} ({number})"
            result[name] = clean_diff(item)
        return result
    return [clean_diff(item) for item in value] if isinstance(value, (list, tuple)) else value


def name_some(names: Iterable[str], most: int = 10) -> str:
    """Return the names for a sentence: the first ones, and the number of the others if there are several."""
    listed = list(names)
    if len(listed) <= most + 1:
        return ", ".join(listed)
    return f"{', '.join(listed[:most])} and {len(listed) - most} more"


def plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def without_dates(text: str) -> str:
    """Return the text with three dots instead of each date, and of its age if one follows."""
    return _DATE.sub("...", text)


def composed(name: str) -> str:
    """Return the name in the form NFC, in which names are compared. macOS writes some file names in NFD."""
    return unicodedata.normalize("NFC", name)


def safe_file_name(*parts: str) -> str:
    """Return one file name made of text of others. The name cannot lead out of its directory."""
    name = "_".join(re.sub(r"[^A-Za-z0-9._-]+", "_", part) for part in parts).lstrip(".")
    return name[:200] or "_"
