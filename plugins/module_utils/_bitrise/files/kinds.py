# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of files that an app on Bitrise has, and the differences between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..._signing.inspection import CERTIFICATE, KEYSTORE, PROFILE


@dataclass(frozen=True)
class FileKind:
    """One kind of file.

    `name` is the key in a result, `collection` the last part of the service's path, `words` the name in messages.
    """

    name: str
    plural: str
    collection: str
    words: str
    has_password: bool = False
    can_change: bool = True  # whether the service accepts changes of flags
    has_env_key: bool = False  # whether builds refer to the file by its own key
    # Additional keys of the service's object, with their values before the file is processed.
    own_keys: tuple[tuple[str, Any], ...] = ()

    @property
    def unset(self) -> dict[str, Any]:
        """Return the additional keys of the service's object with their values before the file is processed."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in self.own_keys}


PROVISIONING_PROFILE = FileKind(PROFILE, "provisioning_profiles", "provisioning-profiles", "provisioning profile")
BUILD_CERTIFICATE = FileKind(
    CERTIFICATE,
    "build_certificates",
    "build-certificates",
    "build certificate",
    has_password=True,
    own_keys=(("certificates", ()), ("file_sha256", None)),
)
ANDROID_KEYSTORE = FileKind(
    KEYSTORE,
    "android_keystores",
    "android-keystore-files",
    "Android keystore",
    can_change=False,
    has_env_key=True,
    own_keys=(("certificate_sha256_fingerprint", None), ("file_sha256", None), ("user_env_key", None)),
)
PROJECT_FILE = FileKind(
    "project_file",
    "project_files",
    "generic-project-files",
    "project file",
    has_env_key=True,
    own_keys=(("user_env_key", None),),
)
FILE_KINDS = (BUILD_CERTIFICATE, PROVISIONING_PROFILE, ANDROID_KEYSTORE, PROJECT_FILE)


def can_be_keystore(data: Mapping[str, Any]) -> bool:
    """Return whether an entry in the list of project files may be a keystore. The service stores both together."""
    stored = data.get("exposed_meta_datastore")
    has_alias = isinstance(stored, Mapping) and "ALIAS" in stored
    return has_alias or str(data.get("user_env_key") or "").startswith("ANDROID_KEYSTORE")


@dataclass(frozen=True)
class FileLocation:
    """The files of one kind in one app. As a text it completes "the ..." in messages."""

    kind: FileKind
    app_slug: str

    def __str__(self) -> str:
        return f"{self.kind.words} of app {self.app_slug}"
