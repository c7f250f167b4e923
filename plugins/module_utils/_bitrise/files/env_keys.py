# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keystores and project files take at creation, above all the key that builds refer to them by.

A project file's key is declared. A keystore's is made by the service: ANDROID_KEYSTORE for the first of an app, and for
each further one ANDROID_KEYSTORE_ with the name that is given at creation. Neither can be given to a new keystore
while the old one is there, so who replaces one has to choose between the key and the moment without a file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    PROJECT_FILE,
    FileKind,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import Desired, RemoteFile
from ansible_collections.mobileops.ci.plugins.module_utils._errors import OptionError, RefusedError

FIRST_KEYSTORE = "ANDROID_KEYSTORE"
KEYSTORE_NAME = re.compile(r"[A-Za-z0-9_]+")  # what the service takes


@dataclass(frozen=True)
class Creation:
    """What is sent beside name and size, by the service's names, and the key that the file should get."""

    values: dict[str, str] = field(default_factory=dict, repr=False)
    env_key: str | None = None
    warnings: tuple[str, ...] = ()


def creation(
    kind: FileKind, app_slug: str, desired: Desired, replaced: Sequence[RemoteFile], *, crowded: bool
) -> Creation:
    """For a file that is to be uploaded. `crowded`: there will be other files of the kind in the app at that moment.

    Raises RefusedError where the key could not be kept, or is not known.
    """
    if kind == PROJECT_FILE:
        return _project_file(app_slug, desired, replaced)
    if kind == ANDROID_KEYSTORE:
        return _keystore(app_slug, desired, replaced, crowded=crowded)
    return Creation()


def keystore_name_of(env_key: str | None) -> str | None:
    """The name that a keystore with this key was given at creation; None where it was the first, or it is not known."""
    prefix = f"{FIRST_KEYSTORE}_"
    return env_key[len(prefix) :] if env_key and env_key.startswith(prefix) else None


def check_keystore_name(name: str | None) -> None:
    if name is not None and not KEYSTORE_NAME.fullmatch(name):
        raise OptionError("keystore_name: the service takes letters, digits and underscores only.")


def _only(values: set[str | None]) -> str | None:
    return values.pop() if len(values) == 1 else None


def _project_file(app_slug: str, desired: Desired, replaced: Sequence[RemoteFile]) -> Creation:
    if desired.replace_order == "delete_first" and replaced and desired.env_key is None:
        raise RefusedError(
            f"user_env_key: with replace_order=delete_first the key of the project file {desired.label} of app "
            f"{app_slug} has to be given: a run that is interrupted after the deletion could not find it out any more.",
            kind="option",
        )
    key = desired.env_key or _only({file.env_key for file in replaced})
    if key is None:
        raise RefusedError(
            f"user_env_key: the project file {desired.label} is to be uploaded to app {app_slug}, and the service "
            "wants to know by which key builds refer to it. Set user_env_key.",
            kind="option",
        )
    return Creation({"user_env_key": key}, key)


def _keystore(app_slug: str, desired: Desired, replaced: Sequence[RemoteFile], *, crowded: bool) -> Creation:
    key = _only({file.env_key for file in replaced})
    name = desired.keystore_name
    if crowded and name is None and key is not None:
        name = keystore_name_of(key)
        if name is None:
            raise _key_is_lost(app_slug, desired, key)
    if crowded and name is None:
        name = _default_name(desired.name or "")
    inherited = dict(replaced[-1].told) if replaced else {}
    values = {**inherited, **desired.keystore}
    if values.get("password"):
        values.setdefault("private_key_password", values["password"])
    missing = [option for option in ("alias", "password") if option not in values] if replaced else []
    warnings = [
        f"{desired.label}: a keystore of app {app_slug} is replaced whose {option} the service does not tell, and the "
        f"task declares none: the new file has none. Declare {option}."
        for option in missing
    ]
    if name is not None:
        values["keystore_file_name"] = name
    return Creation(values, key if desired.keystore_name is None else None, tuple(warnings))


def _key_is_lost(app_slug: str, desired: Desired, key: str) -> RefusedError:
    remedy = f"Set keystore_name to accept the key {FIRST_KEYSTORE}_ with that name"
    if desired.replace_order != "delete_first":
        remedy += (
            ", or replace_order=delete_first to keep the key: then builds that start in between find no keystore. "
            "The key can only be kept if the app has no other keystore"
        )
    return RefusedError(
        f"The Android keystore {desired.label} of app {app_slug} has the key {key}, which the service gives only to a "
        f"keystore that is alone in its app; a new file beside another gets a different one. {remedy}.",
        kind="env_key",
    )


def _default_name(file_name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "_", os.path.splitext(file_name)[0]).strip("_") or "KEYSTORE"
