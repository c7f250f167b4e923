# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as metrics in the text format of Prometheus, for example for the textfile collector of node_exporter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from .model import App, Model
from .words import REPORTED_FINDINGS

PREFIX = "mobileops_code_signing"
WITHIN = (7, 14, 30, 60, 90, 180, 365)
# Limit of series with names of apps. They are those of the most urgent apps.
MAX_APPS = 100

_Sample = tuple[Mapping[str, str], int]


def metrics(model: Model) -> str:
    return "".join(f"{line}\n" for line in _lines(model))


def _lines(model: Model) -> Iterator[str]:
    yield from _metric("report_date_seconds", "Day of the report, as seconds since 1970.", [({}, _seconds(model, 0))])
    yield from _metric("apps", "Number of apps in the report.", [({}, len(model.apps))])
    yield from _metric("apps_unreadable", "Number of apps that could not be read.", [({}, len(model.unreadable))])
    yield from _metric(
        "apps_without_files", "Number of apps without any signing file.", [({}, len(model.without_files))]
    )
    kinds = [kind.name for kind in model.kinds]
    yield from _metric(
        "files",
        "Number of signing files by kind.",
        [({"kind": kind}, sum(1 for file in model.files if file.kind.name == kind)) for kind in kinds],
    )
    yield from _metric(
        "findings",
        "Number of files by finding and kind. A file counts for its most urgent finding only.",
        [
            ({"finding": finding.name, "kind": kind}, _number(model, finding.name, kind))
            for finding in REPORTED_FINDINGS
            for kind in kinds
        ],
    )
    yield from _metric(
        "files_expiring_within_days",
        "Number of files by kind that expire within a number of days, without expired ones.",
        [({"days": str(days), "kind": kind}, _within(model, days, kind)) for days in WITHIN for kind in kinds],
    )
    urgent = [app for app in model.apps if app.finding_counts["expired"] or app.finding_counts["expiring"]]
    yield from _metric(
        "app_next_expiry_seconds",
        f"Day on which the first file of an app expires, as seconds since 1970. "
        f"Only apps with an expired or expiring file, the {MAX_APPS} most urgent ones.",
        [(_labels(app), _seconds(model, app.first_day)) for app in urgent[:MAX_APPS] if app.first_day is not None],
    )
    yield from _metric(
        "apps_with_expiry_omitted",
        "Number of apps with an expired or expiring file for which there is no series.",
        [({}, max(0, len(urgent) - MAX_APPS))],
    )


def _number(model: Model, finding: str, kind: str) -> int:
    return sum(1 for file in model.by_finding[finding] if file.kind.name == kind)


def _within(model: Model, days: int, kind: str) -> int:
    dated = (file for file in model.files if file.day is not None and file.day <= days and not file.has_expired)
    return sum(1 for file in dated if file.kind.name == kind and not file.is_replaced)


def _labels(app: App) -> dict[str, str]:
    return {"app": app.title, "app_slug": app.slug, "owner": app.owner}


def _seconds(model: Model, day: int) -> int:
    midnight = dt.datetime.combine(model.date(day), dt.time(), dt.timezone.utc)
    return int(midnight.timestamp())


def _metric(name: str, description: str, samples: Iterable[_Sample]) -> Iterator[str]:
    yield f"# HELP {PREFIX}_{name} {description}"
    yield f"# TYPE {PREFIX}_{name} gauge"
    for labels, value in samples:
        quoted = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        yield f"{PREFIX}_{name}{{{quoted}}} {value}" if quoted else f"{PREFIX}_{name} {value}"


def _escaped(text: str) -> str:
    # For some parsers a carriage return or another line break ends the line.
    one_line = " ".join(text.replace("\n", "\0").splitlines()).replace("\0", "\n")
    return one_line.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
