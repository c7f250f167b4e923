# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions about lists of files: when a file is listed, in which order, and what the slugs tell."""

from __future__ import annotations

import re

from ...files.kinds import PROJECT_FILE
from .findings import (
    Findings,
    whole_seconds,
)
from .material import Material
from .throwaways import (
    Throwaway,
    Throwaways,
)

# With so many files, another order than that of creation is not taken for it by chance.
_LISTED_FILES = 7
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_HEX = re.compile(r"[0-9a-f]{16}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def list_files(files: Throwaways, findings: Findings) -> None:
    """Create several project files one after the other, and look when and in which order they are listed."""
    slots = findings.values.get("delete_unprocessed") == "accept"
    _reply, first = files.create(PROJECT_FILE, Material.text())
    if first is None:
        return
    findings.note("list_late_s", whole_seconds(files.wait_for(lambda: files.is_listed(first, PROJECT_FILE))))
    made = [first]
    for _number in range(_LISTED_FILES - 1):
        _reply, file = files.create(PROJECT_FILE, Material.text())
        if file is not None:
            made.append(file)
    if not slots:
        made = [file for file in made if files.complete(file)]
    _note_slugs(made, findings)
    _note_order(files, made, findings)
    if made:
        last = made.pop()
        files.delete(last)
        gone_s = files.wait_for(lambda: not files.is_listed(last, PROJECT_FILE))
        findings.note("deleted_listed_s", whole_seconds(gone_s))
    for file in made:
        files.delete(file)


def _note_slugs(made: list[Throwaway], findings: Findings) -> None:
    slugs = [file.slug for file in made]
    if len(slugs) < 2:
        return
    if all(_ULID.fullmatch(slug) for slug in slugs):
        if slugs == sorted(slugs):
            findings.note("slugs", "ulid")
        elif slugs == sorted(slugs, reverse=True):
            findings.note("slugs", "falling")
        else:
            findings.note("slugs", "ULIDs in another order")
    elif all(_HEX.fullmatch(slug) for slug in slugs):
        findings.note("slugs", "hex")
    elif all(_UUID.fullmatch(slug.lower()) for slug in slugs):
        findings.note("slugs", "uuid")
    else:
        findings.note("slugs", "another form")


def _note_order(files: Throwaways, made: list[Throwaway], findings: Findings) -> None:
    created = [file.slug for file in made]
    late = float(findings.values.get("list_late_s", 0))

    def listed() -> list[str]:
        return [entry["slug"] for entry in files.listed(PROJECT_FILE) if entry.get("slug") in created]

    if len(created) < 3 or files.wait_for(lambda: len(listed()) == len(created), 2 * late + 1) is None:
        return
    order = listed()
    answer = "created" if order == created else "newest_first" if order == created[::-1] else "shuffled"
    findings.note("list_order", answer)
