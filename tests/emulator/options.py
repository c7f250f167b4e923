# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Switches for what the real service leaves open, or did differently in the past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, asdict, dataclass, field, fields, replace
from typing import Any

from .rate_limit import BadRateLimit, parse_rate_limit


class BadOption(ValueError):
    """An unknown switch, or a value that it does not accept."""


def _choice(*values: str) -> Any:
    """Declare a switch of the files; the first value is the default."""
    return field(default=values[0], metadata={"choices": values, "per_request": True})


def _file_switch(default: bool | float) -> Any:
    return field(default=default, metadata={"per_request": True})


@dataclass
class Options:
    """Set at the start or on the admin path.

    A fault of the sort `switch` sets those of the files and the storage for single requests.
    """

    latency_ms: float = 0.0
    rate_limit: str = ""
    escape_html: bool = True
    date_header: bool = True

    # Files: create, list, change
    slugs: str = _choice("ulid", "hex", "falling")
    max_files: float = _file_switch(100)
    unique_env_keys: bool = _file_switch(default=False)
    list_order: str = _choice("created", "newest_first", "shuffled")
    list_lacks: str = _choice("nothing", "newest")
    patch_unprocessed: str = _choice("accept", "refuse")
    delete: str = _choice("done", "ignored", "ignored_html", "ignored_json")
    withheld: str = _choice("null", "absent", "empty")
    slot_download_url: bool = _file_switch(default=True)
    echo_keystore_secrets: bool = _file_switch(default=False)
    # Files: upload and confirmation
    upload: str = _choice("stored", "lost", "lost_html", "lost_json")
    upload_etag: str = _choice("md5", "other", "none")
    confirm: str = _choice("done", "ignored")
    confirm_delay_s: float = _file_switch(0.0)
    confirm_without_upload: str = _choice("refuse", "accept", "ignore")
    hash_fields: bool = _file_switch(default=True)
    file_sha256: str = _choice("at_once", "later", "never")

    hold_seconds: float = 0.0
    build_seconds: float = 0.0
    build_outcome: float = 1
    phonegap_build_seconds: float = 20.0
    phonegap_private_apps: float = 0.0
    phonegap_flat_collaborators: bool = False
    phonegap_strict: bool = False

    def update(self, changes: Mapping[str, Any]) -> None:
        """Apply all changes, or none if one of them is wrong."""
        known = {known.name: known for known in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise BadOption(f"unknown option '{name}', known are {', '.join(known)}")
            _check(known[name], value)
        for name, value in changes.items():
            setattr(self, name, value)

    def for_one_request(self, changes: Mapping[str, Any]) -> Options:
        """Return a copy with these switches of the files and the storage."""
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
    """Return the change that `NAME=VALUE` of a command line stands for."""
    name, separator, value = text.partition("=")
    known = {known.name: known for known in fields(Options)}
    if not separator:
        raise BadOption(f"an option is given as NAME=VALUE, not as '{text}'")
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
    if isinstance(default, str):
        choices = known.metadata.get("choices")
        if choices and value not in choices:
            raise BadOption(f"option '{name}' must be one of {', '.join(choices)}")
        if not isinstance(value, str):
            raise BadOption(f"option '{name}' must be a text")
        if name == "rate_limit":
            try:
                parse_rate_limit(value)
            except BadRateLimit as error:
                raise BadOption(f"option '{name}': {error}") from None
        return
    wanted_bool = isinstance(default, bool)
    if wanted_bool != isinstance(value, bool) or not isinstance(value, (bool, int, float)):
        raise BadOption(f"option '{name}' must be {'true or false' if wanted_bool else 'a number'}")
    if not wanted_bool and value < 0:
        raise BadOption(f"option '{name}' must not be negative")
    if name == "build_outcome" and value not in (1, 2, 3, 4):
        raise BadOption(f"option '{name}' must be a status from 1 to 4")
