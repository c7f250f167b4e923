# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's paths about users and organizations."""

from __future__ import annotations

from typing import Any

from ..._http.responses import invalid
from ..._http.service_client import path_part
from .. import responses as _responses
from ..client import BitriseClient


def read_user(client: BitriseClient, user_slug: str | None) -> dict[str, Any]:
    """A user, or without a slug the one whose token it is."""
    if user_slug is not None:
        return client.data("GET", f"/users/{path_part(user_slug)}", f"read user {user_slug}")
    call = client.call("GET", "/me", "read the user of the token")
    data = client.request_json(call).get("data")
    # A workspace's token belongs to no person: not all that a user has is promised for it.
    if not isinstance(data, dict) or not data:
        raise invalid(call, "its answer has no usable data")
    return data


def read_organization(client: BitriseClient, organization_slug: str) -> dict[str, Any]:
    path = f"/organizations/{path_part(organization_slug)}"
    return client.data("GET", path, f"read organization {organization_slug}")


def list_organizations(client: BitriseClient) -> list[dict[str, Any]]:
    """All of them: this list has no pages."""
    call = client.call("GET", "/organizations", "list the organizations")
    return _responses.items(call, client.request_json(call))
