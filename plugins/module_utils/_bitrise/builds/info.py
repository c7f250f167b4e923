# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_build_info: one build, those of a pipeline, of an app, or of all apps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sized
from itertools import islice
from typing import Any

from ..._core.errors import OptionError
from ..._core.option_groups import RUN, OptionGroup, refuse_empty
from ..._task.module_spec import ModuleSpec, Outcome, TaskContext
from ..client import PAGE_LIMIT, BitriseClient
from ..options import BITRISE, LIMIT, check_limit
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
    Wanted,
    wanted_builds,
)
from .model import shown
from .pipelines import read_pipeline

ARCHIVE_LIMIT = 1000  # the service's maximum

# Each of these selects builds without any filter.
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


def _run(options: dict[str, Any], client: BitriseClient, _context: TaskContext) -> Outcome:
    limit, app_slug = options["limit"], options["app_slug"]
    check_limit(limit)
    refuse_empty(options, "app_slug", *_ONE, "owner_slug", "branch", "workflow", "commit_message")
    one = next((name for name in _ONE if options[name] is not None), None)
    if one is not None:
        if options["archived"]:
            raise OptionError(f"archived is about lists of builds. Omit it together with {one}.")
        if app_slug is None:
            raise OptionError(f"app_slug is required with {one}.")
        slugs = [options[one]] if one == "build_slug" else _builds_of_pipeline(client, app_slug, options[one])
        return Outcome({"builds": [shown(read_build(client, app_slug, slug), app_slug) for slug in slugs]})
    wanted = wanted_builds(options)
    if options["archived"]:
        return _archived(client, options, wanted)
    if app_slug is None:
        return Outcome({"builds": _of_all_apps(client, options, wanted)})
    if options["sort_by"] == "running_first":
        return _running_first(client, app_slug, wanted, limit)
    asked = None if wanted.is_meant else limit
    found = _meant(list_builds(client, app_slug, wanted.query, asked), wanted)
    return Outcome({"builds": [shown(build, app_slug) for build in islice(found, limit)]})


def _builds_of_pipeline(client: BitriseClient, app_slug: str, pipeline: str) -> list[str]:
    """Return the slugs of its builds. A workflow that has not started has none."""
    workflows = read_pipeline(client, app_slug, pipeline)["workflows"] or ()
    return [workflow["build_slug"] for workflow in workflows if workflow["build_slug"]]


def _of_all_apps(client: BitriseClient, options: Mapping[str, Any], wanted: Wanted) -> list[dict[str, Any]]:
    useless = [name for name in OF_ONE_APP if options[name] is not None]
    if useless:
        raise OptionError(f"{useless[0]}: the service knows this for the builds of one app only. Add app_slug.")
    query = dict(wanted.query)
    if options["owner_slug"] is not None:
        query["owner_slug"] = options["owner_slug"]
    asked = None if wanted.is_meant else options["limit"]
    found = _meant(list_builds_of_all_apps(client, query, asked), wanted)
    return [shown(build) for build in islice(found, options["limit"])]


def _archived(client: BitriseClient, options: Mapping[str, Any], wanted: Wanted) -> Outcome:
    app_slug, limit = options["app_slug"], options["limit"]
    for needed in ("app_slug", *TIMES):
        if options[needed] is None:
            raise OptionError(f"{needed}: the service needs it to list archived builds.")
    useless = sorted(set(wanted.query) - set(TIMES))
    if useless:
        raise OptionError(f"{useless[0]}: the service knows no filter for archived builds but after and before.")
    asked = ARCHIVE_LIMIT if limit is None else min(limit, ARCHIVE_LIMIT)
    page, total = list_archived_builds(client, app_slug, wanted.query["after"], wanted.query["before"], asked)
    builds = [shown(build, app_slug) for build in islice(page, limit)]
    advice = "The service lists no more archived builds at once. Ask for a shorter time."
    return Outcome({"builds": builds}, warnings=_if_incomplete(page, total, asked, limit, len(builds), advice))


def _running_first(client: BitriseClient, app_slug: str, wanted: Wanted, limit: int | None) -> Outcome:
    """The one page that there is of this order."""
    asked = PAGE_LIMIT if limit is None or wanted.is_meant else min(limit, PAGE_LIMIT)
    page, total = first_builds(client, app_slug, wanted.query, asked)
    builds = [shown(build, app_slug) for build in islice(_meant(page, wanted), limit)]
    advice = "With sort_by: running_first the service returns one page only. Without sort_by all builds are read."
    return Outcome({"builds": builds}, warnings=_if_incomplete(page, total, asked, limit, len(builds), advice))


def _if_incomplete(
    page: Sized, total: int | None, asked: int, limit: int | None, found: int, advice: str
) -> tuple[str, ...]:
    """A warning if a page that has no next one does not hold what was asked for."""
    # Where the service does not tell how many there are, a full page may not be the end.
    more = total > len(page) if total is not None else len(page) >= asked
    if not more or (limit is not None and found >= limit):
        return ()
    of_all = f" of {total}" if total is not None else ""
    return (f"These are the first {len(page)}{of_all} builds. {advice}",)


def _meant(builds: Iterable[dict[str, Any]], wanted: Wanted) -> Iterator[dict[str, Any]]:
    return filter(wanted.is_meant, builds) if wanted.is_meant else iter(builds)


BUILD_INFO = ModuleSpec("bitrise_build_info", BITRISE + RUN + WHOSE + FILTERS + LIMIT, BitriseClient.from_options, _run)
