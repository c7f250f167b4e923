# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Summarize which old certificates were deleted, and which names no app has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...module_utils._bitrise.files.model import is_same_name
from ...module_utils._core.closest_name import closest_name
from ...module_utils._core.text import name_some, plural
from .summary import NAMES

# A legitimate second run finds other certificates, whose names are often similar.
CLOSE = 0.8


@dataclass(frozen=True)
class Removal:
    """The outcome of one host: deleted files, names that the app does not have, and names that it has instead."""

    host: str
    deleted: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @classmethod
    def of(cls, host: str, result: Mapping[str, Any]) -> Removal:
        """Return the outcome from the result of the task that deletes certificates."""
        deleted = deleted_names(result.get("actions") or ())
        return cls(host, tuple(deleted), tuple(result.get("absent") or ()), tuple(result.get("others") or ()))


def deleted_names(actions: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the name of each deleted file, without leftovers, which builds could not use."""
    return [str(action["name"]) for action in actions if action["reason"] == "absent"]


def others_of(files: Iterable[Mapping[str, Any]], known: Sequence[str]) -> list[str]:
    """Return the names of files of an app that are not known."""
    names = dict.fromkeys(str(file["upload_file_name"]) for file in files)
    return [name for name in names if not any(is_same_name(name, other) for other in known)]


def removal_lines(removals: Iterable[Removal], *, check_mode: bool) -> list[str]:
    """Return the number of deleted certificates, and a line for each group of apps. Return none without a deletion."""
    removals = [removal for removal in removals if removal.deleted]
    if not removals:
        return []
    number = sum(len(removal.deleted) for removal in removals)
    counted, verb = ("to delete", "would be deleted") if check_mode else ("deleted", "deleted")
    lines = [f"Old certificates: {number} {counted} in {plural(len(removals), 'app')}, in addition to the files above"]
    groups: dict[str, list[str]] = {}
    for removal in removals:
        groups.setdefault(", ".join(dict.fromkeys(removal.deleted)), []).append(removal.host)
    for names, hosts in groups.items():
        if len(hosts) == 1:
            lines.append(f"{hosts[0]}: {names} {verb}")
        else:
            lines.append(f"{len(hosts)} apps: {names} {verb} ({name_some(hosts, NAMES)})")
    return lines


def absent_names(removals: Sequence[Removal], variable: str) -> tuple[list[str], list[str]]:
    """Return lines and warnings about names that no app has. A name that resembles one of an app is a warning."""
    lines, warnings = [], []
    for name in dict.fromkeys(name for removal in removals for name in removal.absent):
        without = [removal for removal in removals if name in removal.absent]
        if any(is_same_name(name, other) for removal in removals for other in removal.deleted):
            continue
        text = f"{variable}: no app has {name} ({plural(len(without), 'app')} checked)."
        closest = closest_name(name, (other for removal in without for other in removal.others), CLOSE)
        if closest:
            warnings.append(f"{text} The closest name is {closest}.")
        else:
            lines.append(text)
    return lines, warnings
