# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How builds look from outside, how the clock moves them on, and which of them a list shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .clock import rfc3339
from .model import Build, Json
from .replies import bad_request

WINDOW_S = 200 * 86_400
LOG_DELAY_S = 15
_TEXTS = {1: "success", 2: "error", 3: "aborted", 4: "aborted"}
_PUSH, _TAG, _PULL_REQUEST = "push", "tag", "pull-request"


def settle(build: Build, now: float) -> bool:
    """Let a running build end if its time has come; whether something has changed."""
    if build.status or build.finishes_at is None or now < build.finishes_at:
        return False
    build.status = build.outcome
    build.is_on_hold = False
    build.started_at = build.started_at or build.triggered_at
    build.finished_at = build.finishes_at
    return True


def build_data(build: Build) -> Json:
    """A build as the service shows it."""
    parameters = build.original_build_params
    return {
        "slug": build.slug,
        "build_number": build.build_number,
        "status": build.status,
        "status_text": _TEXTS.get(build.status) or ("on-hold" if build.is_on_hold else "in-progress"),
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
        "pull_request_id": _pull_request_id(build),
        "pull_request_target_branch": parameters.get("branch_dest"),
        "pull_request_view_url": None,
        "stack_identifier": parameters.get("stack", "linux-docker-android-22.04"),
        "machine_type_id": parameters.get("machine_type_id"),
        "credit_cost": None,
        "pipeline_workflow_id": None,
        "log_format": None,
        "rebuildable": build.finished_at is not None,
        "utility": False,
    }


def _pull_request_id(build: Build) -> int:
    value = build.original_build_params.get("pull_request_id")
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdigit()) else 0


def _event(build: Build) -> str:
    if _pull_request_id(build):
        return _PULL_REQUEST
    return _TAG if build.original_build_params.get("tag") else _PUSH


def matching_builds(builds: list[Build], query: Mapping[str, str], now: float) -> list[Build]:
    """The builds that a list with this query shows, in its order. All filters have to agree."""
    tests: list[Callable[[Build], bool]] = [lambda build: build.triggered_at >= now - WINDOW_S]
    _text_filters(query, tests)
    _number_filters(query, tests)
    sort_by = query.get("sort_by", "created_at")
    if sort_by not in ("created_at", "running_first"):
        raise bad_request("invalid sort_by parameter")
    found = [build for build in builds if all(test(build) for test in tests)]
    found.sort(key=lambda build: (build.triggered_at, build.build_number), reverse=True)
    if sort_by == "running_first":
        found.sort(key=lambda build: build.status != 0)
    return found


def _text_filters(query: Mapping[str, str], tests: list[Callable[[Build], bool]]) -> None:
    branch, workflow = query.get("branch"), query.get("workflow")
    message, event = query.get("commit_message", "").casefold(), query.get("trigger_event_type")
    if branch:
        tests.append(lambda build: build.original_build_params.get("branch") == branch)
    if workflow:
        tests.append(lambda build: build.triggered_workflow == workflow)
    if message:
        tests.append(lambda build: message in str(build.original_build_params.get("commit_message") or "").casefold())
    if event:
        if event not in (_PUSH, _TAG, _PULL_REQUEST):
            raise bad_request("invalid trigger_event_type parameter")
        tests.append(lambda build: _event(build) == event)
    if query.get("is_pipeline_build") == "true":
        tests.append(lambda build: False)


def _number_filters(query: Mapping[str, str], tests: list[Callable[[Build], bool]]) -> None:
    status, number = _number(query, "status"), _number(query, "build_number")
    after, before = _number(query, "after"), _number(query, "before")
    pull_request = _number(query, "pull_request_id")
    if status is not None:
        if status not in range(5):
            raise bad_request("invalid status parameter")
        tests.append(lambda build: build.status == status)
    if number is not None:
        tests.append(lambda build: build.build_number == number)
    if after is not None:
        tests.append(lambda build: int(build.triggered_at) >= after)
    if before is not None:
        tests.append(lambda build: int(build.triggered_at) <= before)
    if pull_request is not None and query.get("trigger_event_type") == _PULL_REQUEST:
        tests.append(lambda build: _pull_request_id(build) == pull_request)


def _number(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name)
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise bad_request(f"invalid {name} parameter")
    return int(text)
