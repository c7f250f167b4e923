# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_build_info: list one build, or the builds of a pipeline, of an app, or of all apps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sized
from itertools import islice
from typing import Any

from ..._core.errors import OptionError
from ..._core.option_groups import RUN, OptionGroup, reject_empty
from ..._task.module_spec import ModuleSpec, Outcome, TaskContext
from ..client import PAGE_LIMIT, BitriseClient
from ..options import BITRISE, LIMIT, check_limit
from .build_fields import build_as_result
from .endpoints import (
    first_builds,
    list_archived_builds,
    list_builds,
    list_builds_of_all_apps,
    read_build,
)
from .filters import (
    FILTERS,
    OF_ONE_APP,
    TIMES,
    BuildFilter,
    build_filter,
)
from .pipelines import read_pipeline

ARCHIVE_LIMIT = 1000  # the service's maximum

# Options that exclude all filters.
_ONE = ("build_slug", "pipeline")
WHOSE = OptionGroup(
    {
        "app_slug": {"type": "str"},
        "build_slug": {"type": "str"},
        "pipeline": {"type": "str", "aliases": ["pipeline_id"]},
        "owner_slug": {"type": "str"},
        "archived": {"type": "bool", "default": False},
    },
    mutually_exclusive=(
        ("app_slug", "owner_slug"),
        ("build_slug", "pipeline"),
        *((one, other) for one in _ONE for other in ("owner_slug", "limit", *FILTERS.argument_spec)),
    ),
)


def _run_build_info(options: dict[str, Any], client: BitriseClient, _context: TaskContext) -> Outcome:
    limit, app_slug = options["limit"], options["app_slug"]
    check_limit(limit)
    reject_empty(options, "app_slug", *_ONE, "owner_slug", "branch", "workflow", "commit_message")
    one = next((name for name in _ONE if options[name] is not None), None)
    if one is not None:
        if options["archived"]:
            raise OptionError(f"archived is about lists of builds. Omit it together with {one}.")
        if app_slug is None:
            raise OptionError(f"app_slug is required with {one}.")
        slugs = [options[one]] if one == "build_slug" else _builds_of_pipeline(client, app_slug, options[one])
        return Outcome({"builds": [build_as_result(read_build(client, app_slug, slug), app_slug) for slug in slugs]})
    selection = build_filter(options)
    if options["archived"]:
        return _archived(client, options, selection)
    if app_slug is None:
        return Outcome({"builds": _of_all_apps(client, options, selection)})
    if options["sort_by"] == "running_first":
        return _running_first(client, app_slug, selection, limit)
    requested = None if selection.matches else limit
    found = _matching(list_builds(client, app_slug, selection.query, requested), selection)
    return Outcome({"builds": [build_as_result(build, app_slug) for build in islice(found, limit)]})


def _builds_of_pipeline(client: BitriseClient, app_slug: str, pipeline: str) -> list[str]:
    """Return the slugs of the builds of a pipeline. A workflow that has not started has no build."""
    workflows = read_pipeline(client, app_slug, pipeline)["workflows"] or ()
    return [workflow["build_slug"] for workflow in workflows if workflow["build_slug"]]


def _of_all_apps(client: BitriseClient, options: Mapping[str, Any], selection: BuildFilter) -> list[dict[str, Any]]:
    unsupported = [name for name in OF_ONE_APP if options[name] is not None]
    if unsupported:
        raise OptionError(f"{unsupported[0]} requires app_slug: Bitrise does not filter the builds of all apps by it.")
    query = dict(selection.query)
    if options["owner_slug"] is not None:
        query["owner_slug"] = options["owner_slug"]
    requested = None if selection.matches else options["limit"]
    found = _matching(list_builds_of_all_apps(client, query, requested), selection)
    return [build_as_result(build) for build in islice(found, options["limit"])]


def _archived(client: BitriseClient, options: Mapping[str, Any], selection: BuildFilter) -> Outcome:
    app_slug, limit = options["app_slug"], options["limit"]
    for required in ("app_slug", *TIMES):
        if options[required] is None:
            raise OptionError(f"{required} is required to list archived builds.")
    unsupported = sorted(set(selection.query) - set(TIMES))
    if unsupported:
        raise OptionError(
            f"{unsupported[0]}: Bitrise does not support this filter for archived builds, only after and before."
        )
    requested = ARCHIVE_LIMIT if limit is None else min(limit, ARCHIVE_LIMIT)
    page, total = list_archived_builds(client, app_slug, selection.query["after"], selection.query["before"], requested)
    builds = [build_as_result(build, app_slug) for build in islice(page, limit)]
    advice = "The service does not list more archived builds in one response. Reduce the range of after and before."
    return Outcome({"builds": builds}, warnings=_if_incomplete(page, total, requested, limit, len(builds), advice))


def _running_first(client: BitriseClient, app_slug: str, selection: BuildFilter, limit: int | None) -> Outcome:
    """Return running builds first. The service has only one page for this order."""
    requested = PAGE_LIMIT if limit is None or selection.matches else min(limit, PAGE_LIMIT)
    page, total = first_builds(client, app_slug, selection.query, requested)
    builds = [build_as_result(build, app_slug) for build in islice(_matching(page, selection), limit)]
    advice = "With sort_by=running_first the service returns one page only. Omit sort_by to list all builds."
    return Outcome({"builds": builds}, warnings=_if_incomplete(page, total, requested, limit, len(builds), advice))


def _if_incomplete(
    page: Sized, total: int | None, requested: int, limit: int | None, found: int, advice: str
) -> tuple[str, ...]:
    """Return a warning if the only page of a list does not have all requested builds."""
    # If the service does not report the total, a full page may not be the end.
    more = total > len(page) if total is not None else len(page) >= requested
    if not more or (limit is not None and found >= limit):
        return ()
    of_all = f" of {total}" if total is not None else ""
    return (f"These are the first {len(page)}{of_all} builds. {advice}",)


def _matching(builds: Iterable[dict[str, Any]], selection: BuildFilter) -> Iterator[dict[str, Any]]:
    return filter(selection.matches, builds) if selection.matches else iter(builds)


BUILD_INFO = ModuleSpec(
    "bitrise_build_info", BITRISE + RUN + WHOSE + FILTERS + LIMIT, BitriseClient.from_options, _run_build_info
)
