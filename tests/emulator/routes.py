# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Table of the Bitrise API routes that the emulator serves, with the parameter names of the official description.

Standard library only, so that documentation tests can read it without a server.
"""

from __future__ import annotations

_APP = "/apps/{app-slug}"
_BUILD = _APP + "/builds/{build-slug}"
_ARTIFACT = _BUILD + "/artifacts/{artifact-slug}"

_ROUTES: dict[str, tuple[str, ...]] = {
    "/me": ("GET",),
    "/users/{user-slug}": ("GET",),
    "/users/{user-slug}/apps": ("GET",),
    "/organizations": ("GET",),
    "/organizations/{org-slug}": ("GET",),
    "/organizations/{org-slug}/apps": ("GET",),
    "/apps": ("GET",),
    _APP: ("GET",),
    f"{_APP}/bitrise.yml": ("GET",),
    f"{_APP}/branches": ("GET",),
    f"{_APP}/build-workflows": ("GET",),
    "/builds": ("GET",),
    f"{_APP}/builds": ("GET", "POST"),
    f"{_APP}/archived-builds": ("GET",),
    _BUILD: ("GET",),
    f"{_BUILD}/abort": ("POST",),
    f"{_BUILD}/log": ("GET",),
    f"{_BUILD}/bitrise.yml": ("GET",),
    f"{_BUILD}/artifacts": ("GET",),
    _ARTIFACT: ("GET", "PATCH", "DELETE"),
    "/pipelines": ("GET",),
    f"{_APP}/pipelines": ("GET",),
    f"{_APP}/pipelines/{{pipeline-id}}": ("GET",),
    f"{_APP}/pipelines/{{pipeline-id}}/abort": ("POST",),
}
_FILE_KINDS = {
    "provisioning-profile": ("GET", "PATCH", "DELETE"),
    "build-certificate": ("GET", "PATCH", "DELETE"),
    "generic-project-file": ("GET", "PATCH", "DELETE"),
    "android-keystore-file": ("GET", "DELETE"),
}


def bitrise_routes() -> list[tuple[str, str]]:
    """Return method and path template, relative to `/v0.1`, of each route."""
    routes = dict(_ROUTES)
    for kind, methods in _FILE_KINDS.items():
        routes[f"{_APP}/{kind}s"] = ("GET", "POST")
        routes[f"{_APP}/{kind}s/{{{kind}-slug}}"] = methods
        routes[f"{_APP}/{kind}s/{{{kind}-slug}}/uploaded"] = ("POST",)
    return [(method, path) for path, methods in routes.items() for method in methods]
