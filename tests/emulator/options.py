# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Switches for what the real service leaves open, or did differently in the past."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any


class BadOption(ValueError):
    """An unknown switch, or a value of the wrong type."""


@dataclass
class Options:
    """Set at the start or through the admin path."""

    latency_ms: float = 0.0
    hash_fields: bool = True
    escape_html: bool = True
    confirm_without_upload: bool = False
    unique_env_keys: bool = False
    echo_keystore_secrets: bool = False
    hold_seconds: float = 0.0
    build_seconds: float = 0.0
    build_outcome: float = 1
    phonegap_build_seconds: float = 20.0
    phonegap_private_apps: float = 0.0
    phonegap_flat_collaborators: bool = False
    phonegap_strict: bool = False

    def update(self, changes: dict[str, Any]) -> None:
        """Take over all changes, or none when one of them is wrong."""
        known = {field.name: getattr(self, field.name) for field in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise BadOption(f"unknown option '{name}', known are {', '.join(known)}")
            wanted_bool = isinstance(known[name], bool)
            if wanted_bool != isinstance(value, bool) or not isinstance(value, (bool, int, float)):
                raise BadOption(f"option '{name}' must be {'true or false' if wanted_bool else 'a number'}")
            if not wanted_bool and value < 0:
                raise BadOption(f"option '{name}' must not be negative")
            if name == "build_outcome" and value not in (1, 2, 3, 4):
                raise BadOption(f"option '{name}' must be a status from 1 to 4")
        for name, value in changes.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, Any]:
        """All switches with their values."""
        return asdict(self)
