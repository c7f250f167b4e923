# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of a build: tolerant reading of the service's object, and its form in results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._core.fields import flag, moment, number, text, utc_text

RUNNING, SUCCESS, ERROR, ABORTED, ABORTED_WITH_SUCCESS = range(5)
# The service's status_text is the same for both aborted states, and unreliable for builds on hold.
STATUS_NAMES = {
    RUNNING: "in-progress",
    SUCCESS: "success",
    ERROR: "error",
    ABORTED: "aborted",
    ABORTED_WITH_SUCCESS: "aborted-with-success",
}
ON_HOLD = "on-hold"
ABORTED_STATES = frozenset({ABORTED, ABORTED_WITH_SUCCESS})

_TEXTS = (
    "status_text",
    "branch",
    "tag",
    "commit_hash",
    "commit_message",
    "commit_view_url",
    "triggered_workflow",
    "triggered_by",
    "abort_reason",
    "pull_request_target_branch",
    "pull_request_view_url",
    "stack_identifier",
    "machine_type_id",
    "pipeline_workflow_id",
    "log_format",
)
_TIMES = ("triggered_at", "started_on_worker_at", "environment_prepare_finished_at", "finished_at")
_NUMBERS = ("build_number", "status", "pull_request_id", "credit_cost")
_FLAGS = ("is_on_hold", "is_processed", "is_status_sent", "rebuildable", "utility")


def status_of(build: Mapping[str, Any]) -> int | None:
    return number(build.get("status"))


def is_over(build: Mapping[str, Any]) -> bool:
    """Return whether the build has ended, with any status."""
    status = status_of(build)
    return status != RUNNING if status is not None else moment(build.get("finished_at")) is not None


def status_name(build: Mapping[str, Any]) -> str | None:
    """Return one name for each status, or None for an unknown status. The service has the same text for some."""
    status = status_of(build)
    if status is None:
        return None
    if status == RUNNING and build.get("is_on_hold") is True:
        return ON_HOLD
    return STATUS_NAMES.get(status)


def label(build: Mapping[str, Any]) -> str:
    """Return the name of a build or pipeline for messages: its number on the website and its slug."""
    build_number = number(build.get("build_number"))
    slug = text(build.get("slug")) or "without a slug"
    noun = "pipeline" if build.get("is_pipeline") is True else "build"
    return f"{noun} {slug}" if build_number is None else f"{noun} #{build_number} ({slug})"


def build_as_result(build: Mapping[str, Any], app_slug: str | None = None) -> dict[str, Any]:
    """Return a build in the form of a result, with the same keys for every build.

    Omit the parameters that it was started with, because they contain values of environment variables.
    """
    app = build.get("repository")
    app = app if isinstance(app, Mapping) else {}
    return {
        "app_slug": app_slug or text(app.get("slug")),
        "app_title": text(app.get("title")),
        "slug": text(build.get("slug")),
        "status_name": status_name(build),
        **{key: text(build.get(key)) for key in _TEXTS},
        **{key: utc_text(build.get(key)) for key in _TIMES},
        **{key: number(build.get(key)) for key in _NUMBERS},
        **{key: flag(build.get(key)) for key in _FLAGS},
    }
