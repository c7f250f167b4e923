# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations of playbooks: their tasks one after the other, as the playbooks run them."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.file_modules import BUILD_CERTIFICATE_MODULE
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.code_signing import CODE_SIGNING
from ansible_collections.mobileops.ci.plugins.module_utils._phonegap.app_module import APP_MODULE
from ansible_collections.mobileops.ci.plugins.module_utils._phonegap.builds import BUILD_MODULE
from ansible_collections.mobileops.ci.plugins.module_utils._phonegap.download import DOWNLOAD_MODULE
from ansible_collections.mobileops.ci.plugins.module_utils._phonegap.key_module import KEY_MODULE
from tests.helpers.service import CERTIFICATES, PROFILES
from tests.helpers.tasks import b64

from .bitrise import APP, app, digest
from .model import FOLDER, Operation, Step
from .phonegap import PASSWORDS, PENDING, SHOP, operation


def _file(name: str, content: bytes, **more: Any) -> dict[str, Any]:
    return {"name": name, "content_base64": base64.b64encode(content).decode(), **more}


def _seen(kind: str, name: str, content: bytes) -> str:
    return f"file {kind} {name} {digest(content)}"


def _rotation() -> Operation:
    """Describe the playbook rotate_certificate: the declaration first, then the old certificates one by one."""
    old = [_file("dist-2024.p12", b"old"), _file("dist-2025.p12", b"old!")]
    declared = {"name": "dist.p12", "content": b64(b"new"), "verify": "none"}
    profile = {"name": "shop", "content": b64(b"new profile"), "verify": "none"}
    rollout = {
        "apps": [APP],
        "build_certificates": [declared],
        "provisioning_profiles": [profile],
        "concurrency": 1,
    }
    absent = {"app_slug": APP, "state": "absent", "duplicates": "remove"}
    steps: Sequence[Step] = [
        (CODE_SIGNING, rollout),
        *((BUILD_CERTIFICATE_MODULE, {**absent, "name": name}) for name in ("dist-2024.p12", "dist-2025.p12")),
    ]
    return Operation(
        [app(slug=APP, **{CERTIFICATES: old, PROFILES: [_file("shop", b"old one"), _file("other", b"x")]})],
        steps,
        {
            _seen(CERTIFICATES, "dist.p12", b"new"): "processed",
            _seen(CERTIFICATES, "dist-2024.p12", b"old"): None,
            _seen(CERTIFICATES, "dist-2025.p12", b"old!"): None,
            _seen(PROFILES, "shop", b"new profile"): "processed",
            _seen(PROFILES, "shop", b"old one"): None,
        },
        between={
            _seen(CERTIFICATES, "dist.p12", b"new"): frozenset({"unfinished"}),
            _seen(PROFILES, "shop", b"new profile"): frozenset({"unfinished"}),
        },
        # Unfinished uploads may stay until they are an hour old.
        ignores=frozenset({f"file {CERTIFICATES} dist.p12 None", f"file {PROFILES} shop None"}),
    )


def _phonegap_rollout() -> Operation:
    """Describe the playbook phonegap_rollout: key, app, build, package."""
    key = {"platform": "android", "title": "Release"}
    page = b"<p>new</p>"
    name = "PhoneGap app Shop"
    return operation(
        [
            (KEY_MODULE, {**key, **PASSWORDS, "locked": False}),
            (APP_MODULE, {"title": "Shop", "version": "2.0", "src": f"{FOLDER}/index.html"}),
            (BUILD_MODULE, {"app_id": 2, "platforms": ["android"], "wait": True, "wait_interval": 10}),
            (DOWNLOAD_MODULE, {"app_id": 2, "platform": "android", "dest": f"{FOLDER}/shop.apk", "force": True}),
        ],
        {
            "PhoneGap key android Release state": "unlocked",
            f"{name} version": "2.0",
            f"{name} content": digest(page),
            f"{name} android": "complete",
        },
        SHOP,
        keys=(key,),
        files={"index.html": page},
        between=PENDING,
        # Each build makes another package.
        ignores=frozenset({"local shop.apk"}),
        is_redirected=True,
        repeats=True,
    )


PLAYBOOK_OPERATIONS = {
    "rotation": _rotation(),
    "phonegap_rollout": _phonegap_rollout(),
}
