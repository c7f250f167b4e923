# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small client of PhoneGap Build for tests, which returns complete responses."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import requests

from tests.emulator.process import Emulator

Json = dict[str, Any]

PNG = b"\x89PNG\r\n\x1a\n" + b"a picture"
FILES: dict[str, dict[str, tuple[str, bytes]]] = {
    "ios": {"cert": ("dist.p12", b"a certificate"), "profile": ("app.mobileprovision", b"a profile")},
    "android": {"keystore": ("release.keystore", b"a keystore")},
    "blackberry": {"db": ("sigtool.db", b"db"), "csk": ("sigtool.csk", b"csk")},
    "winphone": {},
    "windows": {"keystore": ("windows.pfx", b"a pfx")},
}
TEXTS: dict[str, Json] = {
    "android": {"alias": "release"},
    "winphone": {"publisher_id": "0f0e0d0c-0000-4000-8000-000000000000"},
}
PASSWORDS: dict[str, Json] = {
    "ios": {"password": "secret-1"},
    "android": {"key_pw": "secret-2", "keystore_pw": "secret-3"},
    "blackberry": {"password": "secret-4"},
    "winphone": {},
    "windows": {"password": "secret-5"},
}


class Client:
    """The API as one account."""

    def __init__(self, emulator: Emulator, name: str | None = "owner") -> None:
        self.root = emulator.phonegap_url.removesuffix("/api/v1")
        self._headers = {} if name is None else {"Authorization": f"token {emulator.phonegap_tokens[name]}"}
        self._session = requests.Session()
        self._session.trust_env = False

    def raw(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request to any path of the host without following redirects."""
        options.setdefault("headers", {})
        options["headers"] = {**self._headers, **options["headers"]}
        return self._session.request(method, self.root + path, timeout=60, allow_redirects=False, **options)

    def send(
        self, method: str, path: str, data: Any = None, files: dict[str, tuple[str, bytes]] | None = None
    ) -> requests.Response:
        """Send a request with a part `data` and files."""
        parts: Json = {} if data is None else {"data": (None, json.dumps(data))}
        parts.update(files or {})
        return self.raw(method, f"/api/v1{path}", files=parts or None)

    def ok(self, method: str, path: str, data: Any = None, **more: Any) -> Json:
        """Return the decoded response of a successful request."""
        response = self.send(method, path, data, **more)
        assert response.status_code in (200, 201, 202), response.text
        body: Json = response.json()
        return body

    def refused(self, method: str, path: str, data: Any = None, **more: Any) -> tuple[int, str]:
        """Return status and text of an error."""
        response = self.send(method, path, data, **more)
        assert response.status_code >= 400, response.text
        return response.status_code, response.json()["error"]

    def app(self, **fields: Any) -> Json:
        """Create an app from a single page."""
        data = {"title": "Shop", "create_method": "file", **fields}
        return self.ok("POST", "/apps", data, files={"file": ("index.html", b"<p>Hello")})

    def key(self, platform: str, *, unlocked: bool = True, **fields: Any) -> Json:
        """Create a key."""
        data = {"title": f"{platform} key", **TEXTS.get(platform, {}), **fields}
        if unlocked:
            data.update(PASSWORDS[platform])
        return self.ok("POST", f"/keys/{platform}", data, files=FILES[platform])


def archive(config: str | None = None) -> bytes:
    """Return a zip with a page and, if given, a config.xml."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        opened.writestr("www/index.html", "<p>Hello")
        if config is not None:
            opened.writestr("www/config.xml", config)
    return buffer.getvalue()


def fetch(url: str, **headers: str) -> requests.Response:
    """Get a storage URL without credentials."""
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, headers=headers, timeout=60)
