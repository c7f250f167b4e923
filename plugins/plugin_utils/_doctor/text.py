# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of the doctor: a line for each check, and advice below it."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...module_utils._bitrise.doctor.checks import FAILED, OK, SKIPPED, WARNING
from ...module_utils._bitrise.doctor_hint import DOCTOR

TITLES = {
    "environment": "Environment",
    "connection": "Connection",
    "token": "Token",
    "declared": "Declarations",
    "behavior": "Behavior",
}
_MARKS = {OK: "\u2713", WARNING: "!", FAILED: "\u2717", SKIPPED: "-"}
_ASCII_MARKS = {OK: "+", WARNING: "!", FAILED: "x", SKIPPED: "-"}
_COLORS = {OK: "green", WARNING: "yellow", FAILED: "red", SKIPPED: "dark gray"}
_WIDTH = 120
_INDENT = " " * 4


def needs_ascii() -> bool:
    """Return whether the screen cannot show the marks."""
    # ansible-core replaces sys.stdout in the processes of tasks.
    encoding = getattr(sys.__stdout__, "encoding", None) or "ascii"
    try:
        "".join(_MARKS.values()).encode(encoding)
    except (UnicodeError, LookupError):
        return True
    return False


def lines_of(checks: Iterable[Mapping[str, Any]], *, ascii_only: bool) -> Iterator[tuple[str, str | None]]:
    """Yield each line with its color. `checks`: as results of the module, in the order of their groups.

    Equal advice of several checks of a group is below the first one only.
    """
    marks = _ASCII_MARKS if ascii_only else _MARKS
    group = None
    advised: set[str] = set()
    for check in checks:
        if check["group"] != group:
            advised.clear()
            if group is not None:
                yield "", None
            group = check["group"]
            yield TITLES.get(group, group), None
        for line in _wrapped(f"[{marks[check['status']]}] ", check["message"]):
            yield _shown(line, ascii_only=ascii_only), _COLORS[check["status"]]
        if check["advice"] and check["advice"] not in advised:
            advised.add(check["advice"])
            for line in _wrapped(_INDENT + "-> ", check["advice"]):
                yield _shown(line, ascii_only=ascii_only), None


def verdict(checks: Iterable[Mapping[str, Any]]) -> str:
    """Return the last line of the text, which is also in the result of the task."""
    statuses = [check["status"] for check in checks]
    failed, warnings = statuses.count(FAILED), statuses.count(WARNING)
    noted = f"{warnings} {'warning' if warnings == 1 else 'warnings'}" if warnings else ""
    if failed:
        more = f", and {noted}" if noted else ""
        return f"The doctor found {failed} {'problem' if failed == 1 else 'problems'}{more}."
    return f"The doctor found no problem, but {noted}." if noted else "The doctor found no problem."


def _wrapped(start: str, text: str) -> list[str]:
    """Return the text as lines with the same indentation.

    A message of others may contain any text, even a pointer to the doctor itself.
    """
    text = text.replace(DOCTOR, "")
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    found = textwrap.wrap(
        plain,
        _WIDTH,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return found or [start.rstrip()]


def _shown(line: str, *, ascii_only: bool) -> str:
    return line.encode("ascii", "replace").decode() if ascii_only else line
