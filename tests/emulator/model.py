# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The data model of the emulated Bitrise service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class User:
    """A user account with its token."""

    username: str
    slug: str
    email: str
    token: str
    data_id: int
    created_at: float
    sees_everything: bool = False
    avatar_url: str | None = None
    has_used_organization_trial: bool = False
    payment_processor: str | None = None
    unconfirmed_email: str | None = None


@dataclass
class Organization:
    """An organization. Owners and members are user names."""

    name: str
    slug: str
    owners: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    avatar_icon_url: str | None = None
    concurrency_count: int | None = None


@dataclass
class StoredFile:
    """A file of one of the four kinds. Its bytes are in the storage under `key`."""

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
    processed_at: float | None = None  # time at which a confirmation takes effect
    created_at: float | None = None  # None: an unknown time in the past


@dataclass
class Artifact:
    """An artifact of a build."""

    slug: str
    title: str | None
    artifact_type: str | None
    file_size_bytes: int | None
    key: str
    is_public_page_enabled: bool = False
    artifact_meta: Json | None = None
    intermediate_file_info: Json | None = None
    page_token: str = ""


@dataclass
class Build:
    """One build.

    `starts_at`, `finishes_at`, `run_s` (seconds from start to end) and `outcome` (a status) control how the clock moves
    an unfinished build on. `shown` contains further values of the JSON form. Without `log_chunks` there is no log. With
    an empty list there is an archived log without text.
    """

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
    starts_at: float | None = None
    finishes_at: float | None = None
    run_s: float | None = None
    outcome: int = 1
    abort_reason: str | None = None
    pipeline_workflow_id: str | None = None
    secrets: dict[str, str] = field(default_factory=dict)  # digests by name, shown on the admin path only
    shown: Json = field(default_factory=dict)
    log_chunks: list[str] | None = None
    log_delay_s: float = 15
    log_interval_s: float = 0
    log_archive_delay_s: float = 0
    log_archived: bool = True
    log_key: str | None = None
    artifacts: dict[str, Artifact] = field(default_factory=dict)


@dataclass
class Pipeline:
    """A run of a pipeline. `builds` contains the slugs of its builds, which determine its status."""

    slug: str
    name: str
    build_number: int
    triggered_at: float
    original_build_params: Json
    builds: list[str] = field(default_factory=list)
    triggered_by: str | None = None
    aborted: int = 0  # status after an abort, 0 if not aborted
    abort_reason: str | None = None


@dataclass
class App:
    """An app with its files, builds and pipeline runs. `roles` maps user names to roles."""

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
    is_github_checks_enabled: bool = False
    bitrise_yml: str = ""
    workflows: list[str] = field(default_factory=lambda: ["primary"])
    pipelines: dict[str, list[str]] = field(default_factory=dict)  # workflows by pipeline
    roles: dict[str, str] = field(default_factory=dict)
    files: dict[str, dict[str, StoredFile]] = field(default_factory=dict)
    builds: dict[str, Build] = field(default_factory=dict)
    pipeline_runs: dict[str, Pipeline] = field(default_factory=dict)

    def next_build_number(self) -> int:
        """Return the number of the next build or pipeline."""
        numbers = [build.build_number for build in self.builds.values()]
        numbers += [pipeline.build_number for pipeline in self.pipeline_runs.values()]
        return max(numbers, default=0) + 1

    def files_of(self, kind: str) -> dict[str, StoredFile]:
        """Return the files of one kind by slug, in the order of their creation."""
        return self.files.setdefault(kind, {})
