# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probe lists of files: when they show a new file, their order, and the form of slugs."""

from __future__ import annotations

import re

from ...files.kinds import PROJECT_FILE
from ...files.slugs import ULID
from .results import (
    ProbeResults,
    whole_seconds,
)
from .throwaway_content import ThrowawayContent
from .throwaways import (
    Throwaway,
    Throwaways,
)

# With this number of files, a random order hardly ever equals the order of creation.
_LISTED_FILES = 7
_HEX = re.compile(r"[0-9a-f]{16}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def probe_file_lists(files: Throwaways, results: ProbeResults) -> None:
    """Create several project files, and note when and in which order the service lists them."""
    slots = results.values.get("delete_unprocessed") == "accept"
    _response, first = files.create(PROJECT_FILE, ThrowawayContent.text())
    if first is None:
        return
    results.note("list_late_s", whole_seconds(files.wait_for(lambda: files.is_listed(first, PROJECT_FILE))))
    made = [first]
    for _number in range(_LISTED_FILES - 1):
        _response, file = files.create(PROJECT_FILE, ThrowawayContent.text())
        if file is not None:
            made.append(file)
    if not slots:
        made = [file for file in made if files.complete(file)]
    _note_slugs(made, results)
    _note_order(files, made, results)
    if made:
        last = made.pop()
        files.delete(last)
        gone_s = files.wait_for(lambda: not files.is_listed(last, PROJECT_FILE))
        results.note("deleted_listed_s", whole_seconds(gone_s))
    for file in made:
        files.delete(file)


def _note_slugs(made: list[Throwaway], results: ProbeResults) -> None:
    slugs = [file.slug for file in made]
    if len(slugs) < 2:
        return
    if all(ULID.fullmatch(slug) for slug in slugs):
        if slugs == sorted(slugs):
            results.note("slugs", "ulid")
        elif slugs == sorted(slugs, reverse=True):
            results.note("slugs", "falling")
        else:
            results.note("slugs", "ULIDs in another order")
    elif all(_HEX.fullmatch(slug) for slug in slugs):
        results.note("slugs", "hex")
    elif all(_UUID.fullmatch(slug.lower()) for slug in slugs):
        results.note("slugs", "uuid")
    else:
        results.note("slugs", "another form")


def _note_order(files: Throwaways, made: list[Throwaway], results: ProbeResults) -> None:
    created = [file.slug for file in made]
    late = float(results.values.get("list_late_s", 0))

    def listed() -> list[str]:
        return [entry["slug"] for entry in files.listed(PROJECT_FILE) if entry.get("slug") in created]

    if len(created) < 3 or files.wait_for(lambda: len(listed()) == len(created), 2 * late + 1) is None:
        return
    order = listed()
    answer = "created" if order == created else "newest_first" if order == created[::-1] else "shuffled"
    results.note("list_order", answer)
