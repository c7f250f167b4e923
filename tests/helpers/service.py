# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One app on the emulator, its files, and its request log."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from tests.emulator.process import Emulator

APP = "a99a0001a99a0001"
PROFILES = "provisioning_profiles"
CERTIFICATES = "build_certificates"
KEYSTORES = "android_keystores"
PROJECT_FILES = "project_files"
READING = frozenset({"apps", "app", "list", "show", "get"})

_FILE = re.compile(
    r"/v0\.1/apps/[^/]+/(?:provisioning-profiles|build-certificates|android-keystore-files|generic-project-files)"
    r"(?P<slug>/[^/]+)?(?P<sub>/uploaded)?$"
)
_WORDS = {
    ("GET", False, False): "list",
    ("POST", False, False): "create",
    ("GET", True, False): "show",
    ("POST", True, True): "confirm",
    ("PATCH", True, False): "patch",
    ("DELETE", True, False): "delete",
}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def a_file(name: str, content: bytes | None, **more: Any) -> dict[str, Any]:
    """Return a file for a fixture. Without content it is the unconfirmed leftover of an upload."""
    if content is None:
        return {"name": name, **more}
    return {"name": name, "content_base64": base64.b64encode(content).decode(), **more}


def env_key(name: str) -> str:
    """Return the default key by which builds refer to a project file."""
    return re.sub(r"\W", "_", name.upper())


class Service:
    """The emulator, seen by a test about the files of one app."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    @property
    def connection(self) -> dict[str, Any]:
        """Return options that every task needs, without retries, which tests of retries set themselves."""
        return {"api_url": self.emulator.api_url, "api_token": self.emulator.tokens["owner"], "max_retries": 0}

    def holds(self, kind: str = PROFILES, *files: dict[str, Any], roles: dict[str, str] | None = None) -> None:
        """Set the files of one kind in the only app of the service, and clear the request log."""
        keyed = [{"user_env_key": env_key(file["name"]), **file} for file in files] if kind == PROJECT_FILES else files
        app = {"title": "Shop", "slug": APP, "owner": "owner", "roles": roles or {}, kind: list(keyed)}
        self.emulator.load({"apps": [app]})
        self.emulator.clear_requests()

    def files(self, kind: str = PROFILES) -> list[dict[str, Any]]:
        """Return all files of that kind, as the emulator has them."""
        found: list[dict[str, Any]] = self.emulator.state()["apps"][APP][kind]
        return found

    def contents(self, kind: str = PROFILES) -> list[tuple[str, str | None]]:
        """Name and digest of each file that is complete, in a fixed order."""
        return sorted((file["upload_file_name"], file["sha256"]) for file in self.files(kind) if file["processed"])

    def asked(self) -> list[str]:
        """Return the requests since `forget`, one word for each."""
        return [word(entry) for entry in self.emulator.requests()]

    def forget(self) -> None:
        self.emulator.clear_requests()


def word(entry: dict[str, Any]) -> str:
    """Return list, show, create, put, confirm, patch, delete or get; apps or app; else method and path."""
    method, path = entry["method"], entry["path"]
    if entry["area"] == "storage":
        return str(method).lower()
    found = _FILE.fullmatch(path)
    if found:
        return _WORDS.get((method, bool(found["slug"]), bool(found["sub"])), f"{method} {path}")
    if method == "GET" and path.endswith("/apps"):
        return "apps"
    if method == "GET" and re.fullmatch(r"/v0\.1/apps/[^/]+", path):
        return "app"
    return f"{method} {path}"
