# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The things that the service knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class User:
    """An account with its one token."""

    username: str
    slug: str
    email: str
    token: str
    data_id: int
    created_at: float
    sees_everything: bool = False


@dataclass
class Organization:
    """A workspace; owners and members are user names."""

    name: str
    slug: str
    owners: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)


@dataclass
class StoredFile:
    """A file object of one of the four kinds; its bytes lie in the storage under `key`."""

    slug: str
    kind: str
    upload_file_name: str
    upload_file_size: int
    key: str
    processed: bool = False
    is_expose: bool = True
    is_protected: bool = False
    certificate_password: str = ""
    user_env_key: str = ""
    exposed_meta_datastore: Json | None = None
    file_sha256: str | None = None
    certificates: list[Json] = field(default_factory=list)
    certificate_sha256_fingerprint: str | None = None


@dataclass
class Artifact:
    """What a build has left behind."""

    slug: str
    title: str
    artifact_type: str
    file_size_bytes: int
    key: str
    is_public_page_enabled: bool = False
    artifact_meta: Json | None = None
    page_token: str = ""


@dataclass
class Build:
    """One build; `finishes_at` and `outcome` say what the clock will do to a running one."""

    slug: str
    build_number: int
    triggered_at: float
    original_build_params: Json
    triggered_workflow: str = "primary"
    triggered_by: str | None = None
    status: int = 0
    is_on_hold: bool = False
    started_at: float | None = None
    finished_at: float | None = None
    finishes_at: float | None = None
    outcome: int = 1
    abort_reason: str | None = None
    log_chunks: list[str] = field(default_factory=list)
    log_key: str | None = None
    artifacts: dict[str, Artifact] = field(default_factory=dict)


@dataclass
class App:
    """An app with everything in it; `roles` maps user names to roles."""

    slug: str
    title: str
    owner_type: str
    owner_name: str
    owner_slug: str
    created_at: float
    project_type: str | None = "ios"
    provider: str | None = "github"
    repo_owner: str | None = None
    repo_slug: str | None = None
    repo_url: str | None = None
    is_disabled: bool = False
    is_public: bool = False
    status: int = 1
    avatar_url: str | None = None
    project_id: str | None = None
    bitrise_yml: str = ""
    workflows: list[str] = field(default_factory=lambda: ["primary"])
    roles: dict[str, str] = field(default_factory=dict)
    files: dict[str, dict[str, StoredFile]] = field(default_factory=dict)
    builds: dict[str, Build] = field(default_factory=dict)

    def files_of(self, kind: str) -> dict[str, StoredFile]:
        """The files of one kind by slug, in the order of their creation."""
        return self.files.setdefault(kind, {})
