# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small client for the tests of the emulator, which returns complete responses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import requests

PROFILES = "provisioning-profiles"
CERTIFICATES = "build-certificates"
PROJECT_FILES = "generic-project-files"
KEYSTORES = "android-keystore-files"


class Api:
    """The API as one user."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False
        if token is not None:
            self._session.headers["Authorization"] = token

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request without following redirects."""
        return self._session.request(method, self.url + path, timeout=60, allow_redirects=False, **options)

    def data(self, path: str, **options: Any) -> Any:
        """Return the value of `data` of a successful GET."""
        response = self.send("GET", path, **options)
        assert response.status_code == 200, response.text
        return response.json()["data"]

    def pages(self, path: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Yield the items of all pages of a list."""
        while True:
            page = self.send("GET", path, params=parameters).json()
            yield page
            if "next" not in page["paging"]:
                return
            parameters["next"] = page["paging"]["next"]

    def create(self, app: str, kind: str, name: str, size: int, **more: Any) -> dict[str, Any]:
        """Create a file without content and return it."""
        body = {"upload_file_name": name, "upload_file_size": size, **more}
        response = self.send("POST", f"/apps/{app}/{kind}", json=body)
        assert response.status_code == 201, response.text
        slot: dict[str, Any] = response.json()["data"]
        return slot

    def upload(self, app: str, kind: str, name: str, body: bytes, **more: Any) -> dict[str, Any]:
        """Create, upload and confirm a file, and return it."""
        slot = self.create(app, kind, name, len(body), **more)
        assert storage("PUT", slot["upload_url"], data=body).status_code == 200
        response = self.send("POST", f"/apps/{app}/{kind}/{slot['slug']}/uploaded")
        assert response.status_code == 200, response.text
        item: dict[str, Any] = response.json()["data"]
        return item


def storage(method: str, url: str, **options: Any) -> requests.Response:
    """Send a request to the storage without credentials."""
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, url, timeout=60, **options)
