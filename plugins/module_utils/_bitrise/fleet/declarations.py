# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The declaration of each app in a fleet task. Every local file is read once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..._core.errors import OptionError
from ..._core.text import composed
from ..._local.read_file import Content
from ..files.file_options import FILE_OPTIONS, declared_file_of
from ..files.kinds import FileKind
from ..files.observe import DeclaredFile
from ..many_apps import check_slugs

# Bytes of local files that are kept for the next app. Shared signing files of a fleet are much smaller.
KEPT_BYTES = 64 * 1024 * 1024


class OnceReader:
    """Reads each file once for all threads, as long as the files fit into KEPT_BYTES."""

    def __init__(self, read_file: Callable[[str], Content]) -> None:
        self._read_file = read_file
        self._kept: OrderedDict[str, Content] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def __call__(self, path: str) -> Content:
        with self._lock:
            content = self._kept.get(path)
            if content is None:
                content = self._kept[path] = self._read_file(path)
                self._bytes += content.size
            self._kept.move_to_end(path)
            while self._bytes > KEPT_BYTES and len(self._kept) > 1:
                self._bytes -= self._kept.popitem(last=False)[1].size
            return content


@dataclass(frozen=True)
class AppDeclaration:
    """The declaration of one app, by kind: the files common to all apps, and the options of the app's own files."""

    app_slug: str
    common: Mapping[str, list[DeclaredFile]]
    own: Mapping[str, list[dict[str, Any]]]


def app_declarations(options: Mapping[str, Any], read_file: Callable[[str], Content]) -> list[AppDeclaration]:
    """Return one declaration for each app, in their order. Read the common files.

    Raise OptionError or LocalFileError.
    """
    if options["apps"]:  # a slice of a job may have none
        check_slugs([app["app_slug"] for app in options["apps"]])
    common = {
        kind.plural: [_declared_file(kind.plural, entry, read_file) for entry in options[kind.plural]]
        for kind in FILE_OPTIONS
        if options[kind.plural] is not None
    }
    return [
        AppDeclaration(
            app["app_slug"],
            common,
            {kind.plural: app[kind.plural] for kind in FILE_OPTIONS if app[kind.plural] is not None},
        )
        for app in options["apps"]
    ]


def declared_files_of(app: AppDeclaration, read_file: Callable[[str], Content]) -> dict[FileKind, list[DeclaredFile]]:
    """Return all declared files of one app by kind. Omit a kind that the task does not declare."""
    found: dict[FileKind, list[DeclaredFile]] = {}
    for kind in FILE_OPTIONS:
        if kind.plural not in app.common and kind.plural not in app.own:
            continue
        own = [_declared_file(kind.plural, entry, read_file) for entry in app.own.get(kind.plural, ())]
        files = [*app.common.get(kind.plural, ()), *own]
        # The plan compares declared files with a slug, once it knows the files.
        names = [composed(declared_file.desired.label) for declared_file in files if declared_file.desired.slug is None]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise OptionError(
                f"{kind.plural} declares {', '.join(twice)} twice for app {app.app_slug}. Remove one of the entries."
            )
        found[kind] = files
    return found


def _declared_file(plural: str, entry: Mapping[str, Any], read_file: Callable[[str], Content]) -> DeclaredFile:
    kind = next(kind for kind in FILE_OPTIONS if kind.plural == plural)
    try:
        FILE_OPTIONS[kind].check_required(entry)
    except OptionError as error:
        raise OptionError(f"{plural}: {error.message}") from None
    return declared_file_of(kind, {**entry, "state": "present"}, read_file)
