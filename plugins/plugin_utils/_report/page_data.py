# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of the page: apps and files as arrays, with texts in one table, as the script of the page reads them."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

from .model import App, File, Model
from .words import REPORTED_FINDINGS

_TIME = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)\S*$")
_EPOCH = dt.date(1970, 1, 1)
PROTECTED, EXPOSED, NEW, REPLACED, EXPIRED = 1, 2, 4, 8, 16
# Characters that could end the script element, and line separators of JavaScript that JSON does not escape.
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


class _Texts:
    """Texts by their index in the table. The first one is empty."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {"": 0}

    def place(self, value: Any) -> int:
        if value is None:
            return 0
        if isinstance(value, bool):
            value = "yes" if value else "no"
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        text = _TIME.sub(r"\1 \2", text)
        return self._places.setdefault(text, len(self._places))

    @property
    def table(self) -> list[str]:
        return list(self._places)


def page_data(model: Model, app_url: str) -> str:
    """Return JSON for a script element. html/data.js describes the arrays."""
    texts = _Texts()
    teams = list(model.teams)
    data = {
        "today": (model.today - _EPOCH).days,
        "within": model.expires_within,
        "appUrl": app_url,
        "kinds": [
            [kind.name, kind.label, kind.heading, *(label for label, _key in kind.facts)] for kind in model.kinds
        ],
        "findings": [[finding.name, finding.label, finding.gravity] for finding in REPORTED_FINDINGS],
        "teams": [[team, name] for team, name in model.teams.items()],
        "apps": [_app(model, app, texts, teams) for app in model.apps],
        "texts": texts.table,
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


def _app(model: Model, app: App, texts: _Texts, teams: list[str]) -> list[Any]:
    files = [_file(model, file, texts, teams) for file in app.files]
    return _shortened([app.title, app.slug, texts.place(app.owner), files, texts.place(app.error)])


def _file(model: Model, file: File, texts: _Texts, teams: list[str]) -> list[Any]:
    flags = (
        (PROTECTED if file.data["is_protected"] else 0)
        + (EXPOSED if file.data["is_expose"] else 0)
        + (NEW if file.is_new else 0)
        + (REPLACED if file.is_replaced else 0)
        + (EXPIRED if file.has_expired else 0)
    )
    findings = [[REPORTED_FINDINGS.index(one.finding), texts.place(one.reason)] for one in file.findings]
    warnings = [texts.place(one["message"]) for one in file.data["findings"] if one["severity"] == "warning"]
    row = [
        model.kinds.index(file.kind),
        texts.place(file.name),
        file.slug,
        file.day,
        texts.place(file.expires_at),
        texts.place(file.subject),
        texts.place(file.type),
        teams.index(file.team_id) + 1 if file.team_id else 0,
        flags,
        file.data["upload_file_size"] or 0,
        file.data["sha256"] or 0,
        [texts.place(file.inside.get(key)) for _label, key in file.kind.facts],
        findings or 0,
        warnings or 0,
    ]
    return _shortened(row)


def _shortened(row: list[Any]) -> list[Any]:
    while row and row[-1] == 0:
        row.pop()
    return row
