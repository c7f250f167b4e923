# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fixtures `fleet:APPS` and `fleet:APPS:FILES`: many apps for inventories and benchmarks."""

from __future__ import annotations

from .model import Json

ORGANIZATIONS = ("Fleet North", "Fleet South")


def fleet_fixture(apps: int, files: int = 0) -> Json:
    """Return `apps` apps in two organizations, each with `files` provisioning profiles."""
    return {
        "organizations": [{"name": name, "members": ["member"]} for name in ORGANIZATIONS],
        "apps": [_app(number, files) for number in range(1, apps + 1)],
    }


def _app(number: int, files: int) -> Json:
    title = f"app-{number:05d}"
    app: Json = {
        "title": title,
        "owner": ORGANIZATIONS[number % 2],
        "project_type": ("ios", "android", "flutter")[number % 3],
        "roles": {"member": "admin", "viewer": "viewer"} if number % 2 else {},
    }
    if files:
        app["provisioning_profiles"] = [
            {"name": f"{title}-{position}.mobileprovision", "content": f"profile {position} of {title}\n"}
            for position in range(1, files + 1)
        ]
    return app
