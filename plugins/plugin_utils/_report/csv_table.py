# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as CSV, for spreadsheets and other programs."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from .model import File, Model

_HEADINGS = (
    "app_slug",
    "app_title",
    "kind",
    "file_slug",
    "file_name",
    "findings",
    "expires_at",
    "days_left",
    "subject",
    "type",
    "team_id",
    "is_protected",
    "sha256",
    "reasons",
    "owner",
    "finding",
)
_LINE_BREAKS = re.compile("[\t\n\r\x0b\x0c\x85\u2028\u2029]")
# Includes full-width forms, which spreadsheets accept. In many countries a semicolon ends a cell.
_FORMULA = re.compile(r"(^|;)(?=[\s\"]*[-=+@|%\uff0b\uff0d\uff1d\uff20])")


def csv_table(model: Model) -> str:
    """Return a row for each file, and one for each app that has none or that could not be read."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEADINGS)
    apps = {app.slug: app for app in model.apps}
    # In the order in which they were found, so that two reports can be compared line by line.
    for slug, found in model.found["apps"].items():
        app = apps[slug]
        named = {"app_slug": slug, "app_title": found["title"], "owner": app.owner}
        if not app.files:
            finding = "unreadable" if app.error else "no_files"
            writer.writerow(_cells({**named, "findings": finding, "finding": finding, "reasons": app.error}))
        for file in app.files:
            writer.writerow(_cells({**named, **_row(file)}))
    return text.getvalue()


def _row(file: File) -> dict[str, Any]:
    return {
        "kind": file.kind.name,
        "file_slug": file.slug,
        "file_name": file.name,
        "findings": " ".join(dict.fromkeys(one.finding.name for one in file.findings)),
        "expires_at": file.expires_at,
        "days_left": file.inside.get("days_left"),
        "subject": file.subject,
        "type": file.type,
        "team_id": file.team_id,
        "is_protected": "yes" if file.data["is_protected"] else "no",
        "sha256": file.data["sha256"],
        "reasons": " ".join(one.reason for one in file.findings),
        "finding": file.finding.name if file.finding else "",
    }


def _cells(row: dict[str, Any]) -> list[Any]:
    return [_cell(row.get(heading)) for heading in _HEADINGS]


def _cell(value: Any) -> Any:
    """Return a cell without line breaks, and with an apostrophe before a text that looks like a formula."""
    return _FORMULA.sub(r"\1'", _LINE_BREAKS.sub(" ", value)) if isinstance(value, str) else value
