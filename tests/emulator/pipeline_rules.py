# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The status and the JSON form of pipelines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .build_rules import build_data, pull_request_id
from .clock import rfc3339
from .model import App, Build, Json, Pipeline
from .options import Options

# Status words by status number. A running pipeline that waits for a machine is "on_hold".
WORDS = ("running", "succeeded", "failed", "aborted", "succeeded_with_abort")
ON_HOLD = "on_hold"
STATUSES = (ON_HOLD, *WORDS)


def pipeline_status(pipeline: Pipeline, builds: Sequence[Build]) -> int:
    """Return the status number of a pipeline with these builds."""
    if any(build.status == 0 for build in builds):
        return 0
    if pipeline.aborted:
        return pipeline.aborted
    return next((status for status in (2, 3) if any(build.status == status for build in builds)), 1)


def status_word(status: int, *, on_hold: bool) -> str:
    return ON_HOLD if on_hold and not status else WORDS[status]


def builds_of(app: App, pipeline: Pipeline) -> list[Build]:
    return [app.builds[slug] for slug in pipeline.builds]


def is_on_hold(builds: Sequence[Build]) -> bool:
    return bool(builds) and all(build.is_on_hold for build in builds)


def pipeline_item(app: App, pipeline: Pipeline) -> Json:
    """Return a pipeline as lists show it."""
    builds = builds_of(app, pipeline)
    status = pipeline_status(pipeline, builds)
    parameters = pipeline.original_build_params
    more = {
        "slug": pipeline.slug,
        "build_number": pipeline.build_number,
        "status": status,
        "is_on_hold": is_on_hold(builds),
        "triggered_workflow": pipeline.name,
        "triggered_by": pipeline.triggered_by,
        "triggered_at": rfc3339(pipeline.triggered_at),
        "started_at": rfc3339(_started(builds)),
        "finished_at": rfc3339(_finished(status, builds)),
        "pull_request_id": pull_request_id(builds[0]) if builds else 0,
    }
    return {**_item(parameters, is_pipeline=True), **more}


def build_item(build: Build) -> Json:
    """Return a build that belongs to no pipeline as the list of pipelines shows it."""
    data = build_data(build, Options())  # the used values do not depend on switches
    names = ("slug", "build_number", "status", "is_on_hold", "triggered_workflow", "triggered_by", "triggered_at")
    more = {name: data[name] for name in (*names, "finished_at", "pull_request_id")}
    started = data["started_on_worker_at"]
    return {**_item(build.original_build_params, is_pipeline=False), **more, "started_at": started}


def _item(parameters: Json, *, is_pipeline: bool) -> Json:
    return {
        "is_pipeline": is_pipeline,
        "branch": parameters.get("branch"),
        "tag": parameters.get("tag"),
        "commit_hash": parameters.get("commit_hash"),
        "commit_message": parameters.get("commit_message"),
        "pull_request_target_branch": parameters.get("branch_dest"),
        "credit_cost": None,
        "is_processed": True,
        "utility": False,
        "rebuildable": True,
        "artifacts": [],
        "build_tool_invocations": [],
        "local_config": None,
        "trigger_params": None,
    }


def pipeline_data(app: App, pipeline: Pipeline) -> Json:
    """Return a pipeline as its own endpoint shows it."""
    builds = builds_of(app, pipeline)
    status = pipeline_status(pipeline, builds)
    word = status_word(status, on_hold=is_on_hold(builds))
    attempt = f"{pipeline.slug}-1"
    triggered_at = rfc3339(pipeline.triggered_at)
    parameters = pipeline.original_build_params
    named = ("branch", "branch_dest", "commit_hash", "commit_message", "environments", "tag")
    return {
        "id": pipeline.slug,
        "name": pipeline.name,
        "type": "graph",
        "app": {"slug": app.slug},
        "status": word,
        "number_in_app_scope": pipeline.build_number,
        "abort_reason": pipeline.abort_reason,
        "attempts": [
            {"id": attempt, "number_in_pipeline_build_scope": 1, "status": word, "triggered_at": triggered_at}
        ],
        "current_attempt_id": attempt,
        "credit_cost": None,
        "put_on_hold_at": triggered_at if word == ON_HOLD else None,
        "rebuildable": bool(status),
        "stages": [],
        "trigger_params": {name: parameters[name] for name in named if name in parameters},
        "triggered_at": triggered_at,
        "triggered_by": pipeline.triggered_by,
        "started_at": rfc3339(_started(builds)),
        "finished_at": rfc3339(_finished(status, builds)),
        "workflows": [_workflow(build) for build in builds],
    }


def _workflow(build: Build) -> dict[str, Any]:
    return {
        "id": build.pipeline_workflow_id,
        "name": build.triggered_workflow,
        "external_id": build.slug,
        "status": status_word(build.status, on_hold=build.is_on_hold),
        "depends_on": [],
        "is_generator": False,
        "credit_cost": None,
        "startFailureReason": None,
        "started_at": rfc3339(build.started_at),
        "finished_at": rfc3339(build.finished_at),
    }


def _started(builds: Sequence[Build]) -> float | None:
    return min((build.started_at for build in builds if build.started_at is not None), default=None)


def _finished(status: int, builds: Sequence[Build]) -> float | None:
    return max((build.finished_at or 0 for build in builds), default=None) if status else None
