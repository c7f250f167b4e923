# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files in group_vars and host_vars: those that ansible-core ignores, and the reason why it cannot read one."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml
from ansible.constants import LOCALHOST
from ansible.errors import AnsibleError
from ansible.parsing.vault import AnsibleVaultError

from ...module_utils._core.closest_name import closest_name
from ...module_utils._core.text import composed
from .evaluation import place_of

# The file and the line in an error of ansible-core before 2.19.
_PLACE = re.compile(r"The error appears to be in '([^']+)': line (\d+)")
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


def why_unreadable(error: AnsibleError) -> str:
    """Return why ansible-core could not read or combine variables, with the file and line as far as it tells them.

    Its own text may quote lines of the file, or values.
    """
    chain: list[BaseException] = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) and cause not in chain:
        chain.append(cause)
    text = str(error)
    found = _PLACE.search(text)
    sources: list[Any] = [getattr(cause, "obj", None) for cause in chain]
    if found:
        place = f"{found[1]}:{found[2]}"
    else:  # from ansible-core 2.19, the origin of the value or the value itself
        origins = (f"{one.path}:{one.line_num}" for one in sources if getattr(one, "path", None))
        place = next(origins, "") or place_of(*sources)
    invalid = next((cause for cause in chain if isinstance(cause, yaml.MarkedYAMLError)), None)
    if invalid:
        reason = f"invalid YAML: {invalid.problem or invalid.context}"
    elif any(isinstance(cause, AnsibleVaultError) for cause in chain) or text.startswith("Could not process "):
        reason = text.splitlines()[0]
    else:
        reason = re.split(r":\s|\n", text)[0]
    return f"{place}: {reason.rstrip('.: ')}." if place else f"{reason.rstrip('.: ')}."


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
