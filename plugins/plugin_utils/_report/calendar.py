# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as a calendar (iCalendar, RFC 5545): an all-day event for each day and kind of files that expire."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator

from .model import File, Model
from .words import KIND_BY_NAME, ReportedKind, count, number_of

PRODUCT = "-//mobileops.ci//code_signing_report//EN"
# Files that expired before that are not in the calendar.
_PAST_DAYS = 90
_NAMED = 50
_LONGEST = 100
_OCTETS = 75
_LINE_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")


def calendar(model: Model) -> str:
    """Return the calendar. The same day and kind have the same UID in each report of the same title."""
    by_day: dict[tuple[int, str], list[File]] = defaultdict(list)
    for file in model.files:
        if file.day is not None and file.day >= -_PAST_DAYS and not file.is_replaced:
            by_day[file.day, file.kind.name].append(file)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_text(model.title)}",
        f"X-WR-CALNAME:{_text(model.title)}",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
    ]
    for (day, kind), files in sorted(by_day.items()):
        lines += _event(model, day, KIND_BY_NAME[kind], files)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(model: Model, day: int, kind: ReportedKind, files: list[File]) -> list[str]:
    date = model.date(day)
    distinct = len({file.identity for file in files})
    apps = list(dict.fromkeys(file.app for file in files))
    summary = f"{kind.count(distinct)} {'expires' if distinct == 1 else 'expire'}: "
    summary += apps[0].title[:_LONGEST] if len(apps) == 1 else count(len(apps), "app", "apps")
    named = [f"{file.app.title[:_LONGEST]}: {file.name[:_LONGEST]}" for file in files[:_NAMED]]
    if len(files) > _NAMED:
        named.append(f"and {number_of(len(files) - _NAMED)} more")
    identity = "\n".join((model.title, kind.name, date.isoformat()))
    return [
        "BEGIN:VEVENT",
        f"UID:{hashlib.sha256(identity.encode()).hexdigest()[:32]}@code-signing-report.mobileops.ci",
        f"DTSTAMP:{_date(model.today)}T000000Z",
        f"DTSTART;VALUE=DATE:{_date(date)}",
        f"SUMMARY:{_text(summary)}",
        f"DESCRIPTION:{_text(chr(10).join(named))}",
        f"CATEGORIES:{_text(kind.label)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _date(date: dt.date) -> str:
    return date.strftime("%Y%m%d")


def _text(text: str) -> str:
    """Return a value of the type TEXT."""
    escaped = re.sub(r"([\\;,])", r"\\\1", text)
    return _LINE_BREAKS.sub(r"\\n", escaped)


def _folded(line: str) -> Iterator[str]:
    """Yield a line in parts of at most 75 octets, all but the first with a space in front. No character is cut."""
    part, size = "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > _OCTETS:
            yield part
            part, size = " ", 1
        part += character
        size += octets
    yield part
