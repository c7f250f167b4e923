# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probe behaviors with requests that do not change anything."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from ...._core.fields import number, text
from ...._http.service_client import path_part
from ...apps import PROJECT_TYPES
from ...behaviors.table import BEHAVIORS
from ...builds.build_fields import (
    ABORTED_WITH_SUCCESS,
    RUNNING,
    STATUS_NAMES,
)
from ...files.kinds import FILE_KINDS
from .prober import Prober, ProbeResponse
from .results import ProbeResults, form_of

_DATES = {
    "utc": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,8})?Z"),
    "nanoseconds": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z"),
    "offset": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d"),
    "zone": re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? UTC"),
}
_ARTIFACT_TYPES = frozenset({"android-apk", "file", "ios-ipa"})
_MOST_BUILDS = 20


def probe_refusals(prober: Prober, results: ProbeResults) -> None:
    """Request objects that do not exist, and send requests that the service may refuse."""
    unknown = secrets.token_hex(8)
    response = prober.get(f"/apps/{unknown}")
    results.note("date_header", "date" in {name.lower() for name in response.headers})
    results.note("error_body", _text_key(response))
    response = prober.get("")
    if response.status == 404:
        results.note("root", "404")
    elif response.status == 200:
        results.note(
            "root", "object" if isinstance(response.body, Mapping) else "empty" if not response.text else "page"
        )
    response = prober.get_as_bearer("/apps")
    results.note("bearer", "accept" if response.succeeded else "refuse" if response.status == 401 else None)
    results.note("unknown_sort_by", _tolerated(prober.get("/apps", sort_by="mobileops"), "ignore"))
    results.note("limit_below_1", _tolerated(prober.get("/apps", limit=0), "ignore"))
    response = prober.get("/apps", next=unknown)
    if response.succeeded:
        results.note("unknown_next", "first_page" if response.entries else "empty")
    else:
        results.note("unknown_next", str(response.status))


def probe_apps(prober: Prober, results: ProbeResults, apps: Sequence[Mapping[str, Any]]) -> None:
    """Check values of apps, and search apps by title."""
    for app in apps:
        for key in ("avatar_url", "project_type"):
            results.note("unset_values", form_of(app, key))
    types = {str(app["project_type"]) for app in apps if app.get("project_type")}
    if types - PROJECT_TYPES:
        results.note("new_values", True)
    _note_title_filter(prober, results, apps)


def _note_title_filter(prober: Prober, results: ProbeResults, apps: Sequence[Mapping[str, Any]]) -> None:
    named = [(str(app["title"]), app["slug"]) for app in apps if len(str(app.get("title") or "")) >= 4]
    if not named:
        return
    title, slug = max(named, key=lambda one: len(one[0]))

    def matches(title: str) -> bool:
        return any(entry.get("slug") == slug for entry in prober.every("/apps", title=title))

    if prober.get("/apps", title=f"mobileops {secrets.token_hex(8)}").entries:
        results.note("title_filter", "ignored")
    elif matches(title[1:-1]):
        results.note("title_filter", "part")
    elif matches(title[:-1]):
        results.note("title_filter", "prefix")
    elif matches(title):
        results.note("title_filter", "exact")


def probe_lists(prober: Prober, results: ProbeResults, app_slugs: Sequence[str]) -> None:
    """Read short and empty lists of files, in the first of these apps that has them."""
    for slug in app_slugs:
        for kind in FILE_KINDS:
            response = prober.get(f"/apps/{path_part(slug)}/{kind.collection}", limit=50)
            if not response.succeeded or not isinstance(response.body, Mapping):
                continue
            if not response.entries:
                results.note("empty_list", _form_of_list(response.body))
            _note_paging(response.body, results)
        if {"empty_list", "paging"} <= results.values.keys():
            return


def _form_of_list(body: Mapping[str, Any]) -> str | None:
    if "data" not in body:
        return "absent"
    return "null" if body["data"] is None else "array" if body["data"] == [] else None


def _note_paging(body: Mapping[str, Any], results: ProbeResults) -> None:
    if "paging" not in body:
        results.note("paging", "missing")
        return
    paging = body["paging"]
    if not isinstance(paging, Mapping):
        results.note("paging", "null" if paging is None else None)
        return
    if isinstance(paging.get("next"), str) and paging["next"]:
        return  # not the last page
    results.note("paging", "object")
    results.note("last_page", form_of(paging, "next"))


def probe_builds(prober: Prober, results: ProbeResults, me: Mapping[str, Any]) -> None:
    """Read the builds of all apps, and their logs."""
    builds = prober.get("/builds", limit=50).entries
    dated = [me.get("created_at"), *(build.get("triggered_at") for build in builds)]
    for shown in map(text, dated):
        if shown:
            results.note("dates", next((form for form, known in _DATES.items() if known.fullmatch(shown)), "another"))
    statuses = [status for build in builds if (status := number(build.get("status"))) is not None]
    if any(status not in STATUS_NAMES for status in statuses):
        results.note("new_values", True)
    for build in builds:
        if build.get("status") == ABORTED_WITH_SUCCESS and isinstance(build.get("status_text"), str):
            # The record must not show a text that a user has written.
            known = BEHAVIORS["status_text_4"].values
            results.note("status_text_4", build["status_text"] if build["status_text"] in known else "another text")
    _look_at_filters(prober, results, builds)
    for build in builds[:_MOST_BUILDS]:
        _look_at_build(prober, results, build)
    if "new_values" not in results.values and (builds or results.values.get("unset_values")):
        results.note("new_values", False)


def _path_of(build: Mapping[str, Any]) -> str | None:
    """Return the path of a build, or None if the service does not name its app."""
    repository = build.get("repository")
    app_slug = repository.get("slug") if isinstance(repository, Mapping) else None
    slug = build.get("slug")
    if not isinstance(app_slug, str) or not isinstance(slug, str):
        return None
    return f"/apps/{path_part(app_slug)}/builds/{path_part(slug)}"


def _look_at_filters(prober: Prober, results: ProbeResults, builds: Sequence[Mapping[str, Any]]) -> None:
    first = _path_of(builds[0]) if builds else None
    if first is None:
        return
    path = first.rpartition("/")[0]
    response = prober.get(path, pull_request_id=999_999_999)
    ignored_or_not = "ignore" if response.entries else "accept"
    results.note("pull_request_id_alone", _tolerated(response, ignored_or_not))
    response = prober.get(path, sort_by="running_first", next=builds[0].get("slug"))
    results.note("running_first_next", _tolerated(response, "ignore"))


def _look_at_build(prober: Prober, results: ProbeResults, build: Mapping[str, Any]) -> None:
    path = _path_of(build)
    if path is None:
        return
    if build.get("status") == RUNNING and build.get("is_on_hold") is True:
        if "log_on_hold" not in results.values:
            response = prober.get(f"{path}/log")
            results.note("log_on_hold", "404" if response.status == 404 else "empty" if response.succeeded else None)
    elif build.get("status") == RUNNING:
        if "log_chunks" not in results.values:
            _note_running_log(prober, results, path)
    else:
        if "archived_log_chunks" not in results.values:
            response = prober.get(f"{path}/log")
            if response.succeeded and isinstance(response.body, Mapping) and response.body.get("is_archived") is True:
                results.note("archived_log_chunks", "kept" if response.body.get("log_chunks") else "none")
        if results.values.get("new_values") is not True:
            types = [text(entry.get("artifact_type")) for entry in prober.get(f"{path}/artifacts", limit=50).entries]
            if any(known and known not in _ARTIFACT_TYPES for known in types):
                results.note("new_values", True)


def _note_running_log(prober: Prober, results: ProbeResults, path: str) -> None:
    """Note the number of chunks in a response, if there are older ones."""
    response = prober.get(f"{path}/log")
    body = response.body if response.succeeded and isinstance(response.body, Mapping) else {}
    chunks, before = body.get("log_chunks"), body.get("next_before_timestamp")
    if not isinstance(chunks, list) or not chunks or not before:
        return
    older = prober.get(f"{path}/log", before_timestamp=before)
    if isinstance(older.body, Mapping) and older.body.get("log_chunks"):
        results.note("log_chunks", len(chunks))


def _text_key(response: ProbeResponse) -> str | None:
    if response.succeeded:
        return None
    if response.is_page:
        return "html"
    if not response.text:
        return "empty"
    body = response.body if isinstance(response.body, Mapping) else {}
    return next((key for key in ("message", "error_msg", "error", "errors") if body.get(key)), None)


def _tolerated(response: ProbeResponse, answer: str) -> str | None:
    if response.succeeded:
        return answer
    return "refuse" if 400 <= response.status < 500 else None
