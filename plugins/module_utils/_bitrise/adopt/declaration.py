# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one app has, as a declaration of it. Pure: from files and their bytes to variables of the role code_signing."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.adopt.variables import Reference, Vaulted
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.env_keys import keystore_name_of
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    PROJECT_FILE,
    PROVISIONING_PROFILE,
    FileKind,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import Desired, RemoteFile
from ansible_collections.mobileops.ci.plugins.module_utils._local_file import safe_file_name

# In the order in which the role takes them, with the names of its variables.
VARIABLES: dict[FileKind, str] = {
    BUILD_CERTIFICATE: "code_signing_certificates",
    PROVISIONING_PROFILE: "code_signing_profiles",
    ANDROID_KEYSTORE: "code_signing_keystores",
    PROJECT_FILE: "code_signing_project_files",
}
VAULT_HEADER = b"$ANSIBLE_VAULT"
FOLDER = "code_signing"  # below files/

Encrypt = Callable[[bytes], str]


@dataclass(frozen=True)
class Held:
    """One file that an app has, and its place among the local files; None where the service does not give its bytes."""

    kind: FileKind
    file: RemoteFile
    path: str | None

    @property
    def is_given(self) -> bool:
        return self.path is not None


@dataclass
class Adopted:
    """What is to be written about one app. `files`: bytes by path below files/."""

    variables: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    missing: list[str] = field(default_factory=list)  # what the user has to fill in, in whole sentences
    vaulted: dict[str, Vaulted] = field(default_factory=dict)

    def keep(self, option: str, text: str) -> Reference:
        """A variable of its own for an encrypted value: inside of lists, older cores do not accept it in roles."""
        name = f"vault_code_signing_{len(self.vaulted) + 1}_{option}"
        self.vaulted[name] = Vaulted(text)
        return Reference(name)


def held_by(app_slug: str, observed: Mapping[FileKind, Sequence[RemoteFile]]) -> list[Held]:
    """The complete files of an app, each with a place of its own whatever it is called."""
    everything = [
        (kind, file)
        for kind in VARIABLES
        for file in sorted(observed[kind], key=lambda file: (file.name, file.slug or ""))
        if file.processed
    ]
    # File systems may take no notice of upper and lower case.
    wanted = Counter(safe_file_name(file.name).lower() for _kind, file in everything if not file.is_protected)
    held = []
    for kind, file in everything:
        name = safe_file_name(file.name)
        if wanted[name.lower()] > 1:
            name = safe_file_name(str(file.slug), file.name)
        path = None if file.is_protected else f"{FOLDER}/{safe_file_name(app_slug)}/{name}"
        held.append(Held(kind, file, path))
    return held


def adopt(app_slug: str, held: Sequence[Held], contents: Mapping[str, bytes], encrypt: Encrypt | None) -> Adopted:
    """The declaration. `contents`: bytes by slug. `encrypt`: None where there is no vault secret."""
    result = Adopted({"code_signing_app_slug": app_slug})
    names = Counter((one.kind, one.file.name) for one in held)
    keys = Counter((one.kind, one.file.env_key) for one in held)
    for one in held:
        kind, file = one.kind, one.file
        entry: dict[str, Any] = {"name": file.name}
        if names[kind, file.name] > 1 or not file.name:
            entry["slug"] = file.slug
        if kind == PROJECT_FILE and file.env_key and ("slug" in entry or keys[kind, file.env_key] == 1):
            entry["user_env_key"] = file.env_key
        if kind == ANDROID_KEYSTORE and keystore_name_of(file.env_key):
            entry["keystore_name"] = keystore_name_of(file.env_key)
        _add_content(result, entry, one, contents.get(str(file.slug)), encrypt)
        entry.update(is_protected=file.is_protected, is_expose=file.is_expose)
        _add_secrets(result, entry, one, encrypt)
        result.variables.setdefault(VARIABLES[kind], []).append(entry)
    result.variables.update(result.vaulted)
    return result


def never_completed(observed: Mapping[FileKind, Sequence[RemoteFile]], variables: Mapping[str, Any]) -> list[str]:
    """What there is to say about uploads that were cut off: they are not declared, and may be in the way."""
    said = []
    for kind, variable in VARIABLES.items():
        declared = [Desired(entry["name"], env_key=entry.get("user_env_key")) for entry in variables.get(variable, ())]
        for file in observed[kind]:
            if not file.processed:
                in_the_way = any(desired.means(file) for desired in declared)
                said.append(
                    f"{kind.words} {file.name}: an upload that was never completed, which is not declared."
                    + (" It is in the way of a file that is, so the next rollout removes it." if in_the_way else "")
                )
    return said


def _add_content(
    result: Adopted, entry: dict[str, Any], one: Held, content: bytes | None, encrypt: Encrypt | None
) -> None:
    subject = f"{one.kind.words} {one.file.name}"
    if one.path is None or content is None:
        result.missing.append(
            f"{subject}: the service does not give its bytes. It is declared by its name, and a rollout leaves it "
            "alone; add src to be able to replace it."
        )
    elif content.startswith(VAULT_HEADER):
        # As a file it would be decrypted before it is compared with what the service has.
        encoded = base64.b64encode(content)
        entry["content"] = result.keep("content", encrypt(encoded)) if encrypt else encoded.decode()
    else:
        entry["src"] = one.path
        result.files[one.path] = encrypt(content).encode() if encrypt else content


def _add_secrets(result: Adopted, entry: dict[str, Any], one: Held, encrypt: Encrypt | None) -> None:
    subject = f"{one.kind.words} {one.file.name}"
    told = dict(one.file.told)
    if one.kind == BUILD_CERTIFICATE:
        if one.file.password is None:
            result.missing.append(f"{subject}: the service does not tell its certificate_password.")
        elif one.file.password:
            told["certificate_password"] = one.file.password
    elif one.kind == ANDROID_KEYSTORE and not told:
        result.missing.append(f"{subject}: the service tells neither its alias nor its passwords.")
    if encrypt:
        entry.update({name: result.keep(name, encrypt(value.encode())) for name, value in sorted(told.items())})
    elif told:
        result.missing.append(
            f"{subject}: put {' and '.join(sorted(told))} into vaulted variables. There was no vault secret to encrypt "
            "what the service tells."
        )
