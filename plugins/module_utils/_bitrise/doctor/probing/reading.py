# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions that requests answer which change nothing."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from ...._core.fields import number, text
from ...._http.service_client import path_part
from ...behaviours.table import BEHAVIOURS
from ...builds.model import (
    ABORTED_WITH_SUCCESS,
    RUNNING,
    STATUS_NAMES,
)
from ...files.kinds import KINDS
from .asking import Asker, Reply
from .findings import Findings, form_of

_DATES = {
    "utc": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,8})?Z"),
    "nanoseconds": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z"),
    "offset": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d"),
    "zone": re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? UTC"),
}
# Those of the vendor's documentation.
_PROJECT_TYPES = frozenset(
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
_ARTIFACT_TYPES = frozenset({"android-apk", "file", "ios-ipa"})
_MOST_BUILDS = 20


def look_at_refusals(asker: Asker, findings: Findings) -> None:
    """Ask for what does not exist, and in ways that the service may refuse."""
    unknown = secrets.token_hex(8)
    reply = asker.get(f"/apps/{unknown}")
    findings.note("date_header", "date" in {name.lower() for name in reply.headers})
    findings.note("error_body", _place_of_text(reply))
    reply = asker.get("")
    if reply.status == 404:
        findings.note("root", "404")
    elif reply.status == 200:
        findings.note("root", "object" if isinstance(reply.body, Mapping) else "empty" if not reply.text else "page")
    reply = asker.ask_as_bearer("/apps")
    findings.note("bearer", "accept" if reply.succeeded else "refuse" if reply.status == 401 else None)
    findings.note("unknown_sort_by", _tolerated(asker.get("/apps", sort_by="mobileops"), "ignore"))
    findings.note("limit_below_1", _tolerated(asker.get("/apps", limit=0), "ignore"))
    reply = asker.get("/apps", next=unknown)
    if reply.succeeded:
        findings.note("unknown_next", "first_page" if reply.entries else "empty")
    else:
        findings.note("unknown_next", str(reply.status))


def look_at_apps(asker: Asker, findings: Findings, apps: Sequence[Mapping[str, Any]]) -> None:
    """Look at values of apps, and search them by title."""
    for app in apps:
        for key in ("avatar_url", "project_type"):
            findings.note("unset_values", form_of(app, key))
    types = {str(app["project_type"]) for app in apps if app.get("project_type")}
    if types - _PROJECT_TYPES:
        findings.note("new_values", True)
    _look_at_title_filter(asker, findings, apps)


def _look_at_title_filter(asker: Asker, findings: Findings, apps: Sequence[Mapping[str, Any]]) -> None:
    named = [(str(app["title"]), app["slug"]) for app in apps if len(str(app.get("title") or "")) >= 4]
    if not named:
        return
    title, slug = max(named, key=lambda one: len(one[0]))

    def matches(title: str) -> bool:
        return any(entry.get("slug") == slug for entry in asker.every("/apps", title=title))

    if asker.get("/apps", title=f"mobileops {secrets.token_hex(8)}").entries:
        findings.note("title_filter", "ignored")
    elif matches(title[1:-1]):
        findings.note("title_filter", "part")
    elif matches(title[:-1]):
        findings.note("title_filter", "prefix")
    elif matches(title):
        findings.note("title_filter", "exact")


def look_at_lists(asker: Asker, findings: Findings, app_slugs: Sequence[str]) -> None:
    """Look at short and empty lists of files, in the first of these apps that has them."""
    for slug in app_slugs:
        for kind in KINDS:
            reply = asker.get(f"/apps/{path_part(slug)}/{kind.collection}", limit=50)
            if not reply.succeeded or not isinstance(reply.body, Mapping):
                continue
            if not reply.entries:
                findings.note("empty_list", _form_of_list(reply.body))
            _look_at_paging(reply.body, findings)
        if {"empty_list", "paging"} <= findings.values.keys():
            return


def _form_of_list(body: Mapping[str, Any]) -> str | None:
    if "data" not in body:
        return "absent"
    return "null" if body["data"] is None else "array" if body["data"] == [] else None


def _look_at_paging(body: Mapping[str, Any], findings: Findings) -> None:
    if "paging" not in body:
        findings.note("paging", "missing")
        return
    paging = body["paging"]
    if not isinstance(paging, Mapping):
        findings.note("paging", "null" if paging is None else None)
        return
    if isinstance(paging.get("next"), str) and paging["next"]:
        return  # not the last page
    findings.note("paging", "object")
    findings.note("last_page", form_of(paging, "next"))


def look_at_builds(asker: Asker, findings: Findings, me: Mapping[str, Any]) -> None:
    """Look at the builds of all apps, and at their logs."""
    builds = asker.get("/builds", limit=50).entries
    dated = [me.get("created_at"), *(build.get("triggered_at") for build in builds)]
    for shown in map(text, dated):
        if shown:
            findings.note("dates", next((form for form, known in _DATES.items() if known.fullmatch(shown)), "another"))
    statuses = [status for build in builds if (status := number(build.get("status"))) is not None]
    if any(status not in STATUS_NAMES for status in statuses):
        findings.note("new_values", True)
    for build in builds:
        if build.get("status") == ABORTED_WITH_SUCCESS and isinstance(build.get("status_text"), str):
            # The record must not show a text that somebody has written.
            known = BEHAVIOURS["status_text_4"].values
            findings.note("status_text_4", build["status_text"] if build["status_text"] in known else "another text")
    _look_at_filters(asker, findings, builds)
    for build in builds[:_MOST_BUILDS]:
        _look_at_build(asker, findings, build)
    if "new_values" not in findings.values and (builds or findings.values.get("unset_values")):
        findings.note("new_values", False)


def _path_of(build: Mapping[str, Any]) -> str | None:
    """Return the path of a build, or None if the service does not tell its app."""
    repository = build.get("repository")
    app_slug = repository.get("slug") if isinstance(repository, Mapping) else None
    slug = build.get("slug")
    if not isinstance(app_slug, str) or not isinstance(slug, str):
        return None
    return f"/apps/{path_part(app_slug)}/builds/{path_part(slug)}"


def _look_at_filters(asker: Asker, findings: Findings, builds: Sequence[Mapping[str, Any]]) -> None:
    first = _path_of(builds[0]) if builds else None
    if first is None:
        return
    path = first.rpartition("/")[0]
    reply = asker.get(path, pull_request_id=999_999_999)
    ignored_or_not = "ignore" if reply.entries else "accept"
    findings.note("pull_request_id_alone", _tolerated(reply, ignored_or_not))
    reply = asker.get(path, sort_by="running_first", next=builds[0].get("slug"))
    findings.note("running_first_next", _tolerated(reply, "ignore"))


def _look_at_build(asker: Asker, findings: Findings, build: Mapping[str, Any]) -> None:
    path = _path_of(build)
    if path is None:
        return
    if build.get("status") == RUNNING and build.get("is_on_hold") is True:
        if "log_on_hold" not in findings.values:
            reply = asker.get(f"{path}/log")
            findings.note("log_on_hold", "404" if reply.status == 404 else "empty" if reply.succeeded else None)
    elif build.get("status") == RUNNING:
        if "log_chunks" not in findings.values:
            _look_at_running_log(asker, findings, path)
    else:
        if "archived_log_chunks" not in findings.values:
            reply = asker.get(f"{path}/log")
            if reply.succeeded and isinstance(reply.body, Mapping) and reply.body.get("is_archived") is True:
                findings.note("archived_log_chunks", "kept" if reply.body.get("log_chunks") else "none")
        if findings.values.get("new_values") is not True:
            types = [text(entry.get("artifact_type")) for entry in asker.get(f"{path}/artifacts", limit=50).entries]
            if any(known and known not in _ARTIFACT_TYPES for known in types):
                findings.note("new_values", True)


def _look_at_running_log(asker: Asker, findings: Findings, path: str) -> None:
    """Note the number of chunks in an answer, if there are older ones."""
    reply = asker.get(f"{path}/log")
    body = reply.body if reply.succeeded and isinstance(reply.body, Mapping) else {}
    chunks, before = body.get("log_chunks"), body.get("next_before_timestamp")
    if not isinstance(chunks, list) or not chunks or not before:
        return
    older = asker.get(f"{path}/log", before_timestamp=before)
    if isinstance(older.body, Mapping) and older.body.get("log_chunks"):
        findings.note("log_chunks", len(chunks))


def _place_of_text(reply: Reply) -> str | None:
    if reply.succeeded:
        return None
    if reply.is_page:
        return "html"
    if not reply.text:
        return "empty"
    body = reply.body if isinstance(reply.body, Mapping) else {}
    return next((key for key in ("message", "error_msg", "error", "errors") if body.get(key)), None)


def _tolerated(reply: Reply, answer: str) -> str | None:
    if reply.succeeded:
        return answer
    return "refuse" if 400 <= reply.status < 500 else None
