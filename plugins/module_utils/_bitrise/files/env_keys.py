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
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..._core.errors import OptionError, RefusedError
from .evidence import UNDER_WAY_S
from .kinds import (
    ANDROID_KEYSTORE,
    PROJECT_FILE,
    FileKind,
)
from .model import Desired, RemoteFile
from .slugs import creation_time

FIRST_KEYSTORE = "ANDROID_KEYSTORE"
KEYSTORE_NAME = re.compile(r"[A-Za-z0-9_]+")  # what the service takes


@dataclass(frozen=True)
class Creation:
    """What is sent beside name and size, by the service's names, and the key that the file should get."""

    values: dict[str, str] = field(default_factory=dict, repr=False)
    env_key: str | None = None
    warnings: tuple[str, ...] = ()


def creation(
    kind: FileKind,
    app_slug: str,
    desired: Desired,
    replaced: Sequence[RemoteFile],
    *,
    crowded: bool,
    holder: RemoteFile | None = None,
) -> Creation:
    """Return what is sent when the file is created.

    `crowded`: the app has other files of the kind at that moment. `holder`: the only one of them is this unfinished
    upload of the same file. Raises RefusedError if the key could not be kept, or is not known.
    """
    if kind == PROJECT_FILE:
        return _project_file(app_slug, desired, replaced)
    if kind == ANDROID_KEYSTORE:
        return _keystore(app_slug, desired, replaced, crowded=crowded, holder=holder)
    return Creation()


def keystore_name_of(env_key: str | None) -> str | None:
    """Return the name that a keystore with this key was given at creation; None if it was the first.

    No source says whether the key is the name alone or has a prefix.
    """
    return env_key.removeprefix(f"{FIRST_KEYSTORE}_") if env_key and env_key != FIRST_KEYSTORE else None


def check_keystore_name(name: str | None) -> None:
    if name is not None and not KEYSTORE_NAME.fullmatch(name):
        raise OptionError(f"keystore_name must consist of letters, digits and underscores, got {name!r:.60}.")


def _only(values: set[str | None]) -> str | None:
    return values.pop() if len(values) == 1 else None


def _project_file(app_slug: str, desired: Desired, replaced: Sequence[RemoteFile]) -> Creation:
    if desired.replace_order == "delete_first" and replaced and desired.env_key is None:
        raise RefusedError(
            f"user_env_key is required with replace_order=delete_first for the project file {desired.label} of app "
            f"{app_slug}: a run that is interrupted after the deletion could not find out the key any more.",
            kind="option",
        )
    key = desired.env_key or _only({file.env_key for file in replaced})
    if key is None:
        raise RefusedError(
            f"user_env_key is required to upload the project file {desired.label} to app {app_slug}: builds refer to "
            "the file by this key. Set user_env_key.",
            kind="option",
        )
    return Creation({"user_env_key": key}, key)


def _keystore(
    app_slug: str, desired: Desired, replaced: Sequence[RemoteFile], *, crowded: bool, holder: RemoteFile | None
) -> Creation:
    key = _only({file.env_key for file in replaced})
    former_name = keystore_name_of(key)
    name = desired.keystore_name
    if name is None and former_name is not None and desired.replace_order == "delete_first":
        raise RefusedError(
            f"keystore_name is required with replace_order=delete_first for the Android keystore {desired.label} of "
            f"app {app_slug}: a run that is interrupted after the deletion could not find out the key {key} any more. "
            f"Set keystore_name={former_name} to keep the key.",
            kind="option",
        )
    if name is None and holder is not None and key in (None, FIRST_KEYSTORE):
        raise _key_is_held(app_slug, desired, holder)
    if crowded and name is None and key is not None:
        name = former_name
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
        f"{desired.label}: the new keystore of app {app_slug} has no {option}. The service does not return the "
        f"{option} of the keystore that it replaces, and the task declares none. Declare {option}."
        for option in missing
    ]
    if name is not None:
        values["keystore_file_name"] = name
    expected = key if desired.keystore_name in (None, former_name) else None
    return Creation(values, expected, tuple(warnings))


def _key_is_lost(app_slug: str, desired: Desired, key: str) -> RefusedError:
    remedy = f"Set keystore_name to accept the key {FIRST_KEYSTORE}_ with that name"
    if desired.replace_order != "delete_first":
        remedy += (
            ", or replace_order=delete_first to keep the key: builds that start in between find no keystore then. "
            "The key can only be kept if the app has no other keystore"
        )
    return RefusedError(
        f"The Android keystore {desired.label} of app {app_slug} has the key {key}. The service gives this key only "
        f"to a keystore that is alone in its app, so the new file would get another one. {remedy}.",
        kind="env_key",
    )


def _key_is_held(app_slug: str, desired: Desired, holder: RemoteFile) -> RefusedError:
    started = creation_time(holder.slug)
    end = time.strftime("%H:%M UTC", time.gmtime(started + UNDER_WAY_S)) if started is not None else "an hour"
    return RefusedError(
        f"An unfinished upload (slug {holder.slug}) holds the key {FIRST_KEYSTORE} of app {app_slug}, and it may "
        f"still be under way. Run again after {end}: then it is removed, and the Android keystore {desired.label} "
        "gets the key. Or set keystore_name to accept another key.",
        kind="env_key",
    )


def _default_name(file_name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "_", os.path.splitext(file_name)[0]).strip("_") or "KEYSTORE"
