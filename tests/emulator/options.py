# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The switches of the emulator: its own settings, and the behaviors of the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, asdict, dataclass, field, fields, replace
from typing import Any

from .behaviors import BEHAVIORS, BadBehaviorError
from .rate_limit import BadRateLimit, parse_rate_limit

# Switches that a fault can set for a single request.
_PER_REQUEST_AREAS = frozenset({"files", "storage", "keystores", "faults"})
_PER_REQUEST = frozenset({"list_order", "list_late_s", "deleted_listed_s", "withheld", "protected_values"})


class BadOption(ValueError):
    """A switch is unknown, or does not accept the value."""


def _behavior(key: str) -> Any:
    """Return a dataclass field for a switch from the table of behaviors."""
    known = BEHAVIORS[key]
    per_request = known.area in _PER_REQUEST_AREAS or key in _PER_REQUEST
    metadata = {"behavior": known, "per_request": per_request}
    return field(default=known.default, metadata=metadata)  # pylint: disable=invalid-field-call


@dataclass
class Options:
    """All switches. They are set at the start, on the admin path, or for one request by a fault."""

    latency_ms: float = 0.0
    rate_limit: str = ""
    hold_seconds: float = 0.0
    build_seconds: float = 0.0
    build_outcome: float = 1
    phonegap_build_seconds: float = 20.0
    phonegap_private_apps: float = 0.0
    phonegap_flat_collaborators: bool = False
    phonegap_strict: bool = False

    # Access
    role_refused: str = _behavior("role_refused")
    me: str = _behavior("me")
    bearer: str = _behavior("bearer")
    root: str = _behavior("root")
    error_body: str = _behavior("error_body")
    title_filter: str = _behavior("title_filter")
    unknown_sort_by: str = _behavior("unknown_sort_by")
    # Lists
    list_order: str = _behavior("list_order")
    list_late_s: float = _behavior("list_late_s")
    deleted_listed_s: float = _behavior("deleted_listed_s")
    empty_list: str = _behavior("empty_list")
    paging: str = _behavior("paging")
    last_page: str = _behavior("last_page")
    unknown_next: str = _behavior("unknown_next")
    limit_below_1: str = _behavior("limit_below_1")
    # Values
    withheld: str = _behavior("withheld")
    protected_values: str = _behavior("protected_values")
    unset_values: str = _behavior("unset_values")
    dates: str = _behavior("dates")
    new_values: bool = _behavior("new_values")
    escape_html: bool = _behavior("escape_html")
    date_header: bool = _behavior("date_header")
    # Files
    slugs: str = _behavior("slugs")
    names: str = _behavior("names")
    same_name: str = _behavior("same_name")
    max_files: float = _behavior("max_files")
    too_many_files: str = _behavior("too_many_files")
    unique_env_keys: bool = _behavior("unique_env_keys")
    create_status: str = _behavior("create_status")
    unknown_keys: str = _behavior("unknown_keys")
    size_as_text: str = _behavior("size_as_text")
    empty_files: str = _behavior("empty_files")
    sizes: str = _behavior("sizes")
    # Storage
    upload_etag: str = _behavior("upload_etag")
    upload_after_confirm: str = _behavior("upload_after_confirm")
    # Files
    confirm_answer: str = _behavior("confirm_answer")
    confirm_delay_s: float = _behavior("confirm_delay_s")
    confirm_without_upload: str = _behavior("confirm_without_upload")
    confirm_twice: str = _behavior("confirm_twice")
    hash_fields: bool = _behavior("hash_fields")
    file_sha256: str = _behavior("file_sha256")
    details_delay_s: float = _behavior("details_delay_s")
    certificates: str = _behavior("certificates")
    patch_unprocessed: str = _behavior("patch_unprocessed")
    patch_processed: str = _behavior("patch_processed")
    patch_answer: str = _behavior("patch_answer")
    patch_both_flags: str = _behavior("patch_both_flags")
    patch_protected_password: str = _behavior("patch_protected_password")
    slot_download_url: bool = _behavior("slot_download_url")
    delete_answer: str = _behavior("delete_answer")
    delete_unprocessed: str = _behavior("delete_unprocessed")
    # Keystores
    keystores_in_generic_list: bool = _behavior("keystores_in_generic_list")
    echo_keystore_secrets: bool = _behavior("echo_keystore_secrets")
    keystore_env_key: str = _behavior("keystore_env_key")
    keystore_name_dot: str = _behavior("keystore_name_dot")
    # Builds
    trigger_status: str = _behavior("trigger_status")
    status_text_4: str = _behavior("status_text_4")
    abort_finished: str = _behavior("abort_finished")
    pull_request_id_alone: str = _behavior("pull_request_id_alone")
    running_first_next: str = _behavior("running_first_next")
    log_on_hold: str = _behavior("log_on_hold")
    archived_log_chunks: str = _behavior("archived_log_chunks")
    log_chunks: float = _behavior("log_chunks")
    artifact_page_refused: str = _behavior("artifact_page_refused")
    # Faults
    list_lacks: str = _behavior("list_lacks")
    upload: str = _behavior("upload")
    confirm: str = _behavior("confirm")
    delete: str = _behavior("delete")

    def update(self, changes: Mapping[str, Any]) -> None:
        """Apply all changes. Raise BadOption, and change nothing, if one of them is invalid."""
        known = {known.name: known for known in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise BadOption(f"unknown option '{name}', must be one of {', '.join(known)}")
            _check(known[name], value)
        for name, value in changes.items():
            setattr(self, name, value)

    def for_one_request(self, changes: Mapping[str, Any]) -> Options:
        """Return a copy with these changes. Raise BadOption for a switch that a fault cannot set."""
        allowed = [known.name for known in fields(self) if known.metadata.get("per_request")]
        for name in changes:
            if name not in allowed:
                raise BadOption(f"option '{name}' cannot be set for one request, only {', '.join(allowed)}")
        copy = replace(self)
        copy.update(changes)
        return copy

    def as_dict(self) -> dict[str, Any]:
        """Return all switches with their values."""
        return asdict(self)


def option_from_text(text: str) -> dict[str, Any]:
    """Return the change for an argument NAME=VALUE of the command line."""
    name, separator, value = text.partition("=")
    known = {known.name: known for known in fields(Options)}
    if not separator:
        raise BadOption(f"an option must be NAME=VALUE, got '{text}'")
    default = known[name].default if name in known else ""
    if isinstance(default, bool):
        return {name: {"true": True, "false": False}.get(value.lower(), value)}
    if isinstance(default, (int, float)):
        try:
            return {name: float(value)}
        except ValueError:
            return {name: value}
    return {name: value}


def _check(known: Field[Any], value: Any) -> None:
    name, default = known.name, known.default
    if "behavior" in known.metadata:
        try:
            known.metadata["behavior"].check(value)
        except BadBehaviorError as error:
            raise BadOption(str(error)) from None
        return
    if isinstance(default, str):
        if not isinstance(value, str):
            raise BadOption(f"option '{name}' must be a text")
        if name == "rate_limit":
            try:
                parse_rate_limit(value)
            except BadRateLimit as error:
                raise BadOption(f"option '{name}': {error}") from None
        return
    is_bool = isinstance(default, bool)
    if is_bool != isinstance(value, bool) or not isinstance(value, (bool, int, float)):
        raise BadOption(f"option '{name}' must be {'true or false' if is_bool else 'a number'}")
    if not is_bool and value < 0:
        raise BadOption(f"option '{name}' must be 0 or greater")
    if name == "build_outcome" and value not in (1, 2, 3, 4):
        raise BadOption(f"option '{name}' must be a status from 1 to 4")
