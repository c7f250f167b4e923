# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_code_signing_info: list and inspect the signing files of many apps, and report findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..._core.environment import environment_fallback
from ..._core.errors import CiError, OptionError
from ..._core.fields import text
from ..._core.option_groups import CONCURRENCY, RUN, OptionGroup, with_entries
from ..._core.progress import Progress
from ..._core.text import name_some
from ..._signing.libraries import LIBRARIES
from ..._task.module_spec import ModuleSpec, Outcome, TaskContext
from ..apps import find_apps
from ..client_pool import ClientPool, check_workers
from ..digest_cache import open_cache
from ..files.kinds import FILE_KINDS, PROJECT_FILE
from ..many_apps import check_slugs
from ..options import BITRISE
from .collect import (
    AppFiles,
    FileCollector,
    FileOfApp,
)
from .findings import findings_of

INSPECTION = OptionGroup(
    {
        "apps": {
            "type": "list",
            "elements": "dict",
            "options": {
                "app_slug": {"type": "str", "required": True},
                "title": {"type": "str"},
                "owner": {"type": "str"},
            },
        },
        "kinds": {
            "type": "list",
            "elements": "str",
            "choices": [kind.plural for kind in FILE_KINDS],
            "default": [kind.plural for kind in FILE_KINDS if kind != PROJECT_FILE],
        },
        "expires_within": {"type": "int", "default": 30},
        **CONCURRENCY.argument_spec,
        "digest_cache": {"type": "path", "fallback": (environment_fallback, ["MOBILEOPS_CI_DIGEST_CACHE"])},
    }
)


def normalized(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments with each app as a dict, even if only its slug is given."""
    return with_entries(arguments, "apps", "app_slug", "the slug of an app nor a dict with app_slug")


def _run_code_signing_info(options: dict[str, Any], clients: ClientPool, context: TaskContext) -> Outcome:
    check_workers(options["concurrency"])
    if options["expires_within"] < 0:
        raise OptionError(f"expires_within must be 0 or greater, got {options['expires_within']}.")
    now = dt.datetime.now(dt.timezone.utc)
    cache = open_cache(options["digest_cache"], clients.api_url)
    progress = Progress(context.report_progress)
    collector = FileCollector(
        clients,
        [kind for kind in FILE_KINDS if kind.plural in options["kinds"]],
        options["concurrency"],
        now,
        cache,
        on_listed=lambda done, total: progress.report(done, total, "apps listed"),
        on_inspected=lambda done, total: progress.report(done, total, "files inspected"),
    )
    try:
        declared = _apps(options["apps"], clients)
        apps = collector.collect({slug: title for slug, (title, _owner) in declared.items()})
    finally:
        clients.close()
        if cache and not context.check_mode:
            cache.save()
    lists = findings_of(apps, now, options["expires_within"])
    unreadable = [_unreadable(app, app.error) for app in apps if app.error]
    summary = {
        "apps": len(apps),
        "files": sum(len(app.files) for app in apps),
        "unreadable": len(unreadable),
        **{name: len(entries) for name, entries in lists.items()},
        **clients.traffic(),
    }
    values = {
        "apps": {app.app_slug: _app_as_result(app, declared[app.app_slug][1], options["kinds"], now) for app in apps},
        **lists,
        "unreadable": unreadable,
        "expires_within": options["expires_within"],
        "summary": summary,
    }
    warnings = [*(cache.warnings if cache else ()), *_warning(unreadable)]
    return Outcome(values, warnings=tuple(warnings), error=_failure(apps))


def _apps(
    declared: Sequence[Mapping[str, Any]] | None, clients: ClientPool
) -> dict[str, tuple[str | None, str | None]]:
    """Return title and owner by slug, each None if it is not known."""
    if declared is None:
        found = find_apps(clients.get())
        return {str(app["slug"]): (text(app.get("title")), _owner(app)) for app in found if not app.get("is_disabled")}
    check_slugs([app["app_slug"] for app in declared])
    return {app["app_slug"]: (app["title"], app["owner"]) for app in declared}


def _owner(app: Mapping[str, Any]) -> str | None:
    """Return the name of the organization or user that owns the app."""
    owner = app.get("owner")
    return text(owner.get("name")) if isinstance(owner, Mapping) else None


def _app_as_result(app: AppFiles, owner: str | None, kinds: Sequence[str], now: dt.datetime) -> dict[str, Any]:
    error = {"msg": app.error.message, **app.error.as_dict()} if app.error else None
    files = {
        kind.plural: [file_as_result(file, now) for file in app.of_kind(kind)]
        for kind in FILE_KINDS
        if kind.plural in kinds
    }
    return {"title": app.title, "owner": owner, "error": error, **files}


def file_as_result(one: FileOfApp, now: dt.datetime) -> dict[str, Any]:
    """Return the service's object with the details and findings of the inspection."""
    findings = one.inspection.findings if one.inspection else ()
    return {
        **one.file.as_result(),
        "details": one.details(now),
        "findings": [finding.as_dict() for finding in findings],
    }


def _unreadable(app: AppFiles, error: CiError) -> dict[str, Any]:
    return {"app_slug": app.app_slug, "app_title": app.title, "reason": error.message}


def _warning(unreadable: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a warning about apps without data, because an empty list must not look like no findings."""
    if unreadable:
        apps = name_some(str(app["app_slug"]) for app in unreadable)
        yield f"The signing files of {apps} could not be listed: see unreadable in the result."


def _failure(apps: Sequence[AppFiles]) -> CiError | None:
    """Return the error of the task if no app could be read."""
    errors = [app.error for app in apps if app.error]
    if not errors or len(errors) < len(apps):
        return None
    more = f" {len(errors) - 1} more of the apps could not be read either." if len(errors) > 1 else ""
    return CiError(f"{errors[0].message}{more}", **errors[0].as_dict())


CODE_SIGNING_INFO = ModuleSpec(
    "bitrise_code_signing_info",
    BITRISE + RUN + INSPECTION,
    ClientPool,
    _run_code_signing_info,
    requires=("requests", *LIBRARIES),
    normalize=normalized,
)
