# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers of files by date of expiry: columns of a week for the next 90 days, then of a month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .model import File, Model
from .words import count, day_of, month_name

WEEKS = 13
MONTHS_AHEAD = 12
_EXPIRED = ((None, -91, "earlier"), (-90, -31, "31-90 d"), (-30, -1, "30 d"))


@dataclass(frozen=True)
class Column:
    """Files that expire from the day `first` to the day `last`, relative to the day of the report. None is open."""

    model: Model
    first: int | None
    last: int | None
    label: str
    group: str
    files: list[File]

    @property
    def apps(self) -> int:
        return len({file.app.slug for file in self.files})

    @property
    def is_soon(self) -> bool:
        return self.group != "expired" and self.first is not None and self.first <= self.model.expires_within

    @property
    def period(self) -> str:
        """Return the days in words."""
        if self.first is None:
            return f"before {day_of(self.model.date((self.last or 0) + 1))}" if self.last is not None else "any day"
        first = self.model.date(self.first)
        if self.last is None:
            return f"from {day_of(first)} on"
        last = self.model.date(self.last)
        return f"{day_of(first, year=first.year != last.year)} to {day_of(last)}"

    @property
    def title(self) -> str:
        files = count(len(self.files), "file", "files")
        return f"{self.period}: {files} in {count(self.apps, 'app', 'apps')}"

    @property
    def view(self) -> str:
        """Return the URL fragment that shows these files."""
        ends = ("" if day is None else self.model.date(day).isoformat() for day in (self.first, self.last))
        return f"expires={'..'.join(ends)}"


@dataclass(frozen=True)
class Timeline:
    """Each list of columns has its own scale. `later` is not a column, because it would be much larger than others."""

    expired: list[Column]
    weeks: list[Column]
    months: list[Column]
    later: Column
    undated: list[File]

    @property
    def has_expired(self) -> bool:
        return any(column.files for column in self.expired)

    @staticmethod
    def highest(columns: Sequence[Column]) -> int:
        return max(len(column.files) for column in columns)


def timeline(model: Model) -> Timeline:
    # The expiry of a file that a newer one replaces has no effect.
    dated = [file for file in model.files if file.day is not None and not file.is_replaced]

    def column(first: int | None, last: int | None, label: str, group: str) -> Column:
        return Column(model, first, last, label, group, _between(dated, first, last))

    expired = [column(first, last, label, "expired") for first, last, label in _EXPIRED]
    weeks = [column(7 * week, 7 * week + 6, day_of(model.date(7 * week), year=False), "weeks") for week in range(WEEKS)]
    months = []
    start = model.date(7 * WEEKS)
    end = _month_after(model.today.replace(day=1), MONTHS_AHEAD + 1)
    while start < end:
        following = _month_after(start.replace(day=1), 1)
        first, last = ((day - model.today).days for day in (start, following))
        months.append(column(first, last - 1, month_name(start), "months"))
        start = following
    later = column((start - model.today).days, None, "later", "later")
    return Timeline(expired, weeks, months, later, [file for file in model.files if file.day is None])


def _between(files: Iterable[File], first: int | None, last: int | None) -> list[File]:
    return [
        file
        for file in files
        if file.day is not None and (first is None or file.day >= first) and (last is None or file.day <= last)
    ]


def _month_after(month: dt.date, number: int) -> dt.date:
    months = month.year * 12 + month.month - 1 + number
    return dt.date(months // 12, months % 12 + 1, 1)
