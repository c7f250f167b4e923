# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files in the form of a diff: names, sizes, digests, flags and details, without secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .description import UNKNOWN
from .kinds import FileKind
from .model import Desired, RemoteFile


def files_for_diff(
    kind: FileKind,
    files: Sequence[RemoteFile],
    desired: Desired | None = None,
    descriptions: Mapping[str, Mapping[str, Any]] | None = None,
    main: str | None = None,
) -> dict[str, Any]:
    """Return files by name. If several have a name, the slug is part of it, except for that of the slug `main`.

    `descriptions`: details of files by slug. The key "" stands for the file that will be uploaded.
    """
    names = [file.name for file in files]
    entries: dict[str, Any] = {}
    for file in sorted(files, key=lambda file: (file.name, file.slug or "")):
        is_main = names.count(file.name) == 1 or (main is not None and file.slug == main)
        key = file.name if is_main else f"{file.name} ({file.slug or 'new'})"
        entries[key] = {
            "size": file.size,
            "sha256": UNKNOWN if file.sha256 is None and file.slug is not None else file.sha256,
            "is_protected": file.is_protected,
            "is_expose": file.is_expose,
            "processed": file.processed,
            **(descriptions or {}).get(file.slug or "", {}),
        }
        if kind.has_env_key:
            entries[key]["user_env_key"] = file.env_key
        if desired and desired.password is not None:
            entries[key]["certificate_password"] = _state(file.password, desired.password)
        for name, declared in desired.keystore.items() if desired else ():
            entries[key][name] = _state(file.created_with.get(name), declared)
    return entries


def _state(returned: str | None, declared: str) -> str:
    if returned is None:
        return "not returned by the service"
    return "as declared" if returned == declared else "not as declared"
