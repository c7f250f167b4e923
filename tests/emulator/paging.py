# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Paging of lists. The first item of the next page is the anchor."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from .model import Json
from .options import Options
from .replies import bad_request, not_found

MAX_LIMIT = 50
_NUMBER = re.compile(r"[0-9]{1,9}")


class HasSlug(Protocol):
    """An item that can be the anchor of a page."""

    slug: str


Item = TypeVar("Item", bound=HasSlug)


def page_limit(query: Mapping[str, str], options: Options) -> int:
    """Return the requested page length. Raise ApiError if it is out of range."""
    text = query.get("limit")
    if text is None:
        return MAX_LIMIT
    if options.limit_below_1 == "ignore" and (not _NUMBER.fullmatch(text) or int(text) < 1):
        return MAX_LIMIT
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= MAX_LIMIT:
        raise bad_request(f"invalid limit parameter: must be between 1 and {MAX_LIMIT}")
    return int(text)


def page_of(items: Sequence[Item], query: Mapping[str, str], options: Options) -> tuple[Sequence[Item], Json]:
    """Return the requested page of `items` and its `paging` object."""
    limit = page_limit(query, options)
    anchor = query.get("next", "")
    start = 0
    if anchor:
        for position, item in enumerate(items):
            if item.slug == anchor:
                start = position
                break
        else:
            start = _start_without_anchor(len(items), options)
    paging: Json = {"total_item_count": len(items), "page_item_limit": limit}
    if start + limit < len(items):
        paging["next"] = items[start + limit].slug
    return items[start : start + limit], paging


def _start_without_anchor(count: int, options: Options) -> int:
    """Return the start of a page whose anchor is not in the list."""
    if options.unknown_next == "404":
        raise not_found()
    if options.unknown_next == "400":
        raise bad_request("invalid next parameter")
    return 0 if options.unknown_next == "first_page" else count
