# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of given results, written as the role writes them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ansible_collections.mobileops.ci.plugins.plugin_utils._report import writing

from .html import Document, parsed
from .material import TODAY, Json

_COLLECTION = Path(__file__).resolve().parents[3]
ROLE = _COLLECTION / "roles" / "code_signing_report"
PAGE = _COLLECTION / "plugins" / "plugin_utils" / "_report" / "html"


@dataclass(frozen=True)
class Report:
    """The files of a report, and what they were made of."""

    folder: Path
    found: Json

    @cached_property
    def html(self) -> str:
        return (self.folder / "index.html").read_text(encoding="utf-8")

    @cached_property
    def page(self) -> Document:
        return parsed(self.html)

    @cached_property
    def data(self) -> Json:
        """Return the data that the script of the page reads."""
        (element,) = [one for one in self.page.all("script") if one.attributes.get("id") == "data"]
        found: Json = json.loads(element.text)
        return found

    def text(self, name: str) -> str:
        return (self.folder / name).read_bytes().decode()

    @cached_property
    def json(self) -> Json:
        found: Json = json.loads((self.folder / "report.json").read_text(encoding="utf-8"))
        return found

    @cached_property
    def csv(self) -> list[dict[str, str]]:
        with (self.folder / "report.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, strict=True))


class Writer:
    """Writes what it is given as the role does, on the day that the answers are made for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, answers: Mapping[str, tuple[Json, Json]]) -> dict[str, Report]:
        """Write reports of these results of the module with these options, by name."""
        for name, (found, options) in answers.items():
            self.changed(name, found, **options)
        return {name: Report(self.folder / name, found) for name, (found, _options) in answers.items()}

    def changed(
        self, name: str, found: Json, *, date: str = TODAY, check_mode: bool = False, **options: Any
    ) -> list[str]:
        """Write one report. Return the names of what changed."""
        return [Path(path).name for path in self.written(name, found, date, check_mode=check_mode, **options).changed]

    def written(
        self, name: str, found: Json, date: str = TODAY, *, check_mode: bool = False, **options: Any
    ) -> writing.Written:
        report = writing.Report(**{"dest": str(self.folder / name), **options})
        return report.write(found, date, check_mode=check_mode)
