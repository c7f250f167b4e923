# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder in which the YAML of the documentation runs: files, variables, and the state of the emulator."""

from __future__ import annotations

import base64
import datetime as dt
import getpass
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.emulator.process import Emulator
from tests.signing_files import Authority, IdentityKind, JavaKey, ProfileType, Team, jks_keystore

from .yaml_blocks import Block

PASSWORD = "rehearsal"
APP, OTHER_APP, THIRD_APP = "93f256e365d929d3", "f46e89061e967f27", "8e82ac7601178f17"
PIPELINE = "0191c6b5-7f4e-7c3a-9a43-0d6c1b2a3f4e"
PLUGINS = Path(__file__).with_name("lookup_plugins")
# Names that an example takes from the user's variables, in addition to those that are derived from its text.
_VARIABLES: Mapping[str, Any] = {
    "bitrise_app": APP,
    "shop_version": "1.2.0",
    # For examples of plays that show no declaration.
    "code_signing_profiles": [{"src": "Shop.mobileprovision"}],
}
_ROLES = ("artifact_retention", "code_signing", "code_signing_report")
Json = dict[str, Any]


def fixture(files: Mapping[str, bytes]) -> Json:
    """Return the state of the service before each example."""
    old = {"content_base64": _text(files["old.p12"]), "certificate_password": PASSWORD}
    builds = [
        {"slug": "3247e2920496e846", "status": 1, "branch": "feature/old", "log": "Everything is built.\n"},
        {
            "slug": "1f2e3d4c5b6a7988",
            "artifacts": [
                {"title": "app-release.apk", "artifact_type": "android-apk", "content": "an app"},
                {"title": "app.ipa", "artifact_type": "ios-ipa", "slug": "5a9f5da8d5f1057c", "content": "test"},
            ],
        },
    ]
    keys = [{"platform": "ios", "id": 123, "title": "Distribution 2025", "passwords": {"password": PASSWORD}}]
    keys += [
        {"platform": "android", "id": 457, "title": "2025", "passwords": {"key_pw": PASSWORD, "keystore_pw": PASSWORD}}
    ]
    return {
        "organizations": [{"name": "Acme", "slug": "e1ec3dea540bcf21"}],
        "apps": [
            {
                "title": "Shop",
                "slug": APP,
                "owner": "Acme",
                "project_type": "ios",
                "build_certificates": [{"name": "expired.p12", **old}],
                "project_files": [{"name": "old.json", "content": "{}", "user_env_key": "OLD"}],
                "workflows": ["primary", "deploy"],
                "pipelines": {"release": ["primary", "deploy"]},
                "builds": builds,
            },
            {"title": "Bank", "slug": OTHER_APP, "owner": "Acme", "project_type": "android"},
            {"title": "Watch", "slug": THIRD_APP, "owner": "Acme", "project_type": "ios"},
        ],
        "phonegap": {
            "accounts": [{"name": name, "email": f"{name}@example.com"} for name in ("owner", "former")],
            "keys": keys,
            "apps": [
                {
                    "id": 8,
                    "title": "Menu",
                    "repo": "https://github.com/example/menu.git",
                    "platforms": ["android"],
                    "collaborators": [{"email": "former@example.com", "role": "developer"}],
                }
            ],
        },
    }


# Faults and builds of the emulator for the examples of one source.
_RUNNING: Json = {"status": 0, "branch": "feature/old", "slug": "3247e2920496e846"}
_WITHOUT_WAITING = {"advance_s": 60, "method": "GET", "path": r"/((builds|pipelines)/[\w-]+|apps/\d+)$"}
FAULTS: Mapping[str, Json] = {
    "module-bitrise_build_trigger": _WITHOUT_WAITING,
    "module-phonegap_build": _WITHOUT_WAITING,
    "two_services": _WITHOUT_WAITING,
}
BUILDS: Mapping[str, list[Json]] = {
    "module-bitrise_build_abort": [_RUNNING, {"slug": "8f14e45fceea167a", "status": 0}],
    "module-bitrise_build_abort_stale": [{**_RUNNING, "age_s": 14_400, "starts_in_s": 0}],
}


class Project:
    """The folder. Each block gets a separate playbook and host."""

    def __init__(self, folder: Path, emulator: Emulator) -> None:
        self.folder = folder
        self._emulator = emulator
        self.files = signing_files()
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for name in ("srv/www", "srv/reports", "srv/packages", "var/www/signing", "releases", "logs"):
            (folder / name).mkdir(parents=True)
        # Copies to a folder instead of the same folder on another machine.
        rsync = folder / "bin" / "rsync"
        rsync.parent.mkdir()
        rsync.write_text(f'#!/bin/sh\nexec cp -R "$2." "{folder}/${{3#web:/}}"\n', encoding="utf-8")
        rsync.chmod(0o700)

    def write(self, block: Block) -> str:
        """Write the playbook of a block; return its name."""
        if "{{ inventory_hostname }}.mobileprovision" in block.text:
            (self.folder / f"{block.name}.mobileprovision").write_bytes(self.files["Shop.mobileprovision"])
        path = self.folder / f"{block.name}.yml"
        path.write_text(yaml.safe_dump([self._preparation(block), *self._plays(block)], sort_keys=False))
        return path.name

    def write_inventory(self, blocks: list[Block], sources: list[Block]) -> list[str]:
        """Write the sources of the inventory: a host for each block, and those of examples. Return their names."""
        self._emulator.load(fixture(self.files))
        hosts = {
            block.name: {"bitrise_app_slug": APP, "bitrise_title": "Shop", "__source": block.name} for block in blocks
        }
        local = {
            "ansible_connection": "local",
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            **self._variables(blocks),
        }
        inventory = {
            "all": {
                "vars": local,
                "hosts": {**hosts, "web.example.com": {}},
                "children": {"type_ios": {"hosts": {block.name: {} for block in blocks if "type_ios" in block.text}}},
            }
        }
        (self.folder / "hosts.yml").write_text(yaml.safe_dump(inventory))
        for source in sources:
            (self.folder / f"{source.name}.bitrise.yml").write_text(source.text)
        return ["hosts.yml", *(f"{source.name}.bitrise.yml" for source in sources)]

    def _variables(self, blocks: list[Block]) -> Json:
        """Return a value for each variable of the user: mostly a secret."""
        names = {
            name for block in blocks for name in re.findall(r"{{ ([a-z]\w*(?:password|token|base64)\w*) }}", block.text)
        }
        found: Json = dict.fromkeys(names, PASSWORD)
        found |= {
            "bitrise_token": self._emulator.tokens["owner"],
            "vault_bitrise_token": self._emulator.tokens["owner"],
        }
        found |= {"phonegap_token": self._emulator.phonegap_tokens["owner"]}
        found |= {"phonegap_password": self._emulator.phonegap_logins["owner"]["password"]}
        found |= {"vault_development_p12_base64": _text(self.files["development.p12"])}
        return {**found, **_VARIABLES}

    def _preparation(self, block: Block) -> Json:
        state = fixture(self.files)
        app = state["apps"][0]
        app["builds"] = BUILDS.get(block.source, app["builds"])
        app["pipeline_runs"] = [{"slug": PIPELINE, "name": "release", "builds": [app["builds"][-1]["slug"]]}]
        faults = [FAULTS[block.source]] if block.source in FAULTS else []
        task = {
            "name": "Prepare the emulator",
            "ansible.builtin.debug": {"msg": "{{ lookup('emulator', *terms) }}"},
            "vars": {
                "terms": [
                    self._emulator.admin_url,
                    state,
                    {"build_seconds": 1.0, "phonegap_build_seconds": 0.0},
                    faults,
                ]
            },
        }
        return {"name": block.name, "hosts": block.name, "gather_facts": False, "tasks": [task]}

    def _plays(self, block: Block) -> list[Json]:
        content = yaml.safe_load(self._localized(block.text))
        frame: Json = {"name": "Example", "hosts": block.name, "gather_facts": False}
        if isinstance(content, list) and any("hosts" in entry for entry in content):
            return [self._with_host(play, block) for play in content]
        if isinstance(content, list):
            # Rescued, so that the examples after it run nevertheless.
            rescue = [{"name": "Failed", "ansible.builtin.debug": {"msg": "{{ ansible_failed_result }}"}}]
            return [{**frame, "tasks": [{"name": "Example", "block": content, "rescue": rescue}]}]
        if "module_defaults" in content:
            return [{**frame, **content, "tasks": [{"name": "Connect", "mobileops.ci.bitrise_user_info": {}}]}]
        roles = [role for role in _ROLES if all(name.startswith(f"{role}_") for name in content)]
        assert roles, f"{block.name}: nothing is known that reads these variables"
        return [{**frame, "vars": content, "roles": [f"mobileops.ci.{max(roles, key=len)}"]}]

    def _with_host(self, play: Json, block: Block) -> Json:
        return play if "query(" in play["hosts"] else {**play, "hosts": block.name}

    def _localized(self, text: str) -> str:
        """Replace what only a user's network and machine have."""
        text = text.replace("https://build.example.com/api/v1", self._emulator.phonegap_url)
        text = text.replace("owner: www-data", f"owner: {getpass.getuser()}")
        return re.sub(r"(?<=[ '])/(srv|var)/", rf"{self.folder}/\1/", text)


def signing_files() -> dict[str, bytes]:
    """Return the files that the examples name, by path."""
    authority, team = Authority.create(), Team("A1B2C3D4E5", "Acme Ltd")
    identity = authority.identity(IdentityKind.DISTRIBUTION, team)
    developer = authority.identity(IdentityKind.DEVELOPMENT, team)
    profile = authority.profile(
        name="Shop", type=ProfileType.APP_STORE, bundle_id="com.acme.shop", identities=[identity], team=team
    )
    year, day = dt.timedelta(days=365), dt.timedelta(days=1)
    expired = authority.identity(
        IdentityKind.DISTRIBUTION, team, not_before=authority.clock - year, not_after=authority.clock - day
    )
    p12 = identity.pkcs12(PASSWORD)
    keys = [authority.android_key(alias) for alias in ("upload", "internal", "release")]
    keystore = jks_keystore([JavaKey.of(key, PASSWORD) for key in keys], PASSWORD)
    files = {"old.p12": expired.pkcs12(PASSWORD), "development.p12": developer.pkcs12(PASSWORD)}
    files |= dict.fromkeys(
        ("distribution.p12", "certificates/distribution.p12", "renewed/distribution.p12", "files/distribution.p12"), p12
    )
    profiles = [
        *("shop", "Shop", "Shop extension", "files/Shop", "signing/Shop", "renewed/Shop_Adhoc_2027"),
        *("profiles/Watch_AppStore", "profiles/Shop_AppStore", "profiles/Wildcard_Adhoc", "profiles/Shop_Development"),
    ]
    files |= dict.fromkeys((f"{name}.mobileprovision" for name in profiles), profile.content)
    stores = ("keystores/release.jks", "renewed/release.jks", "release.keystore", "upload.keystore", "release.jks")
    files |= dict.fromkeys(stores, keystore)
    files["keystores/internal.p12"] = keys[1].pkcs12(PASSWORD)
    files["configuration/google-services.json"] = b"{}"
    files["www/index.html"] = b"<!DOCTYPE html><title>Shop</title>"
    files["icon.png"] = base64.b64decode(_PNG)
    return files


# One transparent pixel.
_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
