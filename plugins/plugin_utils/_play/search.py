# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find local files that variables name in the folders of a project."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible import context

from ...module_utils._core.closest_name import only_closest_name
from ...module_utils._core.errors import LocalFileError
from ...module_utils._local.read_file import check_file, denied_path, find_in_other_form

# Number of missing files for which to suggest a similar name. A folder may hold the files of thousands of apps, and to
# compare a name with all of them takes a second.
MOST_SUGGESTIONS = 20


class FileSearch:
    """Search files as ansible.builtin.copy does, then beside the inventory and in the project of the playbook.

    A playbook of a collection that a project imports lies elsewhere. Therefore the folder of the playbook on the
    command line counts, and the project root: a folder that a variable names, and the working directory if it contains
    that playbook.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, ...], str | None] = {}
        self._unreadable: dict[str, str] = {}
        self._problems: dict[tuple[str, ...], tuple[str, str]] = {}
        self._of_project = _project_folders()

    def find(self, path: str, variables: Mapping[str, Any], project_dir: str | None = None) -> str | None:
        """Return the absolute path of the file, or None. `variables` are those of the host."""
        path = _expanded(path)
        folders = self._folders(variables, project_dir)
        key = (path, *folders)
        if key not in self._found:
            candidates = _candidates(path, folders)
            existing = (place if os.path.exists(place) else find_in_other_form(place) for place in candidates)
            self._found[key] = next((os.path.abspath(place) for place in existing if place), None)
        return self._found[key]

    def problem(self, path: str, variables: Mapping[str, Any], project_dir: str | None = None) -> tuple[str, str]:
        """Return why find() did not find a path, with the closest name, and the folders that it searched."""
        folders = self._folders(variables, project_dir)
        key = (path, *folders)
        if key not in self._problems:
            self._problems[key] = self._explain(path, folders)
        return self._problems[key]

    def _explain(self, path: str, folders: Sequence[str]) -> tuple[str, str]:
        # Users do not put files into an installed collection, so those folders come last.
        shown = sorted(folders, key=lambda folder: f"{os.sep}ansible_collections{os.sep}" in folder)
        hint = f"Searched for files in {', '.join(shown)}, first in files/ of each."
        candidates = _candidates(_expanded(path), folders)
        denied = denied_path(candidates)
        if denied:
            return f"file {path:.100} was not found: permission denied for {os.path.dirname(denied)}", hint
        closest = _closest(candidates, folders) if len(self._problems) < MOST_SUGGESTIONS else ""
        return f"file {path:.100} does not exist{f'; did you mean {closest}?' if closest else ''}", hint

    def reason_unreadable(self, path: str) -> str:
        """Return why an existing file cannot be uploaded, such as "is a directory", or an empty text."""
        if path not in self._unreadable:
            try:
                check_file(path)
            except LocalFileError as error:
                self._unreadable[path] = error.message.removeprefix(f"src: {path} ")
            else:
                self._unreadable[path] = ""
        return self._unreadable[path]

    def _folders(self, variables: Mapping[str, Any], project_dir: str | None) -> tuple[str, ...]:
        role = str(variables.get("role_path") or "")
        of_role = (role, os.path.join(role, "tasks")) if role else ()
        searched = [str(place) for place in variables.get("ansible_search_path") or () if place not in of_role]
        beside_inventory = [str(place) for place in (variables.get("inventory_dir"),) if place]
        of_project = [os.path.abspath(_expanded(project_dir))] if project_dir else []
        return tuple(dict.fromkeys([*searched, *beside_inventory, *of_project, *self._of_project]))


def _candidates(path: str, folders: Iterable[str]) -> list[str]:
    return [os.path.join(folder, path) for place in folders for folder in (os.path.join(place, "files"), place)]


def _closest(candidates: Iterable[str], folders: Iterable[str]) -> str:
    """Return the most similar file beside one of the paths, relative to the searched folder, or an empty text."""
    found: dict[str, Path] = {}
    missing = ""
    for candidate in candidates:
        folder, missing = os.path.split(candidate)
        with contextlib.suppress(OSError, ValueError):
            for entry in os.scandir(folder):
                if entry.is_file():
                    found.setdefault(entry.name, Path(entry.path))
    closest = only_closest_name(missing, found, cutoff=0.8)
    if not closest:
        return ""
    place = next((place for place in folders if found[closest].is_relative_to(place)), "")
    return str(found[closest].relative_to(place)) if place else str(found[closest])


def _project_folders() -> list[str]:
    """Return the folders of the playbooks on the command line, and the working directory if it contains one of them."""
    working = os.getcwd()
    # Names of playbooks in collections are no paths.
    started = [os.path.abspath(name) for name in context.CLIARGS.get("args") or () if os.path.isfile(name)]
    folders = [os.path.dirname(path) for path in started]
    return [*folders, *([working] if any(_is_below(folder, working) for folder in folders) else [])]


def _is_below(folder: str, parent: str) -> bool:
    return os.path.commonpath([folder, parent]) == parent


def _expanded(path: str) -> str:
    return os.path.expanduser(os.path.expandvars(path))
