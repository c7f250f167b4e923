# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings that several kinds of files have in common."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from ansible_collections.mobileops.ci.plugins.module_utils._signing.certificates import A_DAY, iso
from ansible_collections.mobileops.ci.plugins.module_utils._signing.model import Finding

_NAMED = 10
_LONGEST = 80


def named(names: Iterable[str]) -> str:
    """Names from a file, fit for a message."""
    listed = [name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..." for name in names]
    more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
    return ", ".join(listed[:_NAMED]) + more


def out_of_date(
    subject: str, begin: dt.datetime | None, end: dt.datetime | None, now: dt.datetime, renew: str
) -> Iterator[Finding]:
    """Whether the time has not come yet, or is over."""
    if end is not None and end <= now:
        yield Finding("expired", f"{subject} expired on {iso(end)}, {_ago(now - end)}. {renew}")
    elif begin is not None and begin > now:
        wait = "Wait until then, or check the clock of the machine that runs this."
        yield Finding("not_yet_valid", f"{subject} is not valid before {iso(begin)}. {wait}")


def _ago(span: dt.timedelta) -> str:
    days = span // A_DAY
    if days == 0:
        return "less than a day ago"
    return "1 day ago" if days == 1 else f"{days} days ago"
