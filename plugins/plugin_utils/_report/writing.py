# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the report as files on the controller. Write only files that differ, each atomically."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ...module_utils._core.errors import LocalFileError, OptionError
from ...module_utils._local.file_attributes import set_mode
from ...module_utils._local.read_file import replace_file
from .answer import answer
from .formats import FORMATS, LABELS, Links, format_problem, render
from .model import Earlier, Model


@dataclass
class Written:
    """Paths that changed or, in check mode, would change, warnings, and the numbers of the report.

    `answer` is its first sentence. `counts` has the numbers of its tiles, and `findings` all findings, by name.
    """

    changed: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    answer: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    findings: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """Where and how to write a report. The fields are the variables of the role without their prefix."""

    dest: str = "code-signing-report"
    formats: Sequence[str] = ("html", "json", "csv")
    html: str = "index.html"
    json: str = "report.json"
    csv: str = "report.csv"
    ics: str = "expiries.ics"
    prometheus: str = "report.prom"
    markdown: str = "summary.md"
    previous: str = "previous.json"
    mode: str | int = "0640"
    directory_mode: str | int = "0750"
    title: str = "Code signing"
    app_url: str = "https://app.bitrise.io/app/"

    @property
    def folder(self) -> Path:
        """Return the absolute path of the folder. A relative one starts in the working directory."""
        return Path(os.path.abspath(os.path.expanduser(os.path.expandvars(self.dest))))

    @property
    def names(self) -> dict[str, str]:
        """Return the names of the files by format. The page is the last, so that its links always work."""
        last_first = [form for form in reversed(FORMATS) if form in self.formats]
        return {form: getattr(self, form) for form in last_first}

    def check(self) -> None:
        """Raise OptionError for an unknown format, for two files of the same name, or for a file as folder."""
        problems = [problem for problem in map(format_problem, self.formats) if problem]
        if problems:
            raise OptionError(f"code_signing_report_formats: {' '.join(problems)}")
        names = {**self.names, **({"previous": self.previous} if "json" in self.formats else {})}
        for name, number in Counter(names.values()).items():
            if number > 1:
                options = " and ".join(f"code_signing_report_{form}" for form in names if names[form] == name)
                raise OptionError(f"{options} must have different names, got {name} for both.")
        existing = _existing(self.folder)
        if not existing.is_dir():
            raise OptionError(f"code_signing_report_dest: {existing} is a file. Name a folder.")

    def write(self, found: Mapping[str, Any], date: str, *, check_mode: bool = False) -> Written:
        """Write the files that differ. Raise CiError."""
        self.check()
        written = Written()
        try:
            for path in self._write(found, dt.date.fromisoformat(date), written, check_mode=check_mode):
                written.changed.append(str(path))
        except OSError as error:
            where = error.filename or self.folder
            raise LocalFileError(f"code_signing_report_dest: {where} cannot be written: {error.strerror}.") from error
        return written

    def _write(self, found: Mapping[str, Any], today: dt.date, written: Written, *, check_mode: bool) -> Iterator[Path]:
        folder = self.folder
        if not folder.is_dir():
            if check_mode:
                _check_writable(folder)
            else:
                folder.mkdir(parents=True)
                set_mode({"mode": self.directory_mode}, str(folder), False)
            yield folder
        # Save the report of the previous day first. If this run ends here, the next run saves the same report.
        earlier, kept = self._earlier(today, written)
        if kept and self._write_file(folder / self.previous, kept, check_mode=check_mode):
            yield folder / self.previous
        model = Model(found, today, self.title, earlier)
        written.answer = answer(model).text
        written.findings = model.entries
        written.counts = {name: len(files) for name, files in model.by_finding.items()}
        written.counts["unreadable"] = len(model.unreadable)
        links = Links(self.app_url, {LABELS[form]: quote(name) for form, name in self.names.items() if form in LABELS})
        for form, name in self.names.items():
            data = render(form, model, links).encode("utf-8")
            if self._write_file(folder / name, data, check_mode=check_mode):
                yield folder / name

    def _earlier(self, today: dt.date, written: Written) -> tuple[Earlier | None, bytes]:
        """Return the report of the previous day, and its bytes if it must be saved.

        All reports of one day have the same previous one, so that the second report does not change.
        """
        if "json" not in self.formats:
            return None, b""
        for name in (self.json, self.previous):
            path = self.folder / name
            if not path.is_file():
                continue
            data = path.read_bytes()
            try:
                earlier = Earlier(json.loads(data))
            except ValueError as error:
                written.warnings.append(f"{path} cannot be compared with this report: {error}.")
                continue
            if earlier.date < today:
                return earlier, data if name == self.json else b""
        return None, b""

    def _write_file(self, path: Path, data: bytes, *, check_mode: bool) -> bool:
        mode = {"mode": self.mode}
        if path.is_file() and path.read_bytes() == data:
            return set_mode(mode, str(path), check_mode)
        if check_mode:
            _check_writable(path.parent)
        else:
            replace_file(str(path), data, lambda temporary: set_mode(mode, temporary, False))
        return True


def _existing(path: Path) -> Path:
    """Return the path, or the closest folder or file above it that exists."""
    return next(place for place in (path, *path.parents) if os.path.exists(place))


def _check_writable(folder: Path) -> None:
    """Raise the error that creating a file or the folder would raise. Check mode cannot try it."""
    existing = _existing(folder)
    if not os.access(existing, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(existing))
