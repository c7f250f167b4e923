# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declare the files that an app has. Pure: from remote files and their digests to entries of the role's variables."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..._core.text import safe_file_name
from ..files.env_keys import keystore_name_of
from ..files.kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    PROJECT_FILE,
    PROVISIONING_PROFILE,
    FileKind,
)
from ..files.model import Desired, RemoteFile
from .variables import Reference, Vaulted

# Variables of the role code_signing, in the order in which the role processes them.
VARIABLES: dict[FileKind, str] = {
    BUILD_CERTIFICATE: "code_signing_certificates",
    PROVISIONING_PROFILE: "code_signing_profiles",
    ANDROID_KEYSTORE: "code_signing_keystores",
    PROJECT_FILE: "code_signing_project_files",
}
FOLDER = "code_signing"  # below files/

# Causes why a declaration is incomplete. Each ends a comment in the variables, from which a later run reads it.
NO_CONTENT = "Bitrise does not return its content. A rollout does not change it. Add src to be able to replace it."
SECRETS_NOT_RETURNED = {
    BUILD_CERTIFICATE: "Bitrise does not return its certificate_password.",
    ANDROID_KEYSTORE: "Bitrise returns neither its alias nor its passwords.",
}
NO_VAULT = "Put its passwords into vaulted variables. There was no vault secret to encrypt what Bitrise returns."
UNFINISHED = "This upload was never completed and is not declared."
UNFINISHED_IN_THE_WAY = (
    "This upload was never completed and is not declared. The next rollout deletes it once it is older than an hour, "
    "because it has the name or key of a declared file."
)
CAUSES = (NO_CONTENT, *SECRETS_NOT_RETURNED.values(), NO_VAULT, UNFINISHED, UNFINISHED_IN_THE_WAY)

Encrypt = Callable[[bytes], str]


@dataclass(frozen=True)
class Note:
    """A note for users about one file of a declaration."""

    subject: str
    cause: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.cause}"

    @classmethod
    def parse(cls, text: str) -> Note | None:
        """Parse the result of str(). Return None for another text."""
        for cause in CAUSES:
            if text.endswith(f": {cause}"):
                return cls(text[: -len(cause) - 2], cause)
        return None


@dataclass(frozen=True)
class HeldFile:
    """One complete file of an app, and its path below files/. None if Bitrise does not return its content."""

    kind: FileKind
    file: RemoteFile
    path: str | None


@dataclass(frozen=True)
class Declared:
    """One file as an entry of a variable. Equal for two apps if the same entry declares both files."""

    kind: FileKind
    options: tuple[tuple[str, Any], ...]
    digest: str | None  # None: Bitrise does not return the content
    secrets: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    notes: tuple[Note, ...] = ()

    @property
    def name(self) -> str:
        return str(dict(self.options)["name"])


def files_of_app(app_slug: str, observed: Mapping[FileKind, Sequence[RemoteFile]]) -> list[HeldFile]:
    """Return the complete files of an app. Each has a unique path, whatever its name is."""
    complete = [
        (kind, file)
        for kind in VARIABLES
        for file in sorted(observed[kind], key=lambda file: (file.name, file.slug or ""))
        if file.processed
    ]
    # Some file systems do not distinguish upper and lower case.
    uses = Counter(safe_file_name(file.name).lower() for _kind, file in complete if not file.is_protected)
    held = []
    for kind, file in complete:
        name = safe_file_name(file.name)
        if uses[name.lower()] > 1:
            name = safe_file_name(str(file.slug), file.name)
        path = None if file.is_protected else f"{FOLDER}/{safe_file_name(app_slug)}/{name}"
        held.append(HeldFile(kind, file, path))
    return held


def declare(held: Sequence[HeldFile], digests: Mapping[str, str], *, encrypts: bool) -> list[Declared]:
    """Return the entries for these files. `digests`: by the slug of the file. `encrypts`: there is a vault secret."""
    names = Counter((one.kind, one.file.name) for one in held)
    keys = Counter((one.kind, one.file.env_key) for one in held)
    found = []
    for one in held:
        kind, file = one.kind, one.file
        options: dict[str, Any] = {"name": file.name}
        if names[kind, file.name] > 1 or not file.name:
            options["slug"] = file.slug
        if kind == PROJECT_FILE and file.env_key and ("slug" in options or keys[kind, file.env_key] == 1):
            options["user_env_key"] = file.env_key
        if kind == ANDROID_KEYSTORE and keystore_name_of(file.env_key):
            options["keystore_name"] = keystore_name_of(file.env_key)
        options.update(is_protected=file.is_protected, is_expose=file.is_expose)
        digest = digests.get(str(file.slug)) if one.path is not None else None
        secrets, causes = _secrets(one)
        if digest is None:
            causes.insert(0, NO_CONTENT)
        if secrets and not encrypts:
            secrets = {}
            causes.append(NO_VAULT)
        notes = tuple(Note(f"{kind.words} {file.name}", cause) for cause in causes)
        found.append(Declared(kind, tuple(options.items()), digest, tuple(sorted(secrets.items())), notes))
    return found


def _secrets(one: HeldFile) -> tuple[dict[str, str], list[str]]:
    """Return the secrets that Bitrise returns, and causes for those that it does not return."""
    secrets = dict(one.file.created_with)
    if one.kind == BUILD_CERTIFICATE:
        if one.file.password is None:
            return secrets, [SECRETS_NOT_RETURNED[one.kind]]
        if one.file.password:
            secrets["certificate_password"] = one.file.password
    elif one.kind == ANDROID_KEYSTORE and not secrets:
        return secrets, [SECRETS_NOT_RETURNED[one.kind]]
    return secrets, []


def unfinished(observed: Mapping[FileKind, Sequence[RemoteFile]], declared: Iterable[Declared]) -> list[Note]:
    """Return notes about uploads that were never completed. They are not declared."""
    of_kind: dict[FileKind, list[Desired]] = {kind: [] for kind in VARIABLES}
    for one in declared:
        if one.digest is None:
            continue  # a rollout does not delete anything for a declaration without content
        of_kind[one.kind].append(Desired(one.name, env_key=dict(one.options).get("user_env_key")))
    return [
        Note(
            f"{kind.words} {file.name}",
            UNFINISHED_IN_THE_WAY if any(desired.means(file) for desired in of_kind[kind]) else UNFINISHED,
        )
        for kind in VARIABLES
        for file in observed[kind]
        if not file.processed
    ]


class Variables:
    """The variables of one written file: entries of lists, and a variable for each encrypted value."""

    def __init__(self, prefix: str, encrypt: Encrypt | None) -> None:
        self._prefix, self._encrypt = prefix, encrypt
        self._vaulted: dict[str, Vaulted] = {}
        self.notes: list[Note] = []
        self._lists: dict[str, list[dict[str, Any]]] = {}

    def declare(self, variable: str, declared: Sequence[Declared], places: Mapping[str, str | bytes]) -> None:
        """Add a variable. `places`: by digest, the path of a file, or its bytes if the variables must contain them."""
        self._lists[variable] = [self._entry(one, places) for one in declared]
        self.notes += [note for one in declared for note in one.notes]

    def as_dict(self) -> dict[str, Any]:
        return {**self._lists, **self._vaulted}

    def _entry(self, declared: Declared, places: Mapping[str, str | bytes]) -> dict[str, Any]:
        options = dict(declared.options)
        flags = {name: options.pop(name) for name in ("is_protected", "is_expose")}
        place = places.get(declared.digest) if declared.digest else None
        if isinstance(place, bytes):
            encoded = base64.b64encode(place)
            options["content"] = self._keep("content", encoded) if self._encrypt else encoded.decode()
        elif place is not None:
            options["src"] = place
        secrets = {name: self._keep(name, value.encode()) for name, value in declared.secrets}
        return {**options, **flags, **secrets}

    def _keep(self, option: str, value: bytes) -> Reference:
        """Return a reference to an encrypted variable, because older cores reject encrypted values within lists."""
        if self._encrypt is None:
            raise ValueError("a secret is declared only where it can be encrypted")
        name = f"{self._prefix}_{len(self._vaulted) + 1}_{option}"
        self._vaulted[name] = Vaulted(self._encrypt(value))
        return Reference(name)
