# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as a table, for spreadsheets and other programs."""

from __future__ import annotations

import csv
import io
import re

from .view import File, Json, Report, plain

_HEADINGS = (
    "app_slug",
    "app_title",
    "kind",
    "file_slug",
    "file_name",
    "states",
    "expires_at",
    "days_left",
    "subject",
    "type",
    "team_id",
    "is_protected",
    "sha256",
    "reasons",
)
_CONTROL_CHARACTERS = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
# Also in the full-width form in which spreadsheets take them. In half of the world a semicolon ends a cell.
_FORMULA = re.compile(r"(^|;)(?=[\s\"]*[-=+@|%\uff0b\uff0d\uff1d\uff20])")


def table(found: Json, today: str) -> str:
    """A row for each file, and one for each app that could not be read."""
    report = Report(plain(found, _cell), today)
    text = io.StringIO()
    writer = csv.DictWriter(text, _HEADINGS, lineterminator="\n")
    writer.writeheader()
    for app in report.apps:
        named = {"app_slug": app.slug, "app_title": report.found["apps"][app.slug]["title"]}
        if app.error:
            writer.writerow({**named, "states": "unreadable", "reasons": app.error})
        for file in app.all_files:
            writer.writerow({**named, **_row(file)})
    return text.getvalue()


def _row(file: File) -> Json:
    return {
        "kind": file.kind.name,
        "file_slug": file.found["slug"],
        "file_name": file.name,
        "states": " ".join(file.states),
        "expires_at": file.expires_at,
        "days_left": file.days_left,
        "subject": file.subject,
        "type": file.type,
        "team_id": file.team_id,
        "is_protected": "yes" if file.found["is_protected"] else "no",
        "sha256": file.found["sha256"],
        "reasons": " ".join(trouble.reason for trouble in file.troubles),
    }


def _cell(text: str) -> str:
    """Without control characters, and with an apostrophe in front of what a spreadsheet would take for a formula."""
    return _FORMULA.sub(r"\1'", _CONTROL_CHARACTERS.sub(" ", text))
