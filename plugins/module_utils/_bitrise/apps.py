# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_app_info, and the search for apps by owner, title and project type, which the inventory uses as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .._core.option_groups import RUN, OptionGroup, reject_empty
from .._task.module_spec import ModuleSpec, Outcome, TaskContext
from .client import BitriseClient
from .options import BITRISE, LIMIT, check_limit

# The types in the vendor's documentation.
PROJECT_TYPES = frozenset(
    [
        "android",
        "cordova",
        "fastlane",
        "flutter",
        "ios",
        "ionic",
        "java",
        "kotlin-multiplatform",
        "macos",
        "node-js",
        "other",
        "react-native",
        "ruby",
        "web",
        "xamarin",
    ]
)
APP_FILTER = OptionGroup(
    {
        "title": {"type": "str"},
        "project_type": {"type": "str"},
        "sort_by": {"type": "str", "choices": ["created_at", "last_build_at"]},
    }
)
APP_OWNER = OptionGroup(
    {
        "app_slug": {"type": "str"},
        "organization_slug": {"type": "str"},
        "user_slug": {"type": "str"},
    },
    mutually_exclusive=(
        ("app_slug", "organization_slug", "user_slug"),
        *(("app_slug", other) for other in ("title", "project_type", "sort_by", "limit")),
    ),
)


def find_apps(
    client: BitriseClient,
    *,
    owners: Sequence[tuple[str, str]] = (),
    title: str | None = None,
    project_type: str | None = None,
    sort_by: str | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield the apps of the owners ("organizations" or "users", slug), or all that the token can read, each once.

    The documentation does not say how the service compares titles. So filter its response again, by equality.
    """
    filters = {"title": title, "project_type": project_type, "sort_by": sort_by}
    query = {name: value for name, value in filters.items() if value is not None}
    seen: set[str] = set()
    for owner in owners or (None,):
        for app in client.apps(owner, query):
            is_match = (title is None or app.get("title") == title) and (
                project_type is None or app.get("project_type") == project_type
            )
            if is_match and app["slug"] not in seen:
                seen.add(app["slug"])
                yield app


def _run_app_info(options: dict[str, Any], client: BitriseClient, _context: TaskContext) -> Outcome:
    limit = options["limit"]
    check_limit(limit)
    reject_empty(options, "app_slug", "organization_slug", "user_slug", "title", "project_type")
    if options["app_slug"] is not None:
        return Outcome({"apps": [client.app(options["app_slug"])]})
    owners = [
        (owners, options[option])
        for owners, option in (("organizations", "organization_slug"), ("users", "user_slug"))
        if options[option] is not None
    ]
    apps: list[dict[str, Any]] = []
    for app in find_apps(
        client,
        owners=owners,
        title=options["title"],
        project_type=options["project_type"],
        sort_by=options["sort_by"],
    ):
        apps.append(app)
        if limit is not None and len(apps) >= limit:
            break
    return Outcome({"apps": apps})


APP_INFO = ModuleSpec(
    "bitrise_app_info", BITRISE + RUN + APP_OWNER + APP_FILTER + LIMIT, BitriseClient.from_options, _run_app_info
)
