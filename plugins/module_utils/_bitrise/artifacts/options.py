# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Option groups of the modules about artifacts."""

from __future__ import annotations

from ansible_collections.mobileops.ci.plugins.module_utils._options import CONCURRENCY, OptionGroup

ARTIFACT = OptionGroup(
    {"slug": {"type": "str"}, "title": {"type": "str"}},
    mutually_exclusive=(("slug", "title"),),
    required_one_of=(("slug", "title"),),
)
ARTIFACT_FILTER = OptionGroup(ARTIFACT.argument_spec, mutually_exclusive=ARTIFACT.mutually_exclusive)

ARTIFACT_STATE = OptionGroup(
    {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "is_public_page_enabled": {"type": "bool"},
    }
)

STATES = ["absent", "unpublished"]
RETENTION = OptionGroup(
    {
        "app_slug": {"type": "str"},
        "apps": {
            "type": "list",
            "elements": "dict",
            "options": {
                "app_slug": {"type": "str", "required": True},
                "state": {"type": "str", "choices": STATES},
                "older_than_days": {"type": "int"},
                "keep_builds": {"type": "int"},
                "max_artifacts": {"type": "int"},
            },
        },
        "state": {"type": "str", "choices": STATES, "default": "absent"},
        "older_than_days": {"type": "int"},
        "keep_builds": {"type": "int", "default": 10},
        "max_artifacts": {"type": "int", "default": 100},
        **CONCURRENCY.argument_spec,
    },
    mutually_exclusive=(("app_slug", "apps"),),
    required_one_of=(("app_slug", "apps"),),
)
