# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints what a service may hold that nobody has ever put in order: two apps of one title, names that mean harm."""

from __future__ import annotations

import json
from typing import Any

SECRET = "c4n4ry-in-the-app"


def app(title: str, slug: str, **kinds: Any) -> dict[str, Any]:
    return {"title": title, "slug": slug, **kinds}


def file(name: str, content: str = "some bytes", **more: Any) -> dict[str, Any]:
    return {"name": name, "content": f"{content} c4n4ry", **more}


APPS = [
    app(
        "Shop",
        "ad00000000000001",
        build_certificates=[
            file("distribution.p12", certificate_password=SECRET),
            file("protected.p12", certificate_password=SECRET, is_protected=True, is_expose=False),
            file("none.p12"),
        ],
        provisioning_profiles=[
            file("twice", "one"),
            file("twice", "two", is_expose=False),
            file("TWICE", "three"),
            file("hidden", is_protected=True),
        ],
    ),
    app(
        "Shop",
        "ad00000000000002",
        build_certificates=[file("distribution.p12", "of another app", certificate_password=SECRET)],
        android_keystores=[
            file("release.jks", alias=SECRET, password=SECRET, private_key_password=SECRET),
            file("second.jks", password=SECRET, keystore_file_name="SECOND"),
        ],
        project_files=[
            file("services.json", user_env_key="SERVICES", exposed_meta_datastore={"NOTE": SECRET}),
            file("services.json", user_env_key="OTHERS"),
            file("vaulted.yml", "$ANSIBLE_VAULT;1.1;AES256\n3031", user_env_key="VAULTED"),
        ],
    ),
    app(
        "../../escaped",
        "ad00000000000003",
        provisioning_profiles=[
            file("../../../escaped"),
            file("/etc/escaped"),
            file("{{ 1 + 1 }}.mobileprovision"),
            file("Café: #1 'quoted' \"twice\"\n- second line"),
            file("~/.ssh/$HOME", is_expose=False),
        ],
    ),
    app("Nothing", "ad00000000000004"),
]

if __name__ == "__main__":
    print(json.dumps({"apps": APPS}))
