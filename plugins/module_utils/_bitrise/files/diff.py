# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files as a diff shows them: names, sizes, digests, flags and what the files say of themselves; no secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .kinds import FileKind
from .model import Desired, RemoteFile


def shown_files(
    kind: FileKind,
    files: Sequence[RemoteFile],
    desired: Desired | None = None,
    descriptions: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return files by name, with the slug where several have the name.

    `descriptions`: what files say of themselves, by slug; "" is the file that is about to be uploaded.
    """
    names = [file.name for file in files]
    shown: dict[str, Any] = {}
    for file in sorted(files, key=lambda file: (file.name, file.slug or "")):
        key = file.name if names.count(file.name) == 1 else f"{file.name} ({file.slug or 'new'})"
        shown[key] = {
            "size": file.size,
            "sha256": file.sha256,
            "is_protected": file.is_protected,
            "is_expose": file.is_expose,
            "processed": file.processed,
            **(descriptions or {}).get(file.slug or "", {}),
        }
        if kind.has_env_key:
            shown[key]["user_env_key"] = file.env_key
        if desired and desired.password is not None:
            shown[key]["certificate_password"] = _state(file.password, desired.password)
        for name, declared in desired.keystore.items() if desired else ():
            shown[key][name] = _state(file.told.get(name), declared)
    return shown


def _state(told: str | None, declared: str) -> str:
    if told is None:
        return "not returned by the service"
    return "as declared" if told == declared else "not as declared"
