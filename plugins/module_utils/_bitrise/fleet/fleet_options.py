# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of bitrise_code_signing: declarations for all apps and for single ones, and limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._core.environment import environment_fallback
from ..._core.errors import OptionError
from ..._core.option_groups import CONCURRENCY, OptionGroup, with_entries
from ..files.file_options import FILE_OPTIONS


def _file_lists() -> dict[str, dict[str, Any]]:
    return {
        # ansible-core would warn about the "key" in android_keystores. The list itself is not secret.
        kind.plural: {
            "type": "list",
            "elements": "dict",
            "no_log": False,
            "options": group.argument_spec,
            **group.rules,
        }
        for kind, group in FILE_OPTIONS.items()
    }


FLEET = OptionGroup(
    {
        "apps": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {"app_slug": {"type": "str", "required": True}, **_file_lists()},
        },
        **_file_lists(),
        "purge": {"type": "list", "elements": "str", "choices": [kind.plural for kind in FILE_OPTIONS], "default": []},
        "max_purge": {"type": "int", "default": 10},
        "max_purge_total": {"type": "str", "default": "25%"},
        **CONCURRENCY.argument_spec,
        "fail_fast": {"type": "bool", "default": False},
        "digest_cache": {"type": "path", "fallback": (environment_fallback, ["MOBILEOPS_CI_DIGEST_CACHE"])},
    }
)


def normalized(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments with each app as a dict, even if only its slug is given.

    Raise OptionError for elements of other types, because ansible-core would quote them in its message.
    """
    result = with_entries(arguments, "apps", "app_slug", "the slug of an app nor a dict with app_slug")
    if isinstance(result.get("apps"), list):
        result["apps"] = [_app(number, app) for number, app in enumerate(result["apps"], 1)]
    _check_lists(result, "")
    return result


def _app(number: int, app: Mapping[str, Any]) -> dict[str, Any]:
    _check_lists(app, f"apps, entry {number}: ")
    # Apps may share a list object. Validation sets defaults in its entries, so copy them.
    own = {kind.plural: app[kind.plural] for kind in FILE_OPTIONS if app.get(kind.plural)}
    return {**app, **{plural: [dict(entry) for entry in entries] for plural, entries in own.items()}}


def _check_lists(options: Mapping[str, Any], where: str) -> None:
    """Raise OptionError unless each list of files is a list of dicts. `where` begins the message."""
    for kind in FILE_OPTIONS:
        entries = options.get(kind.plural)
        if entries is None:
            continue
        if not isinstance(entries, (list, tuple)) or not all(isinstance(entry, Mapping) for entry in entries):
            raise OptionError(
                f"{where}{kind.plural} must be a list of dictionaries, each with src, content, name or slug."
            )
