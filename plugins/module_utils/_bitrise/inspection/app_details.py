# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Additional details of apps: the latest build and the signing files, read for several apps at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..._core.errors import CiError, ServiceError
from ..._core.fields import moment
from ..._signing.certificates import days_between
from ..._signing.libraries import missing_libraries
from ..builds.build_fields import build_as_result
from ..builds.endpoints import list_builds
from ..client_pool import ClientPool
from ..files.kinds import (
    BUILD_CERTIFICATE,
    PROVISIONING_PROFILE,
)
from ..workers import run_concurrently
from .collect import (
    AppFiles,
    FileCollector,
    FileOfApp,
)

CODE_SIGNING_KINDS = (BUILD_CERTIFICATE, PROVISIONING_PROFILE)

# The value of a field by app slug, None if the token may not read it, and warnings.
_Found = tuple[dict[str, Any], list[str]]


def _latest_builds(clients: ClientPool, slugs: Sequence[str], concurrency: int) -> _Found:
    warnings: list[str] = []

    def latest_build(slug: str) -> dict[str, Any] | None:
        try:
            build = next(list_builds(clients.get(), slug, limit=1), None)
        except ServiceError as error:
            warnings.append(_if_forbidden(error).message)
            return None
        return build and build_as_result(build, slug)

    found: dict[str, Any] = {}
    run_concurrently(clients, concurrency, slugs, latest_build, found.__setitem__)
    return found, warnings


def _code_signing(clients: ClientPool, slugs: Sequence[str], concurrency: int) -> _Found:
    missing = missing_libraries()
    collector = FileCollector(
        clients, CODE_SIGNING_KINDS, concurrency, dt.datetime.now(dt.timezone.utc), inspects=not missing
    )
    found = collector.collect(dict.fromkeys(slugs))
    warnings = [_if_forbidden(app.error).message for app in found if app.error]
    if missing:
        warnings.append(
            f"include: expiry dates of signing files are missing, because the Python library {missing[0]} is missing."
        )
    return {app.app_slug: None if app.error else _files(app, collector.now) for app in found}, warnings


def _files(app: AppFiles, now: dt.datetime) -> dict[str, Any]:
    lists = {kind.plural: [_file(file, now) for file in app.of_kind(kind)] for kind in CODE_SIGNING_KINDS}
    return with_days_left({**lists, "days_left": None}, now)


def _file(one: FileOfApp, now: dt.datetime) -> dict[str, Any]:
    details = one.details(now) or {}
    return {**one.file.as_result(), "expires_at": details.get("expires_at"), "days_left": None}


def with_days_left(code_signing: Mapping[str, Any], now: dt.datetime) -> dict[str, Any]:
    """Return the field code_signing of an app with days_left as of now, because it may come from a cache."""

    def counted(file: Mapping[str, Any]) -> dict[str, Any]:
        end = moment(file.get("expires_at"))
        return {**file, "days_left": days_between(now, end) if end else None}

    lists = {
        kind.plural: [counted(file) for file in code_signing.get(kind.plural) or []] for kind in CODE_SIGNING_KINDS
    }
    days = [file["days_left"] for files in lists.values() for file in files if file["days_left"] is not None]
    return {**code_signing, **lists, "days_left": min(days, default=None)}


def _if_forbidden(error: CiError) -> CiError:
    """Return the error if it means that the token may not read the app. Otherwise raise it."""
    if error.kind not in ("forbidden", "not_found"):
        raise error
    return error


# By value of the option include: the name of the field, and the function that reads it.
DETAILS: Mapping[str, tuple[str, Callable[[ClientPool, Sequence[str], int], _Found]]] = {
    "builds": ("latest_build", _latest_builds),
    "code_signing": ("code_signing", _code_signing),
}


def with_details(
    clients: ClientPool, apps: Sequence[Mapping[str, Any]], include: Iterable[str], concurrency: int
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the apps with the requested fields of DETAILS, and warnings about apps that the token may not read.

    Their fields are None, as is latest_build of an app without builds. Raise CiError for any other failure.
    """
    detailed = [dict(app) for app in apps]
    warnings: list[str] = []
    for name in include:
        field, find = DETAILS[name]
        found, problems = find(clients, [str(app["slug"]) for app in apps], concurrency)
        warnings += problems
        for app in detailed:
            app[field] = found[str(app["slug"])]
    return detailed, warnings
