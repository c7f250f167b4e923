# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds and artifacts in a fixture."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

from .model import App, Artifact, Build, Json
from .slugs import derived_slug

_BUILD = frozenset(
    {
        "slug",
        "status",
        "is_on_hold",
        "branch",
        "tag",
        "commit_hash",
        "commit_message",
        "pull_request_id",
        "workflow",
        "triggered_by",
        "age_s",
        "duration_s",
        "finishes_in_s",
        "outcome",
        "abort_reason",
        "log",
        "artifacts",
    }
)
_ARTIFACT = frozenset({"slug", "title", "artifact_type", "content", "content_base64", "is_public_page_enabled", "meta"})
_PARAMETERS = ("branch", "tag", "commit_hash", "commit_message", "pull_request_id")


def known_keys(entry: Json, known: Iterable[str], what: str, error: type[ValueError]) -> None:
    """Refuse a misspelt key instead of passing over it."""
    unknown = sorted(set(entry) - set(known))
    if unknown:
        raise error(f"unknown key '{unknown[0]}' in {what}, known are {', '.join(sorted(known))}")


def build_from(
    app: App, number: int, entry: Json, blobs: dict[str, bytes], now: float, error: type[ValueError]
) -> Build:
    """A build as the fixture describes it."""
    what = f"a build of app '{app.title}'"
    known_keys(entry, _BUILD, what, error)
    status = entry.get("status", 1)
    if status not in range(5):
        raise error(f"'status' of {what} must be 0 to 4")
    triggered_at = now - entry.get("age_s", 3600)
    on_hold = bool(entry.get("is_on_hold", False))
    build = Build(
        slug=entry.get("slug") or derived_slug("build", app.slug, str(number)),
        build_number=number,
        triggered_at=triggered_at,
        original_build_params={name: entry[name] for name in _PARAMETERS if name in entry} or {"branch": "main"},
        triggered_workflow=entry.get("workflow", "primary"),
        triggered_by=entry.get("triggered_by"),
        status=status,
        is_on_hold=on_hold,
        started_at=None if on_hold else triggered_at,
        finished_at=triggered_at + entry.get("duration_s", 60) if status else None,
        finishes_at=now + entry["finishes_in_s"] if "finishes_in_s" in entry else None,
        outcome=entry.get("outcome", 1),
        abort_reason=entry.get("abort_reason"),
        log_chunks=entry.get("log", "").splitlines(keepends=True),
    )
    for position, artifact_entry in enumerate(entry.get("artifacts", [])):
        known_keys(artifact_entry, _ARTIFACT, f"an artifact of app '{app.title}'", error)
        artifact, body = _artifact(build, position, artifact_entry)
        blobs[artifact.key] = body
        build.artifacts[artifact.slug] = artifact
    return build


def _artifact(build: Build, position: int, entry: Json) -> tuple[Artifact, bytes]:
    slug = entry.get("slug") or derived_slug("artifact", build.slug, str(position))
    encoded = entry.get("content_base64")
    body = base64.b64decode(encoded) if encoded is not None else str(entry.get("content", "")).encode()
    artifact = Artifact(
        slug=slug,
        title=entry.get("title", f"artifact-{position + 1}.txt"),
        artifact_type=entry.get("artifact_type", "file"),
        file_size_bytes=len(body),
        key=f"builds/{build.slug}/artifacts/{slug}/content",
        is_public_page_enabled=bool(entry.get("is_public_page_enabled", False)),
        artifact_meta=entry.get("meta"),
        page_token=hashlib.md5(slug.encode(), usedforsecurity=False).hexdigest(),
    )
    return artifact, body
