# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan which undeclared files a purge deletes, and check its limits. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..._core.errors import OptionError, RejectedError
from ..._core.text import name_some, plural
from .actions import Delete
from .evidence import is_abandoned, is_marker, is_marker_of
from .kinds import FileLocation
from .model import Desired, RemoteFile, is_same_name

# Most files of one app in the message about the limit of a task.
_MOST_NAMED = 3


def plan_purge(
    location: FileLocation,
    declared: Sequence[Desired],
    observed: Sequence[RemoteFile],
    touched: frozenset[str],
    now: float | None,
) -> list[Delete]:
    """Delete files that are not declared, except files with a declared name, their markers, and uploads in progress."""
    names = [desired.name for desired in declared if desired.name is not None and desired.env_key is None]
    marked = [desired.name for desired in declared if desired.name is not None]
    marked += [file.name for file in observed if file.slug in touched]
    found = []
    for file in sorted(observed, key=lambda file: file.slug or ""):
        if is_marker(file):
            is_declared = any(is_marker_of(name, file) for name in marked)
        else:
            is_declared = file.slug in touched or any(is_same_name(file.name, name) for name in names)
        is_young = not file.processed and not is_abandoned(file, now)
        if not (is_declared or is_young):
            reason = "leftover" if is_marker(file) else "undeclared"
            found.append(Delete(location.kind.name, location.app_slug, file.slug, file.name, reason))
    return found


def without_markers(purge: Sequence[Delete]) -> list[Delete]:
    """Return the deletions that count for the limits. No task can declare a marker."""
    return [action for action in purge if action.reason != "leftover"]


def reject_large_purge(app_slug: str, purge: Sequence[Delete], max_purge: int) -> None:
    """Reject an app in which a purge would delete more files than `max_purge`. Markers do not count."""
    names = sorted(action.name for action in without_markers(purge))
    if len(names) <= max_purge:
        return
    listed = ", ".join(names[: max_purge + 5]) + (", ..." if len(names) > max_purge + 5 else "")
    raise RejectedError(
        f"purge: {plural(len(names), 'undeclared file')} of app {app_slug} would be deleted, more than "
        f"max_purge={max_purge}: {listed}. The app was not changed. Declare the files, or raise max_purge.",
        kind="max_purge",
    )


def reject_large_total(names: Mapping[str, Sequence[str]], observed: int, limit: str | int, max_purge: int) -> None:
    """Reject a task that would purge too many files in total.

    `names`: the files to purge, by app. `observed`: number of files in all apps of the task. `limit`: a number,
    or a percentage such as "25%" of the observed files, which allows at least `max_purge`.
    """
    counts = {slug: len(files) for slug, files in names.items() if files}
    total = sum(counts.values())
    text = str(limit).strip()
    allowed = max(observed * int(text.rstrip("% ")) // 100, max_purge) if text.endswith("%") else int(text)
    if total <= allowed:
        return
    most = sorted(counts, key=lambda slug: (-counts[slug], slug))
    listed = name_some(f"{slug} ({counts[slug]}: {name_some(sorted(names[slug]), _MOST_NAMED)})" for slug in most)
    raise RejectedError(
        f"purge: {plural(total, 'undeclared file')} in {plural(len(counts), 'app')} would be deleted, more than "
        f"max_purge_total={limit} allows ({allowed} of {observed} observed files): {listed}. No app was changed. "
        "Check that the declarations and the inventory are complete, or raise max_purge_total.",
        kind="max_purge_total",
    )


def check_total_limit(limit: str | int) -> None:
    """Raise OptionError unless the limit is a number of at least 0, or a percentage from 0 to 100."""
    text = str(limit).strip()
    number = text[:-1].strip() if text.endswith("%") else text
    if not number.isdecimal() or (text.endswith("%") and int(number) > 100):
        raise OptionError(
            f"max_purge_total must be a number of files, or a percentage up to 100% such as 25%, got {text:.40}."
        )
