# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON form of builds, and their progress with the clock."""

from __future__ import annotations

from .clock import rfc3339
from .model import Build, Json
from .options import Options

ABORTED, ABORTED_WITH_SUCCESS = 3, 4


def settle(build: Build, now: float) -> bool:
    """Start or end a build if its time has come. Return whether the build changed."""
    if build.status:
        return False
    changed = False
    if build.is_on_hold and build.starts_at is not None and build.starts_at <= now:
        start(build, build.starts_at)
        changed = True
    if build.finishes_at is not None and build.finishes_at <= now:
        build.status = build.outcome
        build.is_on_hold = False
        build.started_at = build.started_at or build.triggered_at
        build.finished_at = build.finishes_at
        changed = True
    return changed


def start(build: Build, moment: float) -> None:
    """Start a build and compute its end if `run_s` is set."""
    build.is_on_hold = False
    build.started_at = moment
    if build.run_s is not None:
        build.finishes_at = moment + build.run_s


def end(build: Build, status: int, moment: float) -> None:
    """End an unfinished build with a status."""
    build.status, build.finished_at, build.is_on_hold = status, moment, False


def build_data(build: Build, options: Options) -> Json:
    """Return a build as the API shows it."""
    parameters = build.original_build_params
    return {
        "slug": build.slug,
        "build_number": build.build_number,
        "status": build.status,
        "status_text": _status_text(build, options),
        "is_on_hold": build.is_on_hold,
        "is_processed": build.finished_at is not None,
        "is_status_sent": build.finished_at is not None,
        "branch": parameters.get("branch"),
        "tag": parameters.get("tag"),
        "commit_hash": parameters.get("commit_hash"),
        "commit_message": parameters.get("commit_message"),
        "commit_view_url": None,
        "triggered_workflow": build.triggered_workflow,
        "triggered_by": build.triggered_by,
        "triggered_at": rfc3339(build.triggered_at),
        "started_on_worker_at": rfc3339(build.started_at),
        "environment_prepare_finished_at": rfc3339(build.started_at),
        "finished_at": rfc3339(build.finished_at),
        "abort_reason": build.abort_reason,
        "original_build_params": parameters,
        "pull_request_id": pull_request_id(build),
        "pull_request_target_branch": parameters.get("branch_dest"),
        "pull_request_view_url": None,
        "stack_identifier": parameters.get("stack", "linux-docker-android-22.04"),
        "machine_type_id": parameters.get("machine_type_id"),
        "credit_cost": None,
        "pipeline_workflow_id": build.pipeline_workflow_id,
        "log_format": None,
        "rebuildable": build.finished_at is not None,
        "utility": False,
        **build.shown,
    }


def _status_text(build: Build, options: Options) -> str:
    texts = {1: "success", 2: "error", 3: "aborted", 4: options.status_text_4}
    return texts.get(build.status) or ("on-hold" if build.is_on_hold else "in-progress")


def build_in_all_apps(build: Build, repository: Json, options: Options) -> Json:
    """Return a build as the list over all apps shows it, with its app as `repository`."""
    data = build_data(build, options)
    return {**{name: data[name] for name in data if name not in _ONE_APP_ONLY}, "repository": repository}


def archived_build(build: Build, options: Options) -> Json:
    """Return an archived build, which includes its artifacts."""
    data = build_data(build, options)
    artifacts = [
        {
            "id": artifact.slug,
            "title": artifact.title,
            "artifact_type": artifact.artifact_type,
            "artifact_meta": artifact.artifact_meta,
            "file_size_bytes": artifact.file_size_bytes,
            "is_public_page_enabled": artifact.is_public_page_enabled,
            "public_page_token": artifact.page_token if artifact.is_public_page_enabled else None,
            "created_at": data["finished_at"],
        }
        for artifact in build.artifacts.values()
    ]
    return {**{name: data[name] for name in data if name not in _NOT_ARCHIVED}, "build_artifacts": artifacts}


_ONE_APP_ONLY = frozenset({"is_status_sent", "pipeline_workflow_id", "log_format", "rebuildable"})
_NOT_ARCHIVED = frozenset(
    {
        "is_on_hold",
        "is_processed",
        "is_status_sent",
        "commit_view_url",
        "triggered_at",
        "environment_prepare_finished_at",
        "log_format",
        "rebuildable",
        "utility",
    }
)


def pull_request_id(build: Build) -> int:
    """Return the number of the pull request, 0 if there is none."""
    value = build.original_build_params.get("pull_request_id")
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else 0
    return value if isinstance(value, int) else 0
