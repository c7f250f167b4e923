# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters for lists of builds: options, and the query for the service."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..._core.errors import OptionError
from ..._core.fields import moment
from ..._core.option_groups import OptionGroup
from .build_fields import (
    ABORTED,
    ABORTED_WITH_SUCCESS,
    ERROR,
    ON_HOLD,
    RUNNING,
    STATUS_NAMES,
    SUCCESS,
    status_name,
)

# Names of a status in the option: numbers of the service, names in results, and other common names.
STATUSES = {
    **{str(status): status for status in STATUS_NAMES},
    "not-finished": RUNNING,
    "in-progress": RUNNING,
    ON_HOLD: RUNNING,
    "success": SUCCESS,
    "error": ERROR,
    "failed": ERROR,
    "aborted": ABORTED,
    "aborted-with-success": ABORTED_WITH_SUCCESS,
}
_UNCONVERTED = ("branch", "workflow", "commit_message", "trigger_event_type", "pull_request_id", "build_number")
AFTER = "after"
TIMES = (AFTER, "before")
_SECONDS = re.compile(r"([0-9]{1,11})(?:\.([0-9]+))?")
# Filters that the service does not support for the list of all apps.
OF_ONE_APP = (*_UNCONVERTED, *TIMES, "is_pipeline_build", "sort_by")
_PULL_REQUEST = "pull-request"

FILTERS = OptionGroup(
    {
        "branch": {"type": "str"},
        "workflow": {"type": "str"},
        "commit_message": {"type": "str"},
        "trigger_event_type": {"type": "str", "choices": ["push", "pull-request", "tag"]},
        "pull_request_id": {"type": "int"},
        "build_number": {"type": "int"},
        "after": {"type": "str"},
        "before": {"type": "str"},
        "status": {"type": "str", "choices": list(STATUSES)},
        "is_pipeline_build": {"type": "bool"},
        "sort_by": {"type": "str", "choices": ["created_at", "running_first"]},
    }
)


@dataclass(frozen=True)
class BuildFilter:
    """The query for the service, and a condition for the builds that it returns, if the query is not precise enough."""

    query: Mapping[str, Any]
    matches: Callable[[Mapping[str, Any]], bool] | None = None


def build_filter(options: Mapping[str, Any]) -> BuildFilter:
    """Return the filter in the options. Raise OptionError for values that the service would reject or ignore."""
    if options["pull_request_id"] is not None and options["trigger_event_type"] != _PULL_REQUEST:
        raise OptionError(
            "pull_request_id requires trigger_event_type=pull-request. Otherwise the service ignores it and returns "
            "all builds."
        )
    query = {name: options[name] for name in _UNCONVERTED if options[name] is not None}
    query.update({name: unix_seconds(name, options[name]) for name in TIMES if options[name] is not None})
    if options["is_pipeline_build"] is not None:
        query["is_pipeline_build"] = _in_query(options["is_pipeline_build"])
    if options["sort_by"] is not None:
        query["sort_by"] = options["sort_by"]
    status = options["status"]
    if status is None:
        return BuildFilter(query)
    query["status"] = STATUSES[status]
    if status not in (ON_HOLD, "in-progress"):
        return BuildFilter(query)
    # Both have the same number. Only the list of all apps has a filter that separates them.
    if options["app_slug"] is None:
        query["is_on_hold"] = _in_query(status == ON_HOLD)
    return BuildFilter(query, lambda build: status_name(build) == status)


def _in_query(value: bool) -> str:
    return "true" if value else "false"


def unix_seconds(option: str, value: str) -> int:
    """Convert a point in time to whole seconds, which the service requires. Without a zone it is UTC.

    Round fractions of a second so that no build outside of the range is listed.
    """
    seconds = _SECONDS.fullmatch(value.strip())
    found = None if seconds else moment(value)
    if seconds:
        whole, more = int(seconds[1]), bool((seconds[2] or "").strip("0"))
    elif found:
        whole, more = int(found.replace(microsecond=0).timestamp()), found.microsecond > 0
    else:
        raise OptionError(
            f"{option} must be a date and time such as 2026-01-31T13:00:00Z, or Unix seconds, got {value.strip()!r}."
        )
    return whole + 1 if more and option == AFTER else whole
