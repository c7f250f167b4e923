# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of an app, split by file."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]

# The label of a file ends with its slug if several files have the same name.
SLUG = re.compile(r" \([^()]+\)$")


@dataclasses.dataclass(frozen=True)
class FileResult:
    """The actions for one declared file of one app, done or planned."""

    app: str
    actions: list[Json] = dataclasses.field(default_factory=list)
    before: Json = dataclasses.field(default_factory=dict)
    after: Json = dataclasses.field(default_factory=dict)

    @property
    def changed(self) -> bool:
        return bool(self.actions)


def file_results(host: str, result: Json) -> Iterable[FileResult]:
    """Yield the files of an app from the result of a task. Yield none for the results of other tasks."""
    if not {"actions", "files"}.issubset(result):
        return
    diff = result.get("diff") or {"before": {}, "after": {}}
    before, after = _by_name(diff["before"]), _by_name(diff["after"])
    for file in result["files"]:
        key = (file["kind"], file["name"])
        actions = [action for action in result["actions"] if (action["kind"], action["name"]) == key]
        yield FileResult(host, actions, before.get(key, {}), after.get(key, {}))


def _by_name(kinds: Json) -> dict[tuple[str, str], Json]:
    """Return the files of an app, grouped by kind (in the singular) and name."""
    grouped: dict[tuple[str, str], Json] = {}
    for plural, files in kinds.items():
        for label, properties in files.items():
            grouped.setdefault((plural.removesuffix("s"), SLUG.sub("", label)), {})[label] = properties
    return grouped
