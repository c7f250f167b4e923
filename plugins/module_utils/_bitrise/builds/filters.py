# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which builds to list: options, and what the service is asked with."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..._core.errors import OptionError
from ..._core.fields import moment
from ..._core.option_groups import OptionGroup
from .model import (
    ABORTED,
    ABORTED_WITH_SUCCESS,
    ERROR,
    ON_HOLD,
    RUNNING,
    STATUS_NAMES,
    SUCCESS,
    status_name,
)

# By number as the service has them, by name as results have them, and by what else people call them.
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
_AS_THEY_ARE = ("branch", "workflow", "commit_message", "trigger_event_type", "pull_request_id", "build_number")
AFTER = "after"
TIMES = (AFTER, "before")
_SECONDS = re.compile(r"([0-9]{1,11})(?:\.([0-9]+))?")
# Filters that the list over all apps does not know.
OF_ONE_APP = (*_AS_THEY_ARE, *TIMES, "is_pipeline_build", "sort_by")
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
class Wanted:
    """What to ask the service for, and which of the builds that it returns are meant."""

    query: Mapping[str, Any]
    is_meant: Callable[[Mapping[str, Any]], bool] | None = None


def wanted_builds(options: Mapping[str, Any]) -> Wanted:
    """Raises OptionError for what the service would not understand, or would pass over without a word."""
    if options["pull_request_id"] is not None and options["trigger_event_type"] != _PULL_REQUEST:
        raise OptionError(
            "pull_request_id: the service looks at it only together with trigger_event_type: pull-request, and would "
            "return the builds of everything else too. Set trigger_event_type to pull-request."
        )
    query = {name: options[name] for name in _AS_THEY_ARE if options[name] is not None}
    query.update({name: unix_seconds(name, options[name]) for name in TIMES if options[name] is not None})
    if options["is_pipeline_build"] is not None:
        query["is_pipeline_build"] = _in_query(options["is_pipeline_build"])
    if options["sort_by"] is not None:
        query["sort_by"] = options["sort_by"]
    status = options["status"]
    if status is None:
        return Wanted(query)
    query["status"] = STATUSES[status]
    if status not in (ON_HOLD, "in-progress"):
        return Wanted(query)
    # One number for both: the list over all apps can tell them apart, the one of an app cannot.
    if options["app_slug"] is None:
        query["is_on_hold"] = _in_query(status == ON_HOLD)
    return Wanted(query, lambda build: status_name(build) == status)


def _in_query(value: bool) -> str:
    return "true" if value else "false"


def unix_seconds(option: str, value: str) -> int:
    """A point in time as whole seconds: the service takes nothing else. Without a zone it is UTC.

    A part of a second is rounded to the side on which no build is listed that was not asked for.
    """
    seconds = _SECONDS.fullmatch(value.strip())
    found = None if seconds else moment(value)
    if seconds:
        whole, more = int(seconds[1]), bool((seconds[2] or "").strip("0"))
    elif found:
        whole, more = int(found.replace(microsecond=0).timestamp()), found.microsecond > 0
    else:
        raise OptionError(
            f"{option}: {value.strip()!r} is neither a date and time as in 2026-01-31T13:00:00Z nor Unix seconds."
        )
    return whole + 1 if more and option == AFTER else whole
