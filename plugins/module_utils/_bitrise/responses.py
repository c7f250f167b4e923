# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse responses of the Bitrise API: pages of objects that have a slug. Advice for refused requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.fields import is_identifier
from .._http.responses import HINTS as COMMON_HINTS
from .._http.responses import invalid
from .._http.session import Call
from .doctor_hint import DOCTOR

HINTS = {
    **COMMON_HINTS,
    # Redaction masks a token that is a common word, so the hint has no word that is likely as one.
    "unauthorized": "Check api_token (or BITRISE_API_TOKEN): its value is unknown to the service, has expired or was "
    "revoked. " + DOCTOR,
    "forbidden": "The user of this token lacks the permission for it on the app. "
    "Code signing files, for example, need the role admin or owner.",
    "not_found": "Either it does not exist or this token has no access to it: the service gives the same response for "
    "both. Check the slugs, the owner of the token, and api_url.",
}


def items(call: Call, page: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the objects of a page. Raise ServiceError if it is not a list of objects with a slug."""
    data = page.get("data")
    paging = page.get("paging")
    if data is None and (total(page) == 0 if isinstance(paging, Mapping) else "data" in page):
        return []  # an undefined value may be null or missing
    if not isinstance(data, list) or not all(isinstance(item, dict) and has_slug(item) for item in data):
        raise invalid(call, "its response is not a list of objects that have a slug")
    return data


def total(page: Mapping[str, Any]) -> int:
    """Return the number of items on all pages, or -1 if the page does not report it."""
    paging = page.get("paging")
    count = paging.get("total_item_count") if isinstance(paging, Mapping) else None
    return count if isinstance(count, int) and not isinstance(count, bool) else -1


def has_slug(item: Mapping[str, Any]) -> bool:
    return is_identifier(item.get("slug"))


def next_anchor(call: Call, page: Mapping[str, Any]) -> str | None:
    """Return the slug of the first item of the next page, or None on the last page."""
    paging = page.get("paging") or {}
    anchor = paging.get("next") if isinstance(paging, Mapping) else None
    if anchor is not None and not isinstance(anchor, str):
        raise invalid(call, "its paging does not have the documented form")
    return anchor or None
