# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Validation of the build parameters of a trigger request."""

from __future__ import annotations

import hashlib
from typing import Any

from .model import App, Json
from .replies import ApiError

_TEXTS = frozenset(
    {
        "base_repository_url",
        "branch",
        "branch_dest",
        "branch_dest_repo_owner",
        "branch_repo_owner",
        "build_request_slug",
        "commit_hash",
        "commit_message",
        "diff_url",
        "head_repository_url",
        "machine_type_id",
        "pipeline_id",
        "pull_request_author",
        "pull_request_head_branch",
        "pull_request_merge_branch",
        "pull_request_repository_url",
        "pull_request_unverified_merge_branch",
        "stack",
        "tag",
        "workflow_id",
    }
)
_VARIABLE: dict[str, type] = {"key": str, "mapped_to": str, "value": str, "is_expand": bool}
_PATHS: dict[str, type] = {"added": list, "modified": list, "removed": list}
_LISTS = {"environments": _VARIABLE, "secrets": _VARIABLE, "commit_paths": _PATHS}
_OTHERS: dict[str, type | tuple[type, ...]] = {
    "priority": int,
    "skip_git_status_report": bool,
    "pull_request_id": (int, str),
}


def trigger_error(app: App, text: str) -> ApiError:
    """Return the error for a trigger request that starts no build."""
    return ApiError(400, text, extra={"status": "error", "slug": app.slug, "service": "bitrise"})


def validate_parameters(app: App, body: Json) -> Json:
    """Return `build_params` without null and unknown values. Raise ApiError if a value has a wrong type."""
    hook = body.get("hook_info")
    if hook is not None and not (isinstance(hook, dict) and hook.get("type", "bitrise") == "bitrise"):
        raise trigger_error(app, "Invalid request payload: hook_info must have the type 'bitrise'")
    build_params = body.get("build_params")
    if not isinstance(build_params, dict):
        raise trigger_error(app, "Invalid request payload: build_params is missing")
    parameters: Json = {}
    for name, value in build_params.items():
        if value is None or not (name in _TEXTS or name in _LISTS or name in _OTHERS):
            continue
        if not _has_type(name, value):
            raise trigger_error(app, f"Invalid request payload: build_params.{name} has a wrong type")
        parameters[name] = value
    workflow, pipeline = parameters.get("workflow_id"), parameters.get("pipeline_id")
    if workflow and workflow not in app.workflows:
        raise trigger_error(app, f"workflow ({workflow}) did not match any workflows defined in app config")
    if pipeline and pipeline not in app.pipelines:
        raise trigger_error(app, f"pipeline ({pipeline}) did not match any pipelines defined in app config")
    return parameters


def _has_type(name: str, value: Any) -> bool:
    if name in _TEXTS:
        return isinstance(value, str)
    if name in _LISTS:
        return isinstance(value, list) and all(_entry_has_types(entry, _LISTS[name]) for entry in value)
    expected = _OTHERS[name]
    return isinstance(value, expected) and (expected is bool or not isinstance(value, bool))


def _entry_has_types(entry: Any, known: dict[str, type]) -> bool:
    return isinstance(entry, dict) and all(
        value is None or isinstance(value, known[name]) for name, value in entry.items() if name in known
    )


def take_secrets(parameters: Json) -> dict[str, str]:
    """Remove the secrets from the parameters, and return their digests by key. Skip entries without a key."""
    return {entry["key"]: _digest_of(entry.get("value")) for entry in parameters.pop("secrets", ()) if entry.get("key")}


def _digest_of(secret: str | None) -> str:
    """Return the digest that the admin path shows instead of a secret."""
    return hashlib.sha256((secret or "").encode("utf-8", "surrogatepass")).hexdigest()
