# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Render all formats of a report from one model."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...module_utils._core.closest_name import did_you_mean
from .calendar import calendar
from .csv_table import csv_table
from .markdown import markdown
from .metrics import metrics
from .model import Model, plain
from .page import page
from .words import REPORTED_FINDINGS

_FROM_RUN_TO_RUN = {"seconds", "requests", "waited_s", "refused"}


@dataclass(frozen=True)
class Links:
    """`app_url`: address of the page of an app without its slug, or empty. `others`: addresses by label."""

    app_url: str = ""
    others: Mapping[str, str] = field(default_factory=dict)


# Labels of the links to other formats on the page.
LABELS = {
    "json": "JSON",
    "csv": "CSV",
    "ics": "Calendar",
    "prometheus": "Prometheus metrics",
    "markdown": "Summary in Markdown",
}

_RENDER: dict[str, Callable[[Model, Links], str]] = {
    "html": lambda model, links: page(model, links.app_url, links.others),
    "json": lambda model, _links: _json(model),
    "csv": lambda model, _links: csv_table(model),
    "ics": lambda model, _links: calendar(model),
    "prometheus": lambda model, _links: metrics(model),
    "markdown": lambda model, _links: markdown(model),
}
FORMATS = tuple(_RENDER)


def render(form: str, model: Model, links: Links) -> str:
    return _RENDER[form](model, links)


def format_problem(form: Any) -> str:
    """Return a message about an unknown name of a format, or ""."""
    if form in FORMATS:
        return ""
    return f"'{form}' is not a format. Use {', '.join(FORMATS)}.{did_you_mean(str(form), FORMATS)}"


def _json(model: Model) -> str:
    """Return the result of the module, without values that differ between runs although nothing has changed."""
    found = plain(model.as_found)
    report = {
        "title": model.title,
        "date": model.today.isoformat(),
        "expires_within": found["expires_within"],
        "summary": {key: value for key, value in found["summary"].items() if key not in _FROM_RUN_TO_RUN},
        **{name: found[name] for name in (*(finding.name for finding in REPORTED_FINDINGS), "unreadable")},
        "apps": found["apps"],
    }
    return json.dumps(report, indent=1) + "\n"
