# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Diffs of single files as text lines, and the selection of apps to show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .playbook import Run
from .results import SLUG, FileResult

Json = dict[str, Any]

PASSWORD = "certificate_password"
WRONG = "not as declared"


def lines(file: FileResult) -> list[str]:
    """Return the lines of a file's diff: deleted (-), unchanged (two spaces) and added (+) copies."""
    entries = [*file.before.values(), *file.after.values()]
    # Show passwords only if one of them is wrong.
    with_password = any(entry.get(PASSWORD) == WRONG and entry["processed"] for entry in entries)
    before, after = (
        [_words(SLUG.sub("", name), entry, with_password) for name, entry in side.items()]
        for side in (file.before, file.after)
    )
    kept: list[str] = []
    for line in list(before):
        if line in after:
            before.remove(line)
            after.remove(line)
            kept.append(line)
    return [*(f"- {line}" for line in before), *(f"  {line}" for line in kept), *(f"+ {line}" for line in after)]


def _words(name: str, entry: Json, with_password: bool) -> str:
    words = [name, f"{entry['size']:,} bytes"]
    if not entry["processed"]:
        return "  ".join([*words, "half-uploaded"])
    if entry["sha256"]:
        words.append(f"sha256 {entry['sha256'][:8]}")
    if entry["is_protected"]:
        words.append("protected")
    if with_password and PASSWORD in entry:
        words.append("wrong password" if entry[PASSWORD] == WRONG else "right password")
    return "  ".join(words)


def example_apps(run: Run, limit: int) -> list[str]:
    """Return up to `limit` apps, each with a different combination of actions."""
    seen: set[tuple[str, ...]] = set()
    chosen: list[str] = []
    for app in changed_apps(run):
        combination = tuple(
            sorted({_action_label(action) for file in _changed_files(run, app) for action in file.actions})
        )
        if combination not in seen:
            seen.add(combination)
            chosen.append(app)
    return chosen[:limit]


def changed_apps(run: Run) -> list[str]:
    return sorted({file.app for file in run.files if file.changed})


def diffs_of(run: Run, app: str) -> Iterable[list[str]]:
    return (lines(file) for file in _changed_files(run, app))


def _changed_files(run: Run, app: str) -> list[FileResult]:
    return [file for file in run.files if file.app == app and file.changed]


def _action_label(action: Json) -> str:
    return " ".join([action["action"], action.get("reason") or "", *(action.get("changes") or {})])
