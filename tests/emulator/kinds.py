# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The four kinds of files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StoredKind:
    """One kind of file of an app."""

    name: str
    path: str
    settable: frozenset[str]
    max_size: int | None = None
    has_env_key: bool = False

    @property
    def has_patch(self) -> bool:
        """Return whether the service can change an existing file of this kind."""
        return bool(self.settable)


_FLAGS = frozenset({"is_expose", "is_protected", "processed"})

PROFILES = StoredKind("provisioning_profiles", "provisioning-profiles", _FLAGS)
CERTIFICATES = StoredKind("build_certificates", "build-certificates", _FLAGS | {"certificate_password"})
PROJECT_FILES = StoredKind(
    "project_files",
    "generic-project-files",
    _FLAGS | {"user_env_key", "exposed_meta_datastore"},
    max_size=5 * 1024 * 1024,
    has_env_key=True,
)
KEYSTORES = StoredKind("android_keystores", "android-keystore-files", frozenset(), has_env_key=True)

STORED_KINDS = (PROFILES, CERTIFICATES, PROJECT_FILES, KEYSTORES)
