# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write declarations and files: shared files, the files of each app, variables of groups, and variables of hosts."""

from __future__ import annotations

import os
import re
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from ..._core.errors import CiError, LocalFileError
from ..._core.plan import Action
from ..._core.text import clean, clean_diff
from ..._local.read_file import TEMPORARY_NAME, Content, save_privately
from .declaration import (
    VARIABLES,
    Encrypt,
    HeldFile,
    Note,
    Variables,
)
from .sharing import (
    Adoptee,
    Lists,
    share,
    shared_paths,
)
from .variables import variables_file

DECLARATION = "code_signing.yml"
ABOUT_HOST = "Signing files that the app had when this file was written, for the role mobileops.ci.code_signing."
ABOUT_GROUP = (
    "Signing files that all apps of the group had when this file was written, for the role mobileops.ci.code_signing."
)
# Starts the notes in the comments. A later run reads them again.
MISSING = "Not in this file (delete a line when it is done):"
INDENTED = "  "
VAULT_HEADER = b"$ANSIBLE_VAULT"
_VARIABLE = re.compile(rf"^({'|'.join(VARIABLES.values())}):", re.MULTILINE)


@dataclass(frozen=True)
class Write(Action):
    """A local file that is written. The `kind` of variables is "declaration"."""

    action: ClassVar[str] = "write"
    kind: str
    app_slug: str | None  # None: several apps share it
    slug: str | None
    name: str
    path: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "kind": self.kind,
            "app_slug": self.app_slug,
            "slug": self.slug,
            "name": self.name,
            "path": self.path,
        }


@dataclass
class App:
    """One app: its host, the path of its variables, and its outcome."""

    slug: str
    host: str
    path: str
    declares: frozenset[str] = frozenset()
    lists: Lists = field(default_factory=dict)
    actions: list[Write] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    error: CiError | None = None

    def as_result(self) -> dict[str, Any]:
        notes = (*self.notes, *(note for entries in self.lists.values() for one in entries for note in one.notes))
        return {
            "changed": bool(self.actions),
            "host": self.host,
            "path": self.path,
            "actions": [action.as_dict() for action in self.actions],
            "missing": [str(note) for note in dict.fromkeys(notes)],
            "error": {"msg": self.error.message, **self.error.as_dict()} if self.error else None,
            "diff": clean_diff(
                {"before": {}, "after": {a.path: {"kind": a.kind, "name": a.name} for a in self.actions}}
            ),
        }


def is_folder_name(name: str) -> bool:
    """Return whether a folder of that name can hold variables of a host or group."""
    return not (name in ("", ".", "..") or name != clean(name) or any(character in name for character in "/\\~\0"))


def would_be_hidden(folder: Path, name: str) -> Path | None:
    """Return a file with variables that ansible-core would not read beside a folder of that name, or None."""
    places = (folder / (name + ending) for ending in ("", ".yml", ".yaml", ".json"))
    return next((place for place in places if place.is_file()), None)


class Writer:
    """Write below one folder. In check mode, only report what would be written."""

    def __init__(self, dest: str, encrypt: Encrypt | None, *, check_mode: bool) -> None:
        self.dest = dest
        self.encrypt = encrypt
        self.check_mode = check_mode
        self.actions: list[Write] = []  # on files that several apps share
        self.groups: dict[str, dict[str, Any]] = {}
        self.warnings: list[str] = []
        self._kept: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self._encrypted: dict[bytes, str] = {}

    def error_of(self, error: OSError) -> CiError:
        path = Path(str(error.filename or self.dest))
        # A temporary file has a name that tells nothing.
        named = path.parent if path != Path(self.dest) and TEMPORARY_NAME.fullmatch(path.name) else path
        return LocalFileError(f"dest: {named} cannot be written: {error.strerror}.")

    def keep(self, content: Content) -> None:
        """Keep the bytes until it is known which apps have them."""
        with self._lock:
            self._kept[content.sha256] = content.data

    def write_file(self, held: HeldFile, content: Content) -> None:
        """Write a file that only this app has."""
        if content.data.startswith(VAULT_HEADER):
            # ansible-core would decrypt such a file before the comparison with Bitrise. So Variables contains it.
            self.keep(content)
        elif held.path is not None:
            self._save(Path(self.dest, "files", held.path), content.data)

    def write(
        self,
        apps: Sequence[App],
        held: Mapping[str, Sequence[HeldFile]],
        digests: Mapping[str, Mapping[str, str]],
        groups: Mapping[str, Sequence[str]],
        *,
        force: bool,
    ) -> None:
        """Write files and variables. Variables of hosts come last, so that an app which has them is complete."""
        try:
            shared = self._write_shared(apps, held, digests)
            places = {app.slug: self._write_own(app, held[app.slug], digests[app.slug], shared) for app in apps}
            usable = {name: hosts for name, hosts in groups.items() if self._is_usable(name, force=force)}
            adoptees = [Adoptee(app.host, app.lists, self._inherited(app, groups, force=force)) for app in apps]
            sharing = share(adoptees, usable)
            self._warn_of_hidden(adoptees, groups, usable)
            for name, lists in sharing.groups.items():
                self._write_group(name, lists, shared)
        except OSError as error:
            for app in apps:
                app.error = app.error or self.error_of(error)
            return
        for app in apps:
            try:
                self._write_host(app, sharing.hosts[app.host], places[app.slug])
            except OSError as error:
                app.error = self.error_of(error)

    def _write_shared(
        self, apps: Sequence[App], held: Mapping[str, Sequence[HeldFile]], digests: Mapping[str, Mapping[str, str]]
    ) -> dict[str, str | bytes]:
        """Write the files that several apps have. Return the path or bytes of each, by digest."""
        users: dict[str, set[str]] = defaultdict(set)
        names: dict[str, list[str]] = defaultdict(list)
        kinds: dict[str, str] = {}
        for app in apps:
            for one in held[app.slug]:
                digest = digests[app.slug].get(str(one.file.slug))
                if digest is not None:
                    users[digest].add(app.slug)
                    names[digest].append(one.file.name)
                    kinds[digest] = one.kind.name
        several = {digest: names[digest] for digest, slugs in users.items() if len(slugs) > 1}
        places: dict[str, str | bytes] = {}
        for digest, path in shared_paths(several).items():
            data = self._kept.get(digest, b"")
            if data.startswith(VAULT_HEADER):
                places[digest] = data
                continue
            places[digest] = path
            place = Path(self.dest, "files", path)
            self._save(place, data)
            self.actions.append(Write(kinds[digest], None, None, place.name, str(place)))
        return places

    def _write_own(
        self, app: App, held: Sequence[HeldFile], digests: Mapping[str, str], shared: Mapping[str, str | bytes]
    ) -> dict[str, str | bytes]:
        """Write the files that only this app has. Return the paths or bytes of all its files, by digest."""
        places = dict(shared)
        for one in held:
            digest = digests.get(str(one.file.slug))
            if digest is None or one.path is None or digest in shared:
                continue
            data = self._kept.get(digest, b"")
            if data.startswith(VAULT_HEADER):
                places[digest] = data
                continue
            place = Path(self.dest, "files", one.path)
            if data:
                self._save(place, data)
            places.setdefault(digest, one.path)
            app.actions.append(Write(one.kind.name, app.slug, one.file.slug, one.file.name, str(place)))
        return places

    def _is_usable(self, group: str, *, force: bool) -> bool:
        folder = Path(self.dest, "group_vars")
        exists = os.path.lexists(folder / group / DECLARATION)
        return is_folder_name(group) and would_be_hidden(folder, group) is None and (force or not exists)

    def _inherited(self, app: App, groups: Mapping[str, Sequence[str]], *, force: bool) -> frozenset[str]:
        """Return the variables that the host inherits from files that this run does not write."""
        if not app.declares or not force:
            return app.declares
        written = [Path(app.path)]
        written += [
            Path(self.dest, "group_vars", name, DECLARATION) for name, hosts in groups.items() if app.host in hosts
        ]
        return app.declares - {variable for place in written for variable in _variables_in(place)}

    def _warn_of_hidden(
        self, adoptees: Sequence[Adoptee], groups: Mapping[str, Sequence[str]], usable: Mapping[str, Sequence[str]]
    ) -> None:
        """Warn about files that prevent the declaration of a group, and how to move them."""
        possible = share(adoptees, groups).groups
        for name in sorted(set(possible) - set(usable)):
            hidden = would_be_hidden(Path(self.dest, "group_vars"), name) if is_folder_name(name) else None
            if hidden:
                self.warnings.append(
                    f"All apps of group {name} have files in common. They are declared for each host, because of the "
                    f"file {hidden}: ansible-core does not read both it and a folder of that name. To declare them "
                    f"once, move it to {Path(self.dest, 'group_vars', name, 'main.yml')} and run again with force=true."
                )

    def _write_group(self, name: str, lists: Lists, places: Mapping[str, str | bytes]) -> None:
        variables = Variables(f"vault_code_signing_{re.sub(r'[^A-Za-z0-9]', '_', name)}", self._encrypt_once)
        path = Path(self.dest, "group_vars", name, DECLARATION)
        self._write_variables(path, ABOUT_GROUP, {}, variables, lists, places, ())
        self.actions.append(Write("declaration", None, None, DECLARATION, str(path)))
        self.groups[name] = {"path": str(path), "variables": list(lists)}

    def _write_host(self, app: App, lists: Lists, places: Mapping[str, str | bytes]) -> None:
        variables = Variables("vault_code_signing", self._encrypt_once)
        slug = {"code_signing_app_slug": app.slug}
        self._write_variables(Path(app.path), ABOUT_HOST, slug, variables, lists, places, app.notes)
        app.actions.append(Write("declaration", app.slug, None, DECLARATION, app.path))

    def _write_variables(
        self,
        path: Path,
        about: str,
        first: Mapping[str, Any],
        variables: Variables,
        lists: Lists,
        places: Mapping[str, str | bytes],
        notes: Sequence[Note],
    ) -> None:
        for variable, entries in lists.items():
            variables.declare(variable, entries, places)
        all_notes = [*notes, *variables.notes]
        comments = [about, *([MISSING] if all_notes else []), *(f"{INDENTED}{note}" for note in all_notes)]
        data = variables_file(comments, {**first, **variables.as_dict()})
        if not self.check_mode:
            save_privately(str(path.parent), path.name, data)

    def _save(self, place: Path, data: bytes) -> None:
        if self.check_mode:
            return
        stored = self.encrypt(data).encode() if self.encrypt else data
        save_privately(str(place.parent), place.name, stored)

    @property
    def _encrypt_once(self) -> Encrypt | None:
        """Return a function that encrypts each value once, because that is slow, and never in check mode."""
        encrypt = self.encrypt
        if encrypt is None:
            return None

        def once(data: bytes) -> str:
            if self.check_mode:
                return ""
            if data not in self._encrypted:
                self._encrypted[data] = encrypt(data)
            return self._encrypted[data]

        return once


def _variables_in(place: Path) -> list[str]:
    """Return the variables of the role that a file of variables has."""
    try:
        return _VARIABLE.findall(place.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return []
