# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes, in the folder that is named, apps with last year's certificate and profiles, and this year's to replace them.

fixture.json is what the service holds; inventory, group_vars and files are what the playbook is run with; pairs.json
has for each app the digests of profiles by that of the certificate which they embed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

# Run from the folder of the collection.
sys.path.insert(0, str(Path.cwd()))

from tests.signing_files import Authority, IdentityKind, ProfileType, Team

APPS = ("Shop", "Bank", "Field", "Depot")
PASSWORD = "f1rst-and-s3cond"


def main(folder: Path) -> None:
    authority = Authority.create()
    team = Team("A1B2C3D4E5", "Acme Ltd")
    identities = [authority.identity(IdentityKind.DISTRIBUTION, team) for _number in range(2)]
    keys = [identity.pkcs12(PASSWORD) for identity in identities]
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "distribution.p12").write_bytes(keys[1])
    apps: list[dict[str, Any]] = []
    pairs: dict[str, list[list[str]]] = {}
    for number, title in enumerate(APPS):
        old, new = (
            authority.profile(
                name=title,
                type=ProfileType.APP_STORE,
                bundle_id=f"com.acme.{title.lower()}",
                identities=[identity],
                team=team,
            ).content
            for identity in identities
        )
        (folder / "files" / f"{title}.mobileprovision").write_bytes(new)
        slug = f"ca5e{number:012x}"
        pairs[slug] = [[_sha256(key), _sha256(profile)] for key, profile in zip(keys, (old, new), strict=True)]
        # In half of the apps the old certificate has a name of its own.
        name = "distribution.p12" if number % 2 else "distribution-old.p12"
        apps.append(
            {
                "title": title,
                "slug": slug,
                "build_certificates": [_file(name, keys[0], certificate_password=PASSWORD)],
                "provisioning_profiles": [_file(f"{title}.mobileprovision", old)],
            }
        )
    _write(folder / "fixture.json", {"apps": apps})
    _write(folder / "pairs.json", pairs)
    hosts: dict[str, dict[str, Any]] = {app["title"]: {"bitrise_app_slug": app["slug"]} for app in apps}
    keystore = authority.android_key("upload").pkcs12(PASSWORD)
    (folder / "files" / "release.p12").write_bytes(keystore)
    hosts["Shop"]["code_signing_keystores"] = [{"src": "release.p12", "alias": "upload", "password": PASSWORD}]
    hosts["Shop"]["code_signing_project_files"] = [
        {"name": "services.json", "content": base64.b64encode(b"{}").decode(), "user_env_key": "SERVICES"}
    ]
    declared = {
        "code_signing_certificates": [{"src": "distribution.p12", "certificate_password": PASSWORD}],
        "code_signing_profiles": [{"src": "{{ inventory_hostname }}.mobileprovision"}],
    }
    _write(folder / "fleet.json", {"all": {"hosts": hosts, "vars": declared}})


def _file(name: str, content: bytes, **more: str) -> dict[str, str]:
    return {"name": name, "content_base64": base64.b64encode(content).decode(), **more}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
