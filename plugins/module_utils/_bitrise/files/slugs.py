# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Slugs of files: their form, and the creation times in them.

These slugs are ULIDs: they sort by creation time, and their first ten characters are that time. The sample
`01C6FA6P6HRQT5PQ8RMMVVXE6W` in the vendor's documentation dates from February 2018. Slugs of another form have no time.
"""

from __future__ import annotations

import re

ULID = re.compile(r"\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b")
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TIME_LENGTH = 10
# The service did not exist before 2014. A time before that, or after 2100, means that the slug has another form.
_EARLIEST_S, _LATEST_S = 1_388_534_400, 4_102_444_800


def creation_time(slug: str | None) -> float | None:
    """Return the creation time of the object with this slug, in Unix seconds, or None if the slug is no ULID."""
    if slug is None or not ULID.fullmatch(slug):
        return None
    milliseconds = 0
    for character in slug[:_TIME_LENGTH]:
        milliseconds = milliseconds * len(_DIGITS) + _DIGITS.index(character)
    seconds = milliseconds / 1000
    return seconds if _EARLIEST_S <= seconds <= _LATEST_S else None


def are_ordered(slugs: list[str]) -> bool:
    """Return whether these slugs sort by creation time."""
    return all(creation_time(slug) is not None for slug in slugs)
