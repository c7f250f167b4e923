# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields that keystores and project files need at creation, in particular the key by which builds refer to them.

Users declare the key of a project file. The service chooses that of a keystore: ANDROID_KEYSTORE for the first one of
an app, and ANDROID_KEYSTORE_ with the name that is given at creation for each further one. A new keystore cannot get
the key of an existing one. So a replacement either changes the key, or leaves the app without the file for a moment.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..._core.errors import OptionError, RejectedError
from .evidence import UNDER_WAY_S
from .kinds import (
    ANDROID_KEYSTORE,
    PROJECT_FILE,
    FileKind,
)
from .model import Desired, RemoteFile
from .slugs import creation_time

FIRST_KEYSTORE = "ANDROID_KEYSTORE"
KEYSTORE_NAME = re.compile(r"[A-Za-z0-9_]+")  # names that the service accepts


@dataclass(frozen=True)
class Creation:
    """Fields of the creation request beside name and size, and the key that the file is expected to get."""

    values: dict[str, str] = field(default_factory=dict, repr=False)
    env_key: str | None = None
    warnings: tuple[str, ...] = ()


def creation(
    kind: FileKind,
    app_slug: str,
    desired: Desired,
    replaced: Sequence[RemoteFile],
    *,
    has_others: bool,
    unfinished: RemoteFile | None = None,
) -> Creation:
    """Return the fields with which the file is created.

    `has_others`: the app has other files of the kind at that moment. `unfinished`: set if the only one of them is an
    unfinished upload of the same file. Raise RejectedError if the key cannot be kept or is unknown.
    """
    if kind == PROJECT_FILE:
        return _project_file(app_slug, desired, replaced)
    if kind == ANDROID_KEYSTORE:
        return _keystore(app_slug, desired, replaced, has_others=has_others, unfinished=unfinished)
    return Creation()


def keystore_name_of(env_key: str | None) -> str | None:
    """Return the name with which a keystore with this key was created, or None for the first one of its app.

    The service's documentation does not say whether the key is the name alone or has a prefix.
    """
    return env_key.removeprefix(f"{FIRST_KEYSTORE}_") if env_key and env_key != FIRST_KEYSTORE else None


def check_keystore_name(name: str | None) -> None:
    if name is not None and not KEYSTORE_NAME.fullmatch(name):
        raise OptionError(f"keystore_name must consist of letters, digits and underscores, got {name!r:.60}.")


def _only(values: set[str | None]) -> str | None:
    return values.pop() if len(values) == 1 else None


def _project_file(app_slug: str, desired: Desired, replaced: Sequence[RemoteFile]) -> Creation:
    if desired.replace_order == "delete_first" and replaced and desired.env_key is None:
        raise RejectedError(
            f"user_env_key is required with replace_order=delete_first for the project file {desired.label} of app "
            f"{app_slug}: if a run is interrupted after the deletion, the next run cannot know the key.",
            kind="option",
        )
    key = desired.env_key or _only({file.env_key for file in replaced})
    if key is None:
        raise RejectedError(
            f"user_env_key is required to upload the project file {desired.label} to app {app_slug}: builds refer to "
            "the file by this key. Set user_env_key.",
            kind="option",
        )
    return Creation({"user_env_key": key}, key)


def _keystore(
    app_slug: str, desired: Desired, replaced: Sequence[RemoteFile], *, has_others: bool, unfinished: RemoteFile | None
) -> Creation:
    key = _only({file.env_key for file in replaced})
    former_name = keystore_name_of(key)
    name = desired.keystore_name
    if name is None and former_name is not None and desired.replace_order == "delete_first":
        raise RejectedError(
            f"keystore_name is required with replace_order=delete_first for the Android keystore {desired.label} of "
            f"app {app_slug}: if a run is interrupted after the deletion, the next run cannot know the key {key}. "
            f"Set keystore_name={former_name} to keep the key.",
            kind="option",
        )
    if name is None and unfinished is not None and key in (None, FIRST_KEYSTORE):
        raise _key_is_held(app_slug, desired, unfinished)
    if has_others and name is None and key is not None:
        name = former_name
        if name is None:
            raise _key_is_lost(app_slug, desired, key)
    if has_others and name is None:
        name = _default_name(desired.name or "")
    inherited = dict(replaced[-1].created_with) if replaced else {}
    if "password" in desired.keystore:
        # The default of the other password is the declared one.
        inherited.pop("private_key_password", None)
    values = {**inherited, **desired.keystore}
    if values.get("password"):
        values.setdefault("private_key_password", values["password"])
    missing = [option for option in ("alias", "password") if option not in values] if replaced else []
    warnings = [
        f"{desired.label}: the new keystore of app {app_slug} has no {option}. The service does not return the "
        f"{option} of the keystore that it replaces, and the task does not declare one. Declare {option}."
        for option in missing
    ]
    if name is not None:
        values["keystore_file_name"] = name
    expected = key if desired.keystore_name in (None, former_name) else None
    if key is None and name is None:  # the only keystore of its app
        expected = FIRST_KEYSTORE
    return Creation(values, expected, tuple(warnings))


def _key_is_lost(app_slug: str, desired: Desired, key: str) -> RejectedError:
    remedy = f"Set keystore_name=NAME to accept the key {FIRST_KEYSTORE}_NAME"
    if desired.replace_order != "delete_first":
        remedy += (
            ", or replace_order=delete_first to keep the key. Builds that start in between then find no keystore. "
            "The key can only be kept if the app has no other keystore"
        )
    return RejectedError(
        f"The Android keystore {desired.label} of app {app_slug} has the key {key}. The service gives this key only "
        f"to a keystore that is alone in its app, so the new file would get another one. {remedy}.",
        kind="env_key",
    )


def _key_is_held(app_slug: str, desired: Desired, unfinished: RemoteFile) -> RejectedError:
    started = creation_time(unfinished.slug)
    end = time.strftime("%H:%M UTC", time.gmtime(started + UNDER_WAY_S)) if started is not None else "an hour"
    return RejectedError(
        f"An unfinished upload (slug {unfinished.slug}) holds the key {FIRST_KEYSTORE} of app {app_slug}, and it may "
        f"still be in progress. Run again after {end}. That run deletes the upload, and the Android keystore "
        f"{desired.label} gets the key. If no other run is in progress, set replace_order=delete_first to delete the "
        "upload now. Or set keystore_name to accept another key.",
        kind="env_key",
    )


def _default_name(file_name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "_", os.path.splitext(file_name)[0]).strip("_") or "KEYSTORE"
