# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the report as files on the controller: only what differs, and each file in one step."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ansible_collections.mobileops.ci.plugins.filter.code_signing_report import code_signing_report
from ansible_collections.mobileops.ci.plugins.module_utils._errors import LocalFileError
from ansible_collections.mobileops.ci.plugins.module_utils._file_attributes import set_mode


@dataclass(frozen=True)
class Report:
    """Where and how a report is written. A format without a name is left out."""

    dest: str = "code-signing-report"
    html: str = "index.html"
    json: str = "report.json"
    csv: str = "report.csv"
    mode: str | int = "0640"
    directory_mode: str | int = "0750"
    title: str = "Code signing"
    app_url: str = "https://app.bitrise.io/app/"

    @property
    def folder(self) -> Path:
        """The absolute path of the folder. A relative one starts where ansible-playbook was started."""
        return Path(os.path.abspath(os.path.expanduser(os.path.expandvars(self.dest))))

    def write(self, found: Mapping[str, Any], date: str, *, check_mode: bool = False) -> list[str]:
        """Write the files that differ. Return the paths that changed, or would change. Raises CiError."""
        try:
            return list(self._write(found, date, check_mode=check_mode))
        except OSError as error:
            where = error.filename or self.folder
            raise LocalFileError(f"code_signing_report_dest: {where} cannot be written: {error.strerror}.") from error

    def _write(self, found: Mapping[str, Any], date: str, *, check_mode: bool) -> Iterator[str]:
        folder = self.folder
        if not folder.is_dir():
            if not check_mode:
                folder.mkdir(parents=True)
                set_mode({"mode": self.directory_mode}, str(folder), False)
            yield str(folder)
        # The page comes last: whoever sees a new page finds the files that go with it.
        for kind, name in (("json", self.json), ("csv", self.csv), ("html", self.html)):
            if name and self._write_file(folder / name, self._text(kind, found, date), check_mode=check_mode):
                yield str(folder / name)

    def _text(self, kind: str, found: Mapping[str, Any], date: str) -> bytes:
        named = (("JSON", self.json), ("CSV", self.csv))
        links = {label: quote(name) for label, name in named if name}
        text = code_signing_report(found, kind, self.title, date, self.app_url, links)
        return text.encode("utf-8", "surrogateescape")

    def _write_file(self, path: Path, data: bytes, *, check_mode: bool) -> bool:
        mode = {"mode": self.mode}
        if path.is_file() and path.read_bytes() == data:
            return set_mode(mode, str(path), check_mode)
        if not check_mode:
            handle, temporary = tempfile.mkstemp(prefix=".", dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                set_mode(mode, temporary, False)
                os.replace(temporary, path)
            except BaseException:
                os.unlink(temporary)
                raise
        return True
