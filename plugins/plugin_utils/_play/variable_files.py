# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find files in group_vars and host_vars that ansible-core ignores, because no group or host has their name."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible.constants import LOCALHOST

from ...module_utils._core.closest_name import closest_name
from ...module_utils._core.text import composed

# ansible-core reads files with these endings.
_ENDINGS = ("", ".yml", ".yaml", ".json")


def ignored_files(task_vars: Mapping[str, Any]) -> list[str]:
    """Return the files, each with the closest name of a group or host.

    They are beside the sources of the inventory and beside the playbook.
    """
    groups = task_vars.get("groups") or {}
    known = {"group_vars": [*groups], "host_vars": [*groups.get("all", ()), *LOCALHOST]}
    sources = [str(source) for source in task_vars.get("ansible_inventory_sources") or ()]
    folders = [source if os.path.isdir(source) else os.path.dirname(source) for source in sources]
    folders.append(str(task_vars.get("playbook_dir") or ""))
    found = []
    for kind, names in known.items():
        read = {composed(name) for name in names}
        for folder in dict.fromkeys(filter(None, folders)):
            found += [
                _with_closest(os.path.join(kind, file), name, names)
                for file, name in _named_files(os.path.join(folder, kind))
                if composed(name) not in read
            ]
    return found


def _with_closest(path: str, name: str, names: Iterable[str]) -> str:
    closest = closest_name(name, names)
    return f"{path} (did you mean {closest}?)" if closest else path


def _named_files(folder: str) -> Iterator[tuple[str, str]]:
    """Yield each file or folder that ansible-core would read, and the name of its group or host."""
    entries: Iterable[os.DirEntry[str]] = ()
    with contextlib.suppress(OSError):
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    for entry in entries:
        stem, ending = os.path.splitext(entry.name)
        if entry.name.startswith(".") or entry.name.endswith("~"):
            continue
        if entry.is_dir():
            yield f"{entry.name}{os.sep}", entry.name
        elif ending in _ENDINGS:
            yield entry.name, stem
