# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""signing_file_info: inspect local signing files. It sends no requests."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .._core.errors import OptionError
from .._core.option_groups import RUN, OptionGroup, with_entries
from .._local.read_file import Content, decode_content
from .._task.module_spec import ModuleSpec, Outcome, TaskContext
from .findings import finding, quoted
from .inspect import inspect_file
from .inspection import (
    CERTIFICATE,
    KEYSTORE,
    PROFILE,
    SIGNING_KINDS,
    Finding,
    Inspection,
)
from .libraries import LIBRARIES
from .pairing import superseded, unpaired

SIGNING_FILES = OptionGroup(
    {
        "files": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {
                "src": {"type": "path"},
                "content": {"type": "str", "no_log": True},
                "name": {"type": "str"},
                "type": {"type": "str", "choices": ["auto", *SIGNING_KINDS], "default": "auto"},
                "password": {"type": "str", "no_log": True},
                "alias": {"type": "str"},
                "private_key_password": {"type": "str", "no_log": True},
            },
            "mutually_exclusive": [["src", "content"]],
            "required_one_of": [["src", "content"]],
        },
    }
)

# Endings that identify one type. Certificates and keystores share .p12.
_BY_ENDING = {
    ".mobileprovision": PROFILE,
    ".provisionprofile": PROFILE,
    ".jks": KEYSTORE,
    ".keystore": KEYSTORE,
    ".bks": KEYSTORE,
}


@dataclass(frozen=True)
class _File:
    src: str | None
    name: str | None
    content: Content
    inspection: Inspection

    def as_result(self) -> dict[str, Any]:
        return {
            "src": self.src,
            "name": self.name,
            "sha256": self.content.sha256,
            "type": self.inspection.kind,
            "details": self.inspection.details,
            "findings": [finding.as_dict() for finding in self.inspection.findings],
        }


def normalized(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments in the form of the specification: a path becomes a dict.

    Raise OptionError for elements of other types before ansible-core repeats them in a message.
    """
    return with_entries(arguments, "files", "src", "a path nor a dict with src or content")


def _no_client(_options: Mapping[str, Any], _env: Mapping[str, str]) -> None:
    """Return None, because the module sends no requests."""


def run_inspection(options: dict[str, Any], _client: None, context: TaskContext) -> Outcome:
    now = dt.datetime.now(dt.timezone.utc)
    files = [_inspect_entry(number, entry, context.read_file, now) for number, entry in enumerate(options["files"], 1)]
    return Outcome({"files": [file.as_result() for file in _with_comparisons(files)]})


def _inspect_entry(
    number: int, entry: Mapping[str, Any], read_file: Callable[[str], Content], now: dt.datetime
) -> _File:
    src: str | None = entry["src"]
    if src is not None and not os.path.basename(src):
        raise OptionError(f"files: entry {number}: src must name a file.")
    called = f" ({quoted(entry['name'])})" if entry["name"] else ""
    option = f"files: entry {number}{called}: content"
    content = decode_content(entry["content"] or "", option) if src is None else read_file(src)
    name = entry["name"] or (os.path.basename(src) if src else None)
    inspection = inspect_file(
        content.data,
        expected=_expected(entry["type"], name),
        password=entry["password"],
        alias=entry["alias"],
        private_key_password=entry["private_key_password"],
        now=now,
    )
    return _File(src, name, content, inspection)


def _expected(requested: str, name: str | None) -> str | None:
    if requested != "auto":
        return requested
    return _BY_ENDING.get(os.path.splitext(name)[1].lower()) if name else None


def _with_comparisons(files: list[_File]) -> list[_File]:
    """Return the files with findings about the other files: missing counterparts, and newer profiles."""
    inspections = {number: file.inspection for number, file in enumerate(files)}
    by_kind = {
        kind: {number: one.sha1s for number, one in inspections.items() if one.kind == kind}
        for kind in (PROFILE, CERTIFICATE)
    }
    found = superseded(inspections)
    extra = {number: [finding] for number, finding in found.items()}
    if all(by_kind.values()):
        lacking = unpaired(by_kind[PROFILE], by_kind[CERTIFICATE])
        for number in lacking.profiles:
            problem = "The profile does not embed a certificate of this list of files"
            extra.setdefault(number, []).append(_unpaired(problem))
        for number in lacking.certificates:
            if inspections[number].needs_profile:
                problem = "No profile of this list of files embeds the certificate"
                extra.setdefault(number, []).append(_unpaired(problem))
    return [_with_findings(file, extra.get(number, [])) for number, file in enumerate(files)]


def _unpaired(problem: str) -> Finding:
    return finding("unpaired", f"{problem}. Nothing can be signed with one without the other.")


def _with_findings(file: _File, findings: Sequence[Finding]) -> _File:
    return replace(file, inspection=replace(file.inspection, findings=(*file.inspection.findings, *findings)))


SIGNING_FILE_INFO = ModuleSpec(
    "signing_file_info",
    RUN + SIGNING_FILES,
    _no_client,
    run_inspection,
    requires=LIBRARIES,
    normalize=normalized,
    files=("files.src",),
)
