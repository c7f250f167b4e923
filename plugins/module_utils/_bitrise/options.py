# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Option groups of every bitrise_* module."""

from __future__ import annotations

from .._core.environment import environment_fallback
from .._core.errors import OptionError
from .._core.option_groups import TRANSPORT, OptionGroup
from .slug_options import resolve_slugs

DEFAULT_API_URL = "https://api.bitrise.io/v0.1"

BITRISE = (
    OptionGroup(
        {
            "api_token": {
                "type": "str",
                "required": True,
                "no_log": True,
                "fallback": (environment_fallback, ["BITRISE_API_TOKEN", "BITRISE_TOKEN"]),
            },
            "api_url": {
                "type": "str",
                "default": DEFAULT_API_URL,
                "fallback": (environment_fallback, ["BITRISE_API_BASE_URL"]),
            },
        },
        refine=(resolve_slugs,),
    )
    + TRANSPORT
)

APP = OptionGroup({"app_slug": {"type": "str", "required": True}})

LIMIT = OptionGroup({"limit": {"type": "int"}})


def check_limit(limit: int | None) -> None:
    if limit is not None and limit < 1:
        raise OptionError(f"limit must be 1 or greater, got {limit}. Omit it to return all entries.")
