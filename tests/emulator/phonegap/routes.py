# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Table of all routes of the API, for the application and for documentation tests."""

from __future__ import annotations

import re
from dataclasses import dataclass

API = "/api/v1"


@dataclass(frozen=True)
class PhoneGapRoute:
    """One method of one path. `handler` names a group of endpoints and its method."""

    method: str
    path: str
    handler: str
    is_public: bool = False

    @property
    def documented_path(self) -> str:
        """Return the path as in the service's documentation: `/api/v1/apps/:id`."""
        return re.sub(r"\{(\w+)(:\w+)?\}", lambda match: ":" + _DOCUMENTED.get(match[1], match[1]), self.path)


_DOCUMENTED = {"collaborator": "id", "key": "id"}


def phonegap_routes() -> tuple[PhoneGapRoute, ...]:
    """Return all routes. More specific paths precede more general ones."""
    return _ROUTES


def _route(method: str, path: str, handler: str) -> PhoneGapRoute:
    return PhoneGapRoute(method, API + path, handler)


_ROUTES = (
    # Account and access
    _route("GET", "", "account.me"),
    _route("GET", "/me", "account.me"),
    _route("GET", "/token", "account.token"),
    _route("POST", "/token", "account.token"),
    _route("GET", "/current_support", "account.support"),
    PhoneGapRoute("POST", "/token", "account.token"),
    PhoneGapRoute("GET", "/authorize", "account.consent"),
    PhoneGapRoute("POST", "/authorize", "account.exchange", is_public=True),
    PhoneGapRoute("POST", "/authorize/token", "account.redeem", is_public=True),
    # Apps
    _route("GET", "/apps", "apps.list"),
    _route("POST", "/apps", "apps.create"),
    _route("GET", "/apps/{id:int}", "apps.read"),
    _route("PUT", "/apps/{id:int}", "apps.update"),
    _route("DELETE", "/apps/{id:int}", "apps.delete"),
    _route("GET", "/apps/{id:int}/icon", "apps.read_icon"),
    _route("POST", "/apps/{id:int}/icon", "apps.set_icon"),
    _route("GET", "/apps/{id:int}/status", "apps.status"),
    # Builds
    _route("POST", "/apps/{id:int}/build", "builds.build"),
    _route("POST", "/apps/{id:int}/build/{platform}", "builds.build_one"),
    _route("GET", "/apps/{id:int}/logs/{platform}/build", "builds.log"),
    _route("GET", "/apps/{id:int}/{platform}", "builds.download"),
    # Collaborators
    _route("POST", "/apps/{id:int}/collaborators", "collaborators.create"),
    _route("PUT", "/apps/{id:int}/collaborators/{collaborator:int}", "collaborators.update"),
    _route("DELETE", "/apps/{id:int}/collaborators/{collaborator:int}", "collaborators.delete"),
    # Keys
    _route("GET", "/keys", "keys.list"),
    _route("GET", "/keys/{platform}", "keys.list_platform"),
    _route("POST", "/keys/{platform}", "keys.create"),
    _route("GET", "/keys/{platform}/{key:int}", "keys.read"),
    _route("PUT", "/keys/{platform}/{key:int}", "keys.update"),
    _route("DELETE", "/keys/{platform}/{key:int}", "keys.delete"),
)
