# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters and order of lists of builds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from .build_rules import pull_request_id
from .model import Build
from .options import Options
from .replies import bad_request

WINDOW_S = 200 * 86_400
MAX_ARCHIVED = 1000
_PUSH, _TAG, _PULL_REQUEST = "push", "tag", "pull-request"
_Test = Callable[[Build], bool]


def matching_builds(builds: Iterable[Build], query: Mapping[str, str], now: float, options: Options) -> list[Build]:
    """Return the builds of one app that match all filters of the query, in the requested order."""
    tests = [_younger(now), *_text_filters(query), *_number_filters(query, options)]
    sort_by = query.get("sort_by", "created_at")
    if sort_by not in ("created_at", "running_first"):
        raise bad_request("invalid sort_by parameter")
    if sort_by == "running_first" and query.get("next") and options.running_first_next == "refuse":
        raise bad_request("invalid next parameter: sort_by=running_first knows no pages")
    found = newest_first(build for build in builds if all(test(build) for test in tests))
    if sort_by == "running_first":
        found.sort(key=lambda build: build.status != 0)
    return found


def in_all_apps(builds: Iterable[Build], query: Mapping[str, str], now: float) -> list[Build]:
    """Return the builds of all apps that match the query. The caller has already filtered by owner."""
    tests, on_hold = [_younger(now), *_status_filter(query)], _boolean(query, "is_on_hold")
    if on_hold is not None:
        tests.append(lambda build: build.is_on_hold == on_hold)
    return newest_first(build for build in builds if all(test(build) for test in tests))


def archived_builds(builds: Iterable[Build], query: Mapping[str, str], now: float) -> tuple[list[Build], int]:
    """Return the archived builds in the requested time span, and the requested limit."""
    after, before, limit = _number(query, "after"), _number(query, "before"), _number(query, "limit")
    if after is None or before is None:
        raise bad_request("after and before are required")
    limit = MAX_ARCHIVED if limit is None else limit
    if not 1 <= limit <= MAX_ARCHIVED:
        raise bad_request(f"invalid limit parameter: must be between 1 and {MAX_ARCHIVED}")
    young = _younger(now)
    found = (build for build in builds if not young(build) and after <= int(build.triggered_at) <= before)
    return newest_first(found), limit


def newest_first(builds: Iterable[Build]) -> list[Build]:
    """Return the builds in the default order."""
    return sorted(builds, key=lambda build: (build.triggered_at, build.build_number), reverse=True)


def _younger(now: float) -> _Test:
    return lambda build: build.triggered_at >= now - WINDOW_S


def _event(build: Build) -> str:
    if pull_request_id(build):
        return _PULL_REQUEST
    return _TAG if build.original_build_params.get("tag") else _PUSH


def _text_filters(query: Mapping[str, str]) -> list[_Test]:
    tests: list[_Test] = []
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
    in_pipeline = _boolean(query, "is_pipeline_build")
    if in_pipeline is not None:
        tests.append(lambda build: (build.pipeline_workflow_id is not None) == in_pipeline)
    return tests


def _status_filter(query: Mapping[str, str]) -> list[_Test]:
    status = _number(query, "status")
    if status is None:
        return []
    if status not in range(5):
        raise bad_request("invalid status parameter")
    return [lambda build: build.status == status]


def _number_filters(query: Mapping[str, str], options: Options) -> list[_Test]:
    tests, number = _status_filter(query), _number(query, "build_number")
    after, before = _number(query, "after"), _number(query, "before")
    pull_request = _number(query, "pull_request_id")
    if number is not None:
        tests.append(lambda build: build.build_number == number)
    if after is not None:
        tests.append(lambda build: int(build.triggered_at) >= after)
    if before is not None:
        tests.append(lambda build: int(build.triggered_at) <= before)
    without_event = query.get("trigger_event_type") != _PULL_REQUEST
    if pull_request is not None and without_event and options.pull_request_id_alone == "refuse":
        raise bad_request("pull_request_id goes with trigger_event_type=pull-request only")
    if pull_request is not None and not (without_event and options.pull_request_id_alone == "ignore"):
        tests.append(lambda build: pull_request_id(build) == pull_request)
    return tests


def _boolean(query: Mapping[str, str], name: str) -> bool | None:
    text = query.get(name)
    if not text:
        return None
    if text not in ("true", "false"):
        raise bad_request(f"invalid {name} parameter")
    return text == "true"


def _number(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name)
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise bad_request(f"invalid {name} parameter")
    return int(text)
