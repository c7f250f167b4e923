# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints for users and organizations."""

from __future__ import annotations

from typing import Any

from ..._http.responses import invalid
from ..._http.service_client import path_part
from .. import responses
from ..client import BitriseClient


def read_user(client: BitriseClient, user_slug: str | None) -> dict[str, Any]:
    """Return a user. Without a slug, return the user of the token."""
    if user_slug is not None:
        return client.data("GET", f"/users/{path_part(user_slug)}", f"read user {user_slug}")
    call = client.call("GET", "/me", "read the user of the token")
    data = client.request_json(call).get("data")
    # A workspace token does not belong to a person. Its object may lack fields of a user, such as the slug.
    if not isinstance(data, dict) or not data:
        raise invalid(call, "its response has no usable data")
    return data


def read_organization(client: BitriseClient, organization_slug: str) -> dict[str, Any]:
    path = f"/organizations/{path_part(organization_slug)}"
    return client.data("GET", path, f"read organization {organization_slug}")


def list_organizations(client: BitriseClient) -> list[dict[str, Any]]:
    """Return all organizations. This list has no pages."""
    call = client.call("GET", "/organizations", "list the organizations")
    return responses.items(call, client.request_json(call))
