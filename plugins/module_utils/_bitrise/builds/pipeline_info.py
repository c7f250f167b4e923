# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_pipeline_info: list one pipeline, those of an app, or those of all apps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from itertools import islice
from typing import Any

from ..._core.errors import OptionError
from ..._core.option_groups import RUN, OptionGroup, reject_empty
from ..._task.module_spec import ModuleSpec, Outcome, TaskContext
from ..client import BitriseClient
from ..options import BITRISE, LIMIT, check_limit
from .filters import TIMES, unix_seconds
from .pipelines import (
    FILTER_WORDS,
    list_pipelines,
    list_pipelines_of_all_apps,
    pipeline_as_result,
    read_pipeline,
)

# Options of filters, by the service's name of the filter.
_OF_ONE_APP = {
    "name": "pipeline",
    "branch": "branch",
    "commit_message": "commit_message",
    "trigger_event_type": "trigger_event_type",
    "build_number": "build_number",
}
PIPELINES = OptionGroup(
    {
        "app_slug": {"type": "str"},
        "pipeline": {"type": "str", "aliases": ["pipeline_id"]},
        "owner_slug": {"type": "str"},
        "name": {"type": "str"},
        "branch": {"type": "str"},
        "commit_message": {"type": "str"},
        "trigger_event_type": {"type": "str", "choices": ["push", "pull-request", "tag"]},
        "build_number": {"type": "int"},
        "after": {"type": "str"},
        "before": {"type": "str"},
        "status": {"type": "str", "choices": list(FILTER_WORDS)},
    },
    mutually_exclusive=(
        ("app_slug", "owner_slug"),
        *(("pipeline", other) for other in ("owner_slug", "limit", "status", *_OF_ONE_APP, *TIMES)),
    ),
)


def _run_pipeline_info(options: dict[str, Any], client: BitriseClient, _context: TaskContext) -> Outcome:
    limit, app_slug, pipeline = options["limit"], options["app_slug"], options["pipeline"]
    check_limit(limit)
    reject_empty(options, "app_slug", "pipeline", "owner_slug", "name", "branch", "commit_message")
    if pipeline is not None:
        if app_slug is None:
            raise OptionError("app_slug is required with pipeline.")
        found = read_pipeline(client, app_slug, pipeline)
        return Outcome({"pipelines": [pipeline_as_result(found, app_slug)]})
    query = _query(options)
    if app_slug is None:
        unsupported = [name for name in (*_OF_ONE_APP, *TIMES) if options[name] is not None]
        if unsupported:
            raise OptionError(
                f"{unsupported[0]} requires app_slug: Bitrise does not filter the pipelines of all apps by it."
            )
        runs = list_pipelines_of_all_apps(client, query)
    else:
        runs = list_pipelines(client, app_slug, query)
    # Bitrise lists builds among the pipelines, so its limit does not count pipelines.
    return Outcome({"pipelines": [pipeline_as_result(run, app_slug) for run in islice(runs, limit)]})


def _query(options: Mapping[str, Any]) -> dict[str, Any]:
    query = {parameter: options[option] for option, parameter in _OF_ONE_APP.items() if options[option] is not None}
    query.update({name: _rfc3339(unix_seconds(name, options[name])) for name in TIMES if options[name] is not None})
    if options["status"] is not None:
        query["status"] = FILTER_WORDS[options["status"]]
    if options["owner_slug"] is not None:
        query["owner_slug"] = options["owner_slug"]
    return query


def _rfc3339(seconds: int) -> str:
    """Return the moment in the form for lists of pipelines. Lists of builds use Unix seconds."""
    return dt.datetime.fromtimestamp(seconds, dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


PIPELINE_INFO = ModuleSpec(
    "bitrise_pipeline_info", BITRISE + RUN + PIPELINES + LIMIT, BitriseClient.from_options, _run_pipeline_info
)
