# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Option groups of modules for artifacts."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

from ..._core.errors import OptionError
from ..._core.option_groups import CONCURRENCY, OptionGroup

ARTIFACT = OptionGroup(
    {"slug": {"type": "str"}, "title": {"type": "str"}},
    mutually_exclusive=(("slug", "title"),),
    required_one_of=(("slug", "title"),),
)
ARTIFACT_FILTER = OptionGroup(ARTIFACT.argument_spec, mutually_exclusive=ARTIFACT.mutually_exclusive)

_TEXTS = {"type": "list", "elements": "str"}
# One artifact of a build, or all that the filters select.
SEVERAL = OptionGroup(
    {**ARTIFACT.argument_spec, "titles": _TEXTS, "types": _TEXTS},
    mutually_exclusive=(("slug", "title"), *((one, many) for one in ("slug", "title") for many in ("titles", "types"))),
)

ARTIFACT_STATE = OptionGroup(
    {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "is_public_page_enabled": {"type": "bool"},
    }
)

STATES = ["absent", "unpublished"]
# Status names of builds that are over.
ENDED = ["success", "error", "aborted", "aborted-with-success"]
# Options with lists of shell patterns.
PATTERNS = ("branches", "tags", "workflows", "titles", "types", "protect_titles", "protect_types")
_RULES: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "choices": STATES},
    "older_than_days": {"type": "int"},
    "keep_builds": {"type": "int"},
    "keep_tagged": {"type": "bool"},
    **dict.fromkeys(PATTERNS, _TEXTS),
    "statuses": {**_TEXTS, "choices": ENDED},
    "max_artifacts": {"type": "int"},
}
_DEFAULTS = {"state": "absent", "keep_builds": 10, "keep_tagged": True, "max_artifacts": 100}
# The options that an entry of `apps` may have.
RULES_OF_APP = tuple(_RULES)
RETENTION = OptionGroup(
    {
        "app_slug": {"type": "str"},
        "apps": {
            "type": "list",
            "elements": "dict",
            "options": {"app_slug": {"type": "str", "required": True}, **_RULES},
        },
        **{
            name: {**option, "default": _DEFAULTS[name]} if name in _DEFAULTS else option
            for name, option in _RULES.items()
        },
        **CONCURRENCY.argument_spec,
    },
    mutually_exclusive=(("app_slug", "apps"),),
    required_one_of=(("app_slug", "apps"),),
)


def matches(value: str | None, patterns: Sequence[str]) -> bool:
    """Return whether one of the shell patterns matches the value."""
    return value is not None and any(fnmatchcase(value, pattern) for pattern in patterns)


def check_patterns(option: str, patterns: Sequence[str] | None, where: str = "") -> None:
    """Raise OptionError for an empty list or pattern, which most likely comes from a variable without a value."""
    if patterns is not None and (not patterns or "" in patterns):
        raise OptionError(f"{option} must not be empty{where}. Omit the option instead.")
