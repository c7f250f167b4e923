# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules for the names of files, including names that are already used."""

from __future__ import annotations

from collections.abc import Callable

from .kinds import CERTIFICATES, KEYSTORES, PROFILES, StoredKind
from .model import App
from .options import Options
from .replies import ApiError

_EXTENSIONS = {PROFILES.name: ".mobileprovision", CERTIFICATES.name: ".p12", KEYSTORES.name: ".keystore"}


def _with_extension(name: str, kind: StoredKind) -> str:
    extension = _EXTENSIONS.get(kind.name, "")
    return name if name.endswith(extension) else name + extension


_CHANGES: dict[str, Callable[[str, StoredKind], str]] = {
    "kept": lambda name, _kind: name,
    "trimmed": lambda name, _kind: name.strip(),
    "blanks_replaced": lambda name, _kind: name.replace(" ", "_"),
    "ascii_only": lambda name, _kind: "".join(char if char.isascii() else "_" for char in name),
    "lower_case": lambda name, _kind: name.lower(),
    "extension_added": _with_extension,
}


def stored_name(kind: StoredKind, app: App, name: str, options: Options) -> str:
    """Return the name that the service gives to a new file. Raise ApiError if the name is not allowed."""
    name = _CHANGES[options.names](name, kind)
    if options.same_name != "allowed" and any(
        item.upload_file_name == name for item in app.files_of(kind.name).values()
    ):
        raise ApiError(int(options.same_name), "A file with this name exists already")
    return name
