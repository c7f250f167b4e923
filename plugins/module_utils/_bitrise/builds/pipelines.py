# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pipelines: endpoints, and conversion to the form of a build.

The service reports the status of a pipeline as a number in lists and as a word elsewhere, with other names than for a
build. `as_run` returns the form of a build for both, so that the same code awaits and aborts builds and pipelines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..._core.fields import flag, number, text, utc_text
from ..._http.responses import invalid
from ..._http.service_client import path_part
from ..client import BitriseClient
from .build_fields import (
    ABORTED,
    ABORTED_WITH_SUCCESS,
    ERROR,
    ON_HOLD,
    RUNNING,
    STATUS_NAMES,
    SUCCESS,
    status_name,
)

_ON_HOLD_WORD = "on_hold"
_WORDS = {
    "initializing": RUNNING,
    _ON_HOLD_WORD: RUNNING,
    "running": RUNNING,
    "succeeded": SUCCESS,
    "failed": ERROR,
    "aborted": ABORTED,
    "succeeded_with_abort": ABORTED_WITH_SUCCESS,
}
# Values of the filter `status` for lists, by the status name in results.
FILTER_WORDS = {
    ON_HOLD: _ON_HOLD_WORD,
    **{STATUS_NAMES[status]: word for word, status in _WORDS.items() if word not in ("initializing", _ON_HOLD_WORD)},
}
_TEXTS = ("branch", "tag", "commit_hash", "commit_message", "triggered_by", "abort_reason")
_TIMES = ("triggered_at", "started_at", "finished_at")


def _path(app_slug: str, *parts: str) -> str:
    return "/".join(["/apps", path_part(app_slug), "pipelines", *(path_part(part) for part in parts)])


def list_pipelines(
    client: BitriseClient, app_slug: str, filters: Mapping[str, Any] | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the pipelines of an app, newest first. Omit builds without a pipeline, which the service lists as well."""
    found = client.pages(_path(app_slug), f"list the pipelines of app {app_slug}", filters)
    return (as_run(item) for item in found if item.get("is_pipeline") is True)


def list_pipelines_of_all_apps(client: BitriseClient, filters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    found = client.pages("/pipelines", "list the pipelines of all apps", filters)
    return (as_run(item) for item in found if item.get("is_pipeline") is True)


def read_pipeline(client: BitriseClient, app_slug: str, pipeline_id: str) -> dict[str, Any]:
    """Return one pipeline, with its workflows."""
    call = client.call("GET", _path(app_slug, pipeline_id), f"read pipeline {pipeline_id} of app {app_slug}")
    data = client.request_json(call)
    if not text(data.get("id")):
        raise invalid(call, "its response has no pipeline")
    return as_run(data)


def abort_pipeline(client: BitriseClient, app_slug: str, pipeline_id: str, body: Mapping[str, Any]) -> None:
    what = f"abort pipeline {pipeline_id} of app {app_slug}"
    client.request_json(
        client.call("POST", _path(app_slug, pipeline_id, "abort"), what, json=dict(body), repeatable=False)
    )


def as_run(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a pipeline, from a list or from its own page, in the form of a build: status as a number, slug, ..."""
    word = text(data.get("status"))
    parameters = data.get("trigger_params")
    found = {**(parameters if isinstance(parameters, Mapping) else {}), **_without_null(data)}
    workflows = data.get("workflows") if isinstance(data.get("workflows"), list) else None
    stages = data.get("stages") if isinstance(data.get("stages"), list) else None
    numbers = (number(data.get(name)) for name in ("number_in_app_scope", "build_number"))
    return {
        **{name: found.get(name) for name in (*_TEXTS, *_TIMES)},
        "is_pipeline": True,
        "repository": data.get("repository"),
        "slug": text(data.get("id")) or text(data.get("slug")),
        "name": text(data.get("name")) or text(data.get("triggered_workflow")),
        "build_number": next((each for each in numbers if each is not None), None),
        "status": number(data.get("status")) if word is None else _WORDS.get(word),
        "status_text": word,
        "is_on_hold": word == _ON_HOLD_WORD or data.get("is_on_hold") is True,
        "pull_request_id": _pull_request(found.get("pull_request_id")) or None,
        "credit_cost": number(data.get("credit_cost")),
        "rebuildable": flag(data.get("rebuildable")),
        "workflows": None if workflows is None and stages is None else _workflows(workflows or (), stages or ()),
    }


def pipeline_as_result(run: Mapping[str, Any], app_slug: str | None = None) -> dict[str, Any]:
    """Return a pipeline in the form of a result, with the same keys for every pipeline.

    Omit the parameters that it was started with, because they contain values of environment variables.
    """
    app = run.get("repository")
    app = app if isinstance(app, Mapping) else {}
    return {
        "app_slug": app_slug or text(app.get("slug")),
        "app_title": text(app.get("title")),
        "id": text(run.get("slug")),
        "name": text(run.get("name")),
        "status_name": status_name(run),
        "status_text": text(run.get("status_text")),
        **{name: text(run.get(name)) for name in _TEXTS},
        **{name: utc_text(run.get(name)) for name in _TIMES},
        **{name: number(run.get(name)) for name in ("build_number", "status", "pull_request_id", "credit_cost")},
        **{name: flag(run.get(name)) for name in ("is_on_hold", "rebuildable")},
        "workflows": run.get("workflows"),
    }


def _without_null(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}


def _pull_request(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    return number(value)


def _workflows(workflows: Any, stages: Any) -> list[dict[str, Any]]:
    """Return the workflows of a pipeline, each once. Older pipelines have them in stages."""
    found: list[tuple[Mapping[str, Any], str | None]] = [
        (workflow, None) for workflow in workflows if isinstance(workflow, Mapping)
    ]
    for stage in stages:
        if isinstance(stage, Mapping) and isinstance(stage.get("workflows"), list):
            name = text(stage.get("name"))
            found += [(workflow, name) for workflow in stage["workflows"] if isinstance(workflow, Mapping)]
    by_id: dict[Any, dict[str, Any]] = {}
    for position, (workflow, stage_name) in enumerate(found):
        key = text(workflow.get("id")) or position
        if key not in by_id or stage_name:
            by_id[key] = _workflow(workflow, stage_name)
    return list(by_id.values())


def _workflow(data: Mapping[str, Any], stage: str | None) -> dict[str, Any]:
    word = text(data.get("status"))
    status = _WORDS.get(word or "")
    depends_on = data.get("depends_on")
    return {
        "id": text(data.get("id")),
        "name": text(data.get("name")),
        "stage": stage,
        "build_slug": text(data.get("external_id")),
        "status_name": status_name({"status": status, "is_on_hold": word == _ON_HOLD_WORD}),
        "status_text": word,
        "depends_on": [str(each) for each in depends_on] if isinstance(depends_on, list) else [],
        "start_failure_reason": text(data.get("startFailureReason")),
        "credit_cost": number(data.get("credit_cost")),
        "started_at": utc_text(data.get("started_at")),
        "finished_at": utc_text(data.get("finished_at")),
    }
