# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations on the apps, keys, collaborators and packages of PhoneGap."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._phonegap.app_module import APP_MODULE
from ansible_collections.mobileops.ci.plugins.module_utils._phonegap.builds import BUILD_MODULE
from ansible_collections.mobileops.ci.plugins.module_utils._phonegap.collaborators import COLLABORATOR_MODULE
from ansible_collections.mobileops.ci.plugins.module_utils._phonegap.download import DOWNLOAD_MODULE
from ansible_collections.mobileops.ci.plugins.module_utils._phonegap.key_module import KEY_MODULE
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import ModuleSpec

from .model import FOLDER, Operation, Step

PACKAGE = "bytes of a package " * 5000
PASSWORDS = {"key_pw": "one", "keystore_pw": "two"}
OWNER = "owner@example.com"
PERSON = "member@example.com"
PAGE = b"<p>shop</p>"
OTHER = {"title": "Other", "version": "7"}
SHOP = {"title": "Shop", "version": "1.0"}
PENDING: Mapping[str, frozenset[Any]] = {"PhoneGap app Shop android": frozenset({"pending", "complete", None})}


def digest(content: str | bytes) -> str:
    return hashlib.sha256(content if isinstance(content, bytes) else content.encode()).hexdigest()[:8]


def operation(
    steps: list[Step],
    expected: Mapping[str, Any],
    *apps: Mapping[str, Any],
    keys: tuple[Mapping[str, Any], ...] = (),
    **more: Any,
) -> Operation:
    """Describe an operation beside an app and a key that it is not about."""
    beside = {"platform": "android", "title": "Other", "passwords": PASSWORDS}
    account = {"apps": [OTHER, *apps], "keys": [beside, *keys]}
    return Operation([], steps, expected, phonegap=account, **more)


def _apps() -> dict[str, Operation]:
    files = {"index.html": PAGE, "icon.png": b"\x89PNG\r\n\x1a\n" + b"a picture"}
    created = {
        "title": "Shop",
        "version": "1.0",
        "src": f"{FOLDER}/index.html",
        "icon": f"{FOLDER}/icon.png",
    }
    name = "PhoneGap app Shop"
    there = {
        name: 1,
        f"{name} version": "1.0",
        f"{name} content": digest(PAGE),
        f"{name} icon": True,
        f"{name} keys": "",
        f"{name} {OWNER}": "admin",
    }
    gone: dict[str, Any] = dict.fromkeys(there)
    # The service creates an app first, and takes its icon after that.
    late = {f"{name} icon": frozenset({False})}
    key = {"platform": "android", "title": "Release"}
    chosen = {"id": 2, **PASSWORDS}
    return {
        "PhoneGap app: creation": operation([(APP_MODULE, created)], there, files=files, between=late),
        "PhoneGap app: version": operation(
            [(APP_MODULE, {"title": "Shop", "version": "2.0"})], {f"{name} version": "2.0"}, SHOP
        ),
        "PhoneGap app: content": operation(
            [(APP_MODULE, {"title": "Shop", "version": "2.0", "src": f"{FOLDER}/index.html"})],
            {f"{name} version": "2.0", f"{name} content": digest(PAGE)},
            SHOP,
            files=files,
        ),
        "PhoneGap app: key": operation(
            [(APP_MODULE, {"title": "Shop", "keys": {"android": chosen}})],
            {f"{name} keys": "android 2", "PhoneGap key android Release state": "unlocked"},
            SHOP,
            keys=(key,),
        ),
        "PhoneGap app: removal": operation([(APP_MODULE, {"title": "Shop", "state": "absent"})], gone, SHOP),
    }


def _keys() -> dict[str, Operation]:
    files = {"release.keystore": b"a keystore"}
    name = "PhoneGap key android Release"
    create = {"platform": "android", "title": "Release", "keystore": f"{FOLDER}/release.keystore", "alias": "release"}
    key = {"platform": "android", "title": "Release"}
    return {
        "PhoneGap key: creation": operation(
            [(KEY_MODULE, {**create, **PASSWORDS, "locked": False, "verify": "none"})],
            {name: 1, f"{name} state": "unlocked"},
            files=files,
            between={f"{name} state": frozenset({"locked"})},
        ),
        "PhoneGap key: unlock": operation(
            [(KEY_MODULE, {**key, **PASSWORDS, "locked": False})], {f"{name} state": "unlocked"}, keys=(key,)
        ),
        "PhoneGap key: lock": operation(
            [(KEY_MODULE, {**key, "locked": True})],
            {f"{name} state": "locked"},
            keys=({**key, "passwords": PASSWORDS},),
        ),
        "PhoneGap key: removal": operation(
            [(KEY_MODULE, {**key, "state": "absent"})], {name: None, f"{name} state": None}, keys=(key,)
        ),
    }


def _people() -> dict[str, Operation]:
    name = f"PhoneGap app Shop {PERSON}"

    def person(expected: str | None, *people: Mapping[str, Any], **options: Any) -> Operation:
        shop = {**SHOP, "collaborators": list(people)}
        return operation([(COLLABORATOR_MODULE, {"app_id": 2, "email": PERSON, **options})], {name: expected}, shop)

    tester = {"email": PERSON, "role": "tester"}
    return {
        "PhoneGap collaborator: new": person("developer", role="dev"),
        "PhoneGap collaborator: role": person("developer", tester, role="dev"),
        "PhoneGap collaborator: removal": person(None, tester, state="absent"),
    }


def _packages() -> dict[str, Operation]:
    shop = {**SHOP, "builds": {"android": {"content": PACKAGE}}}
    dest = {"app_id": 2, "platform": "android", "dest": f"{FOLDER}/shop.apk"}
    wait: Mapping[str, Any] = {"wait": True, "wait_interval": 10, "wait_timeout": 600}
    expected = {"local shop.apk": digest(PACKAGE)}

    def downloaded(spec: ModuleSpec, files: Mapping[str, bytes]) -> Operation:
        # The service tells neither size nor digest of a package.
        return operation(
            [(spec, dest)], expected, shop, files=files, unverifiable=frozenset(expected), is_redirected=True
        )

    return {
        # To build is an action: each run asks for it, and asking twice has no other effect than asking once.
        "PhoneGap build": operation(
            [(BUILD_MODULE, {"app_id": 2, "platforms": ["android"], **wait})],
            {"PhoneGap app Shop android": "complete"},
            SHOP,
            between=PENDING,
            repeats=True,
        ),
        "PhoneGap download: first": downloaded(DOWNLOAD_MODULE, {}),
        "PhoneGap download: replacement": downloaded(DOWNLOAD_MODULE, {"shop.apk": b"old"}),
    }


PHONEGAP_OPERATIONS = {**_apps(), **_keys(), **_people(), **_packages()}
