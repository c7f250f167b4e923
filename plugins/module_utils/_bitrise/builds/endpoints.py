# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints for builds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..._core.fields import number
from ..._http.service_client import path_part
from .. import responses
from ..client import BitriseClient


def builds_path(app_slug: str, *parts: str) -> str:
    return "/".join(["/apps", path_part(app_slug), "builds", *(path_part(part) for part in parts)])


def read_build(client: BitriseClient, app_slug: str, build_slug: str) -> dict[str, Any]:
    return client.data("GET", builds_path(app_slug, build_slug), f"read build {build_slug} of app {app_slug}")


def list_builds(
    client: BitriseClient, app_slug: str, filters: Mapping[str, Any] | None = None, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the builds of the last 200 days, newest first."""
    return client.pages(builds_path(app_slug), f"list the builds of app {app_slug}", filters, limit)


def list_builds_of_all_apps(
    client: BitriseClient, filters: Mapping[str, Any] | None = None, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    return client.pages("/builds", "list the builds of all apps", filters, limit)


def first_builds(
    client: BitriseClient, app_slug: str, filters: Mapping[str, Any], limit: int
) -> tuple[list[dict[str, Any]], int | None]:
    """Return the only page that the service has for a sort order, and the total number of builds if it reports that."""
    return _one_page(client, builds_path(app_slug), f"list the builds of app {app_slug}", {**filters, "limit": limit})


def list_archived_builds(
    client: BitriseClient, app_slug: str, after: int, before: int, limit: int
) -> tuple[list[dict[str, Any]], int | None]:
    """Return builds that are older than those of `list_builds`, and their total number. This list has one page."""
    path = f"/apps/{path_part(app_slug)}/archived-builds"
    params = {"after": after, "before": before, "limit": limit}
    return _one_page(client, path, f"list the archived builds of app {app_slug}", params)


def _one_page(
    client: BitriseClient, path: str, what: str, params: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], int | None]:
    call = client.call("GET", path, what, params=params)
    page = client.request_json(call)
    paging = page.get("paging")
    total = number(paging.get("total_item_count")) if isinstance(paging, Mapping) else None
    return responses.items(call, page), total


def trigger_build(client: BitriseClient, app_slug: str, build_params: Mapping[str, Any]) -> dict[str, Any]:
    """Start a build. Raise UnclearOutcomeError if it is unknown whether it was started."""
    body = {"hook_info": {"type": "bitrise"}, "build_params": dict(build_params)}
    what = f"trigger a build of app {app_slug}"
    return client.request_json(client.call("POST", builds_path(app_slug), what, json=body, repeatable=False))


def abort_build(client: BitriseClient, app_slug: str, build_slug: str, body: Mapping[str, Any]) -> None:
    """Abort a build. The service refuses that for a build that is over."""
    what = f"abort build {build_slug} of app {app_slug}"
    call = client.call("POST", builds_path(app_slug, build_slug, "abort"), what, json=dict(body), repeatable=False)
    client.request_json(call)


def read_log_info(client: BitriseClient, app_slug: str, build_slug: str, before: str | None = None) -> dict[str, Any]:
    """Return chunks of the log, or the URL of its archive. `before`: return the chunks before this timestamp."""
    what = f"read the log of build {build_slug} of app {app_slug}"
    params = {"before_timestamp": before} if before else None
    return client.request_json(client.call("GET", builds_path(app_slug, build_slug, "log"), what, params=params))
