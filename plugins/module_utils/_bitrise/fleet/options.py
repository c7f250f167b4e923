# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of bitrise_code_signing: what is declared for all apps, and for single ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._core.environment import environment_fallback
from ..._core.errors import OptionError
from ..._core.option_groups import CONCURRENCY, OptionGroup, with_entries
from ..files.options import FILE_OPTIONS


def _file_lists() -> dict[str, dict[str, Any]]:
    return {
        # Not a secret, even if one of the kinds is called a store of keys.
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
    """The arguments as the specification wants them: an app that is given by its slug alone becomes a dict.

    Raises OptionError for elements of other types here, before ansible-core would repeat them in a message.
    """
    result = with_entries(arguments, "apps", "app_slug", "the slug of an app nor a dict with app_slug")
    if isinstance(result.get("apps"), list):
        result["apps"] = [_app(number, app) for number, app in enumerate(result["apps"], 1)]
    _check_lists(result, "")
    return result


def _app(number: int, app: Mapping[str, Any]) -> dict[str, Any]:
    _check_lists(app, f"apps, entry {number}: ")
    # Apps may share a list. Validation fills in what is left out, and would do so again in the same entries.
    own = {kind.plural: app[kind.plural] for kind in FILE_OPTIONS if app.get(kind.plural)}
    return {**app, **{plural: [dict(entry) for entry in entries] for plural, entries in own.items()}}


def _check_lists(holder: Mapping[str, Any], where: str) -> None:
    for kind in FILE_OPTIONS:
        entries = holder.get(kind.plural)
        if entries is None:
            continue
        if not isinstance(entries, (list, tuple)) or not all(isinstance(entry, Mapping) for entry in entries):
            raise OptionError(
                f"{where}{kind.plural}: this has to be a list of dicts, each with src, content, name or slug."
            )
