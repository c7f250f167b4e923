# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_user_info and bitrise_organization_info: list users and organizations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._core.fields import flag, number, text, utc_text
from ..._core.option_groups import RUN, OptionGroup, reject_empty
from ..._task.module_spec import ModuleSpec, Outcome, TaskContext
from ..client import BitriseClient
from ..options import BITRISE
from .endpoints import (
    list_organizations,
    read_organization,
    read_user,
)

USER = OptionGroup({"user_slug": {"type": "str"}})
ORGANIZATION = OptionGroup({"organization_slug": {"type": "str"}})

_TEXTS_OF_USER = ("username", "slug", "email", "avatar_url", "payment_processor", "unconfirmed_email")
_TEXTS_OF_OWNER = ("username", "slug", "email")


def user_as_result(user: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{key: text(user.get(key)) for key in _TEXTS_OF_USER},
        "created_at": utc_text(user.get("created_at")),
        "data_id": number(user.get("data_id")),
        "has_used_organization_trial": flag(user.get("has_used_organization_trial")),
    }


def organization_as_result(organization: Mapping[str, Any]) -> dict[str, Any]:
    owners = organization.get("owners")
    return {
        **{key: text(organization.get(key)) for key in ("name", "slug", "avatar_icon_url")},
        "concurrency_count": number(organization.get("concurrency_count")),
        "owners": [
            {key: text(owner.get(key)) for key in _TEXTS_OF_OWNER}
            for owner in (owners if isinstance(owners, list) else [])
            if isinstance(owner, Mapping)
        ],
    }


def _run_user_info(options: dict[str, Any], client: BitriseClient, _context: TaskContext) -> Outcome:
    reject_empty(options, "user_slug")
    return Outcome({"users": [user_as_result(read_user(client, options["user_slug"]))]})


def _run_organization_info(options: dict[str, Any], client: BitriseClient, _context: TaskContext) -> Outcome:
    reject_empty(options, "organization_slug")
    slug = options["organization_slug"]
    found = list_organizations(client) if slug is None else [read_organization(client, slug)]
    return Outcome({"organizations": [organization_as_result(organization) for organization in found]})


USER_INFO = ModuleSpec("bitrise_user_info", BITRISE + RUN + USER, BitriseClient.from_options, _run_user_info)
ORGANIZATION_INFO = ModuleSpec(
    "bitrise_organization_info", BITRISE + RUN + ORGANIZATION, BitriseClient.from_options, _run_organization_info
)
