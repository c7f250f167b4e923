# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds, artifacts and pipeline runs of a fixture."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from typing import Any

from .generated import Content, GeneratedBytes
from .model import App, Artifact, Build, Json, Pipeline
from .slugs import derived_slug

_PARAMETERS = ("branch", "tag", "commit_hash", "commit_message", "pull_request_id")
_SHOWN = (
    "commit_view_url",
    "pull_request_target_branch",
    "pull_request_view_url",
    "stack_identifier",
    "machine_type_id",
    "credit_cost",
    "log_format",
    "rebuildable",
    "utility",
)
_NUMBERS = {"log_delay_s": 15, "log_interval_s": 0, "log_archive_delay_s": 0}
_BUILD = frozenset(
    {
        *_PARAMETERS,
        *_SHOWN,
        *_NUMBERS,
        "slug",
        "build_number",
        "status",
        "is_on_hold",
        "original_build_params",
        "workflow",
        "pipeline_workflow_id",
        "triggered_by",
        "age_s",
        "duration_s",
        "starts_in_s",
        "run_s",
        "finishes_in_s",
        "outcome",
        "abort_reason",
        "log",
        "log_archived",
        "artifacts",
    }
)
_ARTIFACT = frozenset(
    {
        "slug",
        "title",
        "artifact_type",
        "content",
        "content_base64",
        "size_bytes",
        "file_size_bytes",
        "is_public_page_enabled",
        "meta",
        "intermediate_file_info",
    }
)


def check_known_keys(entry: Json, known: Iterable[str], place: str, error: type[ValueError]) -> None:
    """Raise `error` for an unknown key, so that a misspelt key is not ignored."""
    unknown = sorted(set(entry) - set(known))
    if unknown:
        raise error(f"unknown key '{unknown[0]}' in {place}, known are {', '.join(sorted(known))}")


def build_from(
    app: App, number: int, entry: Json, blobs: dict[str, Content], now: float, error: type[ValueError]
) -> Build:
    """Return the build that a fixture describes, and add the bytes of its artifacts to `blobs`."""
    place = f"a build of app '{app.title}'"
    check_known_keys(entry, _BUILD, place, error)
    status, outcome = entry.get("status", 1), entry.get("outcome", 1)
    if status not in range(5) or outcome not in range(1, 5):
        raise error(f"'status' of {place} must be 0 to 4, 'outcome' 1 to 4")
    triggered_at = now - entry.get("age_s", 3600)
    on_hold = bool(entry.get("is_on_hold", "starts_in_s" in entry))
    if status and on_hold:
        raise error(f"{place} cannot be over and on hold")
    parameters = {name: entry[name] for name in _PARAMETERS if name in entry} or {"branch": "main"}
    duration = entry.get("duration_s", 60)
    build = Build(
        slug=entry.get("slug") or derived_slug("build", app.slug, str(number)),
        build_number=entry.get("build_number", number),
        triggered_at=triggered_at,
        original_build_params={**parameters, **entry.get("original_build_params", {})},
        triggered_workflow=entry.get("workflow", "primary"),
        triggered_by=entry.get("triggered_by"),
        status=status,
        is_on_hold=on_hold,
        # A null duration means that the build was aborted before it started.
        started_at=None if on_hold or duration is None else triggered_at,
        finished_at=triggered_at + (duration or 0) if status else None,
        starts_at=_moment(entry, "starts_in_s", now),
        finishes_at=_moment(entry, "finishes_in_s", now),
        run_s=entry.get("run_s"),
        outcome=outcome,
        abort_reason=entry.get("abort_reason"),
        pipeline_workflow_id=entry.get("pipeline_workflow_id"),
        shown={name: entry[name] for name in _SHOWN if name in entry},
        log_chunks=_log(entry.get("log"), place, error),
        log_archived=bool(entry.get("log_archived", True)),
        **{name: entry.get(name, usual) for name, usual in _NUMBERS.items()},
    )
    if build.run_s is not None and not status and not on_hold:
        build.finishes_at = now + build.run_s
    for position, artifact_entry in enumerate(entry.get("artifacts", [])):
        check_known_keys(artifact_entry, _ARTIFACT, f"an artifact of app '{app.title}'", error)
        artifact, body = _artifact(build, position, artifact_entry, error)
        if artifact.slug in build.artifacts:
            raise error(f"two artifacts of a build have the slug '{artifact.slug}'")
        blobs[artifact.key] = body
        build.artifacts[artifact.slug] = artifact
    return build


def pipeline_from(app: App, entry: Json, error: type[ValueError]) -> Pipeline:
    """Return the pipeline run that a fixture describes, and assign its builds to it."""
    place = f"a pipeline run of app '{app.title}'"
    check_known_keys(entry, ("slug", "name", "builds"), place, error)
    slugs = list(entry.get("builds", ()))
    if not slugs or not all(slug in app.builds for slug in slugs):
        raise error(f"{place} needs 'builds', a list of slugs of its builds")
    builds = [app.builds[slug] for slug in slugs]
    slug = entry.get("slug") or derived_slug("pipeline", app.slug, slugs[0])
    for build in builds:
        build.pipeline_workflow_id = build.pipeline_workflow_id or derived_slug("workflow", slug, build.slug)
    return Pipeline(
        slug=slug,
        name=entry.get("name", "release"),
        build_number=app.next_build_number(),
        triggered_at=min(build.triggered_at for build in builds),
        original_build_params=builds[0].original_build_params,
        builds=slugs,
        triggered_by=builds[0].triggered_by,
    )


def _moment(entry: Json, name: str, now: float) -> float | None:
    return now + entry[name] if name in entry else None


def _log(log: Any, place: str, error: type[ValueError]) -> list[str] | None:
    """Return the chunks of a log, None if there is no log.

    A text has one chunk per line. An empty text is an archived log without text.
    """
    if isinstance(log, list) and all(isinstance(chunk, str) for chunk in log):
        return log
    if log is not None and not isinstance(log, str):
        raise error(f"'log' of {place} must be a text or a list of texts")
    return None if log is None else log.splitlines(keepends=True)


def _artifact(build: Build, position: int, entry: Json, error: type[ValueError]) -> tuple[Artifact, Content]:
    slug = entry.get("slug") or derived_slug("artifact", build.slug, str(position))
    body = _content(slug, entry, error)
    artifact = Artifact(
        slug=slug,
        title=entry.get("title", f"artifact-{position + 1}.txt"),
        artifact_type=entry.get("artifact_type", "file"),
        file_size_bytes=entry.get("file_size_bytes", len(body)),
        key=f"builds/{build.slug}/artifacts/{slug}/content",
        is_public_page_enabled=bool(entry.get("is_public_page_enabled", False)),
        artifact_meta=entry.get("meta"),
        intermediate_file_info=entry.get("intermediate_file_info"),
        page_token=hashlib.md5(slug.encode(), usedforsecurity=False).hexdigest(),
    )
    return artifact, body


def _content(slug: str, entry: Json, error: type[ValueError]) -> Content:
    """Return the bytes of an artifact: as given, or generated from its slug."""
    if "size_bytes" in entry:
        size = entry["size_bytes"]
        if not isinstance(size, int) or isinstance(size, bool) or size < 0:
            raise error("'size_bytes' of an artifact must be a whole number of at least 0")
        return GeneratedBytes(slug, size)
    encoded = entry.get("content_base64")
    return base64.b64decode(encoded) if encoded is not None else str(entry.get("content", "")).encode()
