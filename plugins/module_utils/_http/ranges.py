# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Headers of a transfer that continues where an earlier one ended (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

# Weak tags are not validators, because equal ones do not guarantee equal bytes.
_STRONG_TAG = re.compile(r'"[\x21\x23-\x7e]{1,500}"')
# Two contents may have the same date if they change within a second.
_LEAST_AGE = timedelta(seconds=1)


def range_headers(start: int, validator: str) -> dict[str, str]:
    """Return headers that request the bytes from `start` on, or all bytes if the content is different."""
    return {"Range": f"bytes={start}-", "If-Range": validator} if start else {}


def validator_of(headers: Mapping[str, str]) -> str:
    """Return the validator of the content: its strong entity tag, or its date if it has no tag, else "".

    Also return "" for encoded content, because offsets count encoded bytes.
    """
    if _is_encoded(headers):
        return ""
    tag = headers.get("ETag", "").strip()
    if tag:
        return tag if _STRONG_TAG.fullmatch(tag) else ""
    text = headers.get("Last-Modified", "").strip()
    modified, answered = _moment(text), _moment(headers.get("Date", ""))
    return text if modified and answered and answered - modified >= _LEAST_AGE else ""


def is_validator(text: str) -> bool:
    """Return whether the text can be sent as If-Range."""
    return bool(_STRONG_TAG.fullmatch(text)) or _moment(text) is not None


def is_same_content(validator: str, headers: Mapping[str, str]) -> bool:
    """Return whether a part belongs to the content that the validator identifies.

    A part always has the entity tag of the whole content (RFC 9110, section 15.3.7), but may lack the date.
    """
    if _is_encoded(headers):
        return False
    if validator.startswith('"'):
        return headers.get("ETag", "").strip() == validator
    return headers.get("Last-Modified", validator).strip() == validator


def begins_at(start: int, headers: Mapping[str, str]) -> bool:
    """Return whether a response with status 206 has the requested part."""
    return headers.get("Content-Range", "").replace(" ", "").startswith(f"bytes{start}-")


def _is_encoded(headers: Mapping[str, str]) -> bool:
    return headers.get("Content-Encoding", "identity") != "identity"


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text) if text.isascii() and text.isprintable() else None
    except (TypeError, ValueError, IndexError):
        return None
    return found if found and found.tzinfo else None
